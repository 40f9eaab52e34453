# SPDX-License-Identifier: GPL-2.0-or-later
#
# The virtual-time lab, included by the top Makefile: the program that runs User
# Mode Linux kernels in a time of its own.

VTIME_OBJS := $(call agent_objs,$(wildcard scripts/lab/vtime/*.c))

$(BUILD)/vtime: $(VTIME_OBJS) $(AGENT_LIB)
	$(CC) $(AGENT_CFLAGS) $(AGENT_LDFLAGS) $^ -lelf -ljansson -lm -o $@

-include $(VTIME_OBJS:.o=.d)

.PHONY: tools
tools: $(BUILD)/vtime
