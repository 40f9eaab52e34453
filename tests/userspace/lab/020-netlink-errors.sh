# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Netlink messages that are malformed, incomplete, out of range or out of order get
# an error number, a message and what it points to, and change nothing.
# vm: $release -t 600 -f $build/lab/nl-raw
# um: $debug -t 600 -f $build/lab/nl-raw
. /t/lib.sh

# numbers of uapi/linux/clocklink.h
INSTANCE_ADD=2 INSTANCE_DEL=3 INSTANCE_SET=4 PEER_GET=6 PEER_ADD=7 PEER_DEL=8
STEER=13 ROUND_START=14 UPDATE_SEND=15 TEST_SET=19 DEVICE_SET=21 DEVICE_DEL=22
PEER_SET=23 PROBE=25 TEMPERATURE_SET=26 EXTTS_EVENT=28

# state: all that a message could change
state() {
	clocklinkctl --json instance
	clocklinkctl --json peer | grep -v raw_ns
	clocklinkctl --json device | grep -v age_ns
	clocklinkctl --json clock | grep -vE 'raw_ns|time_ns|bound_ns|hard_ns|age_ns'
}

# refuse NAME PATTERN ARGUMENT...: nl-raw's message is refused and changes nothing
refuse() {
	_title=$1
	_expect=$2
	shift 2
	state > /tmp/before
	_answer=$(nl-raw "$@")
	_got=$?
	state > /tmp/after
	if [ $_got = 1 ] && echo "$_answer" | grep -qxE -e "$_expect" &&
			cmp -s /tmp/before /tmp/after; then
		result 0 "$_title"
	else
		result 1 "$_title" "nl-raw $*: $_answer (expected $_expect)
$(diff /tmp/before /tmp/after)"
	fi
}

# steer ARGUMENT...: a valid order by node 2, and what an argument adds or replaces
steer() {
	_args="1=u32 2=u32:2 3=u32:1 4=u32:1 5=u64:1000000000 6=u64:100000000 7=u32:1
		8=u64:1000 9=u64:1000 10=u64:0 11=u64:1000 12=u64:1000 13=u64:1000"
	echo "$_args" | tr -s '[:space:]' '\n' | grep -vE "^1=|^(${1:-none})="
}

# map ARGUMENT...: a valid map of device 1, measured 0.2 s ago; as steer
map() {
	_args="2=u32:1 4=u32:0 5=u64:0 6=ago:200000000 7=u64:0 8=u32:10"
	echo "$_args" | tr -s '[:space:]' '\n' | grep -vE "^(${1:-none})="
}

insmod /mods/clocklink.ko
check "nl-raw can add an instance" nl-raw $INSTANCE_ADD 3=u32:1 4=u32:7 6=u32:1
clocklinkctl instance del

# --- an instance that does not come into being
refuse_add() {
	_title=$1
	_expect=$2
	shift 2
	check_error "$_title" "^$_expect\$" nl-raw $INSTANCE_ADD "$@"
}
refuse_add "add: node missing" "EINVAL: .*missing 3" 4=u32:7
refuse_add "add: cluster missing" "EINVAL: .*missing 4" 3=u32:1
refuse_add "add: node 0" "ERANGE: .+, attribute 3" 3=u32:0 4=u32:7
refuse_add "add: node of everyone" "ERANGE: .+, attribute 3" 3=u32:0xffffffff 4=u32:7
refuse_add "add: port 0" "ERANGE: .+, attribute 5" 3=u32:1 4=u32:7 5=u16:0
refuse_add "add: phc 2" "ERANGE: .+, attribute 12" 3=u32:1 4=u32:7 12=u8:2
refuse_add "add: interval-max below interval" "EINVAL: .*below interval, attribute 21" \
	3=u32:1 4=u32:7 7=u64:2000000 21=u64:1999999
refuse_add "add: read-only attribute" "EINVAL: .+, attribute 14" 3=u32:1 4=u32:7 14=u32:1
check_error "nothing was added" "no instance" clocklinkctl instance
# shellcheck disable=SC2046
for command in $INSTANCE_DEL $INSTANCE_SET $STEER $ROUND_START $DEVICE_SET $DEVICE_DEL; do
	case $command in
	"$STEER") set -- $(steer) ;;
	"$ROUND_START") set -- 1=u32:1 2=u32:1 ;;
	"$DEVICE_SET") set -- $(map) ;;
	"$DEVICE_DEL") set -- 2=u32:1 ;;
	*) set -- ;;
	esac
	check_error "command $command without an instance" "ENODEV: .*no instance" \
		nl-raw "$command" "$@"
