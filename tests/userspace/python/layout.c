// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints the structs of libclocklink as a C compiler lays them out, one JSON object:
 * "struct": [size, [offset and size of each field]].
 */
#include <clocklink.h>
#include <clocklink_hlc.h>
#include <stddef.h>
#include <stdio.h>

#define FIELD(s, f) \
	((struct place){ offsetof(struct s, f), sizeof(((struct s *)NULL)->f) })

struct place {
	size_t offset;
	size_t size;
};

static void begin(const char *name, size_t size)
{
	printf("%s\"%s\": [%zu, [", name[0] == 'i' ? "{" : "]], ", name, size);
}

static void field(const char *separator, struct place p)
{
	printf("%s[%zu, %zu]", separator, p.offset, p.size);
}

int main(void)
{
	begin("interval", sizeof(struct clocklink_interval));
	field("", FIELD(clocklink_interval, earliest));
	field(", ", FIELD(clocklink_interval, latest));
	begin("utc", sizeof(struct clocklink_utc));
	field("", FIELD(clocklink_utc, time));
	field(", ", FIELD(clocklink_utc, leap_second));
	begin("status", sizeof(struct clocklink_status));
	field("", FIELD(clocklink_status, time));
	field(", ", FIELD(clocklink_status, level));
	field(", ", FIELD(clocklink_status, error));
	field(", ", FIELD(clocklink_status, bound_ns));
	field(", ", FIELD(clocklink_status, hard_ns));
	field(", ", FIELD(clocklink_status, remaining_ns));
	field(", ", FIELD(clocklink_status, disruptions));
	field(", ", FIELD(clocklink_status, node));
	field(", ", FIELD(clocklink_status, cluster));
	field(", ", FIELD(clocklink_status, tai_offset));
	field(", ", FIELD(clocklink_status, leap));
	field(", ", FIELD(clocklink_status, leap_time));
	begin("stamp", sizeof(struct clocklink_hlc_stamp));
	field("", FIELD(clocklink_hlc_stamp, time));
	field(", ", FIELD(clocklink_hlc_stamp, count));
	puts("]]}");
	return 0;
}
