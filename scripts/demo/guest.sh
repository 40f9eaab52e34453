#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Guest part of the demo: a cluster of five nodes that all vote. Node 1 founds it, the
# others join. Prints what report.py reads: the lines of clocklink-truth, once a second
# the status of every node, and events.
#
# usage: guest.sh SECONDS SHIFT_NS
set -eu
# shellcheck source=scripts/lab/vm/net.sh
. /t/net.sh
seconds=$1
shift_ns=$2
nodes="1 2 3 4 5"
lie=1ms

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

# event WHAT NODE TEXT: something that report.py tells and draws
event() {
	record event "\"$1\"" "\"node\":$2,\"what\":\"$3\""
}

# settings NODE: the daemon's file
settings() {
	printf '[node]\nid = %d\ncluster = demo\nphc = yes\n' "$1"
	printf '[cluster]\nname = n%d\naddress = 10.0.0.%d\nstate = /tmp/state%d\n' "$1" "$1" "$1"
	[ "$1" = 1 ] || echo "join = 10.0.0.1"
}

# daemon NODE: starts it; its process is in the file /tmp/NODE.pid
daemon() {
	start "$1" clocklinkd --config "/tmp/$1.conf" 2>> "/tmp/$1.log"
	echo $! > "/tmp/$1.pid"
}

# cluster NODE COMMAND...: clocklinkctl cluster at a node
cluster() {
	_node=$1
	shift
	clocklinkctl --netns "n$_node" --json cluster "$@" 2> /dev/null
}

# leader: who leads, by the first node that knows; nothing if none does
leader() {
	for node in $nodes; do
		_leader=$(cluster "$node" status | sed -n 's/.*"leader": *\([0-9]*\).*/\1/p' | head -n 1)
		if [ "${_leader:-0}" != 0 ]; then
			echo "$_leader"
			return
		fi
	done
}

# isolated NODE: is that node isolated, by what any node says
isolated() {
	for node in $nodes; do
		if cluster "$node" members | tr -d ' \n' | tr '{' '\n' |
			grep "\"node\":$1," | grep -q '"isolated_ns":[1-9]'; then
			return 0
		fi
	done
	return 1
}

# await COMMAND...: until it succeeds, 30 s at most
await() {
	for _ in $(seq 300); do
		! "$@" || return 0
		sleep 0.1
	done
	echo "guest: in vain: $*" >&2
	cat /tmp/*.log >&2
	exit 3
}

voters() {
	[ "$(cluster 1 status | sed -n 's/.*"voters": *\([0-9]*\).*/\1/p')" = 5 ]
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
	clocklinkctl --netns "n$node" instance add node="$node" cluster=demo managed=yes phc=yes
	clocklinkctl --netns "n$node" test osc-freq="$(frequency "$node")ppb"
done

record event '"start"'
for node in $nodes; do
	daemon "$node"
done
await cluster 1 init
echo 1 > /tmp/leader
# one after the other, so that the numbers of both devices are the same
clocklink-truth -s "$shift_ns" -t "$seconds" -p 23 -l /tmp/leader /dev/clocklink0,/dev/ptp0 \
	/dev/clocklink1,/dev/ptp1 /dev/clocklink2,/dev/ptp2 \
	/dev/clocklink3,/dev/ptp3 /dev/clocklink4,/dev/ptp4 &
truth=$!

# who leads, for clocklink-truth
(
	while kill -0 $truth 2> /dev/null; do
		now=$(leader)
		[ -z "$now" ] || echo "$now" > /tmp/leader
		sleep 0.1
	done
) &

# what happens
(
	await voters
	sleep $((seconds * 5 / 12))
	first=$(leader)
	kill -9 "$(cat "/tmp/$first.pid")"
	event killed "$first" "the leader's daemon is killed"
	sleep $((seconds / 6))
	daemon "$first"
	event started "$first" "started again"
	sleep $((seconds / 12))
	liar=5
	[ "$(leader)" != 5 ] || liar=4
	clocklinkctl --netns n$liar test lie=$lie
	event lies $liar "lies by $lie"
	await isolated $liar
	event isolated $liar "isolated"
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
