# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# chronyd with the PTP clock serves NTP as stratum 1, beside clocklinkd and as the owner
# of the system clock, and while there is cluster time only; phc2sys sets the system
# clock, and is named; ts2phc may not steer.
# Settings and commands are those of Documentation/interplay.rst.
# vm: -i $test -n -t 400 -f $lab/realtime.sh -f $top/Documentation/interplay.rst -f $build/lab/realtime-check -f $(package linuxptp)/usr/sbin/phc_ctl -f $(package linuxptp)/usr/sbin/phc2sys -f $(package linuxptp)/usr/sbin/ts2phc -f $(package chrony)/usr/sbin/chronyd -f $(package chrony)/usr/bin/chronyc -f $(package tzdata)/usr/share/zoneinfo/right/UTC:/usr/share/zoneinfo/right/UTC
# shellcheck disable=SC2154 # $page and $daemon are set in realtime.sh
. /t/lib.sh
. /t/net.sh
. /t/realtime.sh

client=/run/chrony/client

# documented LABEL: the block behind this label of the documentation
documented() {
	awk -v label=".. _$1:" '
		$0 == label { found = 1; next }
		found && /^    / { print substr($0, 5); text = 1; next }
		found && text { exit }' /t/interplay.rst
}

# server OPTION...: chronyd as documented, with the options
server() {
	documented chrony > /tmp/chrony.conf
	chronyd -u root -d -F 1 -f /tmp/chrony.conf "$@" >> /tmp/chronyd 2>&1 &
	server=$!
}

# reach: in octal, which of the last eight times chronyd could read the PTP clock
reach() {
	chronyc -n sources | awk '$2 == "CLNK" { print "reach", $5 }'
}

# client: chronyd in another namespace that asks the server and sets nothing
client() {
	start 1 chronyd -u root -d -x "server 10.0.0.9 iburst minpoll 0 maxpoll 0" \
		"bindcmdaddress $client" "pidfile $client.pid" >> /tmp/client 2>&1
	client_process=$!
}

# ask COMMAND...: what the client says
ask() {
	chronyc -n -h $client "$@"
}

# asked KEY COMMAND...: one value of that
asked() {
	_key=$1
	shift
	ask "$@" | sed -n "s/^$_key *: //p"
}

# phc2sys_runs SECONDS: as documented, so long at first
phc2sys_runs() {
	# shellcheck disable=SC2091 # a command
	$(eval echo "exec $(documented phc2sys)") -m >> /tmp/phc2sys 2>&1 &
	phc2sys=$!
	sleep "$1"
}

# client_offset: of its clock, as it says, in s without a sign
client_offset() {
	asked "System time" tracking | sed 's/ seconds.*//'
}

# differ A B: of two numbers of seconds, in ns
differ() {
	awk -v a="$1" -v b="$2" 'BEGIN { d = (a - b) * 1e9; printf "%d", d < 0 ? -d : d }'
}

mkdir -p /run/chrony /var/lib/chrony
chmod 770 /run/chrony
insmod /mods/clocklink.ko
net_create 1
ip link add eth0 type veth peer name p9 netns switch
ip -n switch link set p9 master br0 up
ip link set eth0 up
ip addr add 10.0.0.9/24 dev eth0
ln -s ptp0 /dev/ptp_clocklink # as udev does
clocklinkctl instance add node=1 cluster=7 leader=1 phc=yes
clocklinkctl test osc-freq=1ppm
settings /tmp/off off
settings /tmp/steer steer

# --- without cluster time the PTP clock cannot be read
server -x
check_error "phc2sys does not run" "unknown clock .*: No such device" \
	sh -c "$(documented phc2sys) -m || exit 1"
sleep 5
check "chronyd does not take the PTP clock" await 1 "^reach 0$" reach

# --- chronyd serves cluster time and leaves the system clock alone, which is 50 ms off
daemon /tmp/off
check "the clock runs" clocklinkctl wait --timeout 10s
phc_ctl CLOCK_REALTIME adj 0.05 > /dev/null
client
check "chronyd takes the PTP clock" await 20 "#\* CLNK" chronyc -n sources
check "its client takes it" await 20 "\^\* 10.0.0.9 *1 " ask sources
sleep 10
said=$(client_offset)
fast=$(realtime-check watch "$page" 1 | sed 's/max=\([0-9]*\).*/\1/')
check_true "the client finds its clock $said s fast; it is, by $fast ns" \
	"$fast > 49000000 && $(differ "$said" "0.0$fast") < 5000"
