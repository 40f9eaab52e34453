# SPDX-License-Identifier: GPL-2.0-or-later
#
# The agent: library, daemon, command line.  Included by the top Makefile, or
# used alone: make -f agent/agent.mk

BUILD ?= build
CORE_SRCS ?= $(wildcard kmod/core/*.c)
VERSION ?= 0.1.0
PKG_CONFIG ?= pkg-config

AGENT_BINS := $(BUILD)/clocklinkd $(BUILD)/clocklinkctl $(BUILD)/clocklink-monitor \
	$(BUILD)/clocklink-stats
AGENT_LIB := $(BUILD)/libagent.a

AGENT_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Wmissing-prototypes -Wshadow \
	-Werror -fPIE -fstack-protector-strong -fstack-clash-protection \
	$(CFLAGS)
AGENT_CPPFLAGS := -I. -Iuapi -D_GNU_SOURCE -D_FORTIFY_SOURCE=2 \
	-DCL_VERSION='"$(VERSION)"' -MMD -MP $(CPPFLAGS)
AGENT_LDFLAGS := -pie -Wl,-z,relro,-z,now,-z,noexecstack $(LDFLAGS)

# Only the file that calls libnl sees its headers.
NL_CFLAGS = $(shell $(PKG_CONFIG) --cflags libnl-genl-3.0)
LIB_LIBS = $(shell $(PKG_CONFIG) --libs libmnl)
DAEMON_LIBS = $(shell $(PKG_CONFIG) --libs inih libcap-ng sqlite3) -lresolv -lm
MONITOR_LIBS = $(shell $(PKG_CONFIG) --libs libmicrohttpd libcap-ng jansson) -lm
CLI_LIBS = $(shell $(PKG_CONFIG) --libs libnl-genl-3.0 jansson)
STATS_LIBS = $(shell $(PKG_CONFIG) --libs jansson) -lm

# The C file of %.o is %.c below the top.
agent_objs = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

AGENT_LIB_OBJS := $(call agent_objs,$(CORE_SRCS) \
	$(wildcard agent/lib/*.c agent/nl/*.c))
AGENT_CORE_OBJS := $(call agent_objs,$(wildcard agent/core/*.c))
DAEMON_OBJS := $(call agent_objs,$(wildcard agent/daemon/*.c))
WATCH_OBJS := $(call agent_objs,$(wildcard agent/watch/*.c))
CLI_OBJS := $(call agent_objs,$(wildcard agent/cli/*.c))
MONITOR_OBJS := $(call agent_objs,$(wildcard agent/monitor/*.c))
STATS_OBJS := $(call agent_objs,$(wildcard agent/stats/*.c))
AGENT_OBJS := $(AGENT_LIB_OBJS) $(AGENT_CORE_OBJS) $(DAEMON_OBJS) \
	$(WATCH_OBJS) $(CLI_OBJS) $(MONITOR_OBJS) $(STATS_OBJS)

# The library for programs: what it takes of the core and of lib/ is compiled once
# more, to be hidden.
LIB_DIR := agent/libclocklink
LIB_SO := $(BUILD)/libclocklink.so.1
LIB_LINK := $(BUILD)/libclocklink.so
LIB_HEADERS := $(LIB_DIR)/clocklink.h $(LIB_DIR)/clocklink_hlc.h
LIB_MAP := $(LIB_DIR)/libclocklink.map
LIB_CFLAGS = $(filter-out -fPIE,$(AGENT_CFLAGS)) -fPIC -fvisibility=hidden -fno-plt \
	-ffunction-sections
LIB_LDFLAGS := -shared -Wl,-soname,$(notdir $(LIB_SO)) -Wl,--version-script,$(LIB_MAP) \
	-Wl,-Bsymbolic-functions -Wl,-z,relro,-z,now,-z,noexecstack,-z,defs \
	-Wl,--gc-sections $(LDFLAGS)
# for programs that use it where it was built
LIB_RPATH := -Wl,-rpath,$(abspath $(BUILD))
LIB_OBJS := $(patsubst %.c,$(BUILD)/obj/so/%.o,$(wildcard $(LIB_DIR)/*.c) \
	agent/lib/page.c agent/lib/past.c)

.PHONY: agent
agent: $(AGENT_LIB) $(AGENT_BINS) $(LIB_LINK)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(AGENT_CPPFLAGS) $(AGENT_CFLAGS) -c $< -o $@

$(BUILD)/obj/agent/cli/transport.o: AGENT_CFLAGS += $(NL_CFLAGS)

$(AGENT_LIB): $(AGENT_LIB_OBJS)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/clocklinkd: $(DAEMON_OBJS) $(AGENT_CORE_OBJS) $(AGENT_LIB)
	$(CC) $(AGENT_CFLAGS) $(AGENT_LDFLAGS) $^ $(DAEMON_LIBS) $(LIB_LIBS) \
		-o $@

$(BUILD)/clocklinkctl: $(CLI_OBJS) $(WATCH_OBJS) $(AGENT_LIB)
	$(CC) $(AGENT_CFLAGS) $(AGENT_LDFLAGS) $^ $(CLI_LIBS) $(LIB_LIBS) -o $@

# Files that the monitor has in itself
MONITOR_DIR := agent/monitor
MONITOR_FILES := $(MONITOR_DIR)/openapi.json $(shell find $(MONITOR_DIR)/web)
ASSETS_C := $(BUILD)/obj/monitor/assets.c

$(ASSETS_C): $(MONITOR_DIR)/embed $(MONITOR_FILES)
	@mkdir -p $(@D)
	$< $(@D) $(MONITOR_DIR)

$(ASSETS_C:.c=.o): $(ASSETS_C)
	$(CC) $(AGENT_CPPFLAGS) $(AGENT_CFLAGS) -c $< -o $@

$(BUILD)/clocklink-monitor: $(MONITOR_OBJS) $(ASSETS_C:.c=.o) $(WATCH_OBJS) $(AGENT_LIB)
	$(CC) $(AGENT_CFLAGS) $(AGENT_LDFLAGS) $^ $(MONITOR_LIBS) $(LIB_LIBS) -o $@

$(BUILD)/clocklink-stats: $(STATS_OBJS) $(WATCH_OBJS) $(AGENT_LIB)
	$(CC) $(AGENT_CFLAGS) $(AGENT_LDFLAGS) $^ $(STATS_LIBS) $(LIB_LIBS) -o $@

$(BUILD)/obj/so/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(AGENT_CPPFLAGS) -I$(LIB_DIR) $(LIB_CFLAGS) -c $< -o $@

$(LIB_SO): $(LIB_OBJS) $(LIB_MAP)
	$(CC) $(LIB_CFLAGS) $(LIB_LDFLAGS) $(LIB_OBJS) -o $@

$(LIB_LINK): $(LIB_SO)
	ln -sf $(<F) $@

-include $(AGENT_OBJS:.o=.d) $(LIB_OBJS:.o=.d)
