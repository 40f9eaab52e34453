# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Followers probe their leader when they begin, and each other all the time; what
# peers say moves a clock, but liars among them do not move it out of its bound.
# vm: -i $test -n -t 600 -f $lab/cluster.sh -f $build/clocklink-truth
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

address4() {
	echo "10.0.0.$2"
}

# of_peer I J NAME: a number of what node I knows of node J
of_peer() {
	number "$1" "peer show $2" "$3"
}

# lies: exchanges in /tmp/samples by which node 5 is ahead by 50 us less half of the excess
lies() {
	tr -d ' \n' < /tmp/samples | sed 's/}/}\n/g' | grep '"peer":5' |
		sed -n 's/.*"excess_ns":\([0-9]*\),"ahead_ns":\(-\{0,1\}[0-9]*\).*/\1 \2/p' |
		awk '{ d = 2 * ($2 - 50000); if (d < 0) d = -d
			if (d < $1 + 10000) n++; else bad++ }
			END { print bad ? -bad : n + 0 }'
}

insmod /mods/clocklink.ko
cluster 5 address4
for i in 2 3 4 5; do
	check "node $i: synced" clocklinkctl --netns "n$i" wait --bound 50us --timeout 30s
done
sleep 20
for i in 2 3 4 5; do
	asked=$(of_peer $i 1 requests)
	check_true "node $i: has probed the leader $asked times" "$asked > 900 && $asked < 3000"
	check_true "node $i: has $(number $i clock edges) edges besides the leader's" \
		"$(number $i clock edges) + $(number $i clock edges_dropped) == 3"
	lines=$(of_peer $i $((i % 4 + 2)) lines)
	check_true "node $i: node $((i % 4 + 2)) has told its time $lines times" "$lines > 100"
done
check_true "the leader probes nobody" "$(of_peer 1 2 lines) == 0 || $(number 1 clock edges) == 0"
truth 10
check_true "no interval missed the truth in 10 s" "$? == 0"

# what the leader, which judges, knows of them
for i in 2 3 4 5; do
	ahead=$(of_peer 1 $i ahead_ns)
	check_true "the leader sees node $i ahead by $ahead ns, as told $(of_peer 1 $i ahead_age_ns) ns ago" \
		"$ahead > -10000 && $ahead < 10000 && $(of_peer 1 $i ahead_age_ns) < 1000000000"
done

# one that can send probes, but wants no peers, still answers
clocklinkctl --netns n2 instance set probes=0
sleep 1
before=$(of_peer 2 3 requests)
heard=$(of_peer 2 3 lines)
sleep 2
check_true "probes=0: node 2 asks no peer" "$(of_peer 2 3 requests) == $before"
check_true "but node 3 asks it" "$(of_peer 2 3 lines) > $heard"
clocklinkctl --netns n2 instance set probes=3

# one follower lies: the others see it
clocklinkctl --netns n5 test lie=50us
sleep 10
truth 10
check_true "one liar: the leader sees it ahead by $(of_peer 1 5 ahead_ns) ns" \
	"$(of_peer 1 5 ahead_ns) > 40000 && $(of_peer 1 5 ahead_ns) < 60000"
timeout 2 clocklinkctl --netns n1 --json monitor sample > /tmp/samples
check_true "and by each exchange alone, $(lies) of them" "$(lies) > 5"
for i in 2 3 4; do
	check_true "one liar: node $i has dropped $(number $i clock edges_dropped) edges" \
		"$(number $i clock edges_dropped) >= 1"
	check_true "one liar: node $i: true error at most $(worst $i) ns" "$(worst $i) < 10000"
done

# three of four lie alike: they are the majority, but the leader is not far
clocklinkctl --netns n4 test lie=50us
clocklinkctl --netns n3 test lie=50us
sleep 10
truth 10
check_true "three liars: node 2: true error at most $(worst 2) ns" "$(worst 2) < 10000"
check_true "three liars: node 2: within its bound of $(median_bound 2) ns" \
	"$(worst 2) < $(median_bound 2)"
finish