check_true "stratum, leap status and root delay are as told" \
	"$([ "$(asked Stratum ntpdata)/$(asked "Leap status" ntpdata)/$(chronyc tracking |
		sed -n 's/^Root delay *: //p')" = "1/Normal/0.000040000 seconds" ] && echo 1)"
start 1 chronyd -Q -u root "server 10.0.0.9 iburst" "pidfile $client.once" > /tmp/once 2>&1
wait $!
once=$(sed -n 's/.*System clock wrong by -\([0-9.]*\) seconds (ignored)/\1/p' /tmp/once)
check_true "a client that asks once finds $once s" "$(differ "$said" "${once:-0}") < 50000"

# --- and as the owner of the system clock
stop TERM $server
server
sleep 20
near "the system clock, set by chronyd, is cluster time" 5000 3
check_true "TAI - UTC is set ($(kernel tai)), the clock synchronized" \
	"$(kernel tai) == 37 && $(kernel unsync) == 0"
said=$(client_offset)
check_true "the client finds it $said s off" "$(differ "$said" 0) < 20000"
stop TERM $server
printf 'refclock PHC /dev/ptp_clocklink tai poll 0\n' > /tmp/no-table.conf
check_error "without a table of leap seconds it ends" "tai option requires leapsectz" \
	chronyd -u root -d -x -f /tmp/no-table.conf

# --- phc2sys
check_error "phc2sys wants a number in the name" "failed to parse PHC index" \
	sh -c "phc2sys -s /dev/ptp_clocklink -c CLOCK_REALTIME -O -37 -m || exit 1"
phc_ctl CLOCK_REALTIME adj 0.05 > /dev/null
phc2sys_runs 10
near "the system clock, set by phc2sys, is cluster time" 1000 3
check_true "synchronized, with an error of $(kernel maxerror) us that says nothing" \
	"$(kernel unsync) == 0 && $(kernel maxerror) <= 500"
stop TERM $phc2sys

# --- ts2phc
timeout 5 ts2phc -m -s generic -c "$(readlink -f /dev/ptp_clocklink)" > /tmp/ts2phc 2>&1
check "ts2phc may wait for events, but cannot steer" \
	grep "failed to adjust the clock: Device or resource busy" /tmp/ts2phc

# --- clocklinkd is the owner: chronyd -x may serve, phc2sys takes the clock away
stop TERM "$daemon"
daemon /tmp/steer
check "it is steered" await 40 "clock steered" clocklinkctl status
server -x
check "chronyd serves beside that" await 20 "#\* CLNK" chronyc -n sources
check "its client takes it again" await 20 "\^\* 10.0.0.9 *1 " ask sources
sleep 20
near "the system clock, set by clocklinkd, is cluster time" 1000 3
check "and still steered" await 1 "clock steered" clocklinkctl status
said=$(client_offset)
check_true "the client finds it $said s off" "$(differ "$said" 0) < 20000"
stop TERM $server
phc2sys_runs 1
check "phc2sys is named" await 20 "left-alone: phc2sys (process $phc2sys) sets it" \
	clocklinkctl status
check "and in the log" grep -q "left alone, as phc2sys (process $phc2sys) sets it" /tmp/daemon
sleep 10
near "the system clock, taken by phc2sys, is cluster time" 1000 3
stop TERM $phc2sys

stop TERM $client_process

# --- cluster time becomes void
server -x
check "chronyd takes the PTP clock again" await 20 "#\* CLNK" chronyc -n sources
stop TERM "$daemon"
echo hpet > /sys/devices/system/clocksource/clocksource0/current_clocksource
check "another clock source makes it void" await 5 void clocklinkctl clock
check "chronyd hears nothing of it when it is void" await 30 "^reach 0$" reach
stop TERM $server
cat /tmp/chronyd /tmp/client /tmp/phc2sys /tmp/daemon | sed 's/^/# /'
finish
