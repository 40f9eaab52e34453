#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Model of Raft's elections and changes of members: all states within small bounds are
# right, and each planted fault is found (raft.pml explains them).
#
# usage: raft.sh DIRECTORY, for what spin makes; prints TAP
set -eu
here=$(cd "$(dirname "$0")" && pwd)
directory=${1:?usage: raft.sh DIRECTORY}
command -v spin >/dev/null || {
	echo "raft.sh: needs the Debian package spin" >&2
	exit 1
}
mkdir -p "$directory"
cd "$directory"
number=0
status=0

# run MODEL COMPILER ARGUMENTS: prints what the verifier says
run() {
	# shellcheck disable=SC2086 # lists of words
	spin $1 -a "$here/raft.pml" && ${CC:-cc} -O2 -DSAFETY $2 -o pan pan.c &&
		./pan -E $3
}

# result OK NAME: one case
result() {
	number=$((number + 1))
	if [ "$1" = yes ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		status=1
	fi
}

# right NAME MODEL: no state within the bounds is wrong, and all were visited
right() {
	output=$(run "$2" "-DCOLLAPSE -DMEMLIM=3000" "-m1000000" 2>&1) || true
	case $output in
	*'depth too small'* | *'out of memory'*) result no "$1" ;;
	*'errors: 0'*) result yes "$1, $(echo "$output" |
		awk '/states, stored/ { print $1 }') states" ;;
	*) result no "$1" ;;
	esac
}

# wrong NAME MODEL: a wrong state is found; random order, but always the same
wrong() {
	output=$(run "$2" "-DBITSTATE -DRANDOMIZE" "-w27 -m300 -RS1" 2>&1) || true
	case $output in
	*'assertion violated'*'errors: 1'*) result yes "finds $1" ;;
	*) result no "finds $1" ;;
	esac
}

three="-DNODES=3 -DTERMS=3 -DENTRIES=2"
pair="-DNODES=5 -DFIRST=15 -DTERMS=3 -DENTRIES=2 -DPAIR"
right "three nodes, three terms, any members" "$three"
right "five nodes, two leaders, one comes, one goes" "$pair"
wrong "a vote that a crash loses" "$three -DFORGET"
wrong "an acknowledgement before the disk has it" "$three -DEARLY"
wrong "a vote for a log that is behind" "$three -DANY_LOG"
wrong "a change before the last one is committed" \
	"-DNODES=3 -DTERMS=3 -DENTRIES=3 -DTWO_AT_ONCE"
wrong "an entry of an earlier term that is counted" \
	"-DFIXED -DNODES=3 -DTERMS=4 -DENTRIES=2 -DCOUNT_OLD"
wrong "a change before an entry of the own term" "$pair -DHURRY"
echo "1..$number"
exit "$status"
