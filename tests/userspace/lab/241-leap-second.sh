# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# A leap second that the cluster has agreed on: the daemon has the kernel make it at the
# end of 2026, and the system's clock goes on without an error.
# vm: -i $test -n -t 900 -f $lab/realtime.sh -f $build/lab/realtime-check
. /t/lib.sh
. /t/net.sh
. /t/realtime.sh

# 37 s since 2017, 38 s from 2027 on, in seconds since 1900
hash=$(printf '36922176004023000000369221760037400775040038' | sha1sum |
	sed 's/^\(.\{8\}\)\(.\{8\}\)\(.\{8\}\)\(.\{8\}\)\(.\{8\}\).*/\1 \2 \3 \4 \5/')
printf '#$\t3692217600\n#@\t4023000000\n3692217600\t37\n4007750400\t38\n#h\t%s\n' "$hash" > /tmp/leap
{
	printf '[node]\nid = 1\ncluster = 7\nsystem-clock = steer\n'
	printf '[cluster]\nname = n1\naddress = 127.0.0.1\nstate = /tmp/state\nleap-seconds = /tmp/leap\n'
} > /tmp/conf

insmod /mods/clocklink.ko
ip link set lo up
date -s "2026-12-31 23:58:00" > /dev/null
clocklinkd -c /tmp/conf 2> /tmp/daemon &
daemon=$!
check "founded" sh -c 'for _ in 1 2 3 4 5; do clocklinkctl cluster init && exit; sleep 1; done; exit 1'
check "the system's clock is steered" await 30 "clock steered" clocklinkctl status
check "the kernel is told of the leap second" await 20 "ins=1" realtime-check show
realtime-check show | sed 's/^/# /'
check_true "TAI - UTC before it: $(kernel tai)" "$(kernel tai) == 37"
sleep 25
near "before it" 1000 5
check "its oscillator changes" clocklinkctl test osc-freq=5ppm
check "the new year" await 150 2027 date -u
sleep 12
realtime-check show | sed 's/^/# /'
check_true "TAI - UTC after it: $(kernel tai)" "$(kernel tai) == 38"
check "the kernel need not make another one" await 20 "ins=0" realtime-check show
near "after it" 2000 5
check_true "nobody else is suspected" "$(grep -c 'left alone' /tmp/daemon) == 0"
check_true "no step was needed" "$(grep -c stepped /tmp/daemon) == 0"
kill $daemon
wait $daemon
sed 's/^/# /' /tmp/daemon
finish
