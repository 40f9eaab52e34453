# SPDX-License-Identifier: GPL-2.0-or-later
#
# Unit tests of the core, included by the top Makefile.  The sources are KUnit
# suites: unit/kunit/test.h makes cmocka programs of them (target unit), and the
# kernel of the virtual-time lab takes them as a module (target kunit).

CORE_SRCS ?= $(wildcard kmod/core/*.c)
SANITIZE ?= -fsanitize=address,undefined -fno-sanitize-recover=all
VECTOR_DIRS := tests/userspace/vectors $(BUILD)/vectors
ESTIMATOR_VECTORS := $(BUILD)/vectors/estimator_vectors.inc
HULL_VECTORS := $(BUILD)/vectors/hull_vectors.inc

UNIT_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror $(SANITIZE)
UNIT_CPPFLAGS := $(addprefix -I,tests/userspace/unit kmod $(VECTOR_DIRS)) \
	-MMD -MP
UNIT_BINS := $(patsubst tests/kunit/%.c,$(BUILD)/unit/%,\
	$(wildcard tests/kunit/test_*.c))
UNIT_OBJS := $(patsubst %.c,$(BUILD)/obj/unit/%.o,$(CORE_SRCS) \
	tests/userspace/unit/kunit/main.c)

unit: $(UNIT_BINS)

$(UNIT_BINS): $(BUILD)/unit/%: $(BUILD)/obj/unit/tests/kunit/%.o $(UNIT_OBJS)
	@mkdir -p $(@D)
	$(CC) $(UNIT_CFLAGS) $^ -lcmocka -o $@

$(BUILD)/obj/unit/%.o: %.c | $(ESTIMATOR_VECTORS) $(HULL_VECTORS)
	@mkdir -p $(@D)
	$(CC) $(UNIT_CPPFLAGS) $(UNIT_CFLAGS) -c $< -o $@

$(ESTIMATOR_VECTORS): $(wildcard tests/userspace/vectors/*)
	tests/userspace/vectors/gen.py $@

$(HULL_VECTORS): tests/userspace/vectors/gen_hull.py \
		tests/userspace/vectors/synctraces_matches.csv
	tests/userspace/vectors/gen_hull.py $@

-include $(UNIT_OBJS:.o=.d) $(UNIT_BINS:$(BUILD)/unit/%=$(BUILD)/obj/unit/tests/kunit/%.d)

# The module of the suites, for UM_KDIR.
KUNIT_DIR := $(BUILD)/kunit

.PHONY: kunit
kunit: $(KUNIT_DIR)/clocklink_kunit.ko

$(KUNIT_DIR)/.links: FORCE
	@scripts/link-sources $(KUNIT_DIR) '$(UM_KDIR)' tests/kunit
	@scripts/link-sources $(KUNIT_DIR)/core '$(UM_KDIR)' kmod/core

$(KUNIT_DIR)/clocklink_kunit.ko: $(KUNIT_DIR)/.links $(ESTIMATOR_VECTORS) \
		$(HULL_VECTORS) \
		$(wildcard tests/kunit/* kmod/core/* tests/userspace/vectors/*.inc)
	$(MAKE) -C $(UM_KDIR) ARCH=um M=$(abspath $(KUNIT_DIR)) \
		VECTORS="$(abspath $(VECTOR_DIRS))" W=1 modules
	@touch $@
