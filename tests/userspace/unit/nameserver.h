/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A name server at 127.0.0.1, as a process of its own.
 */
#ifndef _CL_TEST_NAMESERVER_H
#define _CL_TEST_NAMESERVER_H

#include <sys/types.h>

#include "kmod/core/types.h"

/**
 * struct nameserver_record - some records
 * @name: their name
 * @type: their type
 * @len: bytes of the data of each
 * @data: that of the first; the last byte grows by one from one to the next
 * @times: how many
 */
struct nameserver_record {
	const char *name;
	u16 type;
	u8 len;
	const char *data;
	u8 times;
};

pid_t nameserver_start(const struct nameserver_record *records, size_t n);
void nameserver_stop(pid_t pid);

#endif /* _CL_TEST_NAMESERVER_H */
