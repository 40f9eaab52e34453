# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# What disturbs the raw clock makes all readings void, until the clock is locked again,
# and cuts off the past: here it is another clock source, which is much slower.
# vm: -i $test -n -t 400 -f $lab/cluster.sh -f $build/lab/page-check -f $build/bench/page-soak
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

page=/dev/clocklink1
source=/sys/devices/system/clocksource/clocksource0

address4() {
	echo "10.0.0.$2"
}

# disturbed NAME COUNT COMMAND: the command disturbs the clocks; readings are void then,
# and some time later good again
disturbed() {
	page-soak -p 200 $page 100000000 > /tmp/soak &
	_soak=$!
	sleep 1
	_updates=$(page-check kept $page)
	check "$1" sh -c "$3"
	sleep 1
	for i in 1 2; do
		check_true "$1: node $i has counted it" "$(number $i clock disruptions) == $2"
	done
	check_true "$1: the page has less than the $_updates anchors of before" "$(page-check kept $page) < $_updates"
	check "$1: locked again" clocklinkctl --netns n2 wait --bound 30us --timeout 20s
	sleep 2
	check "$1: the past begins anew" page-check past $page 64
	kill $_soak
	wait $_soak
	# bits of enum clocklink_state: joining, which is as void as void
	check_true "$1: readings were void meanwhile" \
		"$(sed -n 's/.*"states":\([0-9]*\).*/\1/p' /tmp/soak) & (1 << 5 | 1 << 1)"
	check "$1: no copy of the page was torn" grep -q '"torn":0' /tmp/soak
}

insmod /mods/clocklink.ko
cluster 2 address4
check "synced" clocklinkctl --netns n2 wait --bound 30us --timeout 30s
sleep 2
disturbed "another clock source" 1 "echo hpet > $source/current_clocksource"
disturbed "and back" 2 "echo tsc > $source/current_clocksource"
finish
