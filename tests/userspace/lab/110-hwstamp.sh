# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Time stamps by network devices: two nodes with clocks of their own on the pair of
# test devices. They sync closer than by the kernel's stamps, fall back to those when
# stamps are missing or another program steers a device's clock, and return by
# themselves. What another user has set is respected, what was changed is set back.
# vm: -i $test -m ptp -m 8021q -c $build/nic-vm$suffix/nic_pair.ko -n -t 600 -f $lab/cluster.sh -f $build/clocklink-truth -f $build/clocklink-stats -f $(package linuxptp)/usr/sbin/ptp4l -f $(package linuxptp)/usr/sbin/phc_ctl -f $(package linuxptp)/usr/sbin/hwstamp_ctl
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

nic=/sys/module/nic_pair/parameters

# stamps NODE: who stamps the packets of the node's last exchange
stamps() {
	clocklinkctl --netns "n$1" --json peer | sed -n 's/.*"stamps": *"\(.*\)".*/\1/p'
}

# device NODE: state of the node's device
device() {
	clocklinkctl --netns "n$1" --json device | sed -n 's/.*"state": *"\(.*\)".*/\1/p'
}

# until_true SECONDS COMMAND...: waits until the command succeeds; fails if it never does
until_true() {
	_left=$(($1 * 5))
	shift
	until "$@"; do
		_left=$((_left - 1))
		[ $_left -gt 0 ] || return 1
		sleep 0.2
	done
}

# says COMMAND NODE ANSWER
says() {
	[ "$($1 "$2")" = "$3" ]
}

# by_device NODE: its packets are stamped by its device
by_device() {
	says device "$1" hardware && says stamps "$1" hardware
}

# forgets NODE: clocklink-stats' doctor finds there that the device loses its stamps, and
# nothing else
forgets() {
	on "$1" /t/clocklink-stats --for 2s doctor > /tmp/findings
	[ $? = 4 ] && [ "$(grep -E '^[a-z]+: ' /tmp/findings)" = "warning: lost-hardware-stamps, device eth0" ]
}

# setting NODE: what the node's device is set to, such as 1 1 (all packets)
setting() {
	on "$1" hwstamp_ctl -i eth0 | awk '/tx_type|rx_filter/ { printf "%s ", $2 }'
}

insmod /mods/clocklink.ko
insmod /mods/nic_pair.ko drift_ppb=30000,-12000
for node in 1 2; do
	ip netns add n$node
	ip link set nic$((node - 1)) netns n$node name eth0
	ip -n n$node addr add 10.0.0.$node/24 dev eth0
	ip -n n$node link set eth0 up
	node $node 1
	clocklinkctl --netns n$node test osc-freq="$(ppm $node)ppm"
	clocklinkctl --netns n$node peer add $((3 - node)) 10.0.0.$((3 - node))
done
_pages="/dev/clocklink0 /dev/clocklink1"

# --- by the kernel
for node in 1 2; do
	printf '[node]\nid = %d\ncluster = 7\nhwstamp = off\n' $node > /tmp/off$node
	start $node clocklinkd -c /tmp/off$node 2> /tmp/log
	eval "daemon$node=$!"
done
check "software: synced" clocklinkctl --netns n2 wait --bound 50us --timeout 20s
sleep 5
software=$(number 2 peer min_rtt_ns)
check "software: the devices are not touched" test "$(setting 1)$(setting 2)" = "0 0 0 0 "
# shellcheck disable=SC2154 # daemonI come from eval
{
	kill "$daemon1" "$daemon2"
	wait "$daemon1" "$daemon2"
}

# --- by the devices
daemon 1
daemon 2
for node in 1 2; do
	check "node $node: stamps by the device" until_true 10 by_device $node
	check "node $node: device is set to stamp all packets" test "$(setting $node)" = "1 1 "
done
sleep 20
before=$(number 2 peer exchanges)
truth 10
check_true "no interval missed the truth in 10 s" "$? == 0"
check_true "true error at most $(worst 2) ns" "$(worst 2) < 50"
rtt=$(number 2 peer min_rtt_ns)
check_true "the round trip is that of the wire, $rtt of 1000 ns; by the kernel $software" \
	"$rtt > 980 && $rtt < 1020 && $software > 1500"
exchanges=$(($(number 2 peer exchanges) - before))
check_true "samples came in ($exchanges in 10 s)" "$exchanges > 85"
for node in 1 2; do
	check_true "node $node: no break of the clock" "$(number $node device breaks) == 0"
	check "node $node: the doctor finds nothing" on $node /t/clocklink-stats --for 2s doctor
done

# --- missing stamps cost samples
before=$(number 2 peer exchanges)
echo 3 > $nic/tx_lose
truth 10
check_true "a third of the transmit stamps missing: no interval missed the truth" "$? == 0"
check "a third missing: still by the device" by_device 2
exchanges=$(($(number 2 peer exchanges) - before))
check_true "a third missing, at both nodes: $exchanges samples in 10 s" \
	"$exchanges > 20 && $exchanges < 80"
check_true "a third missing: counted ($(number 2 peer hw_lost))" "$(number 2 peer hw_lost) > 15"
check_true "a third missing: no fallback" "$(number 2 peer hw_fallbacks) == 0"
check "a third missing: the doctor finds it" forgets 2

