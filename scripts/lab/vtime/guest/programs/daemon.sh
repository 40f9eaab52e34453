# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Runs the daemon of a cluster's node until it ends; every line that it says is stamped.
case $SCENARIO in
*failover*) export LD_PRELOAD=/bin/slowdisk.so ;;
esac
clocklinkd -c /run/clocklink.conf 2>&1 | env -u LD_PRELOAD vtguest stamp
