# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Packets that are no valid messages of a peer: each is counted under its reason and
# changes nothing else, over IPv4 and IPv6.
# vm: $release -n -t 600 -f $lab/cluster.sh -f $build/lab/packets -f $build/lab/nl-raw
# um: $debug -n -t 600 -f $lab/cluster.sh -f $build/lab/packets -f $build/lab/nl-raw
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

ROUND_START=14

# drops: all counters that a dropped packet may change, "name value" each
drops() {
	clocklinkctl --netns n1 --json stats | sed -n 's/.*"\(rx\|drop_[a-z]*\)": *\([0-9]*\).*/\1 \2/p'
}

# rest: all that it must not change
rest() {
	clocklinkctl --netns n1 --json instance
	clocklinkctl --netns n1 --json peer | grep -vE '(age|raw)_ns'
	clocklinkctl --netns n1 --json stats | grep -vE '"(rx|drop_[a-z]*|stamp_held)"'
	state 1
}

# difference: which counters have grown since /tmp/drops, and by how much
difference() {
	drops | awk 'NR == FNR { old[$1] = $2; next }
		$2 != old[$1] { printf "%s+%d ", $1, $2 - old[$1] }' /tmp/drops -
}

# dropped COUNTER KIND [NODE OPTION...]: such a packet grows this counter
dropped() {
	_counter=$1
	_kind=$2
	_node=${3:-2}
	shift $(($# < 3 ? $# : 3))
	drops > /tmp/drops
	rest > /tmp/rest
	on "$_node" packets "$@" "$from$_node" "${from}1" "$_kind" 3
	sleep 0.05
	_got=$(difference)
	rest > /tmp/after
	if [ "$_got" = "rx+3 $_counter+3 " ] && cmp -s /tmp/rest /tmp/after; then
		result 0 "$from: $_kind $* from node $_node"
	else
		result 1 "$from: $_kind $* from node $_node" "$_got (expected $_counter)
$(diff /tmp/rest /tmp/after)"
	fi
}

# send OPTION... KIND [COUNT]: packets of node 2
send() {
	on 2 packets "$1" "$2" "${from}2" "${from}1" "$3" "${4:-1}"
	sleep 0.05
}

insmod /mods/clocklink.ko
net_create 3
for from in 10.0.0. fd00::; do
	node 1 1
	clocklinkctl --netns n1 peer add 2 "${from}2"
	# an update of term 1 is then too old
	on 1 nl-raw $ROUND_START 1=u32:2 2=u32:1 > /dev/null

	for kind in empty short-header short-body; do
		dropped drop_short $kind
	done
	dropped drop_long long
	dropped drop_version version
	dropped drop_type type-0
	dropped drop_type type-6
	dropped drop_length length-small
	dropped drop_length length-large
	for kind in flags state sender-0 tag stamp rate leap; do
		dropped drop_field $kind
	done
	dropped drop_tlv tlv
	dropped drop_cluster cluster
	dropped drop_receiver receiver
	dropped drop_peer sender-9
	dropped drop_source good 3
	dropped drop_source good 2 -p 20320
	dropped drop_key key
	dropped drop_term update

	# good ones are answered, each once
	send -s 1000 good 10
	check_true "$from: ten good requests are answered" "$(number 1 peer answered) == 10"
	send -s 1009 good
	check_true "$from: a duplicate is not" \
		"$(number 1 peer answered) == 10 && $(number 1 stats drop_seq) == 1"

	# a request to send again what was never sent
	send -s 1000 ask
	check_true "$from: an update request that cannot be met is counted" \
		"$(number 1 stats drop_ask) == 1 && $(number 1 stats resent) == 0"

	# a flood is cut off, and over again
	begin=$(cut -d. -f1 /proc/uptime)
	send -s 2000 good 20000
	took=$(($(cut -d. -f1 /proc/uptime) - begin))
	if [ $took -lt 3 ]; then
		check_true "$from: of a flood of 20000 $(number 1 peer answered) are answered" \
			"$(number 1 stats drop_rate) > 1000 && $(number 1 peer answered) > 100"
	else
		skip "$from: a flood is cut off" "this machine took $took s for 20000 packets"
	fi
	sleep 1
	answered=$(number 1 peer answered)
	send -s 22000 good
	check_true "$from: answered again after it" "$(number 1 peer answered) == $answered + 1"

	# Whatever comes is taken or counted under a reason; only an update that arrives
	# late is both.
	late=$(number 1 peer reordered)
	taken=$(($(number 1 peer answered) + $(number 1 peer updates) + $(number 1 peer responses)))
	drops > /tmp/drops
	count=0
	while [ $count -lt 20 ]; do
		send -s $((22001 + 500 * count)) random 500
		count=$((count + 1))
	done
	got=$(difference)
	echo "# random: $got"
	now=$(($(number 1 peer answered) + $(number 1 peer updates) + $(number 1 peer responses)))
	sum=$(($(echo "$got" | sed 's/rx+[0-9]*//; s/drop_[a-z]*//g') + now - taken))
	rx=$(echo "$got" | sed -n 's/.*rx+\([0-9]*\).*/\1/p')
	late=$(($(number 1 peer reordered) - late))
	check_true "$from: 10000 random ones: $rx came, $sum accounted for, $late late" \
		"$rx == 10000 && $sum >= 10000 && $sum <= 10000 + $late"
	check "$from: the instance is as it was" test "$(state 1)" = unsynced
	clocklinkctl --netns n1 instance del
done
finish
