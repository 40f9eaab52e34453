# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# What an operator sees of a cluster and can do with it by clocklinkctl; what is refused
# is refused with a reason, and changes nothing.
# vm: -i $test -n -t 900 -f $lab/cluster.sh -f /usr/bin/setpriv
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

# settings I: the file of node I's daemon
settings() {
	printf '[node]\nid = %d\ncluster = 7\n' "$1"
	printf '[cluster]\nname = n%d\naddress = 10.0.0.%d\nstate = /tmp/state%d\n' "$1" "$1" "$1"
}

# begin I: starts the daemon of node I with its file
begin() {
	start "$1" clocklinkd -c "/tmp/conf$1" 2>> "/tmp/daemon$1"
	eval "daemon$1=$!"
}

# member I: makes the file of node I and starts its daemon
member() {
	settings "$1" > "/tmp/conf$1"
	begin "$1"
	wait_for "$1" "of no cluster\|node $1 "
}

# wait_for I PATTERN: until the status of node I, or why there is none, matches
wait_for() {
	for _ in $(seq 300); do
		ctl "$1" 2>&1 | grep -q "$2" && return
		sleep 0.1
	done
	echo "in vain: node $1, $2"
	return 1
}

# ctl I ARGUMENT...: clocklinkctl cluster at node I
ctl() {
	_at=$1
	shift
	clocklinkctl --netns "n$_at" cluster "$@"
}

# user I ARGUMENT...: the same by a user without any capability, in that namespace
user() {
	_at=$1
	shift
	ip netns exec "n$_at" /t/setpriv --reuid 1000 --regid 1000 --clear-groups --bounding-set -all \
		--inh-caps -all clocklinkctl "$@"
}

# refused NAME STATUS PATTERN COMMAND...: exit status, words, and nothing has changed
refused() {
	_name=$1
	_want=$2
	_pattern=$3
	shift 3
	ctl 1 --json members > /tmp/before 2>&1
	_status=0
	_text=$("$@" 2>&1) || _status=$?
	ctl 1 --json members > /tmp/after 2>&1
	if [ "$_status" = "$_want" ] && echo "$_text" | grep -q "$_pattern" &&
			cmp -s /tmp/before /tmp/after; then
		result 0 "$_name"
	else
		result 1 "$_name" "$* (status $_status, expected $_want and $_pattern)
$_text
$(diff /tmp/before /tmp/after)"
	fi
}

# new_time: asks nodes 1 and 2 in turn for a new time until it begins at $elected; fails if
# it has begun without a word
new_time() {
	for _ in $(seq 300); do
		for elected in 1 2; do
			_text=$(ctl $elected new-time 2>&1) && return
			! echo "$_text" | grep -q "its time goes on" || break 2
		done
	done
	return 1
}

# is_json: the input is one JSON value; values are folded until one is left
is_json() {
	tr -d ' \n' | sed -e 's/"[^"\\]*"/S/g' -e 's/-\{0,1\}[0-9][0-9.eE+-]*/V/g' \
		-e 's/true/V/g; s/false/V/g; s/null/V/g; s/S:/K/g; s/S/V/g' \
		-e ':a' -e 's/{\(KV,\)*KV}/V/g; s/{}/V/g; s/\[\(V,\)*V\]/V/g; s/\[\]/V/g; ta' |
		grep -qx V
}

# shows TITLE PATTERN COMMAND...: the output, which a failure shows, matches
shows() {
	_name=$1
	_pattern=$2
	shift 2
	_status=0
	_text=$("$@" 2>&1) || _status=$?
	result $((_status || !$(echo "$_text" | grep -c -e "$_pattern"))) "$_name" \
		"$* (status $_status, expected $_pattern)
$_text"
}

insmod /mods/clocklink.ko
chmod 755 /t /root
net_create 4

# without a daemon, and without a cluster
refused "no daemon: says so" 3 "no clocklinkd runs" ctl 1
refused "no daemon: no change" 3 "no clocklinkd runs" ctl 1 init
printf '[node]\nid = 4\ncluster = 7\n' > /tmp/conf4
start 4 clocklinkd -c /tmp/conf4 2> /tmp/daemon4
daemon4=$!
wait_for 4 "of no cluster"
refused "no section [cluster]: init" 1 "\[cluster\]" ctl 4 init
kill $daemon4
for i in 1 2 3; do
	member $i
done
for verb in status members reputation events timescale set; do
	refused "alone: $verb" 3 "of no cluster (clocklinkctl cluster init or join)" ctl 1 $verb
done
refused "alone: promote" 3 "of no cluster" ctl 1 promote 1
refused "alone: leave" 1 "leave" ctl 1 leave

# what is wrong by itself
refused "unknown verb" 2 "unknown verb 'elect'" ctl 1 elect
refused "join whom" 2 "want: cluster join" ctl 1 join
refused "join: no address" 2 "'n1' is not an address" ctl 1 join n1
refused "join: bad port" 2 "not an address" ctl 1 join 10.0.0.2:0
refused "join: bad vote" 2 "vote: 'maybe'" ctl 1 join 10.0.0.2 vote=maybe
refused "promote whom" 2 "want: cluster promote NODE" ctl 1 promote
refused "node 0" 2 "no node id and no name" ctl 1 promote 0
refused "set: unknown key" 2 "unknown setting 'speed'" ctl 1 set speed=1
refused "set: of one node" 2 "node: each node has its own" ctl 1 set node=3
refused "set: out of range" 2 "probes: '17' is out of range" ctl 1 set probes=17

