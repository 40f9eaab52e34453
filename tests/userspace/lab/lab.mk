# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs of the VM tests, included by the top Makefile.

LAB_DIR := tests/userspace/lab
LAB_BINS := $(BUILD)/lab/one-way
LAB_OBJS := $(call agent_objs,$(LAB_DIR)/one-way.c)

tools: $(LAB_BINS)

$(LAB_BINS): $(BUILD)/lab/%: $(BUILD)/obj/$(LAB_DIR)/%.o
	@mkdir -p $(@D)
	$(CC) $(AGENT_CFLAGS) $(AGENT_LDFLAGS) $^ -o $@

-include $(LAB_OBJS:.o=.d)
