# SPDX-License-Identifier: GPL-2.0-or-later
"""Many runs of a simulator that breaks no rule, or says which seed does."""

import concurrent.futures
import json
import os
import subprocess
import sys


def run(program, arguments, first, runs):
    """Figures, each a JSON object, and lines of broken rules."""
    done = subprocess.run([program, "-s", str(first), "-n", str(runs), *arguments],
                          text=True, check=False, stdout=subprocess.PIPE)
    if done.returncode not in (0, 1):
        sys.exit(f"{program.name}: seeds from {first} on: status {done.returncode}")
    lines = done.stdout.splitlines()
    return ([json.loads(line) for line in lines if line.startswith("{")],
            [line for line in lines if not line.startswith("{")])


def figures(program, seeds, runs, arguments=()):
    """Yields the figures of all seeds, in no order; runs: of one process. Broken rules go
    to standard error as they come."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = [pool.submit(run, program, arguments, first, min(runs, seeds.stop - first))
                 for first in range(seeds.start, seeds.stop, runs)]
        for part in concurrent.futures.as_completed(parts):
            rows, lines = part.result()
            print(*lines, sep="\n", end="\n" if lines else "", file=sys.stderr,
                  flush=True)
            yield from rows


def add(sums, row):
    """Adds some of a row's figures to the sums: those of the same names."""
    for name in sums:
        sums[name] += row[name]


def add_actions(actions, row):
    """Adds up what happened, by name."""
    for name, count in row["actions"].items():
        actions[name] = actions.get(name, 0) + count
