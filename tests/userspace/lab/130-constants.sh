# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Packets of the leader take 200 us longer than those to it: who is told so, by a peer's
# delay-asymmetry or by a bias of stamps, has the right time; who is not errs by 100 us.
# vm: -i $test -n -t 300 -f $lab/cluster.sh -f $build/clocklink-truth
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

# mean I: mean error of node I in /tmp/truth, ns
mean() {
	sed -n "s/.*\"node\":$1,.*\"error_ns\":\(-\{0,1\}[0-9]*\),.*/\1/p" /tmp/truth |
		awk '{ sum += $1 } END { printf "%d\n", sum / NR }'
}

# judge NAME NODE FROM TO: the node's mean error over 3 s lies in a range, ns
judge() {
	clocklink-truth -t 3 /dev/clocklink0 "/dev/clocklink$(($2 - 1))" > /tmp/truth
	_missed=$?
	_mean=$(mean "$2")
	check_true "$1: mean error $_mean ns" "$3 <= $_mean && $_mean <= $4"
}

insmod /mods/clocklink.ko
net_create 5
for i in 1 2 3 4 5; do
	net_delay "$i" $((i == 1 ? 500000 : 700000)) 10000
	node "$i" 1
	clocklinkctl --netns "n$i" test osc-freq="$(ppm "$i")ppm"
done
clocklinkctl --netns n3 device set eth0 rx-bias=200us
clocklinkctl --netns n4 device set eth0 rx-bias=-150us tx-bias=-350us hw-rx-bias=1ms
for i in 2 3 4 5; do
	clocklinkctl --netns n1 peer add "$i" "10.0.0.$i"
done
clocklinkctl --netns n2 peer add 1 10.0.0.1 delay-asymmetry=100us asymmetry=5us
for i in 3 4 5; do
	clocklinkctl --netns "n$i" peer add 1 10.0.0.1
done
for i in 1 2 3 4 5; do
	daemon "$i"
done
for i in 1 2 3 4 5; do
	check "node $i: synced" clocklinkctl --netns "n$i" wait --bound 50us --timeout 30s
done
sleep 10

judge "told by delay-asymmetry" 2 -10000 10000
check_true "no interval missed the truth" "$_missed == 0"
bound=$(number 2 clock bound_ns)
hard=$(number 2 clock hard_ns)
check_true "the budget of the path is that of the peer: bound $bound ns" "$bound < 12000"
check_true "hard does not believe it: $hard ns" "$hard > 690000"
judge "told by a bias of receive stamps" 3 -10000 10000
check_true "no interval missed the truth" "$_missed == 0"
rtt=$(number 3 "peer show 1" min_rtt_ns)
check_true "its round trip is as much shorter: $rtt ns" "$rtt > 990000 && $rtt < 1050000"
judge "the difference of both biases counts" 4 -10000 10000
judge "told nothing" 5 -110000 -90000
check_true "its intervals miss the truth" "$_missed == 1"

# while it runs
steps=$(number 2 clock steps)
clocklinkctl --netns n2 peer set 1 delay-asymmetry=0
sleep 2
judge "delay-asymmetry taken away" 2 -110000 -90000
clocklinkctl --netns n2 peer set 1 delay-asymmetry=100us
sleep 2
judge "and given again" 2 -10000 10000
check_true "without a step" "$(number 2 clock steps) == $steps"

steps=$(number 5 clock steps)
term=$(number 5 instance term)
clocklinkctl --netns n1 device set eth0 tx-bias=200us
sleep 10
judge "told by a bias of the leader's transmit stamps" 5 -10000 10000
check_true "without a step" "$(number 5 clock steps) == $steps"
check_true "by a leader that began anew" "$(number 5 instance term) > $term"
check "all synced" sh -c "for i in 1 2 3 4 5; do
	clocklinkctl --netns n\$i wait --bound 50us --timeout 5s || exit 1; done"
finish
