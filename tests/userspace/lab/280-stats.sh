# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# clocklink-stats: live view, record and replay of a node, and a doctor that finds
# nothing on a healthy one, and by name what is done to network, host and daemon.
# vm: -i $test -n -t 600 -f $lab/cluster.sh -f $build/clocklink-stats -f $(package chrony)/usr/sbin/chronyd
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

source=/sys/devices/system/clocksource/clocksource0

address4() {
	echo "10.0.0.$2"
}

# stats I ARGUMENT...: at node I
stats() {
	_at=$1
	shift
	on "$_at" /t/clocklink-stats "$@"
}

# doctor I: what it finds there, in /tmp/findings; its exit status
doctor() {
	stats "$1" --for 2s doctor > /tmp/findings 2>&1
}

# finds NAME I FINDING WHERE: the doctor finds it at node I, there, in one of six visits:
# a loss is counted, and a path is learnt, only after some time
finds() {
	_found=1
	for _ in 1 2 3 4 5 6; do
		_status=0
		doctor "$2" || _status=$?
		grep -q "^[a-z]*: $3, .*$4" /tmp/findings && [ "$_status" = 4 ] && _found=0 && break
	done
	result $_found "$1" "$(cat /tmp/findings)"
}

# healthy NAME I: it finds nothing
healthy() {
	_status=0
	doctor "$2" || _status=$?
	[ "$_status" = 0 ] && grep -q "^nothing found" /tmp/findings
	result $? "$1" "$(cat /tmp/findings)"
}

# again: the network is as it was, and every node synced
again() {
	for i in 1 2 3 4; do
		net_delay "$i" 500000 10000
	done
	for i in 2 3 4; do
		clocklinkctl --netns "n$i" wait --bound 100us --timeout 20s
	done
	sleep 1
}

insmod /mods/clocklink.ko
cluster 4 address4
again

# --- the live view and its JSON
stats 1 --once > /tmp/view
check "the view has clock and peers" grep -qE "^clock +synced, bound" /tmp/view
check_true "all of them" "$(grep -cE '^ +[234] .* synced .* ms .*kernel|^ +[234] .* synced .*software' /tmp/view) == 3"
stats 1 --json --once > /tmp/view.json
check "the JSON has round trips" grep -qE '"round_trips":\{"count":[1-9]' /tmp/view.json
check_error "a wrong option" "unrecognized option" stats 1 --nonsense
check_error "a wrong time" "from 1s: '1ms'" stats 1 --for 1ms doctor
check_error "a file that is no record" "/t/lib.sh" stats 1 replay /t/lib.sh

# --- record and replay
check "record" stats 1 --for 6s record /tmp/record
check_error "never over another one" "exists" stats 1 record /tmp/record
stats 1 --json replay /tmp/record > /tmp/replay
check_true "replay has the peers" "$(grep -o '"node"' /tmp/replay | wc -l) == 3"
# The module had measured for longer.
check "and says what the module said, within 5 us" grep -qE '"difference_ns":-?[0-4]?[0-9]{1,3},' /tmp/replay
check "a record can be viewed" sh -c "/t/clocklink-stats --play /tmp/record --once | grep -q synced"
check "and examined" /t/clocklink-stats --play /tmp/record doctor

# --- in good health
healthy "nothing is wrong with the leader" 1
healthy "nor with a follower" 2

# --- the network
ip -n switch link set p3 down
finds "a host that does not answer" 1 silent "node 3, 10.0.0.3"
ip -n switch link set p3 up
again
net_netem 1 loss 100%
finds "a node that hears nobody" 1 cut-off "node 1"
finds "packets that come through one way" 2 one-way "node 1, 10.0.0.1"
again
net_netem 2 delay 500us loss 40%
finds "loss" 2 loss "node 1, 10.0.0.1"
again
ip -n n2 link set eth0 mtu 500
finds "a device for short packets" 2 mtu "device eth0"
ip -n n2 link set eth0 mtu 1500

# --- the host
mkdir -p /run/chrony /var/lib/chrony
chmod 770 /run/chrony
for i in 1 2; do
	printf '%s\n' local "port 0" "cmdport 0" "bindcmdaddress /run/chrony/sock$i" "pidfile /run/chrony/pid$i" > "/tmp/chrony$i.conf"
	chronyd -u root -d -f "/tmp/chrony$i.conf" > "/tmp/chronyd$i" 2>&1 &
	eval "chronyd$i=\$!"
done
finds "two programs that set the clock" 1 clock-owners "this host"
tr -s ' \n' ' ' < /tmp/findings > /tmp/line
# shellcheck disable=SC2154 # set above
check "both are named" sh -c "grep -q 'chronyd (process $chronyd1)' /tmp/line && grep -q 'chronyd (process $chronyd2)' /tmp/line"
cat /tmp/chronyd1 /tmp/chronyd2 | sed 's/^/# /'
kill "$chronyd1" "$chronyd2"
wait "$chronyd1" "$chronyd2"
echo hpet > $source/current_clocksource
finds "a slow clock source" 1 clock-source "this host"
echo tsc > $source/current_clocksource

# --- the node
kill_daemon 4
sleep 1
finds "no daemon" 4 no-daemon "node 4"
clocklinkctl --netns n4 instance del
finds "no instance" 4 no-instance "namespace"
finish