done

# one that belongs to a cluster from the beginning
check "managed from the beginning" nl-raw $INSTANCE_ADD 3=u32:1 4=u32:7 26=u8:1
check "it is shown" sh -c "clocklinkctl --json instance | grep -q '\"managed\": true'"
refuse "so it has no leader of others" "EBUSY: .*managed by cluster, attribute 6" $INSTANCE_SET 6=u32:3
check "but one of its manager" nl-raw $INSTANCE_SET 6=u32:3 26=u8:1 7=u64:200000000
clocklinkctl instance del

clocklinkctl instance add node=1 cluster=7 leader=2
clocklinkctl peer add 2 10.0.0.2
clocklinkctl peer add 3 10.0.0.3

# --- malformed
refuse "unknown command" "EOPNOTSUPP: .*" 99
refuse "unknown attribute" "EINVAL: .+, attribute 200" $INSTANCE_SET 200=u32:1
refuse "attribute of the wrong size" "ERANGE: .+, attribute 7|EINVAL: .+, attribute 7" \
	$INSTANCE_SET 7=u32:100
refuse "an attribute longer than the message" "EINVAL: .*" $INSTANCE_SET raw:40000700aabbccdd
refuse "an attribute shorter than its header" "EINVAL: .*" $INSTANCE_SET raw:0200070000000000
refuse "an attribute for a command without" "EINVAL: .*" $INSTANCE_DEL 3=u32:1

# --- settings: just outside of the ranges
refuse "leader of everyone" "ERANGE: .+, attribute 6" $INSTANCE_SET 6=u32:0xffffffff
refuse "interval below 1 ms" "ERANGE: .+, attribute 7" $INSTANCE_SET 7=u64:999999
refuse "interval above 1000 s" "ERANGE: .+, attribute 7" $INSTANCE_SET 7=u64:1000000000001
refuse "asymmetry above 1 s" "ERANGE: .+, attribute 8" $INSTANCE_SET 8=u32:1000000001
refuse "stamp noise 0" "ERANGE: .+, attribute 9" $INSTANCE_SET 9=u32:0
refuse "stamp noise above 1 ms" "ERANGE: .+, attribute 9" $INSTANCE_SET 9=u32:1000001
refuse "wander 0" "ERANGE: .+, attribute 10" $INSTANCE_SET 10=u32:0
refuse "wander above 1 ppm" "ERANGE: .+, attribute 10" $INSTANCE_SET 10=u32:1000001
refuse "max bound below 1 us" "ERANGE: .+, attribute 11" $INSTANCE_SET 11=u64:999
refuse "max bound above 1000 s" "ERANGE: .+, attribute 11" $INSTANCE_SET 11=u64:1000000000001
refuse "a wrong setting behind a right one" "ERANGE: .+, attribute 9" \
	$INSTANCE_SET 7=u64:200000000 9=u32:0
refuse "interval-max above 1000 s" "ERANGE: .+, attribute 21" $INSTANCE_SET 21=u64:1000000000001
refuse "interval-max below interval" "EINVAL: .*below interval, attribute 21" \
	$INSTANCE_SET 21=u64:99999999
check "interval-max" nl-raw $INSTANCE_SET 21=u64:150000000
refuse "interval above interval-max" "EINVAL: .*below interval, attribute 7" \
	$INSTANCE_SET 7=u64:200000000
check "interval-max off" nl-raw $INSTANCE_SET 21=u64:0
refuse "a group that is one address" "EINVAL: .*not the address of a multicast group, attribute 27" \
	$INSTANCE_SET 27=hex:00000000000000000000ffff0a000001
refuse "a group of the node itself" "EINVAL: .*not the address of a multicast group, attribute 27" \
	$INSTANCE_SET 27=hex:ff010000000000000000000000000001 28=u32:1
refuse "a group of the link without a device" "EINVAL: .*needs a device, attribute 27" \
	$INSTANCE_SET 27=hex:ff020000000000000000000000000001
