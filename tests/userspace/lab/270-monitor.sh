# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# clocklink-monitor beside a node of a cluster: without any privilege it shows what is so;
# flooded, fed garbage and killed it disturbs neither daemon nor clock; it lives on when
# those go.
# vm: -i $test -n -t 600 -f $lab/cluster.sh -f $build/clocklink-truth -f $build/clocklink-monitor -f $(package wrk)/usr/bin/wrk -f $(package libluajit-5.1-2)/usr/lib/x86_64-linux-gnu/libluajit-5.1.so.2:/usr/lib/x86_64-linux-gnu/libluajit-5.1.so.2
# shellcheck disable=SC2154 # $daemonI are set in member
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

# member I: starts the daemon of node I
member() {
	{
		printf '[node]\nid = %d\ncluster = 7\n' "$1"
		printf '[cluster]\nname = n%d\naddress = 10.0.0.%d\n' "$1" "$1"
		printf 'state = /tmp/state%d\n' "$1"
	} > "/tmp/conf$1"
	start "$1" clocklinkd -c "/tmp/conf$1" 2>> "/tmp/daemon$1"
	eval "daemon$1=$!"
}

# get PATH: what the monitor of node 2 answers
get() {
	on 2 wget -qO- "http://127.0.0.1:9779$1"
}

# figure PATH KEY: the first value of that key
figure() {
	get "$1" | sed -n "s/.*\"$2\":\"\{0,1\}\([^,\"}]*\).*/\1/p" | head -n 1
}

# until_prints PATTERN COMMAND...: it prints that, within 30 s
until_prints() {
	_want=$1
	shift
	for _ in $(seq 150); do
		! "$@" 2>&1 | grep -q "$_want" || return 0
		sleep 0.2
	done
	"$@"
	return 1
}

monitor() {
	start 2 clocklink-monitor 2> /tmp/monitor
	monitor=$!
}

# flood: wrk asks as often as it gets an answer, by more connections than are served; others
# send garbage meanwhile
flood() {
	on 2 wrk -t 2 -c 200 -d 2s http://127.0.0.1:9779/metrics > /tmp/wrk &
	_wrk=$!
	for _i in $(seq 5); do
		head -c 20000 /dev/urandom | on 2 nc -w 1 127.0.0.1 9779 > /dev/null 2>&1
	done
	wait $_wrk
}

insmod /mods/clocklink.ko
net_create 3
_pages=
for i in 1 2 3; do
	net_delay $i 500000 10000
	member $i
done
sleep 1
check "found a cluster" clocklinkctl --netns n1 cluster init
monitor
for i in 2 3; do
	check "node $i joins" clocklinkctl --netns n$i cluster join 10.0.0.1 vote=yes
done
for i in 1 2 3; do
	check "node $i: synced" clocklinkctl --netns n$i wait --bound 50us --timeout 60s
	_pages="$_pages /dev/clocklink$(clocklinkctl --netns n$i --json instance |
		sed -n 's/.*"id": *\([0-9]*\).*/\1/p')"
done

# no privilege, and yet it sees all
check "it is nobody, without capabilities" test "$(sed -n 's/^Uid:\t\([0-9]*\).*/\1/p
	s/^Cap[EPIA][a-z]*:\t//p; s/^NoNewPrivs:\t//p' /proc/$monitor/status | tr '\n' ' ')" \
	= "65534 0000000000000000 0000000000000000 0000000000000000 0000000000000000 1 "
check "three nodes" until_prints '"members":3,' get /api/v1/status
check "state" until_prints '"state":"synced"' get /api/v1/status
check "healthz" test "$(figure /healthz state)" = synced
check "nodes" test "$(figure /api/v1/nodes total)" = 3
check "the page" until_prints '<title>Clocklink' get /
before=$(figure /api/v1/nodes/1/latency count)
sleep 2
after=$(figure /api/v1/nodes/1/latency count)
check_true "round trips are counted, $before, then $after" "$after > $before"
least=$(figure /api/v1/nodes/1/latency min_ns)
check_true "the least took $least ns" "$least > 1000000 && $least < 1200000"
check "rounds, as the leader tells of them" until_prints '"leader":1,[^}]*"state":"' \
	get "/api/v1/rounds?limit=1"
