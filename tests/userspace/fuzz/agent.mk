# SPDX-License-Identifier: GPL-2.0-or-later
#
# Fuzzers of the agent: netlink messages, the control socket, the daemon's file, Raft,
# the replicated state, the ensemble's table, testimony, discovery.

AGENT_FUZZ_DIR := tests/userspace/fuzz/agent
AGENT_FUZZ_BINS := $(patsubst $(AGENT_FUZZ_DIR)/%.c,$(BUILD)/fuzz/%,\
	$(wildcard $(AGENT_FUZZ_DIR)/fuzz_*.c))
AGENT_FUZZ_OBJS := $(patsubst %.c,$(BUILD)/obj/agent-fuzz/%.o,\
	$(wildcard agent/nl/*.c agent/lib/*.c agent/core/raft*.c agent/core/ensemble*.c) \
	agent/daemon/config.c agent/daemon/clusterconf.c agent/daemon/tcp.c \
	agent/daemon/beacon.c agent/watch/look.c agent/watch/recordread.c \
	$(addprefix agent/core/,layout.c entry.c utc.c roster.c state.c state_check.c \
	freeze.c testimony.c) tests/userspace/unit/raftnet.c)
# of the control socket; the rest of the daemon is made up
CONTROL_FUZZ_OBJS := $(patsubst %.c,$(BUILD)/obj/agent-fuzz/%.o,\
	$(addprefix agent/daemon/,control.c command.c view.c viewjudge.c \
	systime.c phctime.c phcread.c timepage.c adjtime.c) \
	$(addprefix agent/core/,sysclock.c realtime.c owner.c phcclock.c phcloop.c) $(wildcard agent/core/cluster*.c) \
	agent/core/apply.c agent/core/io.c agent/core/gate.c agent/core/usual.c \
	agent/core/reputation.c agent/core/reputation_name.c)
AGENT_FUZZ_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all

fuzz: $(AGENT_FUZZ_BINS)

$(BUILD)/obj/agent-fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(FUZZ_CC) -I. -Iuapi -D_GNU_SOURCE -MMD -MP $(AGENT_FUZZ_CFLAGS) \
		-c $< -o $@

$(AGENT_FUZZ_BINS): $(BUILD)/fuzz/%: \
		$(BUILD)/obj/agent-fuzz/$(AGENT_FUZZ_DIR)/%.o $(AGENT_FUZZ_OBJS)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(AGENT_FUZZ_CFLAGS) $^ -linih $(LIB_LIBS) -lm -o $@

$(BUILD)/fuzz/fuzz_control: $(CONTROL_FUZZ_OBJS)

-include $(AGENT_FUZZ_OBJS:.o=.d) $(CONTROL_FUZZ_OBJS:.o=.d) \
	$(AGENT_FUZZ_BINS:$(BUILD)/fuzz/%=$(BUILD)/obj/agent-fuzz/$(AGENT_FUZZ_DIR)/%.d)
