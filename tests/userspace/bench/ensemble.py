#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Is cluster time steadier than the oscillators of the voters? Simulated.

usage: ensemble.py BUILD

Environment: SEED, first seed; SEEDS, how many.  Measurements have errors of a given
size and persistence, or are those of the product's estimators (lines "estimators:").
The peer of the Allan deviation is the median oscillator of the voters.  Events and
lies are compared with the same run without.
"""

import json
import subprocess
import sys

from bench import Bench, arguments

# How many, unless the environment says; estimators take longer.
SEEDS = 20
ESTIMATOR_SEEDS = 5
VOTERS = (5, 9)
TAUS = (1, 10, 100, 1000, 10000)
# Median oscillator / cluster time at 10, 100, 1000 s.
GOALS = {
    ("lan", 5, "equal"): (0.7, 1.4, 2.0),
    ("lan", 9, "equal"): (0.75, 1.6, 2.6),
    ("lan-fine", 9, "equal"): (0.8, 2.0, 2.6),
    ("lan", 5, "good-leader"): (1.5, 2.0, 2.4),
    ("wan", 5, "equal"): (0.85, 0.85, 1.4),
    ("wan", 9, "equal"): (0.85, 0.85, 1.4),
    ("wan-fine", 5, "equal"): (0.85, 0.85, 1.4),
    ("wan-fine", 9, "equal"): (0.85, 0.85, 1.4),
}
# After ten hours, from the mean of oscillators that are equally good.
AWAY_US = 1000
EVENT_GOALS_NS = {"join": 100, "leave": 1000}


def rows_of(build, seeds, part, net, voters):
    """What the program prints."""
    done = subprocess.run(
        [build / "ensemble", part, net, str(voters), str(seeds[0]), str(len(seeds))],
        stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"ensemble: failed, status {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def steady(bench, build, seeds, part, net, voters):
    """Lines of runs in which nothing happens."""
    for row in rows_of(build, seeds, part, net, voters):
        name = f"{net}:{voters}:{row['case']}"
        if row["part"] == "estimators":
            name = f"estimators:{name}"
        if row["step_s"] != 1:
            name += f":step-{row['step_s']}s"
        text = (f"{net}, {voters} voters, oscillators {row['case']}, a step each "
                f"{row['step_s']} s, 10 h, seeds {seeds[0]} to {seeds[-1]}, simulated")
        goals = GOALS.get((net, voters, row["case"]))
        for i, tau in enumerate(TAUS):
            goal = ("ratio", goals[i - 1]) if goals and 0 < i < 4 else None
            bench.line(f"{name}:adev_{tau}s", "ppb", row["adev_ppb"][i],
                       {"median oscillator": row["median_ppb"][i]}, goal, text,
                       len(seeds), measurement_rms_ns=row["rms_ns"],
                       measurement_told_ns=row["told_ns"])
        equal = row["case"] == "equal" and part == "steady"
        bench.line(f"{name}:away_10h", "us", row["away_us"], {},
                   ("value", AWAY_US) if equal else None, text, len(seeds))


def disturbed(bench, build, seeds, part, net, voters):
    """Lines of events or lies."""
    for row in rows_of(build, seeds, part, net, voters):
        name = f"{net}:{voters}:{row['event']}"
        text = (f"{net}, {voters} voters, {row['event']} after 3 h, against the same run "
                f"without, mean of seeds {seeds[0]} to {seeds[-1]}, simulated")
        for metric in ("in_100s_ns", "in_1000s_ns", "end_ns", "freq_ppb"):
            goal = EVENT_GOALS_NS.get(row["event"]) if metric == "in_100s_ns" else None
            figure, unit = metric.rsplit("_", 1)
            bench.line(f"{name}:{figure}", unit, row[metric], {},
                       goal and ("value", goal), text, len(seeds),
                       worst=row[f"{metric}_worst"])


def main():
    """The benchmark."""
    build, seeds = arguments(__doc__, SEEDS)
    bench = Bench("ensemble", build)
    few = seeds[:ESTIMATOR_SEEDS]
    for voters in VOTERS:
        for net in ("lan", "lan-fine", "wan", "wan-fine"):
            steady(bench, build, seeds, "steady", net, voters)
            if net != "lan-fine":
                steady(bench, build, few, "estimators", net, voters)
        for net in ("lan", "wan"):
            steady(bench, build, seeds, "slow", net, voters)
            disturbed(bench, build, seeds, "events", net, voters)
            disturbed(bench, build, seeds, "liars", net, voters)


if __name__ == "__main__":
    main()
