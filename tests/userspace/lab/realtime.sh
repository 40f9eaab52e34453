# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# For tests of CLOCK_REALTIME, sourced in the guest: what it is, how it is set, and the
# daemon that sets it.

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

# settings FILE STEER [LINE...]: a file of the daemon
settings() {
	_file=$1
	_steer=$2
	shift 2
	printf '[node]\nid = 1\ncluster = 7\nsystem-clock = %s\n' "$_steer" > "$_file"
	[ $# = 0 ] || printf '%s\n' "$@" >> "$_file"
}

# daemon FILE: starts it
# shellcheck disable=SC2034 # for others
daemon() {
	clocklinkd -c "$1" 2>> /tmp/daemon &
	daemon=$!
}

# stop SIGNAL PROCESS: and wait for its end
stop() {
	kill "-$1" "$2"
	wait "$2" 2> /dev/null
}
