# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# chronyd takes a follower's PTP clock as reference clock. Meanwhile it slews the
# system clock, which the kernel's time stamps count in, by 50 ms: cluster time must
# not notice.
# vm: -i $release -n -t 400 -f $lab/cluster.sh -f $build/clocklink-truth -f $(package linuxptp)/usr/sbin/phc_ctl -f $(package chrony)/usr/sbin/chronyd -f $(package chrony)/usr/bin/chronyc
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

# chrony LINE...: starts chronyd with the PTP clock as the only source
chrony() {
	mkdir -p /run/chrony /var/lib/chrony
	chmod 770 /run/chrony
	{
		echo "refclock PHC /dev/ptp0 poll 0 filter 4 offset -37"
		echo "bindcmdaddress /run/chrony/sock"
		echo "cmdport 0"
		printf '%s\n' "$@"
	} > /tmp/chrony.conf
	chronyd -u root -d -f /tmp/chrony.conf > /tmp/chronyd 2>&1 &
	chronyd=$!
}

insmod /mods/clocklink.ko
net_create 2
for node in 1 2; do
	net_delay $node 500000 10000
	clocklinkctl --netns n$node instance add node=$node cluster=7 leader=1 \
		phc="$([ $node = 2 ] && echo yes || echo no)"
	clocklinkctl --netns n$node peer add $((3 - node)) 10.0.0.$((3 - node))
	start $node clocklinkd 2> /tmp/daemon$node
done
check "the follower is synced" clocklinkctl --netns n2 wait --bound 50us --timeout 20s

# --- 50 ms off, slewed away at 1000 ppm
phc_ctl CLOCK_REALTIME adj 0.05 > /dev/null
phc_ctl /dev/ptp0 cmp > /tmp/cmp
offset=$(sed -n 's/.*is -*\([0-9]*\)ns/\1/p' /tmp/cmp)
before=$(number 2 peer exchanges)
held=$(number 2 stats stamp_held)
chrony "maxslewrate 1000"
clocklink-truth -t 25 /dev/clocklink0 /dev/clocklink1 > /tmp/truth
check_true "no interval missed the truth in 25 s" "$? == 0"
phc_ctl /dev/ptp0 cmp > /tmp/cmp
now=$(sed -n 's/.*is -*\([0-9]*\)ns/\1/p' /tmp/cmp)
slewed=$((offset > now ? offset - now : now - offset))
check_true "chronyd has slewed the system clock by $((slewed / 1000000)) ms" \
	"$slewed > 15000000 && $slewed < 30000000"
check_true "true error while it slews: at most $(worst 2) ns" "$(worst 2) < 10000"
exchanges=$(($(number 2 peer exchanges) - before))
check_true "samples came in ($exchanges in 25 s)" "$exchanges > 225"
check_true "stamps held back: $(($(number 2 stats stamp_held) - held))" \
	"$(number 2 stats stamp_held) - $held < 10"
check "still synced" clocklinkctl --netns n2 wait --bound 50us --timeout 1s
kill $chronyd
wait $chronyd

# --- as fast as chronyd likes, and then as a client for good
chrony
clocklink-truth -t 20 /dev/clocklink0 /dev/clocklink1 > /tmp/truth
check_true "no interval missed the truth during a fast slew" "$? == 0"
check_true "true error during a fast slew: at most $(worst 2) ns" "$(worst 2) < 10000"
check "chronyd has selected the clock" sh -c 'chronyc -h /run/chrony/sock sources | grep "^#\* PHC0"'
sed 's/^/# /' /tmp/chronyd
chronyc -h /run/chrony/sock tracking > /tmp/tracking
sed 's/^/# /' /tmp/tracking
left=$(awk '/^System time/ { printf "%d", $4 * 1e9 }' /tmp/tracking)
check_true "of the 50 ms $left ns are left" "$left < 5000"
kill $chronyd
wait $chronyd
check_true "no stamp was lost" "$(number 2 stats rx_no_stamp) == 0"
finish
