#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The simulator of whole agents: that its clocks are as good as those of the other
simulator, that clusters of all sizes stay right when nodes lie, fail, come and go, and
that each rule is found broken by a planted fault.

usage: BUILD/unit/test_agents (a link to this file)

Prints TAP, exit status 1 if a case fails.
"""

import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "vtime"), str(HERE.parent / "sim")]
# From the directories above.
from lab import BUILD, Report  # noqa: E402
from simulator import LAB_SCENARIOS, Simulator  # noqa: E402

SIM = BUILD / "agent-sim"
SIZES = (2, 3, 4, 5, 7, 50)
LIES = ("constant", "two-faced", "random", "now-and-then", "drift", "line")
# Which planted fault breaks which rule, in which trial.
FOUND = (("back", "monotonic", "calm"), ("step", "step", "calm"),
         ("small-bound", "bound", "calm"), ("usurper", "leader", "calm"),
         ("upstart", "begin", "calm"),
         ("unknown-liar", "isolated", "attack"), ("unhealed", "live", "minority"))
RULES = {"monotonic", "step", "bound", "leader", "begin", "isolated", "live"}
LINE = re.compile(r"seed (\d+): (\S+) at \d+\.\d{9} s: ")
# Schedules of faults, and seeds that have broken a rule.
SCHEDULES = 200
FIXED = (206, 239, 258, 270, 284, 1734, 1771, 3535, 4307, 4688, 5137, 5146,
         5609, 7180, 7240, 8321, 8980, 9109, 9609, 30189, 30297, 30652, 32424,
         35496, 36230, 50462, 83894, 84592, 87812, 87983)
# Both simulators: a star, no peers; the mean of so many seeds.
STAR = 13
STAR_SEEDS = range(1, 9)
STAR_S = 150


def run(*args):
    """Exit status, figures of each run, and other lines."""
    done = subprocess.run([SIM, *map(str, args)], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    figures, other = [], []
    for line in done.stdout.splitlines():
        try:
            figures.append(json.loads(line))
        except ValueError:
            other.append(line)
    return done.returncode, figures, other


def check_star(report):
    """As good as the other simulator, in the same network."""
    other = Simulator(BUILD)
    extra = f"nodes {STAR}", f"duration {STAR_S}s", "warmup 21s"
    ours = theirs = 0.0
    for seed in STAR_SEEDS:
        status, figures, lines = run("-s", seed, "-N", STAR, "-t", f"{STAR_S - 21}s",
                                     "named")
        report.check(f"seed {seed} runs", status == 0, *lines)
        ours += figures[0]["error_rms_ns"] ** 2 / len(STAR_SEEDS)
        found = other.run(LAB_SCENARIOS / "lan.scenario", seed, extra)
        theirs += found["abs_error_rms"] ** 2 / len(STAR_SEEDS)
    ratio = (ours / theirs) ** 0.5
    report.check("errors are those of the other simulator within 10 %",
                 0.9 < ratio < 1.1, f"{ours ** 0.5}, {theirs ** 0.5} ns")


def check_repetition(report):
    """One seed, one run."""
    args = "-N", 4, "-t", "5s", "-v", "attack"
    first = run("-s", 7, *args)
    report.check("a run repeats", run("-s", 7, *args) == first and len(first[2]) > 10)
    report.check("another seed gives another run", run("-s", 8, *args) != first)


def check_calm(report):
    """Of two nodes nobody verifies the other; all others are synced."""
    for nodes in SIZES:
        status, (found,), lines = run("-N", nodes, "-t", "10s", "calm")
        report.check(f"{nodes} nodes keep time", status == 0 and not found["unusable"]
                     and found["error_max_ns"] < 1000, found, *lines)
        verified = found["readings"] - found["unverified"]
        report.check(f"{nodes} nodes: verified or not",
                     verified == (0 if nodes == 2 else found["readings"]), found)


def check_liars(report):
    """From four nodes on a liar is isolated; nobody else ever is."""
    for nodes in (4, 5, 7):
        for lie in LIES:
            status, (found,), lines = run("-N", nodes, "-a", lie, "-z", "1ms", "-t", "10s",
                                          "attack")
            report.check(f"{nodes} nodes, {lie}: isolated",
                         status == 0 and found["isolated"] == 1
                         and found["shift_max_ns"] < 1000, found, *lines)
    for lie in ("constant", "two-faced", "random", "now-and-then"):
        _, figures, lines = run("-n", 3, "-N", 10, "-a", lie, "-z", "50us", "-t", "4s", "attack")
        report.check(f"{lie} lies of five queueing delays: isolated within 30 rounds",
                     [row["within_30"] for row in figures] == [1, 1, 1], *figures, *lines)
    for size in ("5us", "20us"):
        _, figures, lines = run("-n", 3, "-N", 5, "-z", size, "-t", "20s", "attack")
        report.check(f"a voter that lies by {size} does not pull a young ensemble",
                     all(row["pull_ppb"] < 20 for row in figures), *figures, *lines)
    for nodes in (2, 3):
        status, (found,), lines = run("-N", nodes, "-z", "1ms", "-t", "10s", "attack")
        report.check(f"{nodes} nodes: nobody is isolated",
                     status == 0 and not found["isolated"], found, *lines)
    for nodes in (4, 5, 7):
        status, (found,), lines = run("-N", nodes, "-z", "1ms", "-L", "-t", "10s", "attack")
        report.check(f"{nodes} nodes: a leader that lies is deposed",
                     status == 0 and 0 < found["deposed_rounds"] <= 3
                     and found["isolated"] == 1, found, *lines)
    status, figures, lines = run("-n", 6, "-N", 10, "-l", 3, "-z", "50us", "-L", "-t", "1500ms",
                                 "attack")
    report.check("a leader and others lie by five queueing delays: it is deposed in 3 rounds",
                 status == 0 and all(0 < row["deposed_rounds"] <= 3 for row in figures),
                 *figures, *lines)


def check_changes(report):
    """Leaders fail, parts are cut off, nodes come and go."""
    for args in (("-k", "crash", "-t", "1s", "failover"), ("-t", "20s", "minority"),
                 ("-t", "20s", "join")):
        status, _, lines = run("-N", 5, *args)
        report.check(f"{args[-1]} {args[1]}", status == 0, *lines)


def check_faults(report):
    """Each check finds what it is for, and the seed that is printed replays."""
    for fault, rule, trial in FOUND:
        args = "-N", 5, "-t", "3s", "-z", "1ms", "-f", fault, trial
        status, _, lines = run(*args)
        match = LINE.match(lines[0]) if lines else None
        report.check(f"{rule} finds {fault}", status == 1 and match and match[2] == rule,
                     status, *lines)
        if match:
            again = run("-s", match[1], *args)
            report.check(f"{rule}, {fault}: the seed replays", again[2] == lines, *again[2])
    report.check("each rule has such a fault", {rule for _, rule, _ in FOUND} == RULES)


def check_schedules(report):
    """Random faults break nothing, and all kinds of them happened."""
    _, figures, lines = run("-n", SCHEDULES, "faults")
    report.check(f"{SCHEDULES} schedules ran", len(figures) == SCHEDULES)
    report.check("no rule was broken", not lines, *lines)
    done = {kind for row in figures for kind, count in row["actions"].items() if count}
    idle = {kind for row in figures for kind in row["actions"]} - done
    report.check("each kind of fault happened", idle == {"others", "rate", "distrust"}, idle)
    for seed in FIXED:
        status, _, lines = run("-s", seed, "faults")
        report.check(f"seed {seed}: no rule was broken", status == 0, *lines)


def check_restart(report):
    """All daemons are started again: the modules' time goes on."""
    for args in (("-N", 3), ("-N", 5), ("-N", 10), ("-w", "wan")):
        status, (found,), lines = run(*args, "-t", "3s", "restart")
        report.check(f"restart, {' '.join(map(str, args))}: the time goes on",
                     status == 0 and not found["begun"] and not found["unusable"], found,
                     *lines)


def check_refusals(report):
    """What cannot be done is named."""
    for args, text in ((("-f", "none-such", "calm"), "none-such"), (("storm",), "storm"),
                       (("-N", "0", "calm"), "--nodes 0"), ((), "one trial"),
                       (("-N", "3", "-V", "4", "calm"), "--voters 4"), (("-z",), "usage")):
        status, _, lines = run(*args)
        report.check(f"{' '.join(args)} is refused",
                     status == 2 and text in "\n".join(lines), *lines)


def main():
    """The test."""
    report = Report()
    for check in (check_star, check_repetition, check_calm, check_liars, check_changes,
                  check_restart, check_schedules, check_faults, check_refusals):
        check(report)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
