# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# The same as with IPv4 in a cluster of mixed addresses: IPv6, link-local IPv6 with its
# scope, and IPv4 beside them.
# vm: -i $test -n -t 600 -f $lab/cluster.sh -f $build/clocklink-truth
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh

# nodes 4 and 5 are reached by link-local addresses, node 3 by IPv4
address6() {
	case $1$2 in
	*[45]*) echo "fe80::$2%eth0" ;;
	*3*) echo "10.0.0.$2" ;;
	*) echo "fd00::$2" ;;
	esac
}

insmod /mods/clocklink.ko
sync_and_holdover address6
check "node 1 shows the scope" sh -c "clocklinkctl --netns n1 peer | grep 'fe80::4%eth0'"
check "node 4 is asked by its link-local address" \
	test "$(number 1 'peer show 4' responses)" -gt 100
finish
