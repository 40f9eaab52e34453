# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# A follower that misses an update of a leader that says something every ten seconds
# asks for it and gets the same once more; nobody else gives it one.
# vm: -i $test -n -t 300 -f $lab/cluster.sh -f $build/clocklink-truth -f $build/lab/nl-raw
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

# number of uapi/linux/clocklink.h
UPDATE_ASK=27

address4() {
	echo "10.0.0.$2"
}

# cut PERCENT: of what is sent to node 2 so much is lost
cut() {
	net_netem 2 delay 500us loss "$1%"
}

# ask I J: node I asks node J for its last update
ask() {
	on "$1" nl-raw $UPDATE_ASK "2=u32:$2"
}

insmod /mods/clocklink.ko
cluster 3 address4
for i in 1 2 3; do
	check "node $i: synced" clocklinkctl --netns "n$i" wait --bound 50us --timeout 30s
done
check_true "nobody had to ask" "$(number 2 stats asks) + $(number 3 stats asks) == 0"
clocklinkctl --netns n1 instance set interval=10s
sleep 20
# who was told to expect it after 100 ms has asked
asks=$(number 2 stats asks)
others=$(number 3 stats asks)

# an update is lost
taken=$(number 2 "peer show 1" updates)
while [ "$(number 2 "peer show 1" updates)" = "$taken" ]; do
	sleep 0.2
done
round=$(number 2 instance round)
sleep 8
cut 100
sleep 2.5
check_true "node 2 has missed an update" "$(number 2 instance round) == $round"
check_true "node 3 has got it" "$(number 3 instance round) == $round + 1"
cut 0
sleep 3.5
check_true "6 s later node 2 has it as well" "$(number 2 instance round) == $round + 1"
check_true "it asked once" "$(number 2 stats asks) == $asks + 1"
check_true "its leader sent it once more" "$(number 1 stats resent) == 1"
check_true "node 3 did not ask" "$(number 3 stats asks) == $others"
check_true "the age of what it follows is $(number 2 clock steer_age_ns) ns" \
	"$(number 2 clock steer_age_ns) < 6000000000"
timeout 20 clocklinkctl --netns n2 --json monitor update > /tmp/updates
check_true "the next one comes as ever" "$(number 2 instance round) >= $round + 2"

# one that was not lost is not obeyed twice
asks=$(number 2 stats asks)
steers=$(number 2 stats steers)
taken=$(number 2 "peer show 1" updates)
while [ "$(number 2 "peer show 1" updates)" = "$taken" ]; do
	sleep 0.2
done
sleep 1
steers=$(number 2 stats steers)
check "node 2 asks for what it has" ask 2 1
sleep 1
check_true "it is sent" "$(number 1 stats resent) == 2"
check_true "and not obeyed again" "$(number 2 stats steers) == $steers"
check_true "it did not ask of itself" "$(number 2 stats asks) == $asks + 1"

# who does not lead has nothing to send again
check "node 3 asks node 2" ask 3 2
sleep 1
check_true "which does not lead" "$(number 2 stats drop_ask) == 1 && $(number 2 stats resent) == 0"
check_error "nobody asks a node that is no peer" "ENOENT: .*no such peer, attribute 2" ask 2 9
# nor who has led in another generation
clocklinkctl --netns n1 device set eth0 rx-bias=10ns
refused=$(number 1 stats drop_ask)
check "node 2 asks after a new raw generation" ask 2 1
sleep 1
check_true "what was said before it is not repeated" \
	"$(number 1 stats drop_ask) == $refused + 1 && $(number 1 stats resent) == 2"
finish
