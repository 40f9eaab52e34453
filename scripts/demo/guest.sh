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

# frequency_set NODE: fails if it has no instance yet
frequency_set() {
	clocklinkctl --netns "n$1" test osc-freq="$(frequency "$1")ppb" 2> /dev/null
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
	start "$1" clocklinkd --config "/tmp/$1.conf" 2> /tmp/log
	echo $! > "/tmp/$1.pid"
}

# read_log: keeps the daemons' lines, and notes who leads and who was isolated; nothing
# polls, as all share one processor
read_log() {
	while read -r line; do
		echo "$line" >> /tmp/lines
		case $line in
		*" leads"*", term "*)
			line=${line#*node }
			echo "${line%% *}" > /tmp/leader
			;;
		*"-> isolated"*)
			line=${line#*node }
			echo > "/tmp/isolated.${line%%:*}"
			;;
		esac
	done < /tmp/log
}

# cluster NODE COMMAND...: clocklinkctl cluster at a node
cluster() {
	_node=$1
	shift
	clocklinkctl --netns "n$_node" --json cluster "$@" 2> /dev/null
}

# await COMMAND...: until it succeeds, 30 s at most
await() {
	for _ in $(seq 60); do
		! "$@" || return 0
		sleep 0.5
	done
	echo "guest: in vain: $*" >&2
	cat /tmp/lines >&2
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

mkfifo /tmp/log
read_log &
# it ends only when the last writer does
exec 3> /tmp/log
record event '"start"'
# One after the other, so that the numbers of their devices are the same. Every
# oscillator errs before there is a cluster, so nobody has seen another frequency.
for node in $nodes; do
	daemon "$node"
	await frequency_set "$node"
done
await cluster 1 init
# What node 2 sees of itself and its cluster, for the page. It neither leads at first
# nor lies.
start 2 clocklink-stats record /tmp/record > /tmp/recorded
recorder=$!
await test -e /tmp/record
stty -F /dev/ttyS3 raw -echo
tail -n +1 -f /tmp/record > /dev/ttyS3 &
tail=$!
clocklink-truth -s "$shift_ns" -t "$seconds" -p 23 -l /tmp/leader /dev/clocklink0,/dev/ptp0 \
	/dev/clocklink1,/dev/ptp1 /dev/clocklink2,/dev/ptp2 \
	/dev/clocklink3,/dev/ptp3 /dev/clocklink4,/dev/ptp4 &
truth=$!

# what happens
(
	await voters
	sleep $((seconds * 5 / 12))
	first=$(cat /tmp/leader)
	kill -9 "$(cat "/tmp/$first.pid")"
	event killed "$first" "the leader's daemon is killed"
	sleep $((seconds / 6))
	daemon "$first"
	event started "$first" "started again"
	sleep $((seconds / 12))
	liar=5
	[ "$(cat /tmp/leader)" != 5 ] || liar=4
	clocklinkctl --netns n$liar test lie=$lie
	event lies $liar "lies by $lie"
	await test -e /tmp/isolated.$liar
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
[ $status = 0 ] || cat /tmp/lines
[ $status -le 1 ] || exit $status
kill -TERM $recorder
wait $recorder
# it looks for more once a second
sleep 2
kill $tail
record event '"end"'
