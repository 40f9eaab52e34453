#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Guest part of read.py: a node that leads, so that its page is synced.
# usage: read-guest.sh BATCHES
set -e
cat > /tmp/a.conf <<-END
	[node]
	id = 1
	cluster = 1
	leader = 1
END
clocklinkd --config /tmp/a.conf &
daemon=$!
clocklinkctl wait --bound 10us --timeout 10s
index=$(clocklinkctl --json instance | sed -n 's/.*"phc-index": *\([0-9]*\).*/\1/p')
/t/read /dev/clocklink0 "$1" "/dev/ptp$index"
kill "$daemon"
