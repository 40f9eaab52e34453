# SPDX-License-Identifier: GPL-2.0-or-later
#
# Unit tests of the agent: build/unit/test_NAME from test_NAME.c, with all that
# they test built for the sanitizers.

AGENT_TEST_DIR := tests/userspace/unit
# one a line, so that those of two branches can be merged
AGENT_TEST_NAMES := \
	codec \
	units \
	settings \
	page \
	past \
	round \
	round_elect \
	guard \
	reputation \
	usual \
	warm \
	check \
	probe \
	overdue \
	config \
	clusterconf \
	cache \
	guests \
	membership \
	seed \
	notify \
	journal \
	options \
	output \
	linefit \
	level \
	trend \
	reach \
	anomaly \
	drift \
	hwdev \
	phcread \
	blake2s \
	control \
	view \
	entry \
	leapfile \
	state \
	freeze \
	store \
	storedb \
	durable \
	frames \
	streams \
	raft_conf \
	raft_log \
	raft_disk \
	raft_codec \
	raft_election \
	raft_term \
	raft_replication \
	raft_membership \
	raft_snapshot \
	raft_transfer \
	raft_lease \
	raft_faults \
	raft_memory \
	raft_random \
	sensor \
	sysclock \
	phcclock \
	rival \
	ensemble \
	core_timescale \
	apply \
	agent \
	discovery \
	core_cluster \
	core_feed \
	census \
	testimony \
	proofs \
	judge \
	trial \
	watch_look \
	watch_record \
	monitor_history \
	monitor_changes \
	doctor \
	allan \
	replay \
	stats_view

AGENT_TESTS := $(AGENT_TEST_NAMES:%=$(BUILD)/unit/test_%)
SANITIZE ?= -fsanitize=address,undefined -fno-sanitize-recover=all

agent_test_objs = $(patsubst %.c,$(BUILD)/obj/agent-unit/%.o,$(1))

AGENT_TEST_LIB := $(BUILD)/obj/agent-unit/lib.a
AGENT_TEST_OBJS := $(call agent_test_objs,$(CORE_SRCS) \
	$(wildcard agent/lib/*.c agent/nl/*.c agent/core/*.c) \
	agent/daemon/config.c agent/daemon/clusterconf.c agent/daemon/seed.c agent/daemon/notify.c \
	agent/daemon/phcread.c agent/daemon/sensor.c agent/daemon/timepage.c \
	agent/daemon/adjtime.c agent/daemon/systime.c agent/daemon/phctime.c \
	agent/daemon/log.c agent/daemon/journal.c agent/daemon/frames.c agent/daemon/tcp.c \
	agent/daemon/stream.c agent/daemon/contacts.c agent/daemon/streams.c \
	$(wildcard agent/daemon/store*.c) agent/daemon/cache.c agent/daemon/guests.c \
	$(wildcard agent/daemon/membership*.c) \
	agent/daemon/beacon.c agent/daemon/multicast.c agent/daemon/srv.c \
	agent/daemon/discovery.c \
	$(addprefix agent/daemon/,control.c command.c view.c viewjudge.c) \
	$(wildcard agent/watch/*.c) \
	$(addprefix agent/monitor/,history.c eventlog.c changes.c rounds.c) \
	$(wildcard agent/stats/doctor*.c agent/stats/view*.c) \
	$(addprefix agent/stats/,finding.c median.c allan.c replay.c host.c) \
	agent/cli/options.c agent/cli/output.c $(AGENT_TEST_DIR)/fakeio.c \
	$(AGENT_TEST_DIR)/crashvfs.c $(AGENT_TEST_DIR)/storemodel.c \
	$(AGENT_TEST_DIR)/raftnet.c $(AGENT_TEST_DIR)/fakekernel.c $(AGENT_TEST_DIR)/nameserver.c)

unit: $(AGENT_TESTS)

$(BUILD)/obj/agent-unit/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(AGENT_CPPFLAGS) -U_FORTIFY_SOURCE $(AGENT_CFLAGS) $(SANITIZE) \
		-c $< -o $@

$(AGENT_TEST_LIB): $(AGENT_TEST_OBJS)
	@rm -f $@
	$(AR) rcs $@ $^

$(AGENT_TESTS): $(BUILD)/unit/%: \
		$(BUILD)/obj/agent-unit/$(AGENT_TEST_DIR)/%.o $(AGENT_TEST_LIB)
	@mkdir -p $(@D)
	$(CC) $(AGENT_CFLAGS) $(SANITIZE) $^ -lcmocka -linih -ljansson -lsqlite3 -lresolv \
		$(LIB_LIBS) -lm -o $@

# They have random numbers of the core's tests.
$(call agent_test_objs,$(addprefix $(AGENT_TEST_DIR)/test_,$(addsuffix .c,level trend reach \
	anomaly drift))): private AGENT_CPPFLAGS += -Ikmod -Itests/kunit

# It takes memory away from what it tests.
$(BUILD)/unit/test_raft_memory: private SANITIZE += -Wl,--wrap=malloc,--wrap=realloc

-include $(AGENT_TEST_OBJS:.o=.d)
-include $(AGENT_TEST_NAMES:%=$(BUILD)/obj/agent-unit/$(AGENT_TEST_DIR)/test_%.d)
