# SPDX-License-Identifier: GPL-2.0-or-later
#
# Tests and benchmark of clocklink-monitor with records that were made up, included by
# the top Makefile.

MONITOR_TEST_DIR := tests/userspace/monitor
MAKE_RECORD := $(BUILD)/monitor/make-record
MAKE_RECORD_OBJ := $(call agent_objs,$(MONITOR_TEST_DIR)/make-record.c)

$(MAKE_RECORD): $(MAKE_RECORD_OBJ) $(WATCH_OBJS) $(AGENT_LIB)
	@mkdir -p $(@D)
	$(CC) $(AGENT_CFLAGS) $(AGENT_LDFLAGS) $^ $(LIB_LIBS) \
		$(shell $(PKG_CONFIG) --libs jansson) -lm -o $@

tools: $(MAKE_RECORD)

-include $(MAKE_RECORD_OBJ:.o=.d)

$(BUILD)/unit/test_monitor: $(MONITOR_TEST_DIR)/monitor-test.py | $(MAKE_RECORD) \
		$(BUILD)/clocklink-monitor $(BUILD)/clocklink-stats
	@mkdir -p $(@D)
	ln -sf $(abspath $<) $@

unit: $(BUILD)/unit/test_monitor $(MAKE_RECORD) $(BUILD)/clocklink-monitor \
	$(BUILD)/clocklink-stats

.PHONY: bench-monitor
bench: bench-monitor

bench-monitor:
	@scripts/setup >&2
	@$(MAKE) -s $(MAKE_RECORD) $(BUILD)/clocklink-monitor >&2
	@tests/userspace/bench/monitor.py $(BUILD)
