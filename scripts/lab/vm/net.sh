# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Sourced by guest scripts (option -n of run): N nodes in network namespaces
# n1..nN, each with eth0 on a bridge in a namespace of its own, "switch".
#
# The delay of a link lies on the bridge's port *towards* a node (p1..pN in
# "switch"). On a node's own device it would lie before the transmit time stamp
# and vanish.

# on NODE COMMAND...: runs it in node NODE
on() {
	_node=$1
	shift
	ip netns exec "n$_node" "$@"
}

# start NODE COMMAND...: the same in the background; $! is the command itself
start() {
	_node=$1
	shift
	ip netns exec "n$_node" "$@" &
}

# net_create N: nodes 1..N with 10.0.0.i, fd00::i and the link-local fe80::i; who
# has which address is told to every node, so nothing has to be resolved
net_create() {
	net_nodes=$1
	ip netns add switch
	ip -n switch -batch - <<-END
		link set lo up
		link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
		link set br0 up
	END
	for i in $(seq "$net_nodes"); do
		ip netns add "n$i"
		ip link add eth0 netns "n$i" address "$(net_mac "$i")" type veth \
			peer name "p$i" netns switch
		ip -n switch link set "p$i" addrgenmode none master br0 up
		{
			echo link set lo up
			echo link set eth0 addrgenmode none up
			echo addr add "10.0.0.$i/24" dev eth0
			echo addr add "fd00::$i/64" dev eth0 nodad
			echo addr add "fe80::$i/64" dev eth0 nodad
			for j in $(seq "$net_nodes"); do
				[ "$i" != "$j" ] || continue
				for address in "10.0.0.$j" "fd00::$j" "fe80::$j"; do
					echo neigh replace "$address" lladdr "$(net_mac "$j")" \
						dev eth0 nud permanent
				done
			done
		} | ip -n "n$i" -batch -
	done
}

# net_mac NODE: the address of its device
net_mac() {
	printf '02:00:00:00:00:%02x' "$1"
}

# net_delay NODE DELAY_NS [MEAN_NS]: whatever is sent to the node takes DELAY_NS and,
# each packet for itself, an exponentially distributed time with mean MEAN_NS more
net_delay() {
	if [ "${3:-0}" = 0 ]; then
		net_netem "$1" delay "$(net_us "$2")"
	else
		net_netem "$1" delay "$(net_us $(($2 + $3)))" "$(net_us $((5 * $3 / 2)))" \
			distribution exponential
	fi
}

# net_us NS: as tc wants it, which does not know ns
net_us() {
	printf '%d.%03dus' $(($1 / 1000)) $(($1 % 1000))
}

# net_netem NODE ARGUMENT...: replaces what netem does to packets for the node
net_netem() {
	_node=$1
	shift
	tc -n switch qdisc replace dev "p$_node" root netem limit 10000 "$@"
}

# where tc looks for tables of distributions; "exponential" is ours
export TC_LIB_DIR=/tc
