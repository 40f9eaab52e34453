# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# /dev/ptpN: agrees with the time page, works with phc_ctl, phc2sys and PPS, refuses to
# be set while the cluster steers it, and may vanish while it is read.
# vm: -i $test -n -t 400 -f $build/lab/phc-check -f $build/lab/nl-raw -f $lab/../../../scripts/install/60-clocklink.rules -f $(package chrony)/usr/sbin/chronyd -f $(package chrony)/usr/bin/chronyc -f $build/clocklink-truth -f $(package linuxptp)/usr/sbin/phc_ctl -f $(package linuxptp)/usr/sbin/phc2sys
. /t/lib.sh
. /t/net.sh

page=/dev/clocklink0
ptp=/sys/class/ptp/ptp0
can="max_adj=500000 pps=1 cross_timestamping=1 adjust_phase=0 alarms=0 pins=4 ext_ts=4 per_out=0"
EXTTS_EVENT=28

# raw: raw time now
raw() {
	clocklinkctl --json clock | sed -n 's/.*"raw_ns": *\([0-9]*\).*/\1/p'
}

# refuse NAME PATTERN CHANNEL RAW: the module takes no such event
refuse() {
	check_error "refused: $1" "$2" nl-raw $EXTTS_EVENT "2=u32:$3" "3=u64:$4"
}

# entries DIRECTORY: how many it has
entries() {
	find "$1" -mindepth 1 -maxdepth 1 | wc -l
}

# agrees NAME: page and PTP clock are one clock
agrees() {
	check "$1: cross stamps are what the page says" phc-check precise /dev/ptp0 $page 500
	check "$1: page <= PTP clock <= page" phc-check order /dev/ptp0 $page 5000
}

insmod /mods/clocklink.ko

# reached SECONDS REFID: chronyd takes the source for good, and it is within 50 us
reached() {
	for _ in $(seq $(($1 * 5))); do
		chronyc -c -h /run/chrony/sock sources 2> /dev/null | awk -F, -v id="$2" \
			'$3 == id && $6 > 1 && $8 < 5e-5 && $8 > -5e-5 { ok = 1 } END { exit !ok }' &&
			return
		sleep 0.2
	done
	return 1
}

# --- nobody steers it: it may be set
clocklinkctl instance add node=1 cluster=7 phc=yes
caps=$(phc-check caps /dev/ptp0)
check_true "what it says it can do: $caps" \
	"$([ "$caps" = "$can" ] && echo 1)"
check_true "its name is the one that the rule of udev knows" \
	"$(grep -c "ATTR{clock_name}==\"$(cat $ptp/clock_name)\"" /t/60-clocklink.rules) == 1"
pins=$(cat $ptp/pins/event* | tr '\n' ' ')
check_true "four inputs of events: $pins" "$([ "$pins" = "1 0 1 1 1 2 1 3 " ] && echo 1)"
check "they are not for anything else" sh -c "! echo 2 0 > $ptp/pins/event0"
check "events are rising edges" phc-check edge /dev/ptp0
refuse "an event that nobody waits for" "ENOTCONN: nobody has enabled the channel" 0 0
echo 0 1 > $ptp/extts_enable
refuse "an event of long ago" "ERANGE: time is not known so far back" 0 0
refuse "an event to come" "EDOM: the event is still to come" 0 $((1 << 62))
refuse "an event while there is no cluster time" "ENODATA: there was no time" 0 "$(raw)"
refuse "an event of another channel" "ENOTCONN: .*" 3 0
refuse "an event of no channel" "ERANGE: .*attribute 2" 4 0
echo 0 0 > $ptp/extts_enable
refuse "an event that nobody waits for any more" "ENOTCONN: .*" 0 "$(raw)"
agrees "free"
check "phc_ctl sets it" phc_ctl /dev/ptp0 set
phc_ctl /dev/ptp0 cmp > /tmp/cmp
check "then it is CLOCK_REALTIME within 1 us: $(sed 's/.*offset/offset/' /tmp/cmp)" \
	grep -qE 'offset from CLOCK_REALTIME is -?[0-9]{1,3}ns' /tmp/cmp
check "phc_ctl steps it" phc_ctl /dev/ptp0 adj 10
phc_ctl /dev/ptp0 cmp > /tmp/cmp
check "by 10 s" grep -qE 'is -(10000000[0-9]{3}|9999999[0-9]{3})ns' /tmp/cmp
for ppb in 100000 -100000; do
	check "phc_ctl tunes it by $ppb ppb" phc_ctl /dev/ptp0 -- freq $ppb
	sleep 2
	agrees "at $ppb ppb"
done
check "not by more than it says" sh -c 'phc_ctl /dev/ptp0 freq 500001 2>&1 | grep "out of range"'
phc_ctl /dev/ptp0 freq 0

