# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# The daemon steers the clock of a network card to cluster time, while the module measures
# by the stamps of that card: how near it comes, another start, other owners, clocks that
# cannot be set, no time.
# vm: -i $test -m ptp -c $build/nic-vm$suffix/nic_pair.ko -n -t 600 -f $lab/cluster.sh -f $build/lab/phc-check -f $build/clocklink-truth -f $build/clocklink-stats -f $(package linuxptp)/usr/sbin/phc_ctl
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

# steers NODE DEVICE: starts the node's daemon with phc-steer
steers() {
	printf '[node]\nid = %d\ncluster = 7\nphc-steer = %s\n' "$1" "$2" > "/tmp/conf$1"
	start "$1" clocklinkd -c "/tmp/conf$1" 2>> "/tmp/daemon$1"
	eval "daemon$1=$!"
}

# await SECONDS NODE TEXT: until the node's status has the text
await() {
	for _ in $(seq $(($1 * 5))); do
		clocklinkctl --netns "n$2" status | grep -q -- "$3" && return
		sleep 0.2
	done
	clocklinkctl --netns "n$2" status
	return 1
}

# near NAME NS: for a second the card's clock is cluster time to so much
near() {
	phc-check near /dev/ptp1 /dev/clocklink1 20 > /tmp/near
	_max=$(sed 's/max=-\{0,1\}\([0-9]*\) .*/\1/' /tmp/near)
	check_true "$1: $(cat /tmp/near) ns" "${_max:-1000000} < $2"
}

# viewed NAME TEXT: the line of the card in node 2's live view has the text
viewed() {
	on 2 /t/clocklink-stats --once --interval 100ms > /tmp/view
	check "$1" grep -q "^phc  *clock of eth0 is $2" /tmp/view
}

insmod /mods/clocklink.ko
insmod /mods/nic_pair.ko drift_ppb=30000,-12000
for node in 1 2; do
	ip netns add n$node
	ip link set nic$((node - 1)) netns n$node name eth0
	ip -n n$node addr add 10.0.0.$node/24 dev eth0
	ip -n n$node link set eth0 up
	node $node 1 phc="$([ $node = 1 ] && echo yes || echo no)"
	clocklinkctl --netns n$node test osc-freq="$(ppm $node)ppm"
	clocklinkctl --netns n$node peer add $((3 - node)) 10.0.0.$((3 - node))
done
_pages="/dev/clocklink0 /dev/clocklink1"

# --- a clock that cannot be set: that of an instance
steers 1 /dev/ptp2
steers 2 eth0
check "the leader's own clock is refused" await 15 1 \
	"phc  *clock of /dev/ptp2 waiting: it cannot be set: Device or resource busy"

# --- taken, followed
check "the card's clock is steered" await 20 2 "clock of eth0 steered"
check "it was stepped to TAI" grep -q "clock of eth0: stepped by" /tmp/daemon2
sleep 8
breaks=$(number 2 device breaks)
near "cluster time" 200
truth 4
check_true "no interval missed the truth" "$? == 0"
near "cluster time still" 200
check_true "the map follows: $(number 2 device breaks) breaks" \
	"$(number 2 device breaks) == $breaks"
check_true "true error by its stamps at most $(worst 2) ns" "$(worst 2) < 100"
check "status as JSON" sh -c \
	"clocklinkctl --netns n2 --json status | grep -A 9 device_clock | grep -q '\"device\": *\"eth0\"'"
viewed "the live view has it" "steered by clocklinkd, .* off"

# --- another start
kill_daemon 2
sleep 1
steers 2 eth0
check "steered by the next daemon" await 15 2 "clock of eth0 steered"
near "by the next daemon" 300
check_true "it was not stepped again" "$(grep -c 'stepped by' /tmp/daemon2) == 1"

# --- another owner
phc_ctl -q -- /dev/ptp1 freq 5000 > /dev/null
check "another owner is seen" await 5 2 "left-alone: somebody else sets it (its frequency was changed"
viewed "so says the live view" "left-alone by clocklinkd: somebody else sets it"
check "its frequency stays" sh -c "sleep 2; phc_ctl /dev/ptp1 freq 2>&1 | grep -q 5000"
# shellcheck disable=SC2154 # by steers()
{
	kill "$daemon2"
	wait "$daemon2"
}
steers 2 eth0
check "taken back by another start" await 15 2 "clock of eth0 steered"
sleep 2
phc_ctl -q -- /dev/ptp1 adj 0.00005 > /dev/null
check "so is a step" await 5 2 "left-alone: somebody else sets it (it was set by +50"

# --- no time
kill "$daemon2"
wait "$daemon2"
steers 2 eth0
check "taken again" await 15 2 "clock of eth0 steered"
clocklinkctl --netns n2 instance del
sleep 2
check "let go without cluster time" \
	grep -q "not steered now: there is no cluster time" /tmp/daemon2
# shellcheck disable=SC2154 # by steers()
{
	kill "$daemon1" "$daemon2"
	wait "$daemon1" "$daemon2"
}
sed 's/^/# /' /tmp/daemon1 /tmp/daemon2
rmmod clocklink
rmmod nic_pair
finish
