#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Evaluates a run of the virtual-time lab and checks what it expects.

usage: evaluate.py [--clock page|real] [--expect TEXT]... [--fault sign] RUNDIR

Prints one line of JSON: the figures over all followers from the warm-up on
(violations, holdover and states from the start on), per node, and the
expectations of the scenario with the values found.  Documentation/lab.rst
explains the figures and the language of expectations.  --clock says which clock
is judged, the default is the page if there is one; --expect replaces what the
run expects.  --fault sign adds the leader's deviation where it has to be
subtracted; tests use it to see that expectations can fail.

Exit status: 0 all expectations hold, 1 one does not, 2 wrong use or a run that
cannot be evaluated.
"""

import argparse
import json
import operator
import re
import sys

from figures import LEADER, UNITS, Figures, parse_metric, parse_value
from rundir import Run, RunError

OPERATORS = {"<": operator.lt, ">": operator.gt}
SUMMARY = tuple(name for name in UNITS if name != "converge")
PER_NODE = ("abs_error_mean", "abs_error_rms", "abs_error_p99",
            "abs_error_max", "error_mean", "bound_median", "bound_max",
            "violations", "violations_hard", "synced_share")


class Expectation:
    """One line "METRIC < VALUE [from T] [to T] [nodes A-B]"."""

    def __init__(self, text, run):
        """Parses it for a run; raises ValueError."""
        self.text = text
        words = text.split()
        if len(words) < 3 or len(words) % 2 == 0:
            raise ValueError("METRIC < VALUE [from T] [to T] [nodes A-B] "
                             "expected")
        self.metric, sign, value = words[:3]
        name, _ = parse_metric(self.metric)
        if sign not in OPERATORS:
            raise ValueError(f"{sign}: {' or '.join(OPERATORS)} expected")
        self.holds = OPERATORS[sign]
        self.value = parse_value(value, UNITS[name])
        self.where = {}
        for key, value in zip(words[3::2], words[4::2]):
            if key == "from":
                self.where["start_s"] = parse_value(value, "s")
            elif key == "to":
                self.where["end_s"] = parse_value(value, "s")
            elif key == "nodes":
                self.where["nodes"] = parse_nodes(value, run.nodes)
            else:
                raise ValueError(f"{key}: from, to or nodes expected")

    def check(self, figures):
        """What was found: {"text", "value", "ok"}."""
        value = figures.value(self.metric, **self.where)
        return {"text": self.text, "value": tidy(value),
                "ok": value is not None and self.holds(value, self.value)}


def parse_nodes(text, nodes):
    """The followers that "3", "1-3" or "*" name."""
    if text == "*":
        return list(range(1, nodes))
    match = re.match(r"(\d+)(?:-(\d+))?$", text)
    if not match:
        raise ValueError(f"{text}: a node, A-B or * expected")
    first, last = int(match[1]), int(match[2] or match[1])
    if not LEADER < first <= last < nodes:
        raise ValueError(f"{text}: followers are 1 to {nodes - 1}")
    return list(range(first, last + 1))


def tidy(value):
    """A figure with the digits that mean something."""
    if isinstance(value, float):
        return round(value, 1 if abs(value) >= 10 else 4)
    return value


def evaluate(run, clock=None, fault=None, expect=None):
    """All about a run as a dictionary; expect replaces the run's lines.

    Raises RunError if an expectation cannot be understood.
    """
    figures = Figures(run, clock, wrong_sign=fault == "sign")
    checks = []
    for text in run.info["expect"] if expect is None else expect:
        try:
            checks.append(Expectation(text, run).check(figures))
        except ValueError as error:
            raise RunError(f"{run.directory}: expect {text}: {error}") from None
    info = run.info
    return {
        "scenario": info["scenario"], "program": info["program"],
        "seed": info["seed"], "clock": figures.clock,
        "window_s": [info["warmup_s"], info["duration_s"]],
        **{name: tidy(figures.value(name)) for name in SUMMARY},
        "digest": info["digest"],
        "node": {str(n): {name: tidy(figures.value(name, nodes=[n]))
                          for name in PER_NODE}
                 for n in range(1, run.nodes)},
        "states": {str(n): figures.states(n) for n in range(run.nodes)},
        "expect": checks,
        "failed": sum(not check["ok"] for check in checks),
    }


def main():
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("rundir")
    parser.add_argument("--clock", choices=("page", "real"))
    parser.add_argument("--expect", action="append", metavar="TEXT")
    parser.add_argument("--fault", choices=("sign",))
    args = parser.parse_args()
    try:
        result = evaluate(Run(args.rundir), args.clock, args.fault, args.expect)
    except RunError as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 2
    print(json.dumps(result))
    return 1 if result["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
