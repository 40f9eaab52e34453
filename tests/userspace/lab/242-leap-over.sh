# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# An order announces a leap second and nobody takes it back: a second after it the module
# itself has the new TAI - UTC, and none is ahead.
# vm: -i $release -f $build/lab/nl-raw
. /t/lib.sh

# numbers of uapi/linux/clocklink.h
STEER=13 NONE=0 INSERT=1 DELETE=2
# 2026-12-31 23:59:58 UTC, 37 s behind TAI
before=$(((1798761598 + 37) * 1000000000))

# value COMMAND NAME: the first number with this name in what COMMAND says
value() {
	clocklinkctl --json "$1" | sed -n "s/.*\"$2\": *\([0-9]*\).*/\1/p" | head -n 1
}

# order LEAP: to lead, from that time on, for 100 s
order() {
	_raw=$(value clock raw_ns)
	nl-raw $STEER 2=u32:1 3=u32:1 4=u32:1 5=u64:100000000000 6=u64:100000000 \
		7=u32:"$(value instance gen)" 8=u64:"$_raw" 9=u64:$before 10=u64:0 11=u64:1000 12=u64:1000 \
		13=u64:1000 14=u32:37 15=u32:"$1"
}

# told NAME TAI LEAP: what is published
told() {
	clocklinkctl --json clock > /tmp/clock
	check "$1: TAI - UTC is $2 s" grep -q "\"tai_offset_s\": *$2," /tmp/clock
	check "$1: leap second: $3" grep -q "\"leap\": *\"$3\"" /tmp/clock
}

# passes LEAP NAME AFTER
passes() {
	check "instance" clocklinkctl instance add node=1 cluster=7 leader=1
	check "$2: announced" order "$1"
	told "$2, before" 37 "$2"
	sleep 5
	told "$2, after" "$3" none
	clocklinkctl instance del
}

insmod /mods/clocklink.ko
passes $INSERT insert 38
passes $DELETE delete 36
check "instance" clocklinkctl instance add node=1 cluster=7 leader=1
check "none: announced" order $NONE
sleep 5
told "none" 37 none
finish