# a cluster of three
refused "user: init" 1 "for root" user 1 cluster init
check "init" ctl 1 init
refused "init again" 1 "init" ctl 1 init
refused "the only voter keeps its vote" 1 "only voter" ctl 1 demote 1
refused "the only voter stays" 1 "only voter" ctl 1 evict n1
check "node 2 joins" ctl 2 join 10.0.0.1
check "node 3 joins, two addresses" ctl 3 join 10.0.0.3 10.0.0.1:20319 vote=no
refused "join: a member" 1 "cannot become a member" ctl 3 join 10.0.0.1
refused "promote: unknown id" 1 "node 9 is no member" ctl 1 promote 9
refused "promote: unknown name" 1 "no member has the name 'n9'" ctl 1 promote n9
refused "transfer: no voter" 1 "node 3 is no voter" ctl 1 transfer 3
refused "user: promote" 1 "for root" user 1 cluster promote 2
refused "user: new-time" 1 "for root" user 1 cluster new-time
refused "new-time: of whom" 2 "want: cluster new-time" ctl 1 new-time 1
refused "new-time: there is one" 1 "node 1 leads, its time goes on" ctl 1 new-time
refused "new-time: not the leader" 1 "node 1 is elected, say it there" ctl 3 new-time
check "promote by name, asked of a follower" ctl 3 promote n2
check "promote by id" ctl 1 promote 3
refused "remove: it votes" 1 "demote it first" ctl 1 remove 3
sleep 2

# what there is to see
for i in 1 2 3; do
	shows "node $i: who leads" "^leader  *node 1 (n1) since term" ctl $i
	shows "node $i: quorum" "^quorum  *yes, 3 of 3 voters reachable, 2 needed$" ctl $i
	check "node $i: same digest" test "$(ctl $i | grep digest)" = "$(ctl 1 | grep digest)"
done
shows "a user sees it too" "^isolated  *nobody" user 2 cluster
shows "members: leader" "^ *1  n1  *leader  *self" ctl 1 members
shows "members: voter" "^ *2  n2  *voter  *yes .* 10.0.0.2:20319" ctl 1 members
for i in 1 2 3; do
	check "node $i: synced" clocklinkctl --netns "n$i" wait --timeout 60s
done
# the judge has to have measured them
for _ in $(seq 300); do
	ctl 1 reputation | grep -q n3 && break
	sleep 0.1
done
shows "reputation" "^ *3  n3  *[a-z]* .*/120 " ctl 1 reputation
shows "events: none" "." ctl 1 events
shows "timescale" "^this node makes cluster time" ctl 1 timescale
! echo '{"a": [1, {"b": }]}' | is_json
check_true "is_json sees what is none" "$? == 0"
for verb in status members reputation events timescale set; do
	ctl 1 --json $verb > /tmp/json
	is_json < /tmp/json
	result $? "JSON: $verb" "$(cat /tmp/json)"
done

# settings of all
check "set" ctl 2 set interval=200ms probes=4
sleep 1
for i in 1 2 3; do
	check_true "node $i: has it" "$(number $i instance interval_ns) == 200000000"
	check_true "node $i: and the other" "$(number $i instance probes) == 4"
done
shows "set without a key shows them" "^interval  *200.0 ms" ctl 3 set
refused "set: contradiction" 1 "interval-max\|contradicts" ctl 1 set interval-max=100ms
refused "user: set" 1 "for root" user 1 cluster set probes=5

# who leads
check "transfer to node 2" ctl 3 transfer n2
shows "node 2 leads" "^leader  *node 2 (n2)" ctl 2
# the others have to take time from it before one of them may lead
sleep 3
check "transfer to whichever" ctl 2 transfer
check "node 2 leads no more" wait_for 2 "^leader  *node [13] "
check "and back" ctl 1 transfer 1

# who goes
check "demote" ctl 1 demote 3
shows "node 3 votes no more" "^ *3  n3  *follower" ctl 1 members
check "remove" ctl 1 remove 3
refused "removed already" 1 "node 3 is no member" ctl 1 remove 3
check "node 3 sees it" wait_for 3 "of no cluster"
check "node 2 leaves" ctl 2 leave
refused "node 2 is of no cluster" 3 "of no cluster" ctl 2
shows "node 1 is alone" "^cluster .* 1 member, 1 voter$" ctl 1
check "node 2 joins again, to vote" ctl 2 join 10.0.0.1 vote=yes
wait_for 1 " 2 voters"
kill_daemon 2
wait_for 1 "^quorum  *NO"
shows "no quorum: who is missing" "^quorum  *NO, 1 of 2 .* no stream to node 2 (n2)$" ctl 1
check "the leader gives up" wait_for 1 "^leader  *none"
refused "no quorum: no change" 1 "nobody leads" ctl 1 set probes=5

# the time is lost and the voters that are left, two of three, wait for the third: the
# operator knows that it is of no use
begin 2
check "node 2 is back" wait_for 1 "^quorum  *yes"
check "node 3 joins, to vote" ctl 3 join 10.0.0.1 vote=yes
check "three vote" wait_for 1 " 3 voters"
kill_daemon 1
kill_daemon 2
kill_daemon 3
rmmod clocklink
insmod /mods/clocklink.ko
begin 1
begin 2
new_time
result $? "new-time at the node that is elected" "$_text"
shows "which leads, with a time" "^leader  *node $elected " ctl "$elected"
check "and says so" grep -q "begins a new cluster time as an operator wants" "/tmp/daemon$elected"
begin 3
for i in 1 2 3; do
	check "node $i: has the new time" clocklinkctl --netns "n$i" wait --timeout 30s
done
refused "new-time: once" 1 "its time goes on" ctl "$elected" new-time

# shellcheck disable=SC2154 # of daemon()
kill "$daemon1"
wait "$daemon1"
refused "no daemon any more" 3 "no clocklinkd runs" ctl 1
rmmod clocklink
finish
