# SPDX-License-Identifier: GPL-2.0-or-later
#
# Fuzzers of the core (libFuzzer), included by the top Makefile.  They need no
# corpus; a fixed number of runs from a fixed seed is always the same:
#
#	build/fuzz/fuzz_wire -runs=10000000 -seed=1
#	build/fuzz/fuzz_session -runs=100000 -seed=1 -len_control=0

FUZZ_CC ?= clang-14
FUZZ_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror -Ikmod -Itests/kunit \
	-Itests/userspace/vectors -MMD -MP \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_BINS := $(patsubst tests/userspace/fuzz/%.c,$(BUILD)/fuzz/%,\
	$(wildcard tests/userspace/fuzz/fuzz_*.c))
FUZZ_OBJS := $(CORE_SRCS:%.c=$(BUILD)/obj/fuzz/%.o)

fuzz: $(FUZZ_BINS)

$(FUZZ_BINS): $(BUILD)/fuzz/%: $(BUILD)/obj/fuzz/tests/userspace/fuzz/%.o $(FUZZ_OBJS)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_CFLAGS) $^ -o $@

$(BUILD)/obj/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -c $< -o $@

-include $(FUZZ_OBJS:.o=.d) \
	$(FUZZ_BINS:$(BUILD)/fuzz/%=$(BUILD)/obj/fuzz/tests/userspace/fuzz/%.d)
