#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Do the bounds hold?  A campaign in the simulator, some of it in the lab.

usage: bound.py BUILD

Environment: SEED, first seed; SEEDS, how many.  Runs every case of cases.py in the
simulator with every seed, and a fixed list of cases in the virtual-time lab, where
the errors have to be the same but for chance.
"""

import sys

from bench import TOP, Bench, arguments

sys.path[:0] = [str(TOP / "scripts/lab/vtime"), str(TOP / "tests/userspace/sim")]
# From the directories above.
from campaign import Campaign, LabError  # noqa: E402
from cases import CASES, NETWORKS, SYMMETRIC  # noqa: E402
from figures import Figures  # noqa: E402
from rundir import Run, RunError  # noqa: E402
from simulator import LAB_SCENARIOS, SCENARIOS, SimError, Simulator  # noqa: E402

BASE = SCENARIOS / "bound.scenario"
# How many, unless the environment says.
SEEDS = 5
# A bound is of use if it is not more than so many times the error.
BOUND_OVER_P99 = 20
# What is repeated in the lab: case, seed and program.  The means of two runs with
# other random numbers are not closer to each other if they are short, nor where
# some followers find a change and others do not, as in uniform/shorter.
LAB = (("exp/calm", 1, "clocklink-alone"), ("exp/calm", 2, "clocklink"),
       ("exp/asymmetric", 3, "clocklink-alone"),
       ("uniform/lossy", 4, "clocklink-alone"),
       ("exp/much-longer", 5, "clocklink-alone"),
       ("exp/frequency", 6, "clocklink-alone"),
       ("normal/calm", 7, "clocklink"),
       ("lognormal/shorter", 8, "clocklink-alone"),
       ("heavy/calm", 9, "clocklink-alone"),
       ("noise/lossy", 10, "clocklink-alone"),
       ("wlan/calm", 11, "clocklink-alone"),
       ("gamma/calm", 12, "clocklink-alone"))
# In an hour of these nothing happens to a path or a clock; three followers each.
QUIET = ("lan", "lan-noise", "wan", "wan-gamma", "wlan")
QUIET_SEEDS = 34
QUIET_S = 3600
# What the programs are in the simulator.
OPTIONS = {"clocklink-alone": {}, "clocklink": {"peers": 8}}
LAB_S = 3600
AGREEMENT = 0.1


class Found:
    """A case, the seed and the figures of the simulator."""

    def __init__(self, case, seed, figures):
        self.case = case
        self.seed = seed
        self.figures = figures


def simulate(simulator, seeds):
    """All cases with all seeds; says which do not hold."""
    found = []
    for case in CASES:
        for seed in seeds:
            figures = simulator.run(BASE, seed, case.lines(), **case.told)
            found.append(Found(case, seed, figures))
            if case.violations(figures):
                print(f"bound: {case.name}, seed {seed}: "
                      f"{case.violations(figures)} of {figures['readings']} "
                      "readings miss the truth", file=sys.stderr)
    return found


def print_bounds(bench, simulator, seeds):
    """How large the bounds are when nothing happens.  Most of a bound is the budget
    for asymmetry, which these networks may say they need none of.
    """
    violations = readings = 0
    for network in NETWORKS:
        case = next(c for c in CASES if c.name == f"{network.name}/calm")
        for suffix, options in (("", {}), ("_told", {"asymmetry": SYMMETRIC})):
            runs = [simulator.run(BASE, seed, case.lines(), **options)
                    for seed in seeds]
            violations += sum(run["violations"] for run in runs)
            readings += sum(run["readings"] for run in runs)
            p99 = max(run["abs_error_p99"] for run in runs)
            budget = options.get("asymmetry", "the default")
            bench.line(f"bound_median_{network.name}{suffix}", "ns",
                       max(run["bound_median"] for run in runs), {},
                       ("value", BOUND_OVER_P99 * p99),
                       f"{case.name}, budget for asymmetry {budget}; the goal "
                       f"is {BOUND_OVER_P99} times the error's p99, {p99:g} ns",
                       sum(run["readings"] for run in runs))
    bench.line("violations_calm", "readings", violations, {}, ("value", 0),
               f"the same, budget the default and {SYMMETRIC}", readings)


def print_campaign(bench, found, conditions):
    """Lines of the runs in the simulator."""
    inside = [f for f in found if not f.case.only_hard]
    readings = sum(f.figures["readings"] for f in found)
    bench.line("runs", "", len(found), {}, ("value", 100), conditions, readings,
               larger_is_better=True)
    bench.line("violations", "readings",
               sum(f.figures["violations"] for f in inside), {}, ("value", 0),
               conditions, sum(f.figures["readings"] for f in inside))
    bench.line("violations_hard", "readings",
               sum(f.figures["violations_hard"] for f in found), {},
               ("value", 0), conditions, readings)
    unchanged = [f for f in found if f.case.unchanged]
    bench.line("false_changes", "",
               sum(f.case.changes(f.figures) for f in unchanged), {},
               ("value", 0), f"{conditions}; changes of paths or clocks that "
               "were believed where there were none", len(unchanged))


def print_alarms(bench, simulator, first):
    """Changes that were believed in quiet networks."""
    seeds = range(first, first + QUIET_SEEDS)
    for name in QUIET:
        path = LAB_SCENARIOS / f"{name}.scenario"
        nodes = [node for seed in seeds for node in simulator.run(
            path, seed, (f"duration {QUIET_S}s",))["node"].values()]
        bench.line(f"false_alarms_{name}", "",
                   sum(node["path_changes"] + node["clock_changes"]
                       for node in nodes), {}, ("value", 0),
                   f"{name}.scenario, seeds {seeds[0]} to {seeds[-1]}, "
                   f"{QUIET_S} s, simulator; changes of paths or clocks that "
                   "were believed", len(nodes))


def write_scenario(directory, case):
    """A case as a scenario file for the lab."""
    path = directory / f"bound-{case.name.replace('/', '-')}.scenario"
    path.write_text("\n".join([BASE.read_text(), *case.lines(LAB_S), ""]))
    return path


def print_lab(bench, simulator, build):
    """Lines of the runs in the lab: mean error there and in the simulator."""
    directory = build / "bench/bound"
    directory.mkdir(exist_ok=True)
    cases = {case.name: case for case in CASES}
    jobs = [(write_scenario(directory, cases[name]), program, seed)
            for name, seed, program in LAB]
    worst = violations = readings = 0
    for (name, seed, program), (path, _, _), kept in zip(
            LAB, jobs, Campaign(build).run_all(jobs)):
        lab = Figures(Run(kept))
        figures = simulator.run(path, seed, **OPTIONS[program])
        ours, theirs = figures["abs_error_mean"], lab.value("abs_error_mean")
        violations += cases[name].violations(
            {key: lab.value(key) for key in ("violations", "violations_hard")})
        readings += lab.value("readings")
        worst = max(worst, abs(ours / theirs - 1))
        bench.line(f"abs_error_mean_{name}_{seed}", "ns", ours,
                   {"lab": round(theirs, 1)}, None,
                   f"{name}, seed {seed}, {LAB_S} s, {program}, simulator and "
                   "lab", figures["readings"])
    conditions = f"{len(LAB)} cases, {LAB_S} s, in the lab"
    bench.line("lab_violations", "readings", violations, {}, ("value", 0),
               conditions, readings)
    bench.line("lab_difference_max", "", round(worst, 3), {},
               ("value", AGREEMENT), conditions, len(LAB))


def main():
    """The benchmark."""
    build, seeds = arguments(__doc__, SEEDS)
    bench, simulator = Bench("bound", build), Simulator(build)
    conditions = (f"{len(CASES)} cases (tests/userspace/sim/cases.py), seeds "
                  f"{seeds[0]} to {seeds[-1]}, simulator; violations: but for "
                  "steps beyond the budget for asymmetry")
    try:
        print_campaign(bench, simulate(simulator, seeds), conditions)
        print_bounds(bench, simulator, seeds)
        print_alarms(bench, simulator, seeds[0])
        print_lab(bench, simulator, build)
    except (LabError, RunError, SimError) as error:
        sys.exit(f"bound: {error}")


if __name__ == "__main__":
    main()
