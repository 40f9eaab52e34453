# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# The time page: what can be mapped, stamps, the past, another time namespace; readings
# while the daemon is stopped, killed and started again: never torn, never back in
# time, the bound grows and then they are void; the page outlives its instance.
# vm: -i $test -n -t 600 -f $lab/cluster.sh -f $build/lab/page-check -f $build/bench/page-soak -f $build/clocklink-truth -f /usr/bin/unshare
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

page=/dev/clocklink1
address4() {
	echo "10.0.0.$2"
}

# field NAME FILE: a number of page-soak's report
field() {
	sed -n "s/.*\"$1\":\(-\{0,1\}[0-9]*\).*/\1/p" "$2"
}

# soak NAME: reads the page of node 2 in the background
soak() {
	page-soak -p 10 $page 100000000 > "/tmp/$1" &
	soak=$!
}

# soak_end NAME STATE: ends it; nothing bad was seen, but STATE, a number of enum
# clocklink_state, was
soak_end() {
	kill $soak
	wait $soak
	check "$1: none of $(field reads "/tmp/$1") readings torn or back in time" \
		grep -q '"torn":0,"backwards":0' "/tmp/$1"
	check_true "$1: state $2 was seen" "($(field states "/tmp/$1") >> $2) & 1"
}

# back NAME: node 2 follows again, as if nothing had been
back() {
	check "$1: it follows again" clocklinkctl --netns n2 wait --bound 30us --timeout 10s
	sleep 2
	check_true "$1: without a step" "$(number 2 clock steps) == 1"
}

insmod /mods/clocklink.ko
cluster 2 address4
for i in 1 2; do
	check "node $i: synced" clocklinkctl --netns "n$i" wait --bound 30us --timeout 30s
done
check "what can be mapped, and how" page-check map $page
check "stamps of all clocks lie between readings" page-check stamp $page 1000
check "the own time namespace is that of the page" test "$(page-check offset $page)" = 0
check "in another one a stamp shows the difference" test \
	"$(unshare -T -f --monotonic 1000 page-check offset $page)" = 1000
check "stamps that were taken before" page-check past $page 192

# --- nobody steers it for some time
# shellcheck disable=SC2086,SC2154 # a list, of cluster()
clocklink-truth -t 30 $_pages > /tmp/truth &
truth=$!
soak stopped
sleep 1
# shellcheck disable=SC2154 # set by daemon()
kill -STOP "$daemon2"
sleep 3
early=$(number 2 clock bound_ns)
sleep 3
late=$(number 2 clock bound_ns)
check_true "stopped: the bound grows from $early to $late ns" "$late > $early"
clocklinkctl --netns n2 instance set max-bound="${late}ns"
sleep 2
check "stopped: then it is void" test "$(state 2)" = void
soak_end stopped 5 # void
clocklinkctl --netns n2 instance set max-bound=1ms
kill -CONT "$daemon2"
back stopped

soak killed
kill_daemon 2
sleep 4
daemon 2
back killed
soak_end killed 4 # holdover

wait $truth
check_true "no interval missed the truth" "$? == 0"

# --- the mapping stays, the clock does not
soak gone
sleep 1
kill_daemon 2
clocklinkctl --netns n2 instance del
sleep 1
soak_end gone 6 # gone
check "and the device goes" test ! -e $page
reads=$(($(field reads /tmp/stopped) + $(field reads /tmp/killed) + $(field reads /tmp/gone)))
check_true "$reads readings" "$reads >= 5000000"
finish
