# SPDX-License-Identifier: GPL-2.0-or-later
#
# Benchmarks, included by the top Makefile. Standard output has the JSON lines and
# nothing else; they are kept in build/bench/NAME.jsonl.

BENCH_DIR := tests/userspace/bench
BENCH_BINS := $(addprefix $(BUILD)/bench/,read page-writer page-soak \
	respond-epoll push anomaly-replay)
BENCH_OBJS := $(call agent_objs,$(addprefix $(BENCH_DIR)/,read.c page-writer.c \
	page-soak.c respond-epoll.c push.c anomaly-replay.c))

$(BENCH_BINS): $(BUILD)/bench/%: $(BUILD)/obj/$(BENCH_DIR)/%.o $(AGENT_LIB)
	@mkdir -p $(@D)
	$(CC) $(AGENT_CFLAGS) $(AGENT_LDFLAGS) -pthread $^ $(BENCH_LIBS) -o $@

$(BUILD)/bench/anomaly-replay: private BENCH_LIBS := -ljansson -lm

$(BUILD)/obj/$(BENCH_DIR)/push.o: AGENT_CPPFLAGS += -Ikmod -Itests/kunit

$(BUILD)/obj/$(BENCH_DIR)/read.o: AGENT_CPPFLAGS += -I$(LIB_DIR)
$(BUILD)/bench/read: $(LIB_LINK)
$(BUILD)/bench/read: private AGENT_LDFLAGS += $(LIB_RPATH)

-include $(BENCH_OBJS:.o=.d)

OVERHEAD_DIR := $(BUILD)/overhead-vm

.PHONY: bench bench-read bench-respond bench-overhead bench-build tools
tools: $(BENCH_BINS)

bench: bench-read bench-respond bench-overhead

bench-build: $(AGENT_BINS) $(BENCH_BINS) $(BUILD)/kmod-vm/clocklink.ko \
	$(OVERHEAD_DIR)/clocklink_overhead.ko

# A module with the same core, for the same kernel
$(OVERHEAD_DIR)/.links: FORCE
	@scripts/link-sources $(@D) '$(kdir-vm)' $(BENCH_DIR)/overhead
	@scripts/link-sources $(@D)/core '$(kdir-vm)' kmod/core
	@scripts/link-sources $(@D)/kunit '$(kdir-vm)' tests/kunit

$(OVERHEAD_DIR)/clocklink_overhead.ko: $(OVERHEAD_DIR)/.links \
		$(wildcard $(BENCH_DIR)/overhead/* kmod/core/* tests/kunit/*.h)
	$(MAKE) -C $(kdir-vm) M=$(abspath $(@D)) W=1 modules
	@touch $@

bench-read bench-respond bench-overhead:
	@scripts/setup >&2
	@$(MAKE) -s bench-build >&2
	@$(BENCH_DIR)/$(@:bench-%=%).py $(BUILD)

.PHONY: bench-read-soak
bench-read-soak: $(BENCH_BINS)
	@$(BENCH_DIR)/soak.py $(BUILD)

$(BUILD)/unit/test_page_soak: $(BENCH_DIR)/soak-test.py $(BUILD)/bench/page-writer \
		$(BUILD)/bench/page-soak
	@mkdir -p $(@D)
	ln -sf $(abspath $<) $@

unit: $(BUILD)/unit/test_page_soak
