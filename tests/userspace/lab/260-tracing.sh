# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# The examples of Documentation/tracing.rst, as they stand there, at a cluster of two nodes
# that begins, and at a stranger. All programs for bpftrace run as one, as it is slow to start.
# vm: -i $test -n -M 1024 -t 300 -f $lab/cluster.sh -f $lab/../../../Documentation/tracing.rst -f $(command -v bpftrace) -f $(command -v trace-cmd) -f $(command -v perf)
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

# example WORD: the commands of the document that have it in them
example() {
	awk -v word="$1" 'BEGIN { RS = "" } /^    / && index($0, word)' /t/tracing.rst
}

# seen NAME FILE PATTERN: a line of the file matches
seen() {
	grep -qE "$3" "$2"
	result $? "$1" "no line like $3 in
$(tail -n 50 "$2")"
}

# value MAP: the number in the map of the instance 0
value() {
	sed -n "s/^@$1\[0\]: //p" bpftrace.txt
}

# largest NAME FILE: of a histogram of powers of two in the file: where it ends
largest() {
	awk -v name="@$1[" 'index($0, name) == 1 { on = 1; next } /^$/ { on = 0 }
		on && $NF != "" { split($0, part, /[ ,)]+/); print part[2] }' "$2" |
		sed 's/K$/000/; s/M$/000000/; s/G$/000000000/' | sort -n | tail -n 1
}

insmod /mods/clocklink.ko
cd /tmp || exit 1
net_create 3
for i in 1 2; do
	net_delay $i 500000 10000
	node $i 1
	clocklinkctl --netns n$i peer add $((3 - i)) 10.0.0.$((3 - i))
done
# a stranger, who believes to lead another cluster
net_delay 3 500000
clocklinkctl --netns n3 instance add node=3 cluster=8 leader=3
clocklinkctl --netns n3 peer add 1 10.0.0.1

# --- bpftrace
awk '{ line = $0 }
	sub(/^ *bpftrace -e \047/, "", line) { on = 1 }
	on { last = sub(/\047$/, "", line); print line; if (last) on = 0 }' /t/tracing.rst > all.bt
bpftrace all.bt > bpftrace.txt 2>&1 &
bpftrace=$!
# before it is ready it takes no SIGINT
for _ in $(seq 600); do
	! grep -q Attaching bpftrace.txt || break
	sleep 0.1
done
sleep 1
daemon 1
sleep 1
daemon 2
daemon 3
check "node 2: synced" clocklinkctl --netns n2 wait --bound 50us --timeout 30s
clocklinkctl --netns n1 device set eth0 rx-bias=100ns
sleep 1
for _ in 1 2 3; do
	kill -INT $bpftrace
	for _ in $(seq 200); do
		kill -0 $bpftrace 2> /dev/null || break 2
		sleep 0.1
	done
done
wait $bpftrace
check_true "bpftrace takes all examples" "$? == 0"
seen "excess of node 1's round trips" bpftrace.txt '^@excess_ns\[1\]:'
seen "the stranger's requests are dropped: cluster" bpftrace.txt '^@drops\[0, 16, ::ffff:10.0.0.3\]: [0-9]'
answer=$(largest answer_ns bpftrace.txt)
check_true "answers within ${answer:-no} ns" "${answer:-1000000} < 500000"
excess=$(largest excess_ns bpftrace.txt)
check_true "excess of at most ${excess:-no} ns" "${excess:-1000000} < 1000000"
seen "the first order steps the clock" bpftrace.txt '^instance 1: stepped by -?[0-9]+ ns, term [1-9]'
seen "its clock can be used then" bpftrace.txt '^instance 1: state 3, was 1'
seen "a bias begins a new raw generation" bpftrace.txt '^instance 0: disturbed, 0 times'
# the two probes are not switched off at once
need=$(value need_stamp)
have=$(value have_stamp)
check_true "transmit stamps come: $have of $need" "$have > 50 && 9 * $need < 10 * $have"
seen "bounds" bpftrace.txt '^@bound_max_ns\[1\]: [1-9][0-9]*$'

# --- what the kernel has itself
eval "$(example trace_pipe)" 2> /dev/null
seen "samples" trace.txt 'clocklink_sample: id=1 peer=1 seq=[0-9]+ hardware=0 taken=1 .*rtt_ns=1[0-9]{6} '
seen "words for numbers" trace.txt 'clocklink_send: id=1 peer=1 type=response '
seen "pages" trace.txt 'clocklink_publish: id=1 updates=[0-9]+ state=unverified '
seen "a reason and an address" trace.txt \
	'clocklink_drop: id=0 peer=3 reason=cluster addr=::ffff:10\.0\.0\.3 port=20319 len='
(eval "$(example trigger)") > hist 2>&1
seen "the kernel counts drops" hist 'id: +0, reason: +16 } hitcount: +[1-9]'

# --- trace-cmd, perf
eval "$(example trace-cmd)" > trace-cmd.txt 2>&1
seen "trace-cmd: rounds" trace-cmd.txt 'clocklink_round: +id=0 term=[0-9]+ round=[0-9]+ type=update sent=1'
eval "$(example perf)" > perf.txt 2>&1
seen "perf counts orders" perf.txt '^ +[1-9][0-9]* +clocklink:clocklink_order'
seen "perf has samples of more than 1 us" perf.txt 'clocklink:clocklink_sample: id=[01] .*excess_ns=[0-9]{4}'
finish
