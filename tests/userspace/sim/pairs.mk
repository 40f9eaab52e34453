# SPDX-License-Identifier: GPL-2.0-or-later
#
# Coded probe pairs, an experiment, included by the top Makefile; SEED is the first
# seed, SEEDS their number.

PAIRS_OBJS := $(call agent_objs,$(wildcard tests/userspace/sim/pairs/*.c) \
	scripts/lab/vtime/rng.c scripts/lab/vtime/osc.c)

$(BUILD)/pairs: $(PAIRS_OBJS) $(AGENT_LIB)
	$(CC) $(AGENT_CFLAGS) $(AGENT_LDFLAGS) $^ -lm -o $@

-include $(PAIRS_OBJS:.o=.d)

tools: $(BUILD)/pairs

.PHONY: bench-pairs
bench: bench-pairs

bench-pairs:
	@scripts/setup >&2
	@$(MAKE) -s $(BUILD)/pairs >&2
	@tests/userspace/bench/pairs.py $(BUILD)
