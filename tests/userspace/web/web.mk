# SPDX-License-Identifier: GPL-2.0-or-later
#
# Test of the web page in a browser, included by the top Makefile.

$(BUILD)/unit/test_web: tests/userspace/web/page-test.py
	@mkdir -p $(@D)
	ln -sf $(abspath $<) $@

unit: $(BUILD)/unit/test_web $(BUILD)/monitor/make-record $(BUILD)/clocklink-monitor
