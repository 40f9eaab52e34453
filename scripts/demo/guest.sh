#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Guest part of the demo: five nodes, node 1 leads. Prints what report.py reads: the
# lines of clocklink-truth, once a second the status of every node, and events.
#
# usage: guest.sh SECONDS SHIFT_NS
set -eu
# shellcheck source=scripts/lab/vm/net.sh
. /t/net.sh
seconds=$1
shift_ns=$2
nodes="1 2 3 4 5"
stepping=3

# frequency NODE: error of its oscillator, ppb
frequency() {
	case $1 in
	1) echo 20000 ;;
	2) echo -20000 ;;
	3) echo 10000 ;;
	4) echo -10000 ;;
	5) echo 5000 ;;
	esac
}

# record KEY VALUE [MORE]: one line of JSON, with the time
record() {
	read -r up _ < /proc/uptime
	echo "{\"t_s\":$up,\"$1\":$2${3:+,$3}}"
}

# settings NODE: the daemon's file
settings() {
	printf '[node]\nid = %d\ncluster = demo\nleader = 1\n' "$1"
	for peer in $nodes; do
		[ "$peer" = "$1" ] ||
			printf '[peer n%d]\nid = %d\naddress = 10.0.0.%d\n' "$peer" "$peer" "$peer"
	done
}

net_create 5
for node in $nodes; do
	net_delay "$node" 500000 10000
	settings "$node" > "/tmp/$node.conf"
done

# All nodes and the switch share one processor that needs 1 ns for an instruction,
# so packets of several nodes at once would queue for it, and what a node still does
# after it has sent would delay the packet on its way: hosts have a processor each.
# Therefore a device takes 1 ms for a message and sends from a timer, when all is
# quiet. That lies before the transmit time stamp and is no part of the path.
for node in $nodes; do
	on "$node" tc qdisc replace dev eth0 root netem rate 1mbit
done

# The instances first, so that every oscillator errs from the start.
for node in $nodes; do
	clocklinkctl --netns "n$node" instance add node="$node" cluster=demo leader=1 phc=yes
	clocklinkctl --netns "n$node" test osc-freq="$(frequency "$node")ppb"
	for peer in $nodes; do
		[ "$peer" = "$node" ] ||
			clocklinkctl --netns "n$node" peer add "$peer" "10.0.0.$peer"
	done
done

record event '"start"'
for node in $nodes; do
	on "$node" clocklinkd --config "/tmp/$node.conf" 2> "/tmp/$node.log" &
done
# one after the other, so that the numbers of both devices are the same
clocklink-truth -s "$shift_ns" -t "$seconds" /dev/clocklink0,/dev/ptp0 \
	/dev/clocklink1,/dev/ptp1 /dev/clocklink2,/dev/ptp2 \
	/dev/clocklink3,/dev/ptp3 /dev/clocklink4,/dev/ptp4 &
truth=$!

(
	sleep $((seconds / 2))
	clocklinkctl --netns n$stepping test \
		osc-freq="$(($(frequency $stepping) + 50))ppb"
	record event '"step"' "\"node\":$stepping,\"what\":\"oscillator +50 ppb\""
) &
while kill -0 $truth 2> /dev/null; do
	for node in $nodes; do
		record status "$(clocklinkctl --netns "n$node" --json status | tr -d '\n')"
	done
	sleep 1
done
status=0
wait $truth || status=$?
# 1: it saw violations, which report.py judges
[ $status = 0 ] || cat /tmp/*.log
[ $status -le 1 ] || exit $status
record event '"end"'
