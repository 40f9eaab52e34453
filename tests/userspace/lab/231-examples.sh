# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# The examples of libclocklink and of its Python package do what they say, on two nodes
# with daemons: what is committed later, on any node, has a later stamp.
# vm: -i $test -n -t 400 -f $lab/cluster.sh -f $build/lab/commit-wait -f $build/lab/order -f $build/libclocklink.so.1:/lib/libclocklink.so.1 -f $top/agent/python/examples/commit-wait.py -f $top/agent/python/examples/order.py $(PYTHONDONTWRITEBYTECODE=1 LD_LIBRARY_PATH=$build PYTHONPATH=$top/agent/python /usr/bin/python3 -S $lab/python-files clocklink)
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

address4() {
	echo "10.0.0.$2"
}

# example NAME.py DEVICE or NAME DEVICE: runs it
example() {
	case $1 in
	*.py) PYTHONPATH=/python python3 -S "/t/$1" "$2" ;;
	*) "$1" "$2" ;;
	esac
}

# commit EXAMPLE NODE: its stamp has to be later than the one before
commit() {
	_stamp=$(example "$1" "/dev/clocklink$(($2 - 1))" 2>&1 | sed -n 's/^committed at //p')
	check_true "$1 on node $2: ${_stamp:-nothing}" "${_stamp:-0} > $last"
	last=${_stamp:-0}
}

# stamps COMMAND...: what it says as "TIME COUNT TIME COUNT", of sending and receiving
stamps() {
	"$@" | sed -n 's/^message: //; s/^sent [^0-9]*\([0-9]*\)[ .]\([0-9]*\),\{0,1\} received [^0-9]*\([0-9]*\)[ .]\([0-9]*\)$/\1 \2 \3 \4/p'
}

# ordered TIME COUNT TIME COUNT: the first stamp is before the second
ordered() {
	[ $# = 4 ] && { [ "$1" -lt "$3" ] || { [ "$1" = "$3" ] && [ "$2" -lt "$4" ]; }; }
}

insmod /mods/clocklink.ko
for program in commit-wait commit-wait.py order order.py; do
	check_error "$program without a device" "$program: (the device cannot be opened|.*No such file)" \
		example $program /dev/clocklink0
done
cluster 2 address4
check "synced" clocklinkctl --netns n2 wait --bound 30us --timeout 30s

# --- who does not wait on node 2 is overtaken by node 1: that takes ms, and no 200 ms
clocklinkctl --netns n2 instance set asymmetry=200ms
sleep 2
bound=$(number 2 clock bound_ns)
check_true "the time of node 2 is known to $bound ns" "$bound > 190000000"
last=$(($(number 1 clock time_ns) - 1000000000))
for node in 2 1 2 1; do
	commit commit-wait $node
	commit commit-wait.py $((3 - node))
done
clocklinkctl --netns n2 instance set asymmetry=auto

# --- two events, and a message
sleep 2
check "order: of two readings in a row nobody can tell" sh -c \
	'order /dev/clocklink1 | grep "the first was perhaps before, perhaps after the second"'
check "order.py: the same" sh -c \
	'PYTHONPATH=/python python3 -S /t/order.py /dev/clocklink1 | grep "first event was OVERLAP the second"'
for program in order order.py; do
	message=$(stamps example $program /dev/clocklink1)
	# shellcheck disable=SC2086 # four words
	check "$program: a message is received after it was sent: $message" ordered $message
done

# --- nobody writes the page any more
clocklinkctl --netns n2 instance del
for program in commit-wait commit-wait.py order order.py; do
	check_error "$program without cluster time" "$program: " example $program /dev/clocklink1
done
sed 's/^/# /' /tmp/daemon1 /tmp/daemon2
finish
