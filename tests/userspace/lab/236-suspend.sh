# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# Suspend to memory, for 2 s: CLOCK_MONOTONIC_RAW stands still meanwhile. All readings are void
# then, until the clock is locked again. Of no help here is -i, which stops QEMU's
# clocks with the processor: so times are the host's, and bounds what its load makes them.
# vm: $test -n -t 400 -f $lab/cluster.sh -f $lab/disturb.sh -f $build/lab/page-check -f $build/bench/page-soak
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh
. /t/disturb.sh

insmod /mods/clocklink.ko
cluster 2 address4
check "synced" clocklinkctl --netns n2 wait --bound 20ms --timeout 30s
sleep 5
# before it and after it
disturbed "asleep" 2 20ms "echo +2 > /sys/class/rtc/rtc0/wakealarm && echo mem > /sys/power/state"
finish
