#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole agents under random fault schedules, in virtual time (agent/sim/agents).

usage: agent_faults.py BUILD

Environment: SEED, first seed; SEEDS, how many schedules. No rule may be broken; the
seeds that break one are printed to standard error and replay with
build/agent-sim -s SEED -v faults.
"""

import campaign
from bench import Bench, arguments

# How many, unless the environment says.
SEEDS = 10000
# Of one process.
RUNS = 50
SUMS = ("virtual_s", "events", "changes", "begun", "restarts", "strangers")


def main():
    """The benchmark."""
    build, seeds = arguments(__doc__, SEEDS)
    bench = Bench("agent-faults", build)
    sums, actions, runs, failed = dict.fromkeys(SUMS, 0), {}, 0, 0
    for row in campaign.figures(build / "agent-sim", seeds, RUNS, ["faults"]):
        runs += 1
        failed += row["broken"] is not None
        campaign.add(sums, row)
        campaign.add_actions(actions, row)
    conditions = (f"5 nodes in the beginning, 10 to 30 s of random faults each, "
                  f"seeds {seeds.start} to {seeds.stop - 1}, simulator")
    bench.line("broken", "schedules", failed, {}, ("value", 0), conditions, runs,
               **sums, actions=actions)


if __name__ == "__main__":
    main()
