# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Sourced by the static checks, which run from the top of the tree. Such a check
# prints its findings; exit status 0: none, 77: it cannot run here, else: some.
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
. "$top/scripts/lib.sh"
cd "$top"
# shellcheck disable=SC2034 # used by the checks
build=${BUILD:-build}

skip() {
	echo "$*"
	exit 77
}

# files PATTERN...: the files of the tree that match git's patterns
files() {
	git ls-files --cached --others --exclude-standard -- "$@" |
		while read -r file; do
			[ ! -f "$file" ] || echo "$file"
		done
}

# c_files: what is written in C by hand
c_files() {
	files '*.c' '*.h' ':!uapi/linux/clocklink.h'
}

# shell_files: scripts that sh or bash runs or sources
shell_files() {
	files '*.sh'
	files scripts .ci ':!*.*' | while read -r file; do
		case $(head -n 1 "$file") in
		'#!/bin/sh' | '#!/bin/bash') echo "$file" ;;
		esac
	done
}

# quiet COMMAND...: fails if it fails or prints anything, and shows what
quiet() {
	status=0
	output=$("$@" 2>&1) || status=$?
	[ -z "$output" ] || echo "$output"
	[ "$status" = 0 ] && [ -z "$output" ]
}
