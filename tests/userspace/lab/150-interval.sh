# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# With interval-max the leader asks less often while all is quiet, and at once again
# when a follower comes back.
# vm: -i $test -n -t 300 -f $lab/cluster.sh -f $build/clocklink-truth
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

# pace SECONDS: requests of the leader to node 2 in 10 s
pace() {
	_before=$(number 1 "peer show 2" requests)
	sleep "$1"
	_pace=$((10 * ($(number 1 "peer show 2" requests) - _before) / $1))
}

address4() {
	echo "10.0.0.$2"
}

insmod /mods/clocklink.ko
cluster 3 address4
for i in 1 2 3; do
	check "node $i: synced" clocklinkctl --netns "n$i" wait --bound 50us --timeout 30s
done
check "may grow to 500 ms" clocklinkctl --netns n1 instance set interval-max=500ms
sleep 5
check_true "all followers are settled" "$(number 1 instance unsettled) == 0"
pace 5
check_true "$_pace requests in 10 s at first" "$_pace >= 90"
sleep 45
pace 10
check_true "$_pace requests in 10 s after one minute" "16 <= $_pace && $_pace <= 24"
timeout 2 clocklinkctl --netns n2 --json monitor update > /tmp/updates
interval=$(sed -n 's/.*"interval_ns":\([0-9]*\),.*/\1/p' /tmp/updates | head -n 1)
check_true "updates say so: $interval ns" "$interval == 500000000"
truth 5
check_true "no interval missed the truth" "$? == 0"
for i in 2 3; do
	check_true "node $i: true error at most $(worst $i) ns" "$(worst $i) < 10000"
	check_true "node $i: not in holdover" "$(number $i clock steer_age_ns) < 1000000000"
done

# node 3 begins anew
changes=$(number 1 instance peer_changes)
kill_daemon 3
clocklinkctl --netns n3 instance del
node 3 1
clocklinkctl --netns n3 test osc-freq=10ppm
clocklinkctl --netns n3 peer add 1 10.0.0.1
daemon 3
sleep 2
pace 5
check_true "$_pace requests in 10 s" "$_pace >= 90"
check_true "the leader has seen it" "$(number 1 instance peer_changes) > $changes"
check "node 3: synced" clocklinkctl --netns n3 wait --bound 50us --timeout 10s
finish
