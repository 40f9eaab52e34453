# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Five nodes found a cluster, join, vote and follow whom they elect; a leader dies, a
# node restarts, one leaves, a minority is cut off, all daemons are started again: nobody
# steps, no interval misses the truth.
# vm: -i $test -n -t 1800 -f $lab/cluster.sh -f $build/clocklink-truth
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh
nodes="1 2 3 4 5"

# settings I: the file of node I's daemon
settings() {
	printf '[node]\nid = %d\ncluster = 7\n' "$1"
	printf '[cluster]\nname = n%d\naddress = 10.0.0.%d\nstate = /tmp/state%d\n' "$1" "$1" "$1"
}

# member I: starts the daemon of node I
member() {
	start "$1" clocklinkd -c "/tmp/conf$1" 2>> "/tmp/daemon$1"
	eval "daemon$1=$!"
}

# ctl I COMMAND...: clocklinkctl cluster at node I
ctl() {
	_at=$1
	shift
	clocklinkctl --netns "n$_at" cluster "$@"
}

# leader I: who leads, as node I knows; 0: nobody
leader() {
	_leader=$(number "$1" "cluster status" leader)
	echo "${_leader:-0}"
}

# voters I: how many vote
voters() {
	number "$1" "cluster status" voters
}

# members I: how many members there are
members() {
	number "$1" "cluster status" members
}

# ms: since the start of the machine
ms() {
	read -r _up _ < /proc/uptime
	echo "${_up%.*}${_up#*.}0"
}

# await TEXT COMMAND...: until it prints TEXT, 30 s at most
await() {
	_want=$1
	shift
	for _ in $(seq 300); do
		[ "$("$@")" != "$_want" ] || return 0
		sleep 0.1
	done
	echo "in vain: $*"
	return 1
}

# synced NODE...: waits until they are
synced() {
	for _n in "$@"; do
		check "node $_n: synced $_when" clocklinkctl --netns "n$_n" wait --bound 50us --timeout 60s
	done
}

# tell_leader: who leads, for clocklink-truth; the first node that knows is believed
tell_leader() {
	for _n in $nodes; do
		_leads=$(leader "$_n" 2> /dev/null)
		[ "$_leads" = 0 ] || break
	done
	[ "$_leads" = 0 ] || echo "$_leads" > /tmp/leader
}

