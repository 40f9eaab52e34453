# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154
# Sourced by the runners of both labs: files for a guest's tree, whose directory they
# have in $tree.

# put_command ARG...: the command that the guest's init runs with sh
put_command() {
	local arg
	for arg; do
		printf "'%s' " "${arg//\'/\'\\\'\'}"
	done > "$tree/command"
}

# put_libraries HOW FILE: the shared libraries of a program
put_libraries() {
	local how=$1 file=$2 library
	for library in $(ldd "$file" 2>/dev/null | grep -oE '/[^ ]+' || true); do
		[ ! -e "$tree$library" ] || continue
		mkdir -p "$tree$(dirname "$library")"
		$how "$(realpath "$library")" "$tree$library"
	done
}

# put HOW FILE DST: FILE becomes DST in the tree, by the command HOW ("ln -s" or "cp"); so do the shared libraries of a program
put() {
	local how=$1 file=$2 dst=$3
	mkdir -p "$tree$(dirname "$dst")"
	rm -f "$tree$dst"
	$how "$(realpath "$file")" "$tree$dst"
	put_libraries "$how" "$file"
}

# put_option HOW FILE[:DST]: what -f of the runners does; DST is /t/<name> if not given
put_option() {
	local source=${2%%:*}
	[ -r "$source" ] || fail "cannot read $source"
	if [ "$source" = "$2" ]; then
		put "$1" "$source" "/t/$(basename "$source")"
	else
		put "$1" "$source" "${2#*:}"
	fi
}
