# SPDX-License-Identifier: GPL-2.0-or-later
#
# The demo, included by the top Makefile: five nodes in a virtual machine, and the
# tool that knows their true error.

TRUTH_OBJS := $(call agent_objs,scripts/demo/truth.c)

$(BUILD)/clocklink-truth: $(TRUTH_OBJS) $(AGENT_LIB)
	$(CC) $(AGENT_CFLAGS) $(AGENT_LDFLAGS) $^ -o $@

-include $(TRUTH_OBJS:.o=.d)

$(BUILD)/unit/test_demo: scripts/demo/demo-test.py $(BUILD)/clocklink-truth
	@mkdir -p $(@D)
	ln -sf $(abspath $<) $@

unit: $(BUILD)/unit/test_demo

.PHONY: demo demo-build tools unit
tools: $(BUILD)/clocklink-truth

demo-build: $(AGENT_BINS) $(BUILD)/clocklink-truth $(BUILD)/kmod-test/clocklink.ko

# KEEP=1: the page stays until Enter
demo: setup
	@scripts/demo/demo $(if $(KEEP),--keep)
