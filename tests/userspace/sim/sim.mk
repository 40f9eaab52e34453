# SPDX-License-Identifier: GPL-2.0-or-later
#
# The simulator of the core, included by the top Makefile: scenarios of the
# virtual-time lab without kernels.

SIM_VTIME := $(addprefix scripts/lab/vtime/,rng.c osc.c delay.c path.c scenario.c \
	keys.c lines.c value.c network.c event.c trace.c)
SIM_OBJS := $(call agent_objs,$(wildcard tests/userspace/sim/*.c) $(SIM_VTIME))

$(BUILD)/sim: $(SIM_OBJS) $(AGENT_LIB)
	$(CC) $(AGENT_CFLAGS) $(AGENT_LDFLAGS) $^ -ljansson -lm -o $@

-include $(SIM_OBJS:.o=.d)

tools: $(BUILD)/sim

$(BUILD)/unit/test_sim: tests/userspace/sim/sim-test.py | $(BUILD)/sim
	@mkdir -p $(@D)
	ln -sf $(abspath $<) $@

unit: $(BUILD)/unit/test_sim $(BUILD)/sim

# The plots of Documentation/accuracy.rst
.PHONY: sim-plots
sim-plots: $(BUILD)/sim
	@scripts/setup
	@tests/userspace/sim/plots.py $(BUILD) Documentation
