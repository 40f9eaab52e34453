# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# What timedatectl and node_exporter say of a system clock that clocklinkd steers, whose
# daemon dies, that loses cluster time, and that nobody sets.
# vm: -i $release -t 400 -f $lab/realtime.sh -f $build/lab/realtime-check -f $(package prometheus-node-exporter)/usr/bin/prometheus-node-exporter -f $(package systemd)/usr/bin/timedatectl -f $(package systemd)/lib/systemd/systemd-timedated -f $(package dbus-daemon)/usr/bin/dbus-daemon
# shellcheck disable=SC2154 # $daemon is set in realtime.sh
. /t/lib.sh
. /t/realtime.sh

# metrics: what node_exporter says of the clock
metrics() {
	wget -qO- http://127.0.0.1:9100/metrics | grep '^node_timex'
}

# metric NAME: one of them, times in ns
metric() {
	metrics | awk -v name="node_timex_$1" '$1 == name {
		printf "%.0f", name ~ /error_seconds/ ? $2 * 1e9 : $2 }'
}

# says NAME SYNCED: timedatectl (yes, no) and node_exporter
says() {
	check "$1: timedatectl: $2" await 1 "System clock synchronized: $2" timedatectl status
	check_true "$1: node_exporter: $(metric sync_status)" \
		"$(metric sync_status) == $([ "$2" = yes ] && echo 1 || echo 0)"
}

# --- the programs: their bus, and what systemd would start
mkdir -p /run/systemd/system /run/dbus
ifconfig lo 127.0.0.1
cat > /tmp/bus.conf << END
<busconfig>
<type>system</type>
<listen>unix:path=/run/dbus/system_bus_socket</listen>
<policy context="default">
<allow user="*"/> <allow own="*"/> <allow send_destination="*"/> <allow receive_sender="*"/>
</policy>
</busconfig>
END
dbus-daemon --config-file=/tmp/bus.conf --nofork --nopidfile 2> /tmp/dbus &
sleep 1
systemd-timedated 2> /tmp/timedated &
prometheus-node-exporter --collector.disable-defaults --collector.timex \
	--web.listen-address=127.0.0.1:9100 2> /tmp/exporter &
check "node_exporter answers" await 20 sync_status metrics
check "timedatectl too" await 20 synchronized timedatectl status
says "of nobody's clock" no

# --- clocklinkd
insmod /mods/clocklink.ko
clocklinkctl instance add node=1 cluster=7 leader=1
settings /tmp/steer steer
daemon /tmp/steer
check "it is steered" await 40 "clock steered" clocklinkctl status
sleep 2
says "steered" yes
check_true "TAI - UTC: $(metric tai_offset_seconds)" "$(metric tai_offset_seconds) == 37"
check_true "errors: $(metric maxerror_seconds), $(metric estimated_error_seconds) ns" \
	"$(metric maxerror_seconds) < 600000 && $(metric estimated_error_seconds) < 100000"

stop KILL "$daemon"
sleep 10
says "without the daemon, for some hours" yes
check_true "but the error grows by 500 us per s: $(metric maxerror_seconds) ns" \
	"$(metric maxerror_seconds) > 4000000 && $(metric maxerror_seconds) < 6000000"

daemon /tmp/steer
check "it is steered again" await 40 "clock steered" clocklinkctl status
clocklinkctl instance del
sleep 3
says "without cluster time" no
check_true "the error is 16 s: $(metric maxerror_seconds) ns" \
	"$(metric maxerror_seconds) >= 16000000000"
stop TERM "$daemon"
finish
