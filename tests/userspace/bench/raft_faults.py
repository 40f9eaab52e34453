#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Raft under random fault schedules, in virtual time (agent/sim).

usage: raft_faults.py BUILD

Environment: SEED, first seed; SEEDS, how many schedules. No invariant may be broken;
the seeds that break one are printed to standard error and replay with
build/cluster-sim -s SEED -v.
"""

import concurrent.futures
import json
import os
import subprocess
import sys

from bench import Bench, arguments

# How many, unless the environment says.
SEEDS = 10000
# Of one process.
RUNS = 250


def run(program, first, runs):
    """Lines of broken invariants, and the counts."""
    done = subprocess.run([program, "-s", str(first), "-n", str(runs)], text=True,
                          check=False, stdout=subprocess.PIPE)
    if done.returncode not in (0, 1):
        sys.exit(f"cluster-sim: seeds from {first} on: status {done.returncode}")
    *lines, last = done.stdout.splitlines()
    return lines, json.loads(last)


def main():
    """The benchmark."""
    build, seeds = arguments(__doc__, SEEDS)
    bench = Bench("raft-faults", build)
    program = build / "cluster-sim"
    sums, actions = {}, {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = [pool.submit(run, program, first, min(RUNS, seeds.stop - first))
                 for first in range(seeds.start, seeds.stop, RUNS)]
        for part in concurrent.futures.as_completed(parts):
            lines, figures = part.result()
            print(*lines, sep="\n", end="\n" if lines else "", file=sys.stderr,
                  flush=True)
            for name in ("runs", "failed", "virtual_s", "events", "messages", "lost",
                         "elections", "committed", "answered", "changes", "snapshots"):
                sums[name] = sums.get(name, 0) + figures[name]
            for name, count in figures["actions"].items():
                actions[name] = actions.get(name, 0) + count
    conditions = (f"clusters of 1 to 9 voters, 10 to 30 s of random faults each, "
                  f"seeds {seeds.start} to {seeds.stop - 1}, simulator")
    failed = sums.pop("failed")
    bench.line("broken", "schedules", failed, {}, ("value", 0), conditions,
               sums["runs"], **sums, actions=actions)


if __name__ == "__main__":
    main()
