# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Time stamps by network devices while everything around them comes and goes: maps,
# settings, stamps, peers, instances, namespaces, modules. Nobody measures anything
# here; it is for the kernel's own checks, most of all in the debug kernel.
# vm: $release -m ptp -c $build/nic-vm$suffix/nic_pair.ko -n -t 300 -f $lab/cluster.sh -f $(package linuxptp)/usr/sbin/phc_ctl -f $(package linuxptp)/usr/sbin/hwstamp_ctl
# um: $debug -f $build/nic-um/nic_pair.ko:/mods/nic_pair.ko -n -f $lab/cluster.sh -f $(package linuxptp)/usr/sbin/phc_ctl -f $(package linuxptp)/usr/sbin/hwstamp_ctl
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

nic=/sys/module/nic_pair/parameters

# setup: both nodes, with daemons
setup() {
	for node in 1 2; do
		ip netns add n$node
		ip link set nic$((node - 1)) netns n$node name eth0
		ip -n n$node addr add 10.0.0.$node/24 dev eth0
		ip -n n$node link set eth0 up
		node $node 1 interval=20ms
		clocklinkctl --netns n$node peer add $((3 - node)) 10.0.0.$((3 - node))
		daemon $node
	done
}

# device NODE: state of the node's device
device() {
	clocklinkctl --netns "n$1" --json device | sed -n 's/.*"state": *"\(.*\)".*/\1/p'
}

# by_device NODE: waits until the node uses the stamps of its device
by_device() {
	for _ in $(seq 150); do
		[ "$(device "$1") $(number "$1" peer hw_lost)" = "hardware $lost" ] && return
		lost=$(number "$1" peer hw_lost)
		sleep 0.2
	done
	return 1
}

insmod /mods/clocklink.ko
insmod /mods/nic_pair.ko
setup
lost=0
check "stamps by the device" by_device 2
check_true "they are used" "$(number 2 stats hw_rx) > 0"

for round in 1 2 3; do
	for lose in 2 1 0; do
		echo $lose > $nic/tx_lose
		echo $((lose * round)) > $nic/rx_lose
		echo $((lose % 2)) > $nic/tx_late
		phc_ctl -q -- /dev/ptp1 adj 0.00$round freq $((round * 1000)) > /dev/null 2>&1
		sleep 0.3
		# in the middle of exchanges
		clocklinkctl --netns n1 peer del 2
		clocklinkctl --netns n1 peer add 2 10.0.0.2
		clocklinkctl --netns n2 device set eth0 rx-bias=${round}us hw-rx-bias=${lose}us
		clocklinkctl --netns n2 peer set 1 delay-asymmetry=${lose}us
		ip netns exec n2 hwstamp_ctl -i eth0 -t $((lose % 2)) -r $((lose / 2)) > /dev/null 2>&1
		sleep 0.3
		ip -n n2 link set eth0 down
		ip -n n2 link set eth0 up
	done
	ip netns exec n2 hwstamp_ctl -i eth0 -t 0 -r 0 > /dev/null 2>&1
	clocklinkctl --netns n1 instance del
	node 1 1 interval=20ms
	clocklinkctl --netns n1 peer add 2 10.0.0.2
	sleep 1
	# shellcheck disable=SC2154 # by daemon()
	check "round $round: both are alive" kill -0 "$daemon1" "$daemon2"
	check "round $round: stamps by the device again" by_device 2
done

# namespaces go while stamps are on their way, and the devices return
echo 1 > $nic/tx_late
kill_daemon 2
ip netns del n2
kill_daemon 1
ip netns del n1
sleep 1
check "the devices are back" ip link show eth0
rmmod nic_pair
check "the pair is gone" test ! -e $nic
check "rmmod" rmmod clocklink
finish
