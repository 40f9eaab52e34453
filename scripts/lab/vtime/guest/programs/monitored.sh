# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# To be run in a node: a monitor that is killed every 2 s and started again; for 12 s a crowd
# asks it something every 5 ms, or sends it garbage.
(sleep 1 && crowd 5000 12) &
while sleep 2; do
	killall -9 clocklink-monitor
done &
# It ends only when it is killed; but if it did not start, a loop without a pause would
# never end, because code takes no time here.
while sleep 0.1; do
	clocklink-monitor
done
