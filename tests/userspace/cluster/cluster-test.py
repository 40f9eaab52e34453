#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The simulator of clusters: that 200 random fault schedules break no invariant, that
a seed repeats, and that each invariant is found broken by a planted fault.

usage: BUILD/unit/test_cluster (a link to this file)

Prints TAP, exit status 1 if a case fails.
"""

import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "vtime"))
# From the directory above.
from lab import BUILD, Report  # noqa: E402

SIM, SANITIZED = BUILD / "cluster-sim", BUILD / "cluster-sim-sanitized"
RUNS = 200
# Each takes part of a second with the sanitizers.
SANITIZED_RUNS = 6
# A planted fault is found within so many runs.
FAULT_RUNS = 300
# Which invariant, checked alone, finds which planted fault.
FOUND = (("vote-twice", "election"), ("vote-twice", "vote"), ("vote-twice", "durable"),
         ("any-log", "complete"), ("any-log", "committed"), ("any-log", "state"),
         ("any-log", "acked"), ("no-lease", "lease"), ("clocks", "lease"), ("early-sync", "durable"),
         ("lost-vote", "vote"), ("lost-log", "complete"), ("amnesia", "vote"),
         ("amnesia", "durable"), ("corrupt", "matching"), ("corrupt", "state"),
         ("commit-ahead", "committed"), ("commit-ahead", "state"),
         ("members", "config"), ("early-answer", "acked"), ("skip", "state"),
         ("unhealed", "liveness"))
INVARIANTS = {"election", "matching", "complete", "state", "acked", "committed", "vote",
              "durable", "lease", "config", "liveness"}
LINE = re.compile(r"seed (\d+): (\S+) at (\d+\.\d{9}) s: ")


def run(program, *args):
    """Exit status, lines of output without the last, and that as figures."""
    done = subprocess.run([program, *map(str, args)], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = done.stdout.splitlines() or [""]
    try:
        figures = json.loads(lines[-1])
    except ValueError:
        return done.returncode, lines, None
    return done.returncode, lines[:-1], figures


def check_schedules(report):
    """No invariant is broken, and there was something that could have done it."""
    status, lines, figures = run(SIM, "-n", RUNS)
    report.check(f"{RUNS} schedules break nothing", status == 0 and not lines, *lines)
    idle = [name for name, count in figures["actions"].items() if not count]
    report.check("each kind of fault happened", figures["runs"] == RUNS and not idle,
                 idle)
    rare = [name for name in ("elections", "committed", "answered", "changes",
                              "snapshots", "failures", "lost")
            if figures[name] < RUNS]
    report.check("each run saw elections, changes, snapshots and losses", not rare, rare)
    status, lines, _ = run(SANITIZED, "-s", RUNS + 1, "-n", SANITIZED_RUNS)
    report.check(f"{SANITIZED_RUNS} more with the sanitizers", status == 0 and not lines,
                 *lines)


def check_repetition(report):
    """One seed, one run, to the last message."""
    first = run(SIM, "-s", 7, "-v")
    report.check("a run repeats", run(SIM, "-s", 7, "-v") == first and len(first[1]) > 1000)
    report.check("another seed gives another run", run(SIM, "-s", 8, "-v") != first)


def check_faults(report):
    """Each check finds what it is for, and the seed that is printed replays."""
    for fault, invariant in FOUND:
        args = "-f", fault, "-i", invariant, "-m", 1
        status, lines, _ = run(SIM, *args, "-n", FAULT_RUNS)
        match = LINE.match(lines[0]) if lines else None
        report.check(f"{invariant} finds {fault}",
                     status == 1 and match and match[2] == invariant, status, *lines)
        if match:
            again = run(SIM, *args, "-s", match[1])
            report.check(f"{invariant}, {fault}: the seed replays",
                         again[0] == 1 and again[1] == lines, *again[1])
    report.check("each invariant has such a fault",
                 {invariant for _, invariant in FOUND} == INVARIANTS)


def check_refusals(report):
    """What cannot be done is named."""
    for args, text in ((("-f", "none-such"), "none-such"), (("-i", "x"), "--invariant x"),
                       (("-n", "0"), "--runs 0"), (("-s", "-1"), "--seed -1"),
                       (("extra",), "extra"), (("-z",), "usage")):
        status, lines, _ = run(SIM, *args)
        report.check(f"{' '.join(args)} is refused",
                     status == 2 and text in "\n".join(lines), *lines)


def main():
    """The test."""
    report = Report()
    check_schedules(report)
    check_repetition(report)
    check_faults(report)
    check_refusals(report)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
