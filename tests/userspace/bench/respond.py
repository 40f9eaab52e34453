#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Instructions that an answer takes: module against epoll process.

usage: respond.py BUILD

One requester asks each responder in turn, on a network of two namespaces.  The
turnaround t3 - t2 is taken from the stamps of the exchanges as the requester
gets them; the virtual machine counts instructions, 1 ns each.
"""

import json
import math
import pathlib
import sys

from bench import Bench, run_vm

# Warming up: caches of routes and neighbours, first pages of the process.
SKIP = 20
RESPONDERS = ("kernel", "epoll", "epoll_fifo")
CONDITIONS = ("VM, stock 6.1, 1 CPU, -icount (1 ns is one instruction), veth, "
              "1 ms on the way to the responder, exchange every 10 ms, tags "
              "off, same codec and session; epoll: SO_TIMESTAMPING, "
              "interleaved; epoll_fifo: with SCHED_FIFO and locked memory")


def turnarounds(lines):
    """t3 - t2 of every exchange by responder."""
    found = {name: [] for name in RESPONDERS}
    current = None
    for line in lines:
        if line.startswith("responder "):
            current = line.split()[1]
        elif line.startswith("{"):
            sample = json.loads(line)
            found[current].append(sample["in_tx_ns"] - sample["out_rx_ns"])
    return {name: sorted(values[SKIP:]) for name, values in found.items()}


def quantile(ordered, share):
    """The smallest value that at least this share does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def main():
    build = pathlib.Path(sys.argv[1])
    found = turnarounds(run_vm(build, "respond-guest.sh",
                               ["bench/respond-epoll"]))
    for name, values in found.items():
        if len(values) < 500:
            sys.exit(f"respond.py: {name}: only {len(values)} exchanges")
    bench = Bench("respond", build)
    for figure, share in (("median", 0.5), ("p99", 0.99)):
        values = {name: quantile(found[name], share) for name in RESPONDERS}
        bench.line(f"turnaround_{figure}", "instructions", values["kernel"],
                   {name: values[name] for name in RESPONDERS[1:]},
                   ("ratio", 2), CONDITIONS, len(found["kernel"]))


if __name__ == "__main__":
    main()
