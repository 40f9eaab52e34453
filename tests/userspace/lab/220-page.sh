# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# The time page: what can be mapped, stamps, the past, another time namespace; readings
# while the daemon is stopped, killed and started again: never torn, never back in
# time, the bound grows and then they are void; the page outlives its instance.
# vm: -i $release -t 400 -f $build/lab/page-check -f $build/bench/page-soak -f /usr/bin/unshare
. /t/lib.sh

page=/dev/clocklink0

# field NAME FILE: of page-soak's report
field() {
	sed -n "s/.*\"$1\":\(-\{0,1\}[0-9]*\).*/\1/p" "$2"
}

# soak NAME: reads in the background
soak() {
	page-soak -p 10 $page 100000000 > "/tmp/$1" &
	soak=$!
}

# soak_end NAME: ends it; nothing bad was seen
soak_end() {
	kill $soak
	check "$1: none torn, none back in time, of $(wait $soak; field reads "/tmp/$1")" \
		grep -q '"torn":0,"backwards":0' "/tmp/$1"
}

# saw NAME STATE: it was in that state; a bit of states
saw() {
	check_true "$1: state $2 was seen" "($(field states "/tmp/$1") >> $2) & 1"
}

daemon() {
	clocklinkd -c /tmp/conf 2>> /tmp/daemon &
	daemon=$!
}

synced=2 holdover=4 void=5 gone=6

insmod /mods/clocklink.ko
clocklinkctl instance add node=1 cluster=7 leader=1 max-bound=50us
check "what can be mapped, and how" page-check map $page
check "stamps of all clocks lie between readings" page-check stamp $page 1000

printf '[node]\nid = 1\ncluster = 7\nleader = 1\n' > /tmp/conf
daemon
check "the clock runs" clocklinkctl wait --timeout 10s
check "stamps that were taken before" page-check past $page 192
check_true "the own time namespace is that of the page" "$(page-check offset $page) == 0"
check_true "in another one the stamp shows the difference" \
	"$(unshare -T --monotonic 1000 page-check offset $page) == 1000"

# --- stopped: nobody steers the clock for long
soak stopped
sleep 1
kill -STOP $daemon
sleep 4
clocklinkctl clock
