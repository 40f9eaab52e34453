# SPDX-License-Identifier: GPL-2.0-or-later
#
# Unit tests of libclocklink: build/unit/test_lib_NAME from test_lib_NAME.c, linked
# with the shared library as programs are.  test_lib_timens has the files that
# it tests inside, with an ioctl() of its own.

LIB_TEST_NAMES := \
	open \
	now \
	utc \
	wait \
	status \
	convert \
	hlc \
	fork

LIB_TESTS := $(LIB_TEST_NAMES:%=$(BUILD)/unit/test_lib_%)
LIB_TEST_OBJS := $(patsubst %.c,$(BUILD)/obj/lib-unit/%.o,$(addprefix $(AGENT_TEST_DIR)/,\
	$(LIB_TEST_NAMES:%=test_lib_%.c) test_lib_timens.c) $(LIB_DIR)/timens.c \
	$(LIB_DIR)/wiped.c)
LIB_TIMENS := $(BUILD)/unit/test_lib_timens

unit: $(LIB_TESTS) $(LIB_TIMENS)

$(BUILD)/obj/lib-unit/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(AGENT_CPPFLAGS) -I$(LIB_DIR) -U_FORTIFY_SOURCE $(AGENT_CFLAGS) $(SANITIZE) \
		-c $< -o $@

$(LIB_TESTS): $(BUILD)/unit/%: $(BUILD)/obj/lib-unit/$(AGENT_TEST_DIR)/%.o $(LIB_LINK)
	@mkdir -p $(@D)
	$(CC) $(AGENT_CFLAGS) $(SANITIZE) $^ -lcmocka $(LIB_RPATH) -pthread -o $@

$(LIB_TIMENS): $(BUILD)/unit/%: $(BUILD)/obj/lib-unit/$(AGENT_TEST_DIR)/%.o \
		$(BUILD)/obj/lib-unit/$(LIB_DIR)/timens.o \
		$(BUILD)/obj/lib-unit/$(LIB_DIR)/wiped.o
	@mkdir -p $(@D)
	$(CC) $(AGENT_CFLAGS) $(SANITIZE) $^ -lcmocka -Wl,--wrap=ioctl -o $@

-include $(LIB_TEST_OBJS:.o=.d)