refuse "a group of a device that does not exist" "ENODEV: cannot join the group.*" \
	$INSTANCE_SET 27=hex:00000000000000000000ffffefc04f5f 28=u32:999
refuse "a device without a group" "EINVAL: .*goes with a group only, attribute 28" \
	$INSTANCE_SET 28=u32:1
refuse "a device of no group" "EINVAL: .*not the address of a multicast group, attribute 27" \
	$INSTANCE_SET 27=hex:00000000000000000000000000000000 28=u32:1
refuse "a group of 15 bytes" "(ERANGE|EINVAL): .+, attribute 27" \
	$INSTANCE_SET 27=hex:00000000000000000000ffffefc04f
refuse "no hop at all" "ERANGE: .+, attribute 29" $INSTANCE_SET 29=u8:0
check "no group" nl-raw $INSTANCE_SET 27=hex:00000000000000000000000000000000
refuse "the node id stays" "EINVAL: .+, attribute 3" $INSTANCE_SET 3=u32:9

# --- peers
refuse "peer without a node id" "EINVAL: .*missing 2" $PEER_ADD 3=hex:0a000005
refuse "peer without an address" "EINVAL: exactly one of .*" $PEER_ADD 2=u32:5
refuse "peer with two addresses" "EINVAL: exactly one of .*" $PEER_ADD 2=u32:5 \
	3=hex:0a000005 4=hex:fd000000000000000000000000000005
refuse "peer 0" "ERANGE: .+, attribute 2" $PEER_ADD 2=u32:0 3=hex:0a000005
refuse "itself as peer" "EINVAL: .*own node id, attribute 2" $PEER_ADD 2=u32:1 3=hex:0a000005
refuse "a peer that exists" "EEXIST: .*already, attribute 2" $PEER_ADD 2=u32:2 3=hex:0a000005
refuse "IPv4 address 0.0.0.0" "EINVAL: .*IPv4.*, attribute 3" $PEER_ADD 2=u32:5 3=hex:00000000
refuse "IPv4 multicast" "EINVAL: .*IPv4.*, attribute 3" $PEER_ADD 2=u32:5 3=hex:e0000001
refuse "IPv4 broadcast" "EINVAL: .*IPv4.*, attribute 3" $PEER_ADD 2=u32:5 3=hex:ffffffff
refuse "IPv4 address of two bytes" "(EINVAL|ERANGE): .+, attribute 3" $PEER_ADD 2=u32:5 3=hex:0a00
refuse "IPv6 address ::" "EINVAL: .*IPv6.*, attribute 4" $PEER_ADD 2=u32:5 \
	4=hex:00000000000000000000000000000000
refuse "IPv6 multicast" "EINVAL: .*IPv6.*, attribute 4" $PEER_ADD 2=u32:5 \
	4=hex:ff020000000000000000000000000001
refuse "IPv4 in IPv6" "EINVAL: .*IPv6.*, attribute 4" $PEER_ADD 2=u32:5 \
	4=hex:00000000000000000000ffff0a000005
refuse "link-local without a scope" "EINVAL: .*scope, attribute 4" $PEER_ADD 2=u32:5 \
	4=hex:fe800000000000000000000000000005
refuse "a scope that is not needed" "EINVAL: .*scope, attribute 5" $PEER_ADD 2=u32:5 \
	4=hex:fd000000000000000000000000000005 5=u32:1
refuse "port 0" "ERANGE: .+, attribute 6" $PEER_ADD 2=u32:5 3=hex:0a000005 6=u16:0
refuse "get a peer that is not there" "ENOENT: .*no such peer, attribute 2" $PEER_GET 2=u32:5
refuse "peer with a budget above 1 s" "ERANGE: .+, attribute 33" $PEER_ADD 2=u32:5 3=hex:0a000005 \
	33=u32:1000000001
refuse "peer with an asymmetry below -1 s" "ERANGE: .+, attribute 34" $PEER_SET 2=u32:2 \
	34=u32:0xc46535ff
