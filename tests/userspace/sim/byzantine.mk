# SPDX-License-Identifier: GPL-2.0-or-later
#
# Nodes that lie, against the agent's rules, included by the top Makefile; SEED is
# the first seed, SEEDS their number.

BYZANTINE_RULES := $(addprefix agent/core/,gate.c usual.c reputation.c check.c \
	pace.c confidence.c)
BYZANTINE_OBJS := $(call agent_objs,$(wildcard tests/userspace/sim/byzantine/*.c) \
	$(BYZANTINE_RULES) scripts/lab/vtime/rng.c)

$(BUILD)/byzantine: $(BYZANTINE_OBJS) $(AGENT_LIB)
	$(CC) $(AGENT_CFLAGS) $(AGENT_LDFLAGS) $^ -lm -o $@

-include $(BYZANTINE_OBJS:.o=.d)

tools: $(BUILD)/byzantine

$(BUILD)/unit/test_byzantine: tests/userspace/sim/byzantine-test.py | $(BUILD)/byzantine
	@mkdir -p $(@D)
	ln -sf $(abspath $<) $@

unit: $(BUILD)/unit/test_byzantine $(BUILD)/byzantine

.PHONY: bench-byzantine
bench: bench-byzantine

bench-byzantine:
	@scripts/setup >&2
	@$(MAKE) -s $(BUILD)/byzantine $(BUILD)/agent-sim >&2
	@tests/userspace/bench/byzantine.py $(BUILD)
