# SPDX-License-Identifier: GPL-2.0-or-later
#
# Test of the monitor's rules for Prometheus and of its dashboard, included by the top
# Makefile.

$(BUILD)/unit/test_prometheus: tests/userspace/prometheus/prometheus-test.py
	@mkdir -p $(@D)
	ln -sf $(abspath $<) $@

unit: $(BUILD)/unit/test_prometheus $(BUILD)/monitor/make-record $(BUILD)/clocklink-monitor
