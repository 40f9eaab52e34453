# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# The release module loads into the stock kernel and unloads from it at any time;
# its devices come and go with the instance.
# vm: $release -n -f $build/clocklink-truth -f /sbin/modinfo
# um: $debug -f $build/clocklink-truth -f /sbin/modinfo
. /t/lib.sh

ko=/mods/clocklink.ko

no_devices() {
	for _device in /dev/clocklink* /dev/ptp*; do
		[ ! -e "$_device" ] || return 1
	done
}

check_error "without the module: a clear error" "not loaded" clocklinkctl status
check "modinfo" sh -c "modinfo $ko | tee /tmp/modinfo"
for field in 'license: *GPL' 'description: *.' 'alias: *net-pf-16-proto-16-family-clocklink'; do
	check "modinfo has $field" grep -q "$field" /tmp/modinfo
done
check "insmod" insmod $ko
check_error "a second insmod is refused" "File exists" insmod $ko
check_error "no instance yet: a clear error" "no instance" clocklinkctl status
check "no device yet" no_devices

check "add an instance with a PTP clock" \
	clocklinkctl instance add node=1 cluster=demo leader=1 phc=yes
check_error "a second instance is refused" "has an instance" \
	clocklinkctl instance add node=2 cluster=demo
check "device of the time page" test -c /dev/clocklink0
check "everyone may read it, nobody write" \
	test "$(stat -c %a /dev/clocklink0)" = 444
check "PTP clock" test -c /dev/ptp0
check "its name" test "$(cat /sys/class/ptp/ptp0/clock_name)" = clocklink
check "PPS of the initial namespace" test "$(cat /sys/class/ptp/ptp0/pps_available)" = 1
check_error "not a test build" "not a test build" clocklinkctl test osc-freq=1ppb
check "delete the instance" clocklinkctl instance del
check "devices are gone" no_devices

clocklinkctl instance add node=1 cluster=demo phc=yes
exec 5< /dev/clocklink0
check_error "an open page pins the module" "Resource temporarily unavailable|busy|in use" \
	rmmod clocklink
check "and the instance is untouched" clocklinkctl status
check "but the instance may be deleted" clocklinkctl instance del
exec 5<&-
clocklinkctl instance add node=1 cluster=demo phc=yes
exec 5< /dev/ptp0
check "rmmod with an open PTP clock and an instance" rmmod clocklink
exec 5<&-
check "devices are gone with the module" no_devices

insmod $ko
clocklinkctl instance add node=1 cluster=demo
clocklink-truth -t 3 -p 100 /dev/clocklink0 > /tmp/truth &
reader=$!
sleep 1
clocklinkctl instance del
check "a page outlives its instance" test -d /proc/$reader
wait $reader
check "its last state is gone" sh -c 'tail -n 1 /tmp/truth | grep gone'
rmmod clocklink

count=0
while [ $count -lt 20 ] && insmod $ko &&
		clocklinkctl instance add node=1 cluster=demo phc=yes > /dev/null &&
		clocklinkctl peer add 2 10.0.0.2 && rmmod clocklink; do
	count=$((count + 1))
done
check_true "20 times insmod, instance, peer, rmmod" "$count == 20"
finish
