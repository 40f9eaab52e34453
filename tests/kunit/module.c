// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module of the KUnit suites; each of the other files brings one.
 */
#include <linux/module.h>

MODULE_DESCRIPTION("KUnit suites of the Clocklink core");
MODULE_LICENSE("GPL");