# --- all missing: by the kernel, until they come again
for lose in tx_lose rx_lose; do
	fallbacks=$(number 2 peer hw_fallbacks)
	echo 1 > $nic/$lose
	check "$lose: by the kernel" until_true 10 says stamps 2 software
	before=$(number 2 peer exchanges)
	truth 4
	check_true "$lose: no interval missed the truth" "$? == 0"
	exchanges=$(($(number 2 peer exchanges) - before))
	check_true "$lose: samples come in ($exchanges in 4 s)" "$exchanges > 30"
	check_true "$lose: counted" "$(number 2 peer hw_fallbacks) > $fallbacks"
	check "$lose: the doctor finds it" forgets 2
	check "$lose: the daemon says so" grep -q "are missing" /tmp/daemon2
	echo 0 > $nic/tx_lose
	echo 0 > $nic/rx_lose
	check "$lose: by the device again" until_true 15 by_device 2
done

# --- another program steers the clock of a device: 50 us, then 20 ppm
steer() {
	phc_ctl -q -- /dev/ptp1 "$@" > /dev/null
}
# what is left of the time without its stamps is not to be judged here
sleep 15
for change in "adj 0.00005" "freq 20000" "adj -3600"; do
	breaks=$(number 2 device breaks)
	held=$(number 2 peer exchanges)
	truth 6 &
	judge=$!
	sleep 1
	# shellcheck disable=SC2086 # two words
	steer $change
	wait "$judge"
	check_true "$change: no interval missed the truth" "$? == 0"
	check_true "$change: true error at most $(worst 2) ns" "$(worst 2) < 100"
	check_true "$change: noticed" "$(number 2 device breaks) > $breaks"
	exchanges=$(($(number 2 peer exchanges) - held))
	check_true "$change: cost some samples ($exchanges in 6 s)" "$exchanges > 30"
	check "$change: by the device again" until_true 5 by_device 2
done

# --- without a daemon nobody measures the clock
kill_daemon 2
check "no daemon: its clock is not trusted any more" until_true 4 says device 2 measuring
check "no daemon: by the kernel" until_true 4 says stamps 2 software
check "killed, it could not set the device back" test "$(setting 2)" = "1 1 "
daemon 2
check "started again: by the device" until_true 10 by_device 2

# --- somebody else comes: ptp4l on the same devices
start 1 ptp4l -H -i eth0 -m --logSyncInterval=-3 > /tmp/ptp4l1 2>&1
ptp4l1=$!
start 2 ptp4l -H -i eth0 -m -s --logMinDelayReqInterval=-3 --summary_interval=0 > /tmp/ptp4l2 2>&1
ptp4l2=$!
check "ptp4l: in use" until_true 5 says device 2 in-use
check "ptp4l: by the kernel" until_true 5 says stamps 2 software
sleep 25
theirs=$(setting 2)
check_true "ptp4l: its setting stays ($theirs)" "$([ "$theirs" = "1 12 " ] && echo 1 || echo 0)"
rms=$(sed -n 's/.*rms *\([0-9]*\) max.*/\1/p' /tmp/ptp4l2 | tail -n 1)
check_true "ptp4l: it syncs the devices' clocks, rms $rms ns" "${rms:-999} < 100"
check "ptp4l: we are synced" clocklinkctl --netns n2 wait --bound 50us --timeout 1s
kill "$ptp4l1" "$ptp4l2"
wait "$ptp4l1" "$ptp4l2"
kill "$daemon2"
wait "$daemon2"
check "ended: another's setting is not touched" test "$(setting 2)" = "$theirs"

# --- what was there before is there after
on 2 hwstamp_ctl -i eth0 -t 0 -r 0 > /dev/null
daemon 2
check "free again: by the device" until_true 10 by_device 2
kill "$daemon2"
wait "$daemon2"
check "ended: set back" test "$(setting 2)" = "0 0 "
check "ended: no device is left" test -z "$(device 2)"
on 2 hwstamp_ctl -i eth0 -t 1 -r 1 > /dev/null
daemon 2
check "somebody stamps all packets: used" until_true 10 by_device 2
kill "$daemon2"
wait "$daemon2"
check "ended: left as it was" test "$(setting 2)" = "1 1 "
kill "$daemon1"
wait "$daemon1"

# --- a device on top: of a VLAN the clock is known, of a bridge it is not
for node in 1 2; do
	on $node hwstamp_ctl -i eth0 -t 0 -r 0 > /dev/null
	ip -n n$node link add link eth0 name v5 type vlan id 5
	ip -n n$node addr add 10.5.0.$node/24 dev v5
	ip -n n$node link set v5 up
	clocklinkctl --netns n$node peer del $((3 - node))
	clocklinkctl --netns n$node peer add $((3 - node)) 10.5.0.$((3 - node))
	daemon $node
done
check "VLAN: by the device" until_true 10 by_device 2
sleep 10
truth 3
check_true "VLAN: true error at most $(worst 2) ns" "$(worst 2) < 50"
ip -n n2 link add br0 type bridge
ip -n n2 addr flush dev v5
ip -n n2 link set v5 master br0
ip -n n2 addr add 10.5.0.2/24 dev br0
ip -n n2 link set br0 up
check "bridge: by the kernel" until_true 10 says stamps 2 software
check "bridge: says so" until_true 10 says device 2 unsupported
check "bridge: the device below is set back" test "$(setting 2)" = "0 0 "
kill "$daemon1" "$daemon2"
wait "$daemon1" "$daemon2"
sed 's/^/# /' /tmp/daemon2
rmmod clocklink
rmmod nic_pair
finish
