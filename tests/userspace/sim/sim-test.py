#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The simulator: that it repeats, that it finds a bound that is too small, and
that the bounds hold in all cases of make bench-bound, with one seed; that trouble
on a link is warned of in time, and health is not.

usage: BUILD/unit/test_sim (a link to this file)

Prints TAP, exit status 1 if a case fails.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "vtime")]
# From the directories above.
from cases import CASES, SYMMETRIC  # noqa: E402
from lab import BUILD, Report  # noqa: E402
from simulator import LAB_SCENARIOS, SCENARIOS, SimError, Simulator  # noqa: E402

BOUND = SCENARIOS / "bound.scenario"
LAN = LAB_SCENARIOS / "lan.scenario"
SHORT = ("duration 60s", "warmup 20s")
# The burst at the start is forgotten.
SETTLED = ("nodes 13", "duration 300s", "warmup 150s")
HOURS = ("duration 7200s", "warmup 600s", "truth 1s")
SEED = 1


def figures(simulator, seed, **options):
    """A short run, without the time that it took."""
    found = simulator.run(LAN, seed, SHORT, **options)
    del found["wall_s"]
    return found


def check_repetition(report, simulator):
    """One seed, one result."""
    first = figures(simulator, SEED)
    report.check("a run repeats", figures(simulator, SEED) == first)
    report.check("another seed gives another run",
                 figures(simulator, SEED + 1)["node"] != first["node"])
    rate = figures(simulator, SEED, interval="1s",
                   burst=0)["exchanges_per_s"]
    report.check("an interval of 1 s is one", 0.9 < rate < 1.1, f"{rate}/s")


def check_exact(report, simulator):
    """Without jitter nothing but rounding is left."""
    found = simulator.run(LAB_SCENARIOS / "regress-exact.scenario", SEED)
    report.check("an exact network has no error",
                 found["abs_error_max"] <= 2, f"{found['abs_error_max']} ns")


def check_peers(report, simulator):
    """Followers that measure each other are better than those that do not."""
    alone, joint = (simulator.run(LAN, SEED, SETTLED, peers=peers)
                    ["abs_error_mean"] for peers in (0, 4))
    report.check("peers help", joint < 0.9 * alone, f"{alone}, {joint} ns")


def check_refusals(report, simulator):
    """What cannot be simulated is named."""
    for name, extra, options, text in (
            ("kill", ["at 5s kill 1"], {}, "kill"),
            ("no such node", ["node 9 ppm=1"], {}, "-x 1"),
            ("no such option", [], {"speed": 1}, "speed"),
            ("an interval of 0", [], {"interval": "0s"}, "interval")):
        try:
            simulator.run(LAN, SEED, extra, **options)
            report.check(f"{name} is refused", False, "it was not")
        except SimError as error:
            report.check(f"{name} is refused", text in str(error), str(error))


def check_bounds(report, simulator):
    """No case misses the truth, but half of a bound does."""
    for case in CASES:
        found = simulator.run(BOUND, SEED, case.lines(), **case.told)
        report.check(f"{case.name} stays inside", not case.violations(found),
                     f"{case.violations(found)} of {found['readings']}")
    for case in (c for c in CASES if c.name.endswith("/calm")):
        found = simulator.run(BOUND, SEED, case.lines(), asymmetry=SYMMETRIC)
        report.check(f"{case.name} stays inside if told to be symmetric",
                     not found["violations"], f"{found['violations']} of "
                     f"{found['readings']}")
    tight = next(case for case in CASES if case.name == "exp/asymmetric")
    found = simulator.run(BOUND, SEED, tight.lines(), bound_percent=50)
    report.check("half of the bound is found out", found["violations"] > 0)


def raised(found):
    """Warnings that were raised in a run: [(s, kind)]."""
    return [(warning["t"], warning["kind"]) for node in found["node"].values()
            for warning in node["warnings"] if warning["change"] == "raised"]


def check_warnings(report, simulator):
    """What make bench-anomaly looks at, with one seed; limits are about a third more
    than what was found.
    """
    for name in ("lan", "wlan"):
        found = raised(simulator.run(LAB_SCENARIOS / f"{name}.scenario", SEED, HOURS,
                                     watch="1ms"))
        report.check(f"{name} for two hours is no trouble", not found, f"{found}")
    for name, kind, begin, limit in (("queue", "jitter", 360, 45), ("loss", "loss", 360, 70),
                                     ("drift", "frequency", 1200, 140)):
        found = raised(simulator.run(LAB_SCENARIOS / f"anomaly-{name}.scenario", SEED,
                                     watch="20us"))
        report.check(f"trouble by {name} is warned of", found and found[0][1] == kind
                     and begin < found[0][0] < begin + limit, f"{found}")


def main():
    """The test."""
    report, simulator = Report(), Simulator(BUILD)
    check_repetition(report, simulator)
    check_exact(report, simulator)
    check_peers(report, simulator)
    check_refusals(report, simulator)
    check_bounds(report, simulator)
    check_warnings(report, simulator)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
