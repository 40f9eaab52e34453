# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# What "make install" installs, under Debian's systemd as process 1: units, their
# sandboxes, restarts and watchdog, messages in the journal and their explanations,
# names by udev.
# vm: -i -t 400 -d $(systemd_root) -p /lib/systemd/systemd
. /t/lib.sh
export PATH="$PATH:/usr/bin:/usr/local/bin:/usr/local/sbin"
export SYSTEMD_PAGER='' SYSTEMD_COLORS=0

CONF=/etc/clocklink/clocklinkd.conf
# what systemd-analyze security shows at most, in tenths
EXPOSURE_MAX=30
LEADS=580a5274c1d64249a7aa31ca34d985e7
STATE=9047be28983f440cbd0e7b92c369e86b

# property NAME [UNIT]: of a unit
property() {
	systemctl show -P "$1" "${2:-clocklinkd}"
}

# clock KEY: of the published clock
clock() {
	clocklinkctl --json clock | sed -n "s/.*\"$1\": *\"\{0,1\}\([^,\"}]*\).*/\1/p"
}

# becomes WANTED COMMAND...: it prints that, within 15 s
becomes() {
	_want=$1
	shift
	for _ in $(seq 30); do
		[ "$("$@" 2>&1)" != "$_want" ] || return 0
		sleep 0.5
	done
	"$@"
	return 1
}

# has EXPRESSION COMMAND...: a line that it prints matches
has() {
	_want=$1
	shift
	_out=$("$@" 2>&1)
	echo "$_out"
	echo "$_out" | grep -qE -e "$_want"
}

# silent COMMAND...: it succeeds and has nothing to say
silent() {
	_out=$("$@" 2>&1) && [ -z "$_out" ] && return
	echo "$_out"
	return 1
}

# field NAME ID: of the last message of a kind
field() {
	journalctl -q -o json -n 1 MESSAGE_ID="$2" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

# privileges UNIT: what the kernel says of its process
privileges() {
	sed -n 's/^\(CapEff\|CapBnd\|NoNewPrivs\|Seccomp\):\t\([0-9a-f]*\).*/\1 \2/p' \
		"/proc/$(property MainPID "$1")/status" | tr '\n' ' '
}

# goes_on NAME RESTARTS: the daemon was started again so often, and its clock has not stepped
goes_on() {
	check "$1: it is started again" becomes "$2" property NRestarts
	check "and follows itself again" becomes unverified clock state
	check "without a step" test "$(clock steps) $(clock disruptions)" = "$steps 0"
	check "as the journal says" test "$(field CLOCKLINK_STATE_BEFORE $STATE)" = holdover
	check "with its bound, $(field CLOCKLINK_BOUND_NS $STATE) ns" \
		test "$(field CLOCKLINK_BOUND_NS $STATE)" -gt 0
}

# --- what is installed
check "no unit has failed at boot" silent systemctl list-units --failed --plain --no-legend
check "the units are without fault" silent systemd-analyze verify --man=no \
	clocklinkd.service clocklink-monitor.service
for unit in clocklinkd clocklink-monitor; do
	check "exposure of $unit: $(systemd-analyze security $unit.service |
		sed -n 's/.*Overall exposure.*: \([0-9.]*\).*/\1/p')" \
		systemd-analyze security --threshold=$EXPOSURE_MAX $unit.service
done
check "the catalog" journalctl --update-catalog
check "the module is not loaded yet" test ! -e /sys/module/clocklink

# --- settings that are wrong
mkdir -p /etc/clocklink
printf '[node]\nid = one\n' > $CONF
check_error "wrong settings: it does not start" "failed" systemctl start clocklinkd
sleep 3
check "it is not tried again" test \
	"$(property ActiveState) $(property NRestarts) $(property ExecMainStatus)" = "failed 0 2"
check "and says why, as an error" has "clocklinkd\[[0-9]*]: $CONF:2: node: 'one'" \
	journalctl -u clocklinkd -p err

# --- a cluster of one node
printf '[node]\nid = 1\ncluster = 7\nphc = yes\nsystem-clock = steer\n' > $CONF
printf '[cluster]\nname = n1\naddress = 127.0.0.1\n' >> $CONF
check "start" systemctl start clocklinkd
check "it is active, and so is the module" test \
	"$(property ActiveState) $(cat /sys/module/clocklink/initstate)" = "active live"
check "found a cluster" clocklinkctl cluster init
check "its clock can be used" clocklinkctl wait --timeout 30s
check "it leads" has '^node +1 of cluster 0x00000007, leader, term 2' clocklinkctl status
check "its state is for root only" test \
	"$(stat -c '%a %U' /var/lib/clocklink) $(stat -c %a /var/lib/clocklink/state.db)" = "700 root 600"
check "names by udev" test \
	"$(readlink /dev/clocklink) $(readlink /dev/ptp_clocklink)" = "clocklink0 ptp0"
check "within its sandbox it steers the system clock" \
	becomes "clock steered" sh -c "clocklinkctl status | grep -o 'clock steered'"
check "with no other privilege than it needs" test "$(privileges clocklinkd)" = \
	"CapEff 0000000002001000 CapBnd 0000000002001000 NoNewPrivs 1 Seccomp 2 "

# --- messages
check "who leads, as fields" test "$(field CLOCKLINK_LEADER $LEADS) $(field CLOCKLINK_TERM $LEADS) \
$(field _SYSTEMD_UNIT $LEADS) $(field PRIORITY $LEADS)" = "1 2 clocklinkd.service 5"
check "the state, as fields" test "$(field CLOCKLINK_STATE $STATE)" = unverified
check "explained" has "Subject: Node 1 leads" journalctl -x MESSAGE_ID=$LEADS
check "what is the matter, in the status" has 'Status: "node 1, leader, leader 1, term 2, unverified"' \
	systemctl status clocklinkd

# --- the monitor
check "the monitor starts" systemctl start clocklink-monitor
check "it answers" becomes 1 sh -c \
	"wget -qO- http://127.0.0.1:9779/metrics | sed -n 's/^clocklink_up{source=\"daemon\"} //p'"
check "without any privilege" test "$(privileges clocklink-monitor)" = \
	"CapEff 0000000000000000 CapBnd 0000000000000000 NoNewPrivs 1 Seccomp 2 "
user=$(stat -c %u "/proc/$(property MainPID clocklink-monitor)")
check "as user $user, of its own" test "$user" -ge 61184 # those of DynamicUser=

# --- it dies, it hangs
steps=$(clock steps)
kill -9 "$(property MainPID)"
goes_on killed 1
kill -STOP "$(property MainPID)"
sleep 5
check "hung: its clock holds over" test "$(clock state)" = holdover
sleep 5
goes_on hung 2
check "by the watchdog" has "Watchdog timeout" journalctl -u clocklinkd
check "the monitor is still there" test "$(property ActiveState clocklink-monitor)" = active

# --- it is stopped
check "stop" systemctl stop clocklinkd
check "with status 0" test "$(property Result) $(property ExecMainStatus) $(property ActiveState)" = \
	"success 0 inactive"
check "the clock holds over" becomes holdover clock state
check "start again" systemctl start clocklinkd
check "it leads again" becomes unverified clock state
check "without a step" test "$(clock steps)" = "$steps"
check "the monitor stops" systemctl stop clocklink-monitor
check "with status 0" test "$(property Result clocklink-monitor)" = success
finish
