# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Instances of network namespaces know nothing of each other; a namespace and the
# module may go while packets are under way. Fully preemptible, for more races.
# vm: $release -i -n -t 600 -f $lab/cluster.sh -a preempt=full
# um: $debug -n -t 600 -f $lab/cluster.sh
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

# instance I LEADER INTERVAL PEER...: an instance in node I
instance() {
	clocklinkctl --netns "n$1" instance add node="$1" cluster=7 leader="$2" interval="$3"
	_self=$1
	shift 3
	for _peer in "$@"; do
		clocklinkctl --netns "n$_self" peer add "$_peer" "10.0.0.$_peer"
	done
}

# traffic I: waits until 100 more packets have come to node I
traffic() {
	_start=$(number "$1" stats rx)
	for _ in $(seq 100); do
		[ "$(number "$1" stats rx)" -lt $((_start + 100)) ] || return 0
		sleep 0.05
	done
	return 1
}

insmod /mods/clocklink.ko
net_create 3

# --- isolation
instance 1 1 100ms 2
check_error "another namespace has no instance" "no instance" clocklinkctl --netns n2 status
check_error "nor has the first" "no instance" clocklinkctl status
start 2 clocklinkctl --json monitor > /tmp/events
monitor=$!
sleep 1
instance 2 1 100ms 1 3
check "both use the same port" test -c /dev/clocklink1
clocklinkctl --netns n1 peer add 3 10.0.0.3
clocklinkctl --netns n1 instance set wander=3ppb
sleep 1
kill $monitor
check "node 1 has its peers" test "$(clocklinkctl --netns n1 --json instance | grep -c '"peers": 2')" = 1
check "events stay in their namespace" sh -c "! grep -q '\"wander_ppb\": *3' /tmp/events"
check "and come there" grep -q '"node": *2' /tmp/events
clocklinkctl --netns n1 instance del
check "deleting one leaves the other" clocklinkctl --netns n2 status
clocklinkctl --netns n2 instance del

# --- a namespace goes under traffic: node 2 answers, node 3 is told, node 1 leads
rounds=0
while [ $rounds -lt 10 ]; do
	rounds=$((rounds + 1))
	instance 1 1 1ms 2 3
	instance 2 1 1ms 1 3
	instance 3 1 1ms 1 2
	start 1 clocklinkd 2> /tmp/daemon1
	leader=$!
	(while clocklinkctl --netns n2 --json peer; do :; done) > /dev/null 2>&1 &
	reader=$!
	traffic 2 || result 1 "round $rounds: traffic"
	ip netns del n2
	sleep 0.1
	kill -9 $leader
	ip netns del n1
	ip netns del n3
	wait $leader $reader 2> /dev/null
	ip netns del switch
	net_create 3
done
check_true "namespaces deleted under traffic" "$rounds == 10"
# cleanup of a namespace is asynchronous
for _ in $(seq 50); do
	[ -n "$(ls /sys/class/clocklink)" ] || break
	sleep 0.2
done
check "no instance is left" test -z "$(ls /sys/class/clocklink)"

# --- the module goes under traffic
rounds=0
while [ $rounds -lt 10 ]; do
	rounds=$((rounds + 1))
	instance 1 1 1ms 2 3
	instance 2 1 1ms 1 3
	instance 3 1 1ms 1 2
	daemons=
	for i in 1 2 3; do
		start $i clocklinkd 2> /tmp/daemon$i
		daemons="$daemons $!"
	done
	traffic 3 || result 1 "round $rounds: traffic"
	rmmod clocklink || result 1 "round $rounds: rmmod"
	sleep 0.1
	# shellcheck disable=SC2086
	kill $daemons 2> /dev/null
	wait
	insmod /mods/clocklink.ko
done
check_true "module removed under traffic" "$rounds == 10"
instance 1 1 100ms 2
check "and it works again" clocklinkctl --netns n1 status
rmmod clocklink
finish
