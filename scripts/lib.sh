# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Sourced by the shell scripts: where things are kept, how errors are told.
# The one who sources it sets `top`, the root of the tree, before.

# Everything that is slow to make or comes from the network, kept between
# checkouts. Entries are keyed by version or content, so it may be deleted.
# shellcheck disable=SC2034 # used by those who source this file
cache=${CLOCKLINK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/clocklink}

say() {
	echo "${0##*/}: $*" >&2
}

die() {
	say "$*"
	exit 1
}

# as_root COMMAND...: runs it as root, through sudo if we are not
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "needs root or sudo: $*"
	fi
}

# locked FILE: from here to the end of the script one process at a time
locked() {
	mkdir -p "$(dirname "$1")"
	exec 9>"$1"
	flock 9
}
