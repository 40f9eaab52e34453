# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Sourced by guest scripts, after cluster.sh: two nodes whose raw clock is disturbed.

page=/dev/clocklink1

address4() {
	echo "10.0.0.$2"
}

# disturbed NAME COUNT BOUND COMMAND: the command disturbs the clocks, which have then been
# disturbed COUNT times; readings are void, and some time later good to BOUND again
disturbed() {
	page-soak -p 200 $page 100000000 > /tmp/soak &
	_soak=$!
	sleep 1
	_updates=$(page-check kept $page)
	check "$1" eval "$4"
	sleep 1
	for i in 1 2; do
		check_true "$1: node $i has counted it" "$(number $i clock disruptions) == $2"
	done
	check_true "$1: the page has less than the $_updates anchors of before" "$(page-check kept $page) < $_updates"
	check "$1: locked again" clocklinkctl --netns n2 wait --bound "$3" --timeout 20s
	sleep 2
	check "$1: the past begins anew" page-check past $page 64
	kill $_soak
	wait $_soak
	# bits of enum clocklink_state: joining, which is as void as void
	check_true "$1: readings were void meanwhile" \
		"$(sed -n 's/.*"states":\([0-9]*\).*/\1/p' /tmp/soak) & (1 << 5 | 1 << 1)"
	check "$1: no copy of the page was torn" grep -q '"torn":0' /tmp/soak
}
