#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes that lie: small clusters and one large one of make bench-byzantine.

usage: BUILD/unit/test_byzantine (a link to this file)

Prints TAP, exit status 1 if a case fails.
"""

import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "vtime"))
# From the directory above.
from lab import BUILD, Report  # noqa: E402

SEED = 11
SEEDS = 3
# Judges that had just learnt what is usual, of few exchanges that were alike.
FIXED = (6, 998)
# What honest clocks may be moved by, ns: three floors of that network.
SHIFT_NS = 3000


def run(seed, part):
    """Rows of a part."""
    done = subprocess.run([BUILD / "byzantine", str(seed), str(SEEDS), part],
                          stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def check_leader(report, name, row):
    """A leader that lies is deposed, an honest one is not."""
    if row["leader"]:
        report.check(f"{name}: the liar is deposed within 3 rounds",
                     row["deposed"] == row["runs"]
                     and row["deposed_rounds_max"] <= 3, row)
    else:
        report.check(f"{name}: the leader stays", row["deposed"] == 0, row)


def check_honest(report, name, row):
    """Honest nodes are not isolated, nor led astray."""
    report.check(f"{name}: no honest node is isolated",
                 row["false_isolations"] == 0, row)
    report.check(f"{name}: honest clocks stay",
                 row["shift_max_ns"] < SHIFT_NS, row)


def check_small(report):
    """Three nodes notice one liar, from four on it is outvoted."""
    for row in run(SEED, "small"):
        name = f"{row['nodes']} nodes, {row['attack']}"
        check_leader(report, name, row)
        check_honest(report, name, row)
        if row["nodes"] > 3:
            report.check(f"{name}: no bound is widened", row["widened"] == 0,
                         row)
            if row["attack"] == "5-queues":
                report.check(f"{name}: it is isolated within 3 rounds",
                             row["within_3"] == row["liars"], row)
            continue
        report.check(f"{name}: nobody is isolated", row["isolated"] == 0, row)
        report.check(f"{name}: a wider bound covers the truth",
                     row["missed"] == 0
                     and (row["widened"] > 0 or row["powerless"] > 0), row)


def check_fixed(report):
    """Clusters in which an honest node was isolated."""
    for seed in FIXED:
        for row in run(seed, "small"):
            report.check(f"seed {seed}, {row['nodes']} nodes, {row['attack']}: "
                         "no honest node is isolated",
                         row["false_isolations"] == 0, row)


def check_large(report):
    """15 liars among 50."""
    for row in run(SEED, "lan"):
        name = f"{row['nodes']} nodes, {row['attack']}"
        check_honest(report, name, row)
        if row["attack"] != "leader-0.8-floors":
            check_leader(report, name, row)
        if row["attack"] in ("5-queues", "100-queues", "two-faced"):
            report.check(f"{name}: they are isolated within 3 rounds",
                         row["within_3"] == row["liars"], row)
        elif row["attack"] in ("random", "intermittent"):
            report.check(f"{name}: they are isolated within 30 rounds",
                         row["within_30"] == row["liars"], row)
        elif row["attack"] in ("adaptive-11", "adaptive-101"):
            report.check(f"{name}: they are isolated",
                         row["isolated"] == row["liars"], row)
        elif row["attack"] == "adaptive-pulses":
            report.check(f"{name}: they have no say",
                         row["powerless"] == row["liars"], row)


def main():
    """The test."""
    report = Report()
    first = run(SEED, "small")
    report.check("a run repeats", run(SEED, "small") == first)
    report.check("another seed gives another run",
                 run(SEED + SEEDS, "small") != first)
    check_small(report)
    check_fixed(report)
    check_large(report)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
