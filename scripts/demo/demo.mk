# SPDX-License-Identifier: GPL-2.0-or-later
# Included by the top Makefile: the demo and the tool that knows the truth.

$(BUILD)/clocklink-truth: scripts/demo/truth.c $(wildcard kmod/core/*.h uapi/linux/*.h)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -D_GNU_SOURCE -Ikmod/core -Iuapi $< -o $@