refuse "a peer in the shadow twice" "ERANGE: .+, attribute 49" $PEER_SET 2=u32:2 49=u8:2
refuse "change a counter of a peer" "EINVAL: .+, attribute 7" $PEER_SET 2=u32:2 7=u64:0
refuse "change a peer without saying which" "EINVAL: .*missing 2" $PEER_SET 33=u32:1
refuse "change a peer that is not there" "ENOENT: .*no such peer, attribute 2" \
	$PEER_SET 2=u32:5 33=u32:1
check "change a peer" nl-raw $PEER_SET 2=u32:2 33=u32:7000 34=u32:0xffffff38
check "it is shown" sh -c "clocklinkctl --json peer show 2 | grep -q '\"delay_asymmetry_ns\": -200,' &&
	clocklinkctl --json peer show 2 | grep -q '\"asymmetry_ns\": 7000,'"
refuse "delete a peer that is not there" "ENOENT: .*no such peer, attribute 2" $PEER_DEL 2=u32:5

# --- steering, in the wrong order too
# shellcheck disable=SC2046 # lists of arguments
{
	for attribute in 2 3 4 5 6 7 8 9 10 11 12 13; do
		refuse "steer without attribute $attribute" "EINVAL: .*missing $attribute" \
			$STEER $(steer $attribute)
	done
	refuse "steer by an unknown parent" "ENOENT: .+" $STEER $(steer 2) 2=u32:9
	refuse "steer with expiry 0" "ERANGE: .+, attribute 5" $STEER $(steer 5) 5=u64:0
	refuse "steer with interval 0" "ERANGE: .+, attribute 6" $STEER $(steer 6) 6=u64:0
	refuse "steer to a time below 0" "ERANGE: .+, attribute 9" \
		$STEER $(steer 9) 9=u64:0xffffffffffffffff
	refuse "steer by a rate above 2^-10" "ERANGE: .+, attribute 10" \
		$STEER $(steer 10) 10=u64:1000000000
	refuse "steer with a bound above 1000 s" "ERANGE: .+, attribute 11" \
		$STEER $(steer 11) 11=u64:1000000000001
	refuse "steer with TAI - UTC = 1001 s" "ERANGE: .+, attribute 14" $STEER $(steer) 14=u32:1001
	refuse "steer with an unknown leap" "ERANGE: .+, attribute 15" $STEER $(steer) 15=u32:3
	# one that lasts, or its end would change the state
	refuse "steer by node 0" "ENOENT: .+" $STEER $(steer 2) 2=u32:0
	refuse "hold over what was never steered" "EINVAL: .*nothing to hold" \
		$STEER 20=flag: 3=u32:1 4=u32:1 11=u64:1000
	check "a valid steer" nl-raw $STEER $(steer "3|5") 3=u32:10 5=u64:1000000000000
	refuse "steer of an earlier term" "ESTALE: .+" $STEER $(steer 3) 3=u32:9
	refuse "hold of an earlier term" "ESTALE: .+" $STEER 20=flag: 3=u32:9 4=u32:1 11=u64:1000
	refuse "hold without a term" "EINVAL: .*missing 3" $STEER 20=flag: 4=u32:1 11=u64:1000
	refuse "hold without a round" "EINVAL: .*missing 4" $STEER 20=flag: 3=u32:10 11=u64:1000
	refuse "hold without a bound" "EINVAL: .*missing 11" $STEER 20=flag: 3=u32:10 4=u32:1
	refuse "hold and follow" "EINVAL: .*drift only, attribute 2" \
		$STEER 20=flag: 2=u32:2 3=u32:10 4=u32:1 11=u64:1000
	refuse "hold with a map" "EINVAL: .*drift only, attribute 8" \
		$STEER 20=flag: 3=u32:10 4=u32:1 11=u64:1000 8=u64:1
}
refuse "a round of an earlier term" "ESTALE: .+" $ROUND_START 1=u32:9 2=u32:1
refuse "a round without a term" "EINVAL: .*missing 1" $ROUND_START 2=u32:1
refuse "a round without a number" "EINVAL: .*missing 2" $ROUND_START 1=u32:10
refuse "an update without an epoch" "EINVAL: .*missing 3" $UPDATE_SEND 1=u32:10 2=u32:1
refuse "an update with an interval of 0" "ERANGE: .+, attribute 5" \
	$UPDATE_SEND 1=u32:10 2=u32:1 3=u32:1 5=u64:0
