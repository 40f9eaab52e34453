# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Five nodes over IPv4: they sync and their intervals hold the truth; without leader
# they coast, and follow again without a step when it is back.
# vm: -i $test -n -t 600 -f $lab/cluster.sh -f $build/clocklink-truth
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

address4() {
	echo "10.0.0.$2"
}

insmod /mods/clocklink.ko
sync_and_holdover address4

# the judge sees a fault: the truth shifted by 50 us
clocklink-truth -s 50000 -t 1 /dev/clocklink0 /dev/clocklink1 > /tmp/truth
check_true "a truth shifted by 50 us is noticed" "$? == 1"
# the nodes see a liar: the leader's clock is believed, but its lie is in every stamp;
# while they doubt whether path or clock has moved, their bounds hold the truth
clocklinkctl --netns n1 test lie=100us
sleep 30
truth 2
check_true "a leader whose stamps lie by 100 us leads into error" "$? == 1"
finish
