# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# The daemon steers CLOCK_REALTIME: what others read of it, other owners with and
# without a name, an oscillator that changes, the end of the daemon.
# vm: -i $test -n -t 1800 -f $lab/realtime.sh -f $build/lab/realtime-check -f $(package chrony)/usr/sbin/chronyd
# shellcheck disable=SC2154 # $daemon is set in realtime.sh
. /t/lib.sh
. /t/net.sh
. /t/realtime.sh

# status KEY: what the daemon says of the system's clock
status() {
	clocklinkctl --json status |
		sed -n "/system_clock/,/}/s/.*\"$1\": *\"\{0,1\}\([^\",]*\)\"\{0,1\}.*/\1/p"
}

settings /tmp/off off
settings /tmp/steer steer
settings /tmp/never steer "system-clock-step = off"
insmod /mods/clocklink.ko
net_create 1
check_error "not in another network namespace" "initial network namespace" \
	ip netns exec n1 clocklinkd -c /tmp/steer

# --- off by an hour at the start
clocklinkctl instance add node=1 cluster=7 leader=1
clocklinkctl test osc-freq=20ppm
daemon /tmp/off
check "the clock runs" clocklinkctl wait --timeout 10s
check "nothing is said of a clock that is not to be steered" \
	sh -c '! clocklinkctl status | grep system'
check_true "nor done" "$(kernel unsync) == 1 && $(kernel freq) == 0 && $(kernel tai) == 0"
stop TERM "$daemon"
date -s "@$(($(date +%s) - 3600))" > /dev/null
daemon /tmp/steer
check "it is steered" await 20 "clock steered" clocklinkctl status
check "it was stepped by an hour" grep -q "stepped by +60.0[01] min" /tmp/daemon
sleep 25
near "cluster time" 1000 10
realtime-check show | sed 's/^/# /'
clocklinkctl status | sed 's/^/# /'
check_true "TAI - UTC: $(kernel tai)" "$(kernel tai) == 37"
check_true "synchronized, in ns" "$(kernel unsync) == 0 && $(kernel nano) == 1 && $(kernel state) == 0"
check_true "maxerror $(kernel maxerror) us, esterror $(kernel esterror) us" \
	"$(kernel maxerror) < 2000 && $(kernel esterror) < 100"
freq=$(kernel freq)
check_true "frequency of about 20 ppm ($freq / 65536 ppm)" \
	"(($freq < 0 ? -$freq : $freq) - 20 * 65536) / 6554 == 0"
check "status as JSON" test "$(status state) $(status owner)" = "steered clocklinkd"

# --- its oscillator changes
clocklinkctl test osc-freq=-20ppm
sleep 30
near "after a change of 40 ppm" 2000 5

# --- other owners
mkdir -p /run/chrony /var/lib/chrony
chmod 770 /run/chrony
printf 'local stratum 8\nbindcmdaddress /run/chrony/sock\ncmdport 0\nport 0\n' > /tmp/chrony.conf
chronyd -u root -d -f /tmp/chrony.conf > /tmp/chronyd 2>&1 &
chronyd=$!
check "chronyd is named" await 20 "left-alone: chronyd (process $chronyd) sets it" clocklinkctl status
before=$(kernel freq)
clocklinkctl test osc-freq=10ppm
sleep 3
check_true "and not disturbed" "$(kernel freq) == $before"
check_true "which is said once" "$(grep -c 'as chronyd.*sets it' /tmp/daemon) == 1"
stop TERM $chronyd
sleep 20
check "not taken at once" test "$(status state)" = left-alone
check "taken when chronyd is gone for 30 s" await 30 "clock steered" clocklinkctl status
sleep 30
near "after chronyd" 2000 5

realtime-check spend 3
check "a change by somebody is noticed" await 5 "somebody else sets it (its frequency was changed" \
	clocklinkctl status
check "and in the log" grep -q "system clock: left alone: somebody else" /tmp/daemon
spent=$(kernel freq)
sleep 20
check_true "and left as it is" "$(kernel freq) == $spent"
check "taken back later" await 40 "clock steered" clocklinkctl status
date -s "@$(($(date +%s) + 2))" > /dev/null
check "so is a step" await 5 "somebody else sets it (it was set by" clocklinkctl status
check_true "twice it was lost to somebody, once to chronyd" "$(status yields) == 3"

# --- no step later; the end
stop TERM "$daemon"
daemon /tmp/never
check "steered at once by a daemon that has just begun" await 10 "clock steered" clocklinkctl status
sleep 3
check "of 2 s that it is off little is gone" await 1 "clock steered, -[12]\.[0-9]* s off" \
	clocklinkctl status
check_true "which maxerror tells: $(kernel maxerror) us" "$(kernel maxerror) > 1000000"
stop KILL "$daemon"
daemon /tmp/steer
check "another start steps" await 20 "clock steered, [+-][0-9.]* [nu]s off" clocklinkctl status
sleep 20
stop KILL "$daemon"
before=$(kernel maxerror)
freq=$(kernel freq)
sleep 10
check_true "without the daemon the error grows by 500 us per s" \
	"$(kernel maxerror) - $before > 4000 && $(kernel maxerror) - $before < 6000"
check_true "with the frequency learnt" "$(kernel freq) == $freq"
near "by which it stays near" 5000 3

# --- no time
daemon /tmp/steer
check "steered again" await 20 "clock steered" clocklinkctl status
clocklinkctl instance del
check "without an instance it is not synchronized" await 5 "unsync=1" realtime-check show
check_true "as its error says" "$(kernel maxerror) >= 16000000"
stop TERM "$daemon"
cat /tmp/chronyd /tmp/daemon | sed 's/^/# /'
finish
