# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# For tests of CLOCK_REALTIME, sourced in the guest: what it is and how it is set.

page=/dev/clocklink0

# kernel KEY: how the kernel's clock is set
kernel() {
	realtime-check show | tr ' ' '\n' | sed -n "s/^$1=//p"
}

# await SECONDS TEXT COMMAND...: until what it prints has the text
await() {
	_for=$1
	_text=$2
	shift 2
	for _ in $(seq $((_for * 5))); do
		"$@" 2>&1 | grep -q -- "$_text" && return 0
		sleep 0.2
	done
	"$@"
	return 1
}

# near NAME NS SECONDS: the clock is cluster time to so many ns
near() {
	realtime-check watch $page "$3" > /tmp/watch
	_max=$(sed 's/max=\([0-9]*\).*/\1/' /tmp/watch)
	check_true "$1: $(cat /tmp/watch) ns" "${_max:-1000000000} < $2"
}
