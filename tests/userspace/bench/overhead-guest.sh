#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Guest part of overhead.py: what the estimator costs in the kernel, then a leader and
# a follower at the default interval. Prints
#   overhead PATH push|get MEAN P99 MAX N    instructions of the estimator
#   tasklet INSTRUCTIONS                     one run of the tasklet that feeds it
#   session BYTES                            memory of a peer
#   daemon ROLE CPU_NS ELAPSED_NS RSS_KIB    of clocklinkd
set -e
settle_s=30
run_s=120

insmod /t/clocklink_overhead.ko
dmesg | sed -n 's/.*\(overhead [a-z].*\)/\1/p'
rmmod clocklink_overhead

ip netns add n1
ip netns add n2
ip link add v1 netns n1 type veth peer name v2 netns n2
for i in 1 2; do
	j=$((3 - i))
	ip -n n$i addr add 10.0.0.$i/24 dev v$i
	ip -n n$i link set v$i up
	ip netns exec n$i tc qdisc add dev v$i root netem delay 1ms
	cat > /tmp/$i.conf <<-END
		[node]
		id = $i
		cluster = 1
		leader = 1
		[peer other]
		id = $j
		address = 10.0.0.$j
	END
	ip netns exec n$i clocklinkd --config /tmp/$i.conf &
	eval "daemon$i=$!"
done
sleep 1
clocklinkctl --netns n2 wait --bound 100us --timeout 60s

# slabinfo: name, objects in use and all, size, objects per slab, pages per slab
awk '$1 == "clocklink_peer" { print "session", int($6 * 4096 / $5) }' /proc/slabinfo

sleep $settle_s
mount -t tracefs tracefs /sys/kernel/tracing 2> /dev/null || true
cd /sys/kernel/tracing
echo x86-tsc > trace_clock
for event in softirq_entry softirq_exit; do
	echo "vec == 6" > events/irq/$event/filter
	echo 1 > events/irq/$event/enable
done

# usage PID: time on the processor, ns
usage() {
	cut -d ' ' -f 1 "/proc/$1/schedstat"
}

# shellcheck disable=SC2154 # set by eval
for daemon in "leader $daemon1" "follower $daemon2"; do
	echo "$daemon $(usage "${daemon#* }")"
done > /tmp/before
start=$(awk '{ printf "%.0f", $1 * 1e9 }' /proc/uptime)
sleep $run_s
end=$(awk '{ printf "%.0f", $1 * 1e9 }' /proc/uptime)
while read -r role pid before; do
	rss=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status")
	echo "daemon $role $(($(usage "$pid") - before)) $((end - start)) $rss"
done < /tmp/before
awk '{ sub(/:$/, "", $4) }
	/softirq_entry/ { entry = $4 }
	/softirq_exit/ && entry { printf "tasklet %d\n", $4 - entry; entry = 0 }' trace
kill "$daemon1" "$daemon2"
