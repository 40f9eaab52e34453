# SPDX-License-Identifier: GPL-2.0-or-later
#
# Test of the Python package against the library, included by the top Makefile.

PYTHON_LAYOUT := $(BUILD)/python/layout
PYTHON_TEST_TOOLS := $(PYTHON_LAYOUT) $(BUILD)/bench/page-writer $(LIB_SO)

$(PYTHON_LAYOUT): tests/userspace/python/layout.c $(wildcard $(LIB_DIR)/*.h)
	@mkdir -p $(@D)
	$(CC) -I$(LIB_DIR) -O2 -Wall -Wextra -Werror $(CFLAGS) $< -o $@

$(BUILD)/unit/test_python: tests/userspace/python/python-test.py | $(PYTHON_TEST_TOOLS)
	@mkdir -p $(@D)
	ln -sf $(abspath $<) $@

unit: $(BUILD)/unit/test_python $(PYTHON_TEST_TOOLS)
