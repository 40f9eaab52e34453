# SPDX-License-Identifier: GPL-2.0-or-later
#
# Benchmarks, included by the top Makefile. Standard output has the JSON lines and
# nothing else; they are kept in build/bench/NAME.jsonl.

BENCH_DIR := tests/userspace/bench
BENCH_BINS := $(addprefix $(BUILD)/bench/,read page-writer respond-epoll)
BENCH_OBJS := $(call agent_objs,$(addprefix $(BENCH_DIR)/,read.c page-writer.c \
	respond-epoll.c))

$(BENCH_BINS): $(BUILD)/bench/%: $(BUILD)/obj/$(BENCH_DIR)/%.o $(AGENT_LIB)
	@mkdir -p $(@D)
	$(CC) $(AGENT_CFLAGS) $(AGENT_LDFLAGS) -pthread $^ -o $@

-include $(BENCH_OBJS:.o=.d)

.PHONY: bench bench-read bench-respond bench-build tools
tools: $(BENCH_BINS)

bench: bench-read bench-respond

bench-build: $(AGENT_BINS) $(BENCH_BINS) $(BUILD)/kmod-vm/clocklink.ko

bench-read bench-respond:
	@scripts/setup >&2
	@$(MAKE) -s bench-build >&2
	@$(BENCH_DIR)/$(@:bench-%=%).py $(BUILD)
