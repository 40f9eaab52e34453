# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# A leader that reaches its followers through a group sends one request and one update
# for all of them; who is not in the group is served as ever, and nobody else is answered.
# vm: -i $test -n -t 900 -f $lab/cluster.sh -f $build/clocklink-truth -f $build/lab/packets -f $build/lab/wire-count
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

GROUP4=239.192.79.95%eth0
GROUP6=ff02::4f5f:1%eth0

address4() {
	echo "10.0.0.$2"
}

address6() {
	echo "fe80::$2%eth0"
}

# group I GROUP: node I is in that group from now on
group() {
	# the interface is that of the node's namespace
	on "$1" clocklinkctl instance set "multicast=$2"
}

# again ADDRESS: the cluster anew, with other addresses
again() {
	for i in 1 2 3 4 5; do
		kill_daemon "$i"
		clocklinkctl --netns "n$i" instance del
	done
	for i in 1 2 3 4 5; do
		node "$i" 1
	done
	for i in 1 2 3 4 5; do
		for j in 1 2 3 4 5; do
			[ "$i" = "$j" ] ||
				on "$i" clocklinkctl peer add "$j" "$($1 "$i" "$j")"
		done
		daemon "$i"
	done
}

# reached I: is node I reached through the group?
reached() {
	clocklinkctl --netns n1 --json peer show "$1" | sed -n 's/.*"multicast": *\([a-z]*\).*/\1/p'
}

# count I SECONDS: what node I sends, into /tmp/count
count() {
	ip netns exec switch wire-count "p$1" "$2" > /tmp/count
}

# counted NAME: how many of these
counted() {
	sed -n "s/\(.* \)\{0,1\}$1 \([0-9]*\) .*/\2/p" /tmp/count
}

# one_for_all NAME: in 10 s the leader sends one message of each kind per round to the
# group, and one more request and update to the node that is not in it
one_for_all() {
	_before=$(number 1 stats rounds)
	count 1 10
	_rounds=$(($(number 1 stats rounds) - _before))
	cat /tmp/count
	for kind in request update report; do
		check_true "$1: $_rounds rounds, $(counted $kind-group) ${kind}s to the group" \
			"$(counted $kind-group) >= $_rounds - 3 && $(counted $kind-group) <= $_rounds + 3"
	done
	for kind in request update; do
		check_true "$1: $(counted $kind) ${kind}s to one node, of four" \
			"$(counted $kind) >= $_rounds - 3 && $(counted $kind) <= $_rounds + 8"
	done
}

# all_well NAME: all are synced, and no interval misses the truth
all_well() {
	truth 10
	check_true "$1: no interval missed the truth in 10 s" "$? == 0"
	for i in 2 3 4 5; do
		check "$1: node $i is synced" clocklinkctl --netns "n$i" wait --bound 50us --timeout 5s
		check_true "$1: node $i errs by $(worst $i) ns at most" "$(worst $i) < 10000"
	done
}

# in_group NAME: nodes 2 to 4 are, node 5 is not
in_group() {
	sleep 3
	for i in 2 3 4; do
		check "$1: node $i is reached through the group" test "$(reached $i)" = true
		check_true "$1: node $i gets what is sent to it" "$(number $i stats multicast_rx) > 10"
	done
	check "$1: node 5 is not" test "$(reached 5)" = false
	check_true "$1: it gets nothing of it" "$(number 5 stats multicast_rx) == 0"
}

insmod /mods/clocklink.ko
cluster 5 address4
for i in 1 2 3 4; do
	check "node $i joins the group" group $i $GROUP4
done
check "it is shown" sh -c "ip netns exec n1 clocklinkctl instance | grep '$GROUP4'"
check_error "no group" "not a multicast group" group 5 10.0.0.9
check_error "no device" "needs %interface" group 5 239.1.1.1%eth9
check_error "no device for the link" "needs %interface" group 5 ff02::1
for i in 2 3 4 5; do
	check "node $i: synced" clocklinkctl --netns "n$i" wait --bound 50us --timeout 30s
done
in_group IPv4
all_well IPv4
one_for_all IPv4

# updates that are lost are asked for
before=$(number 1 stats resent)
net_netem 2 delay 500us loss 30%
sleep 10
net_delay 2 500000 10000
check_true "node 2 has asked for lost updates: $(number 2 stats asks)" "$(number 2 stats asks) > 5"
check_true "it got $(($(number 1 stats resent) - before)) of them" \
	"$(number 1 stats resent) - $before > 2"
check "node 2 is synced" clocklinkctl --netns n2 wait --bound 50us --timeout 5s

# who leaves the group is served by himself, who comes back is not
check "node 4 leaves the group" group 4 off
sleep 3
check "it is not reached any more" test "$(reached 4)" = false
updates=$(number 4 "peer show 1" updates)
exchanges=$(number 4 "peer show 1" exchanges)
sleep 3
check_true "it gets updates" "$(number 4 "peer show 1" updates) - $updates > 20"
check_true "and requests" "$(number 4 "peer show 1" exchanges) - $exchanges > 20"
check "node 4 comes back" group 4 $GROUP4
sleep 3
check "it is reached again" test "$(reached 4)" = true

# a stranger is not answered: it says that it is node 2, which has another address
kill_daemon 5
clocklinkctl --netns n5 instance del
on 5 ip route add 239.0.0.0/8 dev eth0
answered=$(number 3 "peer show 2" answered)
dropped=$(number 3 stats drop_source)
on 5 packets 10.0.0.5 239.192.79.95 group 50
sleep 1
check_true "requests of a stranger are dropped" "$(number 3 stats drop_source) == $dropped + 50"
check_true "and not answered" "$(number 3 "peer show 2" answered) - $answered < 25"
# nor is one to the group that came to one node, or the reverse
dropped=$(number 3 stats drop_receiver)
on 2 packets -p 20318 10.0.0.2 10.0.0.3 group 5
sleep 1
check_true "a request to all that came to one is dropped" \
	"$(number 3 stats drop_receiver) == $dropped + 5"

# who forges a peer's address gets little: the answers of node 3 go to node 2
on 5 ip addr add 10.0.0.2/32 dev eth0
answered=$(number 3 "peer show 2" answered)
dropped=$(number 3 stats drop_rate)
on 5 packets 10.0.0.2 239.192.79.95 group 500
sleep 1
check_true "of a flood $(($(number 3 "peer show 2" answered) - answered)) are answered" \
	"$(number 3 "peer show 2" answered) - $answered < 60"
check_true "the others are cut off" "$(number 3 stats drop_rate) - $dropped > 400"
on 5 ip addr del 10.0.0.2/32 dev eth0

again address6
for i in 1 2 3 4; do
	check "node $i joins the IPv6 group" group $i $GROUP6
done
for i in 2 3 4 5; do
	check "node $i: synced" clocklinkctl --netns "n$i" wait --bound 50us --timeout 30s
done
in_group IPv6
one_for_all IPv6

# leaving the namespace, or the device, takes the group along
check "instance 1 can be deleted" clocklinkctl --netns n1 instance del
ip -n n2 link del eth0
sleep 1
check "node 2 has a group without a device" clocklinkctl --netns n2 instance set multicast=off
finish
