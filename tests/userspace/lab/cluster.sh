# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Sourced by guest scripts, after lib.sh and net.sh: nodes of a cluster, and what they
# and clocklink-truth say.

# node I LEADER [KEY=VALUE...]: the instance of node I
node() {
	_node=$1
	_leader=$2
	shift 2
	clocklinkctl --netns "n$_node" instance add node="$_node" cluster=7 leader="$_leader" "$@"
}

# daemon I: starts node I's daemon; its log is /tmp/daemonI, its process in $daemonI
daemon() {
	start "$1" clocklinkd 2>> "/tmp/daemon$1"
	eval "daemon$1=$!"
}

# kill_daemon I: without giving it a chance to say goodbye
kill_daemon() {
	eval "kill -9 \$daemon$1; wait \$daemon$1" 2> /dev/null
}

# number I COMMAND NAME: the first number with this name in what COMMAND says of node I
number() {
	# shellcheck disable=SC2086 # a command of several words
	clocklinkctl --netns "n$1" --json $2 |
		sed -n "s/.*\"$3\": *\(-\{0,1\}[0-9]*\).*/\1/p" | head -n 1
}

# state I: the state of node I's clock
state() {
	clocklinkctl --netns "n$1" --json clock | sed -n 's/.*"state": *"\(.*\)".*/\1/p'
}

# worst I: largest true error of node I in /tmp/truth, ns
worst() {
	sed -n "s/.*\"node\":$1,.*\"error_ns\":-\{0,1\}\([0-9]*\),.*/\1/p" /tmp/truth |
		sort -n | tail -n 1
}

# mean_abs I: mean true error of node I in /tmp/truth, without its sign, ns
mean_abs() {
	sed -n "s/.*\"node\":$1,.*\"error_ns\":-\{0,1\}\([0-9]*\),.*/\1/p" /tmp/truth |
		awk '{ sum += $1 } END { printf "%d", sum / NR }'
}

# median_bound I: in /tmp/truth, ns
median_bound() {
	sed -n "s/.*\"node\":$1,.*\"bound_ns\":\([0-9]*\),.*/\1/p" /tmp/truth | sort -n |
		awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# ppm I: error of node I's oscillator
ppm() {
	case $1 in
	1) echo 20 ;;
	2) echo -20 ;;
	3) echo 10 ;;
	4) echo -10 ;;
	*) echo 5 ;;
	esac
}

# cluster N ADDRESS: N nodes that err by up to 20 ppm, 500 us each way plus exponential
# 10 us; node 1 leads. ADDRESS I J prints where node I finds node J.
cluster() {
	_n=$1
	_address=$2
	net_create "$_n"
	_pages=
	for i in $(seq "$_n"); do
		net_delay "$i" 500000 10000
		node "$i" 1
		clocklinkctl --netns "n$i" test osc-freq="$(ppm "$i")ppm"
		_pages="$_pages /dev/clocklink$((i - 1))"
	done
	for i in $(seq "$_n"); do
		for j in $(seq "$_n"); do
			[ "$i" = "$j" ] ||
				clocklinkctl --netns "n$i" peer add "$j" "$($_address "$i" "$j")"
		done
		daemon "$i"
	done
}

# truth SECONDS: what is true of all nodes for so long, into /tmp/truth; fails if an
# interval missed it or a clock ran backwards
truth() {
	# shellcheck disable=SC2086 # a list
	clocklink-truth -t "$1" $_pages > /tmp/truth
}

# sync_and_holdover ADDRESS: what a cluster of five has to do, whatever its addresses
sync_and_holdover() {
	cluster 5 "$1"
	for i in 1 2 3 4 5; do
		check "node $i: synced" clocklinkctl --netns "n$i" wait --bound 50us --timeout 30s
	done
	sleep 10
	truth 10
	check_true "no interval missed the truth in 10 s" "$? == 0"
	for i in 2 3 4 5; do
		check_true "node $i: true error at most $(worst $i) ns, median bound $(median_bound $i) ns" \
			"$(worst $i) < 10000 && $(median_bound $i) < 20000"
		check_true "node $i: one step, at the first lock" "$(number $i clock steps) == 1"
	done

	# the leader's daemon dies: all coast
	kill_daemon 1
	sleep 3
	for i in 1 2 3 4 5; do
		check "node $i: holdover" test "$(state $i)" = holdover
	done
	bound=$(number 2 clock bound_ns)
	truth 10
	check_true "no interval missed the truth in 10 s of holdover" "$? == 0"
	grown=$(number 2 clock bound_ns)
	check_true "the bound has grown from $bound to $grown ns" "$grown > $bound"
	for i in 2 3 4 5; do
		check_true "node $i: true error in holdover at most $(worst $i) ns" "$(worst $i) < 50000"
	done

	# and comes back
	daemon 1
	truth 10
	check_true "no interval missed the truth while it came back" "$? == 0"
	for i in 1 2 3 4 5; do
		check "node $i: synced again" clocklinkctl --netns "n$i" wait --bound 50us --timeout 1s
		check_true "node $i: without another step" "$(number $i clock steps) == 1"
	done

	# a follower's daemon dies: only that one coasts
	kill_daemon 3
	sleep 3
	check "only node 3: holdover" test "$(state 2) $(state 3)" = "unverified holdover" -o \
		"$(state 2) $(state 3)" = "synced holdover"
	daemon 3
	sleep 3
	check "node 3: synced again" clocklinkctl --netns n3 wait --bound 50us --timeout 1s
	check_true "node 3: without another step" "$(number 3 clock steps) == 1"
}
