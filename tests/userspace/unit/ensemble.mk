# SPDX-License-Identifier: GPL-2.0-or-later
#
# Unit test of how steady the ensemble's time is, in its simulator.

TIMESCALE_TEST_OBJS := $(call agent_test_objs,$(AGENT_TEST_DIR)/test_timescale.c \
	$(addprefix tests/userspace/sim/ensemble/,world.c trial.c) \
	scripts/lab/vtime/rng.c)

unit: $(BUILD)/unit/test_timescale

$(BUILD)/unit/test_timescale: $(TIMESCALE_TEST_OBJS) $(AGENT_TEST_LIB)
	@mkdir -p $(@D)
	$(CC) $(AGENT_CFLAGS) $(SANITIZE) $^ -lcmocka -lm -o $@

-include $(TIMESCALE_TEST_OBJS:.o=.d)
