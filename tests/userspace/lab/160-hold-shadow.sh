# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# A follower that is told to hold over does so at once, with wider bounds, until the next
# order; a peer in the shadow is measured, but steers nobody.
# vm: -i $test -n -t 300 -f $lab/cluster.sh -f $build/clocklink-truth -f $build/lab/nl-raw
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

# numbers of uapi/linux/clocklink.h
STEER=13

address4() {
	echo "10.0.0.$2"
}

# hold TERM BOUND_NS [DRIFT_PPT]: node 2 is to hold over
hold() {
	on 2 nl-raw $STEER 20=flag: "3=u32:$1" "4=u32:$(number 2 instance round)" "11=u64:$2" \
		${3:+"13=u64:$3"}
}

# told NAME: the number with this name in the last update that node 2 got
told() {
	sed -n "s/.*\"$1\":\(-\{0,1\}[0-9]*\).*/\1/p" /tmp/updates | tail -n 1
}

# follow [SHIFT_NS BOUND_NS]: node 2 is to follow node 1 along the line of its last update for
# 100 s, so much ahead, with this bound
follow() {
	on 2 nl-raw $STEER 2=u32:1 "3=u32:$(told term)" "4=u32:$(told round)" 5=u64:100000000000 \
		6=u64:100000000 "7=u32:$(told gen)" "8=u64:$(told raw_ns)" "9=u64:$(($(told time_ns) + ${1:-0}))" \
		10=u64:0 "11=u64:${2:-1000}" "12=u64:${2:-1000}" 13=u64:1000
}

# meet_again: node 2 knows node 1, but has measured nothing against it
meet_again() {
	clocklinkctl --netns n2 peer del 1
	clocklinkctl --netns n2 peer add 1 10.0.0.1
}

insmod /mods/clocklink.ko
cluster 5 address4
for i in 1 2 3 4 5; do
	check "node $i: synced" clocklinkctl --netns "n$i" wait --bound 50us --timeout 30s
done
sleep 5

# --- peers in the shadow
check_true "node 2 is steered by $(number 2 clock edges) peers as well" \
	"$(number 2 clock edges) > 0"
for i in 3 4 5; do
	check "node $i is put in the shadow" clocklinkctl --netns n2 peer set $i shadow=yes
done
check "it is shown" sh -c "clocklinkctl --netns n2 --json peer show 3 | grep -q '\"shadow\": true'"
before=$(number 2 "peer show 3" exchanges)
sleep 2
check_true "now by none" "$(number 2 clock edges) == 0"
check_true "node 3 is measured as ever" "$(number 2 'peer show 3' exchanges) > $before"
check_true "and so is what it says" "$(number 2 'peer show 3' ahead_age_ns) < 1000000000"
for i in 3 4 5; do
	clocklinkctl --netns n2 peer set $i shadow=no
done
sleep 2
check_true "by $(number 2 clock edges) peers again" "$(number 2 clock edges) > 0"

# --- hold over
term=$(number 2 instance term)
kill_daemon 2
before=$(number 2 clock bound_ns)
check "node 2 is told to hold over" hold "$term" 40000
check "it does so at once" test "$(state 2)" = holdover
after=$(number 2 clock bound_ns)
check_true "the bound was $before ns and is $after ns" \
	"$before + 39000 < $after && $after < $before + 45000"
check_true "the hard bound is larger as well" "$(number 2 clock hard_ns) >= $after"
check "a second, smaller doubt" hold "$term" 30000
check_true "does not add to the first" "$(number 2 clock widened_ns) == 40000"
check "a larger one" hold "$term" 60000
check_true "takes its place" "$(number 2 clock widened_ns) == 60000"
check "one that grows by 10 ppm" hold "$term" 60000 10000000
sleep 2
after=$(number 2 clock widened_ns)
check_true "is $after ns 2 s later" "80000 <= $after && $after < 100000"
check_true "and so is the bound" "$(number 2 clock bound_ns) > $before + $after - 1000"
check_true "which grows as fast" "$(number 2 clock drift_ppb) >= 10000"
check "it grows no more" hold "$term" 70000
after=$(number 2 clock widened_ns)
sleep 1
check_true "what has grown stays" "80000 <= $after && $(number 2 clock widened_ns) == $after"
check_error "not by an older term" "ESTALE: .*term" hold 0 90000
check_true "which changes nothing" "$(number 2 clock widened_ns) == $after"
truth 3
check_true "no interval missed the truth" "$? == 0"
daemon 2
sleep 1
check "node 2 follows again" test "$(state 2)" != holdover
check "nothing of the doubt is left" test -z "$(number 2 clock widened_ns)"
check_true "it was not stepped" "$(number 2 clock steps) == 1"
truth 3
check_true "no interval missed the truth after it" "$? == 0"

# --- an order that waits for its parent to be measured
timeout 1 clocklinkctl --netns n2 --json monitor update > /tmp/updates
kill_daemon 2
meet_again
check "an order that has to wait" follow
check "in holdover" test "$(state 2)" = holdover
sleep 3
check "is carried out in the end" test "$(state 2)" = unverified -o "$(state 2)" = synced
meet_again
check "another one" follow
check "and after it one to hold over" hold "$term" 1000
sleep 3
check "which is the last word" test "$(state 2)" = holdover

# --- a leader that does not know cluster time well is followed all the same
check "it leads 1 ms away, which is within its bound" follow 1000000 5000000
sleep 4
check_true "the clock has gone there" "$(number 2 clock bound_ns) < 5200000"
finish
