// SPDX-License-Identifier: GPL-2.0-or-later
#include "handle.h"

#include "agent/lib/compiler.h"

static const char *const texts[] = {
	[-CLOCKLINK_OK] = "no error",
	[-CLOCKLINK_ERROR_ARGUMENT] = "an argument is out of its range",
	[-CLOCKLINK_ERROR_DEVICE] = "the device cannot be opened",
	[-CLOCKLINK_ERROR_FORMAT] = "not a time page",
	[-CLOCKLINK_ERROR_VERSION] = "a time page of another version",
	[-CLOCKLINK_ERROR_MEMORY] = "out of memory",
	[-CLOCKLINK_ERROR_NAMESPACE] =
		"the offset of the process's time namespace cannot be told",
	[-CLOCKLINK_ERROR_UNSYNCED] = "the clock has no time yet",
	[-CLOCKLINK_ERROR_VOID] = "the clock's time has become useless",
	[-CLOCKLINK_ERROR_GONE] = "the clock was deleted",
	[-CLOCKLINK_ERROR_STUCK] = "the time page is half written",
	[-CLOCKLINK_ERROR_PAST] = "older than what the clock remembers",
	[-CLOCKLINK_ERROR_FUTURE] = "in the future",
	[-CLOCKLINK_ERROR_CLOCK_SET] = "CLOCK_REALTIME was set near the stamp",
	[-CLOCKLINK_ERROR_UTC] = "the difference of TAI and UTC is not known",
	[-CLOCKLINK_ERROR_TIMEOUT] = "time is up",
	[-CLOCKLINK_ERROR_DISRUPTED] = "the clock was disturbed meanwhile",
	[-CLOCKLINK_ERROR_DRIFT] =
		"a stamp of another node is too far ahead of the clock",
};

/**
 * clocklink_error_text() - what an error means
 * @error: what a function of the library returned
 *
 * Context: any; the text is never freed.
 * Return: English text without a full stop; never NULL.
 */
const char *clocklink_error_text(int error)
{
	if (error > 0 || error <= -(int)ARRAY_SIZE(texts))
		return "unknown error";
	return texts[-error];
}
