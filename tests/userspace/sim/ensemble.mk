# SPDX-License-Identifier: GPL-2.0-or-later
#
# The ensemble of the voters' oscillators, simulated; included by the top Makefile.
# SEED is the first seed, SEEDS their number.

ENSEMBLE_OBJS := $(call agent_objs,$(wildcard tests/userspace/sim/ensemble/*.c) \
	$(wildcard agent/core/ensemble*.c) scripts/lab/vtime/rng.c)

$(BUILD)/ensemble: $(ENSEMBLE_OBJS) $(AGENT_LIB)
	$(CC) $(AGENT_CFLAGS) $(AGENT_LDFLAGS) $^ -lm -o $@

-include $(ENSEMBLE_OBJS:.o=.d)

tools: $(BUILD)/ensemble

.PHONY: bench-ensemble
bench: bench-ensemble

bench-ensemble:
	@scripts/setup >&2
	@$(MAKE) -s $(BUILD)/ensemble >&2
	@tests/userspace/bench/ensemble.py $(BUILD)
