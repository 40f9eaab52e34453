# SPDX-License-Identifier: GPL-2.0-or-later
#
# Unit test of the queues of the experiment with probe pairs.

PAIRS_TEST_OBJS := $(call agent_test_objs,$(addprefix $(AGENT_TEST_DIR)/,test_pairs.c \
	sample.c) tests/userspace/sim/pairs/traffic.c scripts/lab/vtime/rng.c)

unit: $(BUILD)/unit/test_pairs

$(BUILD)/unit/test_pairs: $(PAIRS_TEST_OBJS)
	@mkdir -p $(@D)
	$(CC) $(AGENT_CFLAGS) $(SANITIZE) $^ -lcmocka -lm -o $@

-include $(PAIRS_TEST_OBJS:.o=.d)
