# SPDX-License-Identifier: GPL-2.0-or-later
#
# The simulators of clusters, included by the top Makefile: cluster-sim has Raft
# alone, agent-sim whole agents and the module.

CLUSTER_SIM_SRCS := $(wildcard agent/sim/*.c) scripts/lab/vtime/rng.c
CLUSTER_SIM_OBJS := $(call agent_objs,$(CLUSTER_SIM_SRCS))

$(BUILD)/cluster-sim: $(CLUSTER_SIM_OBJS) $(AGENT_CORE_OBJS) $(AGENT_LIB)
	$(CC) $(AGENT_CFLAGS) $(AGENT_LDFLAGS) $^ -lm -o $@

-include $(CLUSTER_SIM_OBJS:.o=.d)

tools: $(BUILD)/cluster-sim

# The module's files that are compiled as they are, against agent/sim/kernel.
SIM_MODULE_SRCS := $(addprefix kmod/,edges.c engine.c group.c hwmap.c instance.c instant.c \
	lead.c netlink.c nlfill.c nlparse.c output.c peer.c peers.c resend.c samples.c \
	send.c steering.c txring.c)
SIM_KERNEL_SRCS := $(wildcard agent/sim/kernel/*.c)
SIM_MODULE_OBJS := $(patsubst %.c,$(BUILD)/obj/sim-module/%.o,$(SIM_MODULE_SRCS) \
	$(SIM_KERNEL_SRCS))

# What these need besides.
SIM_HOST_SRCS := scripts/lab/vtime/osc.c agent/daemon/engine_module.c

# Headers of the kernel that these files include: each is genl.h, or nothing.
SIM_HEADERS := $(addprefix linux/,build_bug.h genetlink.h gfp.h hashtable.h hrtimer.h \
	interrupt.h jiffies.h kref.h kthread.h ktime.h list.h log2.h math64.h mm.h module.h \
	mutex.h net.h netdevice.h netlink.h percpu.h ptp_clock_kernel.h random.h rculist.h \
	seqlock.h skbuff.h slab.h spinlock.h suspend.h timekeeping.h tracepoint.h) \
	$(addprefix net/,addrconf.h dst_cache.h genetlink.h ipv6.h net_namespace.h \
	netlink.h netns/generic.h) trace/define_trace.h
SIM_HEADER_DIR := $(BUILD)/obj/sim-headers

$(SIM_HEADER_DIR)/stamp: agent/sim/sim.mk
	@mkdir -p $(sort $(dir $(addprefix $(SIM_HEADER_DIR)/,$(SIM_HEADERS))))
	@for h in $(SIM_HEADERS); do \
		echo '#include "agent/sim/kernel/genl.h"' >$(SIM_HEADER_DIR)/$$h; done
	@touch $@

SIM_MODULE_CPPFLAGS := -I$(SIM_HEADER_DIR) $(AGENT_CPPFLAGS) \
	-include agent/sim/kernel/genl.h
# As the kernel compiles them.
SIM_MODULE_CFLAGS := -Wno-unused-parameter -Wno-sign-compare -Wno-missing-prototypes \
	-Wno-c2x-extensions

$(BUILD)/obj/sim-module/%.o: %.c $(SIM_HEADER_DIR)/stamp
	@mkdir -p $(@D)
	$(CC) $(SIM_MODULE_CPPFLAGS) $(AGENT_CFLAGS) $(SIM_MODULE_CFLAGS) -c $< -o $@

-include $(SIM_MODULE_OBJS:.o=.d)

AGENT_SIM_PARTS := $(addprefix agent/sim/,disk.c heap.c image.c machine.c memory.c net.c \
	schedule.c)
AGENT_SIM_OBJS := $(call agent_objs,$(wildcard agent/sim/agents/*.c) $(AGENT_SIM_PARTS) \
	$(SIM_HOST_SRCS) scripts/lab/vtime/rng.c) $(SIM_MODULE_OBJS)

$(BUILD)/agent-sim: $(AGENT_SIM_OBJS) $(AGENT_CORE_OBJS) $(AGENT_LIB)
	$(CC) $(AGENT_CFLAGS) $(AGENT_LDFLAGS) $^ -lm -o $@

-include $(AGENT_SIM_OBJS:.o=.d)

tools: $(BUILD)/agent-sim
