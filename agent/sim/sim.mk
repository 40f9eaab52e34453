# SPDX-License-Identifier: GPL-2.0-or-later
#
# The simulator of clusters, included by the top Makefile.

CLUSTER_SIM_SRCS := $(wildcard agent/sim/*.c) scripts/lab/vtime/rng.c
CLUSTER_SIM_OBJS := $(call agent_objs,$(CLUSTER_SIM_SRCS))

$(BUILD)/cluster-sim: $(CLUSTER_SIM_OBJS) $(AGENT_CORE_OBJS) $(AGENT_LIB)
	$(CC) $(AGENT_CFLAGS) $(AGENT_LDFLAGS) $^ -lm -o $@

-include $(CLUSTER_SIM_OBJS:.o=.d)

tools: $(BUILD)/cluster-sim
