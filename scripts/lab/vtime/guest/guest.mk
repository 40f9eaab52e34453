# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the nodes of the virtual-time lab run, included by the top Makefile. A fragment
# that has another module for them makes it $(BUILD)/NAME-vtime/FILE.ko and adds it to
# what vtime needs: the guests find it as /modules/FILE.ko.

VTIME_KDIR = $(eval VTIME_KDIR := $(shell scripts/lab/vtime/kernel/build))$(VTIME_KDIR)

# variant of scripts/kmod.mk
kdir-vtime = $(VTIME_KDIR)
args-vtime := ARCH=um
# one that can lie
kdir-vtime-test = $(VTIME_KDIR)
args-vtime-test := ARCH=um CLOCKLINK_TEST=1

VTIME_GUEST := $(BUILD)/vtime-guest

.PHONY: vtime vtime-kunit
vtime: agent $(BUILD)/vtime $(VTIME_GUEST)/vtguest $(VTIME_GUEST)/crowd \
	$(VTIME_GUEST)/preload.so $(VTIME_GUEST)/slowdisk.so $(BUILD)/kmod-vtime/clocklink.ko \
	$(BUILD)/test-vtime/clocklink_test.ko

$(BUILD)/test-vtime/clocklink_test.ko: $(BUILD)/kmod-vtime-test/clocklink.ko
	@mkdir -p $(@D)
	cp $< $@

# The suites, for this kernel instead of UM_KDIR.
vtime-kunit: vtime
	$(MAKE) kunit UM_KDIR=$(VTIME_KDIR) KUNIT_DIR=$(BUILD)/kunit-vtime

# static: a node has fewer pages to map
$(VTIME_GUEST)/vtguest: scripts/lab/vtime/kernel/vtime.h
$(VTIME_GUEST)/vtguest $(VTIME_GUEST)/crowd: $(VTIME_GUEST)/%: scripts/lab/vtime/guest/%.c
	@mkdir -p $(@D)
	$(CC) $(AGENT_CPPFLAGS) $(AGENT_CFLAGS) -fno-PIE -static $< -o $@

# loaded by the kernel's host side, and by daemons
$(VTIME_GUEST)/%.so: scripts/lab/vtime/guest/%.c
	@mkdir -p $(@D)
	$(CC) $(AGENT_CPPFLAGS) $(AGENT_CFLAGS) -fPIC -shared $< -o $@
