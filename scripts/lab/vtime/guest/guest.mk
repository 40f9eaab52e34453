# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the nodes of the virtual-time lab run, included by the top Makefile. A fragment
# that has another module for them makes it $(BUILD)/NAME-vtime/FILE.ko and adds it to
# what vtime needs: the guests find it as /modules/FILE.ko.

VTIME_KDIR = $(eval VTIME_KDIR := $(shell scripts/lab/vtime/kernel/build))$(VTIME_KDIR)

# variant of scripts/kmod.mk
kdir-vtime = $(VTIME_KDIR)
args-vtime := ARCH=um

VTIME_GUEST := $(BUILD)/vtime-guest

.PHONY: vtime vtime-kunit
vtime: agent $(BUILD)/vtime $(VTIME_GUEST)/vtguest $(VTIME_GUEST)/preload.so \
	$(BUILD)/kmod-vtime/clocklink.ko

# The suites, for this kernel instead of UM_KDIR.
vtime-kunit: vtime
	$(MAKE) kunit UM_KDIR=$(VTIME_KDIR) KUNIT_DIR=$(BUILD)/kunit-vtime

# static: a node has fewer pages to map
$(VTIME_GUEST)/vtguest: scripts/lab/vtime/guest/vtguest.c scripts/lab/vtime/kernel/vtime.h
	@mkdir -p $(@D)
	$(CC) $(AGENT_CPPFLAGS) $(AGENT_CFLAGS) -fno-PIE -static $< -o $@

# loaded by the kernel's host side
$(VTIME_GUEST)/preload.so: scripts/lab/vtime/guest/preload.c
	@mkdir -p $(@D)
	$(CC) $(AGENT_CPPFLAGS) $(AGENT_CFLAGS) -fPIC -shared $< -o $@
