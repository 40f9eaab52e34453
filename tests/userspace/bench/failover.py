#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The leader fails: how long nobody is led, and what clocks suffer.  Whole agents with
the module's estimators in virtual time; disks take 5 ms and stall for 100 ms when it
happens.  The lines named "lab" are of kernels and daemons in the virtual-time lab.

usage: failover.py BUILD

Environment: SEED, first seed; SEEDS, how many.
"""

import json
import subprocess
import sys

from bench import Bench, arguments
from failover_lab import print_lab

# How many, unless the environment says; with six failovers each.
SEEDS = 5
FAILOVERS_S = 450
KINDS = {"crash": "its power fails", "cut": "it is cut off", "pause": "it is paused"}
# Goals: median and longest time without a leader, ms; of a WAN there are none.
GOALS = {"lan": (350, 600), "wan": (None, None)}


def trial(build, network, kind, seeds):
    """Figures of some runs."""
    done = subprocess.run(
        [build / "agent-sim", "-s", str(seeds[0]), "-n", str(len(seeds)), "-N", "5", "-w",
         network, "-k", kind, "-t", f"{FAILOVERS_S}s", "failover"],
        stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"agent-sim {network} {kind}: status {done.returncode}\n{done.stdout}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def goal(value):
    """As a line of the benchmark has it."""
    return ("value", value) if value is not None else None


def print_simulator(bench, build, seeds):
    """Lines of the simulator."""
    for network, (median, longest) in GOALS.items():
        for kind, told in KINDS.items():
            rows = trial(build, network, kind, seeds)
            times = sorted(ns for row in rows for ns in row["leaderless_ns"])
            extra = [ns for row in rows for ns in row["extra_error_ns"]]
            conditions = (f"{network}, 5 voters, leader fails for 5 s: {told}; disks 5 ms, "
                          f"stalls of 100 ms, simulator, seeds {seeds[0]} to {seeds[-1]}")
            name = f"{network}:{kind}"
            bench.line(f"{name}:leaderless_time_median", "ms",
                       times[len(times) // 2] / 1e6, {}, goal(median), conditions, len(times))
            bench.line(f"{name}:leaderless_time_max", "ms", times[-1] / 1e6, {},
                       goal(longest), conditions, len(times))
            bench.line(f"{name}:max_step", "ns", max(row["step_max_ns"] for row in rows), {},
                       goal(0), conditions, len(times))
            bench.line(f"{name}:extra_error", "ns", max(extra), {},
                       goal(1000) if network == "lan" else None, conditions, len(extra),
                       median=sorted(extra)[len(extra) // 2])


def main():
    """The benchmark."""
    build, seeds = arguments(__doc__, SEEDS)
    bench = Bench("failover", build)
    print_simulator(bench, build, seeds)
    print_lab(bench, build, seeds, GOALS)


if __name__ == "__main__":
    main()
