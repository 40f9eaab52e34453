# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Sourced by the programs that use hardware stamps, after init: the node's card, hw0, takes the
# place of eth0, on which it stands.
insmod /modules/nic_virtual.ko
ip addr flush dev eth0
# shellcheck disable=SC2154 # init has set the address
ip addr add "$address/24" broadcast 10.0.0.255 dev hw0
ip link set hw0 up
