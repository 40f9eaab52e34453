#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole agents under random fault schedules, in virtual time (agent/sim/agents).

usage: agent_faults.py BUILD

Environment: SEED, first seed; SEEDS, how many schedules. No rule may be broken; the
seeds that break one are printed to standard error and replay with
build/agent-sim -s SEED -v faults.
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
RUNS = 50
SUMS = ("virtual_s", "events", "changes", "begun", "restarts")


def run(program, first, runs):
    """Figures of each run, and lines of broken rules."""
    done = subprocess.run([program, "-s", str(first), "-n", str(runs), "faults"], text=True,
                          check=False, stdout=subprocess.PIPE)
    if done.returncode not in (0, 1):
        sys.exit(f"agent-sim: seeds from {first} on: status {done.returncode}")
    lines = done.stdout.splitlines()
    return ([json.loads(line) for line in lines if line.startswith("{")],
            [line for line in lines if not line.startswith("{")])


def main():
    """The benchmark."""
    build, seeds = arguments(__doc__, SEEDS)
    bench = Bench("agent-faults", build)
    program = build / "agent-sim"
    sums, actions, runs, failed = dict.fromkeys(SUMS, 0), {}, 0, 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = [pool.submit(run, program, first, min(RUNS, seeds.stop - first))
                 for first in range(seeds.start, seeds.stop, RUNS)]
        for part in concurrent.futures.as_completed(parts):
            figures, lines = part.result()
            print(*lines, sep="\n", end="\n" if lines else "", file=sys.stderr,
                  flush=True)
            runs += len(figures)
            failed += sum(row["broken"] is not None for row in figures)
            for row in figures:
                for name in SUMS:
                    sums[name] += row[name]
                for name, count in row["actions"].items():
                    actions[name] = actions.get(name, 0) + count
    conditions = (f"5 nodes in the beginning, 10 to 30 s of random faults each, "
                  f"seeds {seeds.start} to {seeds.stop - 1}, simulator")
    bench.line("broken", "schedules", failed, {}, ("value", 0), conditions, runs,
               **sums, actions=actions)


if __name__ == "__main__":
    main()
