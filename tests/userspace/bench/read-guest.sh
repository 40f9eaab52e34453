#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Guest part of read.py: a node that leads, so that its page is synced.
# usage: read-guest.sh BATCHES
set -e
clocklinkctl instance add node=1 cluster=1 leader=1 phc=yes
printf '[node]\nid = 1\ncluster = 1\nleader = 1\n' > /tmp/a.conf
clocklinkd --config /tmp/a.conf &
daemon=$!
clocklinkctl wait --bound 10us --timeout 10s
index=$(clocklinkctl --json instance | sed -n 's/.*"phc_index": *\([0-9]*\).*/\1/p')
/t/read /dev/clocklink0 "$1" "/dev/ptp$index"
kill "$daemon"
