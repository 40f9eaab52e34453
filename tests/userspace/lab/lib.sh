# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Sourced by the guest scripts of the VM tests: results as KTAP.
#
# The plan comes last, so a script that ends early has none and fails.

_count=0
_failed=0
echo "KTAP version 1"

# result STATUS NAME [TEXT]: one case; the TEXT explains a failure
result() {
	_count=$((_count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $_count $2"
		return
	fi
	_failed=1
	echo "not ok $_count $2"
	[ -z "${3-}" ] || echo "$3" | sed 's/^/# /'
}

# skip NAME REASON: a case that cannot be tried here
skip() {
	_count=$((_count + 1))
	echo "ok $_count $1 # SKIP $2"
}

# check NAME COMMAND...: the command succeeds
check() {
	_name=$1
	shift
	_status=0
	_text=$("$@" 2>&1) || _status=$?
	result "$_status" "$_name" "$* (status $_status)
$_text"
}

# check_error NAME PATTERN COMMAND...: the command fails, with status 1 to 125, and
# its output matches the extended regular expression
check_error() {
	_name=$1
	_pattern=$2
	shift 2
	_status=0
	_text=$("$@" 2>&1) || _status=$?
	if [ "$_status" -gt 0 ] && [ "$_status" -lt 126 ] &&
			echo "$_text" | grep -qE -e "$_pattern"; then
		result 0 "$_name"
	else
		result 1 "$_name" "$* (status $_status, expected a message like $_pattern)
$_text"
	fi
}

# check_true NAME EXPRESSION: an arithmetic expression, such as "3 < 4", holds
check_true() {
	result $((!($2))) "$1" "not true: $2"
}

# finish: the plan; ends the script
finish() {
	echo "1..$_count"
	exit "$_failed"
}
