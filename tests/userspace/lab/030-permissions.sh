# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Reading is for everyone, changes need CAP_NET_ADMIN in the user namespace that owns
# the network namespace, a PTP clock needs the host's CAP_SYS_TIME.
# vm: $release -f $build/lab/nl-raw -f $build/clocklink-truth -f /usr/bin/setpriv -f /usr/bin/unshare
. /t/lib.sh

PEER_DEL=8 STEER=13 ROUND_START=14 UPDATE_SEND=15 TEST_SET=19 DEVICE_SET=21 DEVICE_DEL=22 PROBE=25

# user COMMAND...: as a user without any capability
user() {
	/t/setpriv --reuid 1000 --regid 1000 --clear-groups --bounding-set -all --inh-caps -all "$@"
}

# no_admin COMMAND...: as root, all capabilities but CAP_NET_ADMIN
no_admin() {
	/t/setpriv --bounding-set -net_admin --inh-caps -net_admin "$@"
}

# userns COMMAND...: as a user who is root of a user namespace of its own
userns() {
	/t/setpriv --reuid 1000 --regid 1000 --clear-groups /t/unshare --user --map-root-user "$@"
}

state() {
	clocklinkctl --json instance
	clocklinkctl --json peer | grep -v raw_ns
}

# denied WHO NAME COMMAND...: refused for want of permission, nothing has changed
denied() {
	_who=$1
	_title=$2
	shift 2
	_answer=$("$_who" "$@" 2>&1)
	_got=$?
	state > /tmp/after
	if [ $_got = 1 ] && echo "$_answer" | grep -qE 'EPERM|permitted|CAP_NET_ADMIN' &&
			cmp -s /tmp/before /tmp/after; then
		result 0 "$_who: $_title"
	else
		result 1 "$_who: $_title" "$* (status $_got): $_answer
$(diff /tmp/before /tmp/after)"
	fi
}

insmod /mods/clocklink.ko
chmod 755 /t /root
clocklinkctl instance add node=1 cluster=7 leader=1 phc=yes
clocklinkctl peer add 2 10.0.0.2

for command in status instance peer device clock servo stats; do
	check "user: $command" user clocklinkctl $command
done
check "user: reads the time page" user clocklink-truth -t 1 /dev/clocklink0
check_error "user: may not open the PTP clock" "denied" user cat /dev/ptp0
user clocklinkctl --json monitor config > /tmp/events &
sleep 1
clocklinkctl instance set wander=2ppb
clocklinkctl instance set wander=1ppb
sleep 1
kill $!
check "user: sees events" grep -q '"wander_ppb": *2' /tmp/events

state > /tmp/before
for who in user no_admin userns; do
	denied $who "instance set" clocklinkctl instance set interval=1s
	denied $who "instance del" clocklinkctl instance del
	denied $who "instance add" clocklinkctl instance add node=2 cluster=7
	denied $who "peer add" clocklinkctl peer add 3 10.0.0.3
	denied $who "peer set" clocklinkctl peer set 2 delay-asymmetry=1us
	denied $who "peer del" nl-raw $PEER_DEL 2=u32:2
	denied $who "steer" nl-raw $STEER 2=u32:2
	denied $who "round start" nl-raw $ROUND_START 1=u32:1 2=u32:1
	denied $who "update send" nl-raw $UPDATE_SEND 1=u32:1 2=u32:1 3=u32:1
	denied $who "test set" nl-raw $TEST_SET 2=u64:1
	denied $who "device set" nl-raw $DEVICE_SET 2=u32:1 3=u32:0
	denied $who "device bias" clocklinkctl device set lo rx-bias=1us
	denied $who "device del" nl-raw $DEVICE_DEL 2=u32:1
	denied $who "probe" nl-raw $PROBE 2=u32:2
done
check_error "daemon without CAP_NET_ADMIN: a clear error" "CAP_NET_ADMIN" no_admin clocklinkd
check_error "daemon of a user: a clear error" "CAP_NET_ADMIN|denied" user clocklinkd

# the same user with a network namespace of its own
cat > /tmp/inside <<-'END'
	. /t/lib.sh
	check "own namespace: instance" clocklinkctl instance add node=5 cluster=7
	check "own namespace: settings" clocklinkctl instance set interval=1s
	check "own namespace: peer" clocklinkctl peer add 6 10.0.0.6
	check "own namespace: delete" clocklinkctl instance del
	check_error "own namespace: no PTP clock" "CAP_SYS_TIME" \
		clocklinkctl instance add node=5 cluster=7 phc=yes
	check_error "own namespace: that left no instance" "no instance" clocklinkctl instance
	clocklinkctl instance add node=5 cluster=7
	finish
END
userns --net sh /tmp/inside > /tmp/inside.tap
sed 's/^/# /' /tmp/inside.tap
check_true "in a network namespace of its own it may, but for a PTP clock" \
	"$(grep -c '^ok' /tmp/inside.tap) == 6"
sleep 1
check "that instance went with its namespace" test ! -e /dev/clocklink1
state > /tmp/after
check "the host's instance is as before" diff /tmp/before /tmp/after

rmmod clocklink
finish
