# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# What disturbs the raw clock makes all readings void, until the clock is locked again,
# and cuts off the past: here it is another clock source, which is much slower.
# vm: -i $test -n -t 400 -f $lab/cluster.sh -f $lab/disturb.sh -f $build/lab/page-check -f $build/bench/page-soak
. /t/lib.sh
. /t/net.sh
. /t/cluster.sh
. /t/disturb.sh

source=/sys/devices/system/clocksource/clocksource0

insmod /mods/clocklink.ko
cluster 2 address4
check "synced" clocklinkctl --netns n2 wait --bound 30us --timeout 30s
sleep 2
disturbed "another clock source" 1 30us "echo hpet > $source/current_clocksource"
disturbed "and back" 2 30us "echo tsc > $source/current_clocksource"
finish