check "metrics" until_prints '^clocklink_up{source="daemon"} 1' get /metrics

# attacks
steps=$(number 2 clock steps)
truth 4
check_true "at rest: no interval missed the truth" "$? == 0"
for i in 2 3; do
	eval "calm$i=$(mean_abs $i)"
done
truth 4 &
truth=$!
flood
kill -9 $monitor
wait $monitor 2> /dev/null
wait $truth
check_true "flooded and killed: no interval missed the truth" "$? == 0"
requests=$(sed -n 's/^ *\([0-9]*\) requests in .*/\1/p' /tmp/wrk)
check_true "it was flooded, by ${requests:-no} requests" "${requests:-0} > 1000"
# At rest such means are 38 to 239 ns; in the flood they were up to 70 ns more, often less. An
# oscillator that changes by 3 ppm in it makes 2.4 us.
for i in 2 3; do
	eval "calm=\$calm$i"
	# shellcheck disable=SC2154 # set by eval
	check_true "node $i: mean true error $calm ns at rest, $(mean_abs $i) ns in the flood" \
		"$(mean_abs $i) < $calm + 150"
done
check_true "true error of its node at most $(worst 2) ns" "$(worst 2) < 10000"
check "its daemon runs" kill -0 "$daemon2"
check_true "its clock has not stepped" "$(number 2 clock steps) == $steps"
check "and is synced" test "$(state 2)" = synced
check "the flood was noticed by nobody else" test "$(grep -c . /tmp/monitor)" = 1
monitor
check "it is back" until_prints '"state":"synced"' get /api/v1/status

# events that are not taken are lost, and that is told
clocklinkctl --netns n2 monitor config > /tmp/events 2> /tmp/lost &
events=$!
sleep 0.5
kill -STOP $monitor $events
for i in $(seq 400); do
	clocklinkctl --netns n2 instance set wander=$((1 + i % 2))ppb
done
kill -CONT $monitor $events
check "the monitor has lost events" until_prints '^clocklink_monitor_overruns_total [1-9]' \
	get /metrics
check "and shows what is" until_prints '"state":"synced"' get /api/v1/status
check "clocklinkctl monitor: events were lost" until_prints 'events were lost' cat /tmp/lost
check "it has taken $(grep -c . /tmp/events) of 400" test "$(grep -c . /tmp/events)" -lt 400
clocklinkctl --netns n2 instance set max-bound=500ms
check "and goes on" until_prints 'max-bound.*500' cat /tmp/events
kill $events

# what happens is told
kill_daemon 1
check "another leader" until_prints '"kind":"leader"[^}]*"node [23] leads' get /api/v1/events
kill_daemon 2
check "no daemon: told" until_prints '"daemon":false' get /api/v1/status
check "no daemon: an event" until_prints 'clocklinkd does not answer' get /api/v1/events
check "no daemon: peers are still seen" test "$(figure /api/v1/nodes total)" = 3
clocklinkctl --netns n2 instance del
check "no instance: told" until_prints '"state":"gone"' get /api/v1/status
check_error "no instance: not healthy" 503 on 2 wget -O- http://127.0.0.1:9779/healthz
kill -9 "$daemon3"
wait "$daemon3" 2> /dev/null
rmmod clocklink
check "no module: told" until_prints 'not loaded' get /api/v1/status
insmod /mods/clocklink.ko
member 2
check "all is back" until_prints '"module":true,"daemon":true' get /api/v1/status
kill $monitor
wait $monitor
check_true "it ends by SIGTERM" "$? == 0"
finish