refuse "a probe of nobody" "EINVAL: .*missing 2" $PROBE
refuse "a probe of node 0" "ERANGE: .+, attribute 2" $PROBE 2=u32:0
refuse "a probe of a node that is no peer" "ENOENT: .*no such peer, attribute 2" $PROBE 2=u32:5
refuse "17 probes" "ERANGE: .+, attribute 24" $INSTANCE_SET 24=u32:17
refuse "a probe every 0 rounds" "ERANGE: .+, attribute 25" $INSTANCE_SET 25=u32:0
refuse "a probe every 1001 rounds" "ERANGE: .+, attribute 25" $INSTANCE_SET 25=u32:1001
refuse "an event of no channel" "EINVAL: .*missing 2" $EXTTS_EVENT 3=u64:1
refuse "an event at no time" "EINVAL: .*missing 3" $EXTTS_EVENT 2=u32:0
refuse "an event of channel 4" "ERANGE: .+, attribute 2" $EXTTS_EVENT 2=u32:4 3=u64:1
refuse "an event without a PTP clock" "EOPNOTSUPP: the instance has no PTP clock" \
	$EXTTS_EVENT 2=u32:0 3=u64:1
refuse "a temperature that is none" "EINVAL: .*missing 24" $TEMPERATURE_SET
refuse "a temperature of 200.001 degrees" "ERANGE: .+, attribute 24" $TEMPERATURE_SET 24=u32:200001
refuse "a temperature of -100.001 degrees" "ERANGE: .+, attribute 24" \
	$TEMPERATURE_SET 24=u32:0xfffe795f

# --- who belongs to a cluster has leader and peers from there
refuse "managed 2" "ERANGE: .+, attribute 26" $INSTANCE_SET 26=u8:2
check "an instance becomes managed" nl-raw $INSTANCE_SET 26=u8:1
refuse "managed: another leader" "EBUSY: .*managed by cluster, attribute 6" $INSTANCE_SET 6=u32:3
refuse "managed: a new peer" "EBUSY: .*managed by cluster" $PEER_ADD 2=u32:9 3=hex:0a000009
refuse "managed: a peer less" "EBUSY: .*managed by cluster" $PEER_DEL 2=u32:3
refuse "managed: a peer in the shadow" "EBUSY: .*managed by cluster" $PEER_SET 2=u32:2 49=u8:1
check "its manager may change the leader" nl-raw $INSTANCE_SET 6=u32:3 26=u8:1
check "and the other settings" nl-raw $INSTANCE_SET 7=u64:200000000 21=u64:400000000 8=u32:1000 \
	10=u32:2000 11=u64:2000000000 24=u32:4 25=u32:2 26=u8:1
check "and add a peer" nl-raw $PEER_ADD 2=u32:9 3=hex:0a000009 48=flag:
check "and put it in the shadow" nl-raw $PEER_SET 2=u32:9 49=u8:1 48=flag:
check "which is shown" sh -c "clocklinkctl --json peer show 9 | grep -q '\"shadow\": true'"
check "and delete it" nl-raw $PEER_DEL 2=u32:9 48=flag:
check "and add one in the shadow" nl-raw $PEER_ADD 2=u32:9 3=hex:0a000009 48=flag: 49=u8:1
check "and take it back" nl-raw $PEER_DEL 2=u32:9 48=flag:
check "others may set what is not the cluster's" nl-raw $INSTANCE_SET 24=u32:8
check "an instance is managed no more" nl-raw $INSTANCE_SET 26=u8:0 6=u32:2

refuse "test settings of a release build" "EOPNOTSUPP: .*not a test build" $TEST_SET 2=u64:1

# --- network devices
refuse "a device without a number" "EINVAL: .*missing 2" $DEVICE_SET 3=u32:0
refuse "device 0" "ERANGE: .+, attribute 2" $DEVICE_SET 2=u32:0 3=u32:0
refuse "a device that is not there" "ENODEV: .*no such network device, attribute 2" \
	$DEVICE_SET 2=u32:99 3=u32:0
