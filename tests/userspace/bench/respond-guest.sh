#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Guest part of respond.py: node 1 asks node 2, which is the module first, then a
# process. Prints "responder NAME" and then the samples that node 1 gets.
set -e
count=1000
interval_ms=10
cluster=1

ip netns add a
ip netns add b
ip link add va netns a type veth peer name vb netns b
ip -n a addr add 10.0.0.1/24 dev va
ip -n b addr add 10.0.0.2/24 dev vb
ip -n a link set va up
ip -n b link set vb up
# The request arrives when the requester has gone to sleep, as from a wire.
ip netns exec a tc qdisc add dev va root netem delay 1ms

clocklinkctl --netns a instance add node=1 cluster=$cluster leader=1 \
	interval=${interval_ms}ms phc=no
clocklinkctl --netns a peer add 2 10.0.0.2
cat > /tmp/a.conf <<-END
	[node]
	id = 1
	cluster = $cluster
	leader = 1
	interval = ${interval_ms}ms
	phc = no
END
ip netns exec a clocklinkd --config /tmp/a.conf &
daemon=$!

# ask NAME: the responder of that name is running in b
ask() {
	echo "responder $1"
	: > /tmp/samples
	ip netns exec a clocklinkctl --json monitor sample > /tmp/samples &
	monitor=$!
	while [ "$(wc -l < /tmp/samples)" -lt "$count" ]; do
		kill -0 "$daemon"
		sleep 1
	done
	kill "$monitor"
	head -n "$count" /tmp/samples
}

clocklinkctl --netns b instance add node=2 cluster=$cluster leader=1 phc=no
clocklinkctl --netns b peer add 1 10.0.0.1
ask kernel
clocklinkctl --netns b instance del

for name in epoll epoll_fifo; do
	fifo=
	[ $name = epoll ] || fifo=-f
	# shellcheck disable=SC2086 # an option or nothing
	ip netns exec b respond-epoll $fifo 20319 $cluster 2 1 &
	responder=$!
	ask $name
	kill $responder
done
kill "$daemon"