# --- the cluster steers it
clocklinkctl instance set leader=1
for how in precise order; do
	check_error "without cluster time it cannot be read ($how)" "Device or resource busy" \
		phc-check $how /dev/ptp0 $page 1
done
clocklinkctl test osc-freq=20ppm
echo 41250 > /tmp/sensor
printf '[node]\nid = 1\ncluster = x\ntemperature = /tmp/sensor\npps = /dev/pps0\n' \
	> /tmp/sensor.conf
clocklinkd -c /tmp/sensor.conf 2> /tmp/daemon &
daemon=$!
check "the leader's clock runs" clocklinkctl wait --timeout 10s
check "its temperature is known" sh -c 'clocklinkctl clock | grep -q "temperature.* 41.250 C"'
agrees "steered"
check "set, step and tune give EBUSY" phc-check busy /dev/ptp0
timeout 5 phc2sys -s CLOCK_REALTIME -c /dev/ptp0 -O 37 -m > /tmp/phc2sys 2>&1
check "phc2sys cannot steer it" grep -q "Device or resource busy" /tmp/phc2sys

clocklink-truth -t 3 -p 10 $page > /tmp/truth &
truth=$!
clocklinkctl test osc-freq=-20ppm
agrees "after its oscillator has changed"
wait $truth
check "it never ran backwards" sh -c '! grep backwards /tmp/truth'
clocklinkctl test osc-freq=0ppb
sleep 2

# --- PPS: the system clock's time when a second of cluster time began
echo 1 > $ptp/pps_enable
sleep 3
first=$(cat /sys/class/pps/pps0/assert)
sleep 5
second=$(cat /sys/class/pps/pps0/assert)

# --- external events: the daemon tells of pulses, here of the clock's own
check "pulses are events, at full seconds of the clock" phc-check events /dev/ptp0 3
printf '%s\n' "refclock PHC /dev/ptp0 poll 0 refid TIME offset -37" "cmdport 0" \
	"refclock PHC /dev/ptp0:extpps:pin=0:channel=0 poll 0 refid EVNT lock TIME" \
	"bindcmdaddress /run/chrony/sock" "pidfile /tmp/chrony.pid" > /tmp/chrony.conf
mkdir -p /run/chrony /var/lib/chrony
chmod 770 /run/chrony
chronyd -x -u root -d -f /tmp/chrony.conf > /tmp/chronyd 2>&1 &
chronyd=$!
check "chronyd has samples of them, near 0" reached 20 EVNT
chronyc -h /run/chrony/sock sources | sed 's/^/# /'
kill $chronyd
wait $chronyd
sed "s/^/# /" /tmp/chronyd
# it has switched the pin off
check_error "the pin is off" "Device or resource busy" phc-check events /dev/ptp0 1
echo 1 0 > $ptp/pins/event0
check "on again" phc-check events /dev/ptp0 1
echo 0 > $ptp/pps_enable
check_error "no pulses, no events" "no event" phc-check events /dev/ptp0 1
check_true "5 pulses in 5 s ($first, $second)" "${second#*#} - ${first#*#} == 5"
check "a pulse is the begin of a second" phc-check pps /dev/ptp0 "${second%#*}"
check_error "half a second later is not" "." phc-check pps /dev/ptp0 "${second%.*}.500000000"

# --- the PTP clock steers the system clock
timeout 10 phc2sys -s /dev/ptp0 -c CLOCK_REALTIME -O -37 -R 4 -u 8 -m > /tmp/phc2sys 2>&1
rms=$(sed -n 's/.*rms *\([0-9]*\) .*/\1/p' /tmp/phc2sys | tail -n 1)
check_true "phc2sys steers CLOCK_REALTIME to it: rms ${rms:-none} ns" "${rms:-1000000} < 100"
kill $daemon
wait $daemon

# --- it goes while it is read
count=0
while [ $count -lt 10 ]; do
	(while phc-check precise /dev/ptp0 $page 100; do :; done) > /dev/null 2>&1 &
	reader=$!
	sleep 0.1
	clocklinkctl instance del || break
	wait $reader
	clocklinkctl instance add node=1 cluster=7 phc=yes
	count=$((count + 1))
done
check_true "deleted ten times while it is read" "$count == 10"
clocklinkctl instance del

# --- one for each of many namespaces, PPS only for the first
net_create 5
for node in $(seq 5); do
	clocklinkctl --netns "n$node" instance add node="$node" cluster=7 phc=yes
done
clocklinkctl instance add node=6 cluster=7 phc=yes
check_true "6 PTP clocks" "$(entries /sys/class/ptp) == 6"
check_true "6 names" "$(sort -u /sys/class/ptp/ptp*/clock_name | wc -l) == 6"
check_true "one PPS source" "$(entries /sys/class/pps) == 1"
check "rmmod" rmmod clocklink
check_true "all are gone" "$(entries /sys/class/ptp) == 0"
finish