refuse "an unknown state" "ERANGE: .+, attribute 3" $DEVICE_SET 2=u32:1 3=u32:4
refuse "hardware without a map" "EINVAL: .*without a state, attribute 3" $DEVICE_SET 2=u32:1 3=u32:1
refuse "a counter" "EINVAL: .+, attribute 12" $DEVICE_SET 2=u32:1 3=u32:0 12=u64:1
# shellcheck disable=SC2046 # lists of arguments
{
	for attribute in 4 5 6 7 8; do
		refuse "a map without attribute $attribute" "EINVAL: .*missing $attribute" \
			$DEVICE_SET $(map $attribute)
	done
	refuse "a map and a state" "EINVAL: .*without a state, attribute 3" $DEVICE_SET $(map) 3=u32:0
	refuse "a map of clock -2" "ERANGE: .+, attribute 4" $DEVICE_SET $(map 4) 4=u32:0xfffffffe
	refuse "a map from the future" "ESTALE: .*future.*, attribute 6" \
		$DEVICE_SET $(map 6) 6=u64:1000000000000000
	refuse "a map that has ended" "ESTALE: .*old, attribute 6" $DEVICE_SET $(map 6) 6=u64:0
	refuse "a map with a rate above 10 %" "ERANGE: .+, attribute 7" \
		$DEVICE_SET $(map 7) 7=u64:100000000001
	refuse "a map with an error above 1 ms" "ERANGE: .+, attribute 8" \
		$DEVICE_SET $(map 8) 8=u32:1000001
	refuse "a map without an end" "ERANGE: .+, attribute 9" $DEVICE_SET $(map) 9=u64:2000000001
	refuse "a map that ends at once" "ERANGE: .+, attribute 9" $DEVICE_SET $(map) 9=u64:0
	check "a valid map" nl-raw $DEVICE_SET $(map)
}
check "it is shown" sh -c "clocklinkctl device | grep -q '^lo *measuring */dev/ptp0'"
refuse "delete a device that was not set" "ENOENT: .*not been set, attribute 2" $DEVICE_DEL 2=u32:99
refuse "delete no device" "EINVAL: .*missing 2" $DEVICE_DEL
check "delete a device" nl-raw $DEVICE_DEL 2=u32:1
check "it is gone" test "$(clocklinkctl device)" = "no network devices"
refuse "a bias above 1 ms" "ERANGE: .+, attribute 13" $DEVICE_SET 2=u32:1 13=u32:1000001
refuse "a bias below -1 ms" "ERANGE: .+, attribute 16" $DEVICE_SET 2=u32:1 16=u32:0xfff0bdbf
refuse "a bias and a state" "EINVAL: .*without state and map, attribute 3" \
	$DEVICE_SET 2=u32:1 13=u32:1 3=u32:0
refuse "a bias of no device" "EINVAL: .*missing 2" $DEVICE_SET 13=u32:1
refuse "a bias of a device that is not there" "ENODEV: .*no such network device, attribute 2" \
	$DEVICE_SET 2=u32:99 13=u32:1
check "a bias" nl-raw $DEVICE_SET 2=u32:1 13=u32:1500 14=u32:0xffffffff
check "it is shown, too" sh -c "clocklinkctl device | grep -q '^lo .* +1.500 us *-1 ns$'"
refuse "delete a device that has a bias only" "ENOENT: .*not been set, attribute 2" \
	$DEVICE_DEL 2=u32:1
check "one part of it" clocklinkctl device set lo rx-bias=0
check "the other stays" sh -c "clocklinkctl device | grep -q '^lo .* 0 ns *-1 ns$'"
check "no bias" clocklinkctl device set lo tx-bias=0
check "nothing is left" test "$(clocklinkctl device)" = "no network devices"

# --- the command line names the argument
clocklinkctl instance del
check_error "clocklinkctl: unknown key" "speed" clocklinkctl instance add node=1 cluster=x speed=1
check_error "clocklinkctl: number without a unit" "interval" \
	clocklinkctl instance add node=1 cluster=x interval=5
check_error "clocklinkctl: not an address" "10.0.0.300" clocklinkctl peer add 2 10.0.0.300
check_error "clocklinkctl: unknown key of a peer" "speed" clocklinkctl peer add 2 10.0.0.2 speed=1
check_error "clocklinkctl: not a device" "nodev" clocklinkctl device set nodev rx-bias=1us
check_error "clocklinkctl: unknown command" "frobnicate" clocklinkctl frobnicate
check_error "nothing was added by it" "no instance" clocklinkctl instance
rmmod clocklink
finish
