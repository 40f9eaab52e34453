#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Do coded probe pairs help? An experiment: the estimator of the product, fed single
exchanges as it is, beside pairs at the same number of packets.

usage: pairs.py BUILD

Environment: SEED, first seed; SEEDS, how many.  Each peer is the best of its gaps
and tolerances by the mean error over these very seeds, which flatters it:
pairs-kept: pairs whose gap changed by no more than a tolerance, both exchanges or
the earlier; pairs-all: all pairs; short: single exchanges whose round trip exceeds
the shortest by no more than a tolerance.
"""

import json
import subprocess
import sys

from bench import Bench, arguments

# How many, unless the environment says.
SEEDS = 10


def way_of(row):
    """To whom a row of figures belongs; None: to the product as it is."""
    if row["tolerance_ns"] is None:
        return None if row["packets"] == 1 else "pairs-all"
    return "short" if row["packets"] == 1 else "pairs-kept"


def best_of(rows):
    """Of each way the row with the smallest mean, if it has one at all."""
    best = {}
    for row in rows:
        way = way_of(row)
        known = best.get(way)
        if known is None or known["mean"] is None or (
                row["mean"] is not None and row["mean"] < known["mean"]):
            best[way] = row
    return best


def print_case(bench, rows, seeds):
    """Lines of a case with one noise of the stamps."""
    best = best_of(rows)
    ours = best.pop(None)
    noise = f"{ours['noise_ns']} ns" if ours["noise_ns"] else "none"
    kept = best["pairs-kept"]
    for figure in ("mean", "p99"):
        bench.line(f"{ours['case']}:noise-{ours['noise_ns']}:abs_error_{figure}",
                   "ns", ours[figure],
                   {way: row[figure] for way, row in best.items()}, None,
                   f"{ours['case']}, noise of a stamp {noise}, 10 exchanges/s, "
                   f"seeds {seeds[0]} to {seeds[-1]}, simulated queues",
                   ours["n"], kept=kept["kept"], gap_ns=kept["gap_ns"],
                   tolerance_ns=kept["tolerance_ns"], earlier=kept["earlier"])


def main():
    """The benchmark."""
    build, seeds = arguments(__doc__, SEEDS)
    done = subprocess.run([build / "pairs", str(seeds[0]), str(len(seeds))],
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"pairs: failed, status {done.returncode}")
    cases = {}
    for row in map(json.loads, done.stdout.splitlines()):
        cases.setdefault((row["case"], row["noise_ns"]), []).append(row)
    bench = Bench("pairs", build)
    for rows in cases.values():
        print_case(bench, rows, seeds)


if __name__ == "__main__":
    main()
