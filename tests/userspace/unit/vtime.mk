# SPDX-License-Identifier: GPL-2.0-or-later
#
# Unit tests of the virtual-time lab: build/unit/test_vtime_NAME, with what they
# test built for the sanitizers as those of the agent are.

VTIME_TESTS := $(patsubst %.c,$(BUILD)/unit/%,\
	$(notdir $(wildcard $(AGENT_TEST_DIR)/test_vtime_*.c)))

VTIME_TEST_LIB := $(BUILD)/obj/agent-unit/vtime.a
VTIME_TEST_OBJS := $(call agent_test_objs,$(AGENT_TEST_DIR)/sample.c \
	agent/lib/past.c agent/lib/units.c \
	agent/nl/ctl.c agent/nl/schema.c kmod/core/clock.c \
	$(filter-out %/main.c,$(wildcard scripts/lab/vtime/*.c)))

unit: $(VTIME_TESTS)

$(VTIME_TEST_LIB): $(VTIME_TEST_OBJS)
	@rm -f $@
	$(AR) rcs $@ $^

$(VTIME_TESTS): $(BUILD)/unit/%: \
		$(BUILD)/obj/agent-unit/$(AGENT_TEST_DIR)/%.o $(VTIME_TEST_LIB)
	@mkdir -p $(@D)
	$(CC) $(AGENT_CFLAGS) $(SANITIZE) $^ -lcmocka -lelf -ljansson -lm -o $@

-include $(VTIME_TEST_OBJS:.o=.d)
-include $(VTIME_TESTS:$(BUILD)/unit/%=$(BUILD)/obj/agent-unit/$(AGENT_TEST_DIR)/%.d)