# judge SECONDS COMMAND...: no interval misses the truth meanwhile
judge() {
	_seconds=$1
	shift
	tell_leader
	# the truth begins with the first page
	_first=/dev/clocklink$(($(cat /tmp/leader) - 1))
	# shellcheck disable=SC2086 # a list
	clocklink-truth -l /tmp/leader -t "$_seconds" $_first ${pages%"$_first"*}${pages#*"$_first"} \
		> /tmp/truth &
	_truth=$!
	(
		while kill -0 $_truth 2> /dev/null; do
			tell_leader
			sleep 0.1
		done
	) &
	"$@"
	_status=0
	wait $_truth || _status=$?
	result "$_status" "no interval missed the truth $_when" \
		"$(grep '"violations":\["' /tmp/truth | sed -n '1p;$p')"
}

# note_steps: how often clocks have stepped so far
note_steps() {
	for _n in $nodes; do
		number "$_n" clock steps > "/tmp/steps$_n"
	done
}

# no_step: since they were noted
no_step() {
	for _n in $nodes; do
		check_true "node $_n: no step $_when" \
			"$(number "$_n" clock steps) == $(cat "/tmp/steps$_n")"
	done
}

# lead_lost: the leader's daemon is killed; the others elect
lead_lost() {
	first=$(leader 1)
	other=1
	[ "$first" != 1 ] || other=2
	_began=$(ms)
	kill_daemon "$first"
	for _ in $(seq 100); do
		second=$(leader "$other")
		[ "$second" = 0 ] || [ "$second" = "$first" ] || break
		sleep 0.02
	done
	_took=$(($(ms) - _began))
	check_true "node $first died, node $second leads after $_took ms" \
		"$second != 0 && $second != $first && $_took < 2000"
}

insmod /mods/clocklink.ko
net_create 5
pages=
for i in $nodes; do
	net_delay "$i" 500000 10000
	settings "$i" > "/tmp/conf$i"
	clocklinkctl --netns "n$i" instance add node="$i" cluster=7 managed=yes
	clocklinkctl --netns "n$i" test osc-freq="$(ppm "$i")ppm"
	pages="$pages /dev/clocklink$((i - 1))"
	member "$i"
done

sleep 1
check_error "nobody can be promoted before there is a cluster" "no cluster" ctl 1 promote 1
check_error "a node alone gives no state" "does not know this node" ctl 2 join 10.0.0.1
check "node 1: init" ctl 1 init
check_error "node 1: init again" "member already" ctl 1 init
check "node 2: join, with a vote" ctl 2 join 10.0.0.1 vote=yes
for i in 3 4 5; do
	check "node $i: join" ctl "$i" join 10.0.0.1
done
for i in 3 4 5; do
	check "promote node $i, asked of node 2" ctl 2 promote "n$i"
done
for i in $nodes; do
	check "node $i: knows of five voters" await 5 voters "$i"
done
_when="at first"
synced 1 2 3 4 5
sleep 10
judge 10 true
for i in $nodes; do
	check_true "node $i: true error at most $(worst "$i") ns" "$(worst "$i") < 10000"
done
note_steps

_when="while another takes the lead"
judge 15 lead_lost
# the one that is down coasts
no_step

_when="after a restart"
member "$first"
check "node $first: is a member by its disk" await 5 voters "$first"
synced 1 2 3 4 5
judge 5 true
no_step

_when="after node 5 has left"
[ "$(leader 5)" != 5 ] || check "the lead is transferred" ctl 5 transfer 1
check "node 5: leave" ctl 5 leave
check "node 5: its state is gone" test ! -e /tmp/state5/state.db
check "there are four members" await 4 members 1
check_error "node 5: of no cluster" "no cluster" ctl 5 leave
synced 1 2 3 4
check "node 5: join again" ctl 5 join 10.0.0.1 10.0.0.2 vote=yes
check "there are five voters again" await 5 voters 1
synced 1 2 3 4 5

_when="while nodes 4 and 5 are cut off"
case $(leader 1) in
4 | 5)
	check "the lead is transferred" ctl 4 transfer 1
	check "node 1 leads" await 1 leader 1
	;;
esac
sleep 5
note_steps
cut() {
	ip -n switch link set p4 down
	ip -n switch link set p5 down
}
judge 15 cut
check "the minority holds over" test "$(state 4) $(state 5)" = "holdover holdover"
check "the majority does not" test "$(state 2)" != holdover
check_true "nobody leads the minority" "$(leader 4) + $(leader 5) == 0"
said=$(grep -h "quorum" /tmp/daemon4 | tail -n 1)
# said when the third stream ends; the fourth may have ended with it or not
lost=${said#*quorum lost: }
check "which has no quorum: $said" test "${lost#[12] of 5 voters}" != "$lost"
_when="after the cut"
ip -n switch link set p4 up
ip -n switch link set p5 up
check "node 4: knows who leads" await "$(leader 1)" leader 4
check "node 5: knows who leads" await "$(leader 1)" leader 5
synced 1 2 3 4 5
judge 10 true
no_step
check "node 4: quorum there" sh -c 'grep quorum /tmp/daemon4 | tail -n 1 | grep -q "quorum there"'

_when="while all daemons are killed and started again"
note_steps
restart_all() {
	for _n in $nodes; do
		kill_daemon "$_n"
	done
	sleep 2
	for _n in $nodes; do
		member "$_n"
	done
}
judge 15 restart_all
for i in $nodes; do
	check "node $i: knows of five voters" await 5 voters "$i"
done
synced 1 2 3 4 5
no_step
check_true "nobody has begun a new time" "$(cat /tmp/daemon? | grep -c 'begins a new cluster time') == 0"
finish
