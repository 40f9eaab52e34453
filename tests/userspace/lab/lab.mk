# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs of the VM tests, included by the top Makefile.

LAB_DIR := tests/userspace/lab
LAB_NAMES := one-way nl-raw packets phc-check wire-count page-check realtime-check lib-check
LAB_BINS := $(LAB_NAMES:%=$(BUILD)/lab/%)
LAB_OBJS := $(call agent_objs,$(LAB_NAMES:%=$(LAB_DIR)/%.c))

# the library's examples, built as in its directory
LAB_EXAMPLES := $(patsubst $(LIB_DIR)/examples/%.c,$(BUILD)/lab/%,\
	$(wildcard $(LIB_DIR)/examples/*.c))

tools: $(LAB_BINS) $(LAB_EXAMPLES)

$(LAB_BINS): $(BUILD)/lab/%: $(BUILD)/obj/$(LAB_DIR)/%.o $(AGENT_LIB)
	@mkdir -p $(@D)
	$(CC) $(AGENT_CFLAGS) $(AGENT_LDFLAGS) $^ $(LIB_LIBS) -lm -o $@

$(BUILD)/obj/$(LAB_DIR)/lib-check.o: AGENT_CPPFLAGS += -I$(LIB_DIR)
$(BUILD)/lab/lib-check: $(LIB_LINK)
$(BUILD)/lab/lib-check: private AGENT_LDFLAGS += $(LIB_RPATH)

$(LAB_EXAMPLES): $(BUILD)/lab/%: $(LIB_DIR)/examples/%.c $(LIB_LINK) $(LIB_HEADERS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -I$(LIB_DIR) $< $(LIB_LINK) $(LIB_RPATH) -o $@

-include $(LAB_OBJS:.o=.d)
