# SPDX-License-Identifier: GPL-2.0-or-later
#
# Clocklink: kernel module, library, daemon, command line. "make help" lists the
# targets; Documentation/testing.rst explains the tests.

VERSION := 0.1.0
BUILD   ?= build
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
# Where Debian's Python looks: below /usr in one place for all its versions
PYTHON_DIR ?= $(PREFIX)/lib/python3$(if $(filter-out /usr,$(PREFIX)),$(shell \
	python3 -c 'import sys; print(".%d" % sys.version_info[1])'))/dist-packages
DESTDIR ?=
CFLAGS  ?= -O2 -g

# Headers of the kernel that the module is for: those of the running kernel, else
# the newest installed, else those of the kernel that the lab boots.
KDIR ?= $(or $(wildcard /lib/modules/$(shell uname -r)/build),$(lastword \
	$(shell ls -d /usr/src/linux-headers-*-amd64 2>/dev/null | sort -V)),$(VM_KDIR))

# What is installed. Another file: a module that was built for another kernel
MODULE ?= $(BUILD)/kmod-release/clocklink.ko

# Kernels of the labs; looked for (and fetched or built) once, when first needed.
# VM_KDIR is for 6.1; scripts/kmod.mk has the other series.
VM_SERIES := $(shell scripts/lab/vm/kernel series)
VM_KDIR = $(kdir-vm)
UM_KDIR = $(eval UM_KDIR := $(shell scripts/lab/um/build))$(UM_KDIR)

.PHONY: all setup tools unit fuzz tests check demo install install-lib install-python \
	clean help FORCE
all: module agent

include agent/agent.mk
include agent/sim/sim.mk
include scripts/kmod.mk
-include scripts/demo/demo.mk
-include scripts/lab/vtime/vtime.mk
-include scripts/lab/vtime/guest/guest.mk
-include $(wildcard tests/userspace/*/*.mk)

# What scripts/check/run needs; the fragments add their programs to tools (of the
# labs), unit and fuzz.
tests: agent tools unit fuzz $(VM_MODULES)

setup:
	@scripts/setup

check: setup
	@scripts/check/run $(CHECKS)

install: release = $(firstword $(shell /sbin/modinfo -F vermagic $(MODULE)))
install: $(MODULE) agent install-lib install-python
	install -D -m 644 -t $(DESTDIR)/lib/modules/$(release)/updates $(MODULE)
	$(if $(DESTDIR),,/sbin/depmod $(release))
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/sbin $(BUILD)/clocklinkd
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/sbin $(BUILD)/clocklink-monitor
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/bin $(BUILD)/clocklinkctl $(BUILD)/clocklink-stats
	install -D -m 644 -t $(DESTDIR)/lib/udev/rules.d scripts/install/60-clocklink.rules
	install -d $(DESTDIR)/lib/systemd/system
	for unit in agent/daemon/clocklinkd.service agent/monitor/clocklink-monitor.service; do \
		sed 's|/usr/sbin|$(PREFIX)/sbin|' $$unit \
			> $(DESTDIR)/lib/systemd/system/$${unit##*/} || exit 1; \
	done
	install -D -m 644 -t $(DESTDIR)/usr/lib/systemd/catalog agent/daemon/clocklink.catalog
	$(if $(DESTDIR),,journalctl --update-catalog || true)
	$(if $(DESTDIR),,systemctl daemon-reload || true)
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/clocklink agent/daemon/clocklinkd.conf
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/clocklink/prometheus \
		agent/monitor/prometheus/*.yml
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/clocklink/grafana agent/monitor/grafana/*.json
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man5 Documentation/man/*.5
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man8 Documentation/man/*.8

# The library alone: what programs need that read the time
install-lib: $(LIB_LINK)
	install -D -m 644 -t $(DESTDIR)$(LIBDIR) $(LIB_SO)
	ln -sf $(notdir $(LIB_SO)) $(DESTDIR)$(LIBDIR)/$(notdir $(LIB_LINK))
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/include $(LIB_HEADERS)
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig
	sed 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@VERSION@|$(VERSION)|' \
		$(LIB_DIR)/libclocklink.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/libclocklink.pc
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man3 Documentation/man/*.3
	$(if $(DESTDIR),,/sbin/ldconfig)

# The Python package, which needs the library
install-python:
	install -D -m 644 -t $(DESTDIR)$(PYTHON_DIR)/clocklink agent/python/clocklink/*.py \
		agent/python/clocklink/py.typed

clean:
	rm -rf $(BUILD)

help:
	@echo 'make                  module for KDIR, library, daemon, command line'
	@echo 'make check            all tests; CHECKS="static vm/020*" runs some'
	@echo 'make demo             five nodes in a virtual machine, their true error, a page of them;'
	@echo '                      KEEP=1: the page stays until Enter'
	@echo 'make bench-read       time of one reading, against clock_gettime()'
	@echo 'make bench-read-soak  10^9 readings beside a writer: none torn, none back in time'
	@echo 'make bench-respond    instructions of one answer, against an epoll process'
	@echo 'make bench-overhead   instructions per sample, memory per peer, the daemon'
	@echo 'make bench-lan        accuracy beside chronyd and ptp4l; also lan-noise, lan-normal,'
	@echo '                      lan-hw, wan, wan-gamma, wlan, loss, route, converge'
	@echo 'make bench-bound      do the bounds hold: simulator, some in the lab; also holdover,'
	@echo '                      link, mesh'
	@echo 'make bench-pairs      do coded probe pairs help: simulated queues'
	@echo 'make bench-ensemble   is cluster time steadier than the oscillators: simulated voters'
	@echo 'make bench-raft-faults  10,000 random fault schedules break no invariant of Raft'
	@echo 'make bench-agent-faults 10,000 break no rule of whole agents'
	@echo 'make bench-failover   the leader fails: time without one, what clocks suffer'
	@echo 'make bench-byzantine  nodes that lie: who is isolated, what honest clocks suffer'
	@echo 'make bench-liars      three of ten clocks lie, beside chronyd with the same, in the lab'
	@echo 'make bench-monitor    time of each answer of clocklink-monitor, with 10,000 nodes'
	@echo 'make bench-anomaly    warnings of links: how many are false, how early the others are'
	@echo 'make model            elections and members of Raft, by the model checker spin'
	@echo 'make lab-plots        plots of Documentation/lab.rst'
	@echo 'make sim-plots        plots of Documentation/accuracy.rst'
	@echo 'make install          DESTDIR= PREFIX= LIBDIR=, module for KDIR or MODULE=FILE;'
	@echo '                      install-lib: the library for programs alone'
	@echo 'make setup            installs missing Debian packages (check, demo do it)'
	@echo 'make clean            removes build/'
	@echo
	@echo 'KDIR=DIR              kernel headers, default those of the running kernel'
	@echo 'CLOCKLINK_SERIES=6.1  kernels that the tests use, default "6.1 6.12"'
	@echo 'CLOCKLINK_CACHE=DIR   kernels of the labs, default ~/.cache/clocklink'
