# SPDX-License-Identifier: GPL-2.0-or-later
#
# Tests of clusters in the simulator (agent/sim), included by the top Makefile: with
# the program as it is, and built for the sanitizers.

CLUSTER_TEST_OBJS := $(call agent_test_objs,$(CLUSTER_SIM_SRCS))

$(BUILD)/cluster-sim-sanitized: $(CLUSTER_TEST_OBJS) $(AGENT_TEST_LIB)
	$(CC) $(AGENT_CFLAGS) $(SANITIZE) $^ -lm -o $@

-include $(CLUSTER_TEST_OBJS:.o=.d)

$(BUILD)/unit/test_cluster: tests/userspace/cluster/cluster-test.py | \
		$(BUILD)/cluster-sim $(BUILD)/cluster-sim-sanitized
	@mkdir -p $(@D)
	ln -sf $(abspath $<) $@

unit: $(BUILD)/unit/test_cluster $(BUILD)/cluster-sim $(BUILD)/cluster-sim-sanitized

# Its parts, each alone: build/unit/test_cluster_NAME
CLUSTER_UNITS := $(patsubst %.c,$(BUILD)/unit/%,\
	$(notdir $(wildcard $(AGENT_TEST_DIR)/test_cluster_*.c)))

CLUSTER_UNIT_LIB := $(BUILD)/obj/agent-unit/cluster.a
CLUSTER_UNIT_OBJS := $(filter-out %/main.o,$(CLUSTER_TEST_OBJS)) \
	$(SIM_MODULE_OBJS:$(BUILD)/obj/%=$(BUILD)/obj/agent-unit/%) \
	$(call agent_test_objs,$(SIM_HOST_SRCS))

unit: $(CLUSTER_UNITS)

$(BUILD)/obj/agent-unit/sim-module/%.o: %.c $(SIM_HEADER_DIR)/stamp
	@mkdir -p $(@D)
	$(CC) $(SIM_MODULE_CPPFLAGS) -U_FORTIFY_SOURCE $(AGENT_CFLAGS) \
		$(SIM_MODULE_CFLAGS) $(SANITIZE) -c $< -o $@

$(CLUSTER_UNIT_LIB): $(CLUSTER_UNIT_OBJS)
	@rm -f $@
	$(AR) rcs $@ $^

$(CLUSTER_UNITS): $(BUILD)/unit/%: \
		$(BUILD)/obj/agent-unit/$(AGENT_TEST_DIR)/%.o $(CLUSTER_UNIT_LIB) \
		$(AGENT_TEST_LIB)
	@mkdir -p $(@D)
	$(CC) $(AGENT_CFLAGS) $(SANITIZE) $^ -lcmocka -lm -o $@

-include $(CLUSTER_UNITS:$(BUILD)/unit/%=$(BUILD)/obj/agent-unit/$(AGENT_TEST_DIR)/%.d)

-include $(CLUSTER_UNIT_OBJS:.o=.d)

# Whole agents.
$(BUILD)/unit/test_agents: tests/userspace/cluster/agents-test.py | \
		$(BUILD)/agent-sim $(BUILD)/sim
	@mkdir -p $(@D)
	ln -sf $(abspath $<) $@

unit: $(BUILD)/unit/test_agents $(BUILD)/agent-sim $(BUILD)/sim
