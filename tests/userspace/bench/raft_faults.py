#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Raft under random fault schedules, in virtual time (agent/sim).

usage: raft_faults.py BUILD

Environment: SEED, first seed; SEEDS, how many schedules. No invariant may be broken;
the seeds that break one are printed to standard error and replay with
build/cluster-sim -s SEED -v.
"""

import campaign
from bench import Bench, arguments

# How many, unless the environment says.
SEEDS = 10000
# Of one process.
RUNS = 250
SUMS = ("runs", "failed", "virtual_s", "events", "messages", "lost", "elections",
        "committed", "answered", "changes", "snapshots")


def main():
    """The benchmark."""
    build, seeds = arguments(__doc__, SEEDS)
    bench = Bench("raft-faults", build)
    sums, actions = dict.fromkeys(SUMS, 0), {}
    for row in campaign.figures(build / "cluster-sim", seeds, RUNS):
        campaign.add(sums, row)
        campaign.add_actions(actions, row)
    conditions = (f"clusters of 1 to 9 voters, 10 to 30 s of random faults each, "
                  f"seeds {seeds.start} to {seeds.stop - 1}, simulator")
    failed = sums.pop("failed")
    bench.line("broken", "schedules", failed, {}, ("value", 0), conditions,
               sums["runs"], **sums, actions=actions)


if __name__ == "__main__":
    main()
