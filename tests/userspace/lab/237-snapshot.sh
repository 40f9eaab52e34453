# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# The machine is saved, and a copy of it goes on: a kernel that knows of the generation of a
# virtual machine tells it. All readings are void then, until the clock is locked again.
# vm: -i $test -n -g -t 400 -f $lab/cluster.sh -f $lab/disturb.sh -f $build/lab/page-check -f $build/bench/page-soak
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh
. /t/disturb.sh

# copy: lets the machine be copied and waits until it is the copy
copy() {
	echo copy > /dev/ttyS3
	for _ in $(seq 100); do
		dmesg | grep -q "virtual machine fork" && return
		sleep 0.1
	done
	return 1
}

if ! grep -q add_vmfork_randomness /proc/kallsyms; then
	skip "a copy of the machine" "this kernel knows of no generation of a virtual machine"
	finish
fi
insmod /mods/clocklink.ko
cluster 2 address4
check "synced" clocklinkctl --netns n2 wait --bound 30us --timeout 30s
sleep 2
disturbed "a copy of the machine" 1 30us copy
finish
