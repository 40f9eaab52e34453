# SPDX-License-Identifier: GPL-2.0-or-later
#
# Tests of what judges the virtual-time lab, included by the top Makefile.

$(BUILD)/unit/test_evaluate: tests/userspace/vtime/evaluate-test.py
	@mkdir -p $(@D)
	ln -sf $(abspath $<) $@

$(BUILD)/unit/test_labcluster: tests/userspace/vtime/cluster-test.py
	@mkdir -p $(@D)
	ln -sf $(abspath $<) $@

unit: $(BUILD)/unit/test_evaluate $(BUILD)/unit/test_labcluster
