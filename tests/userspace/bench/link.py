#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The accuracy of single links in the simulator: the scenarios and goals of the
benchmarks in the virtual-time lab, with more seeds and without rivals.

usage: link.py BUILD

Environment: SEED, first seed; SEEDS, how many.
"""

import sys

from bench import TOP, Bench, arguments
from lab import BENCHES, ROUTE_S

sys.path.insert(0, str(TOP / "tests/userspace/sim"))
# From the directory above.
from simulator import LAB_SCENARIOS, SimError, Simulator  # noqa: E402

# How many, unless the environment says.
SEEDS = 10
# What programs of the lab are here.
OPTIONS = {"clocklink-alone": {}, "clocklink-hw": {},
           "clocklink-1hz": {"interval": "1s"}}
# Of each scenario beside what has a goal: is the estimate as good as it says?
HONESTY = ("open_over_err_rms", "open_over_err_p99", "err_mean")


class Link:
    """A part of a benchmark of the lab with all seeds."""

    def __init__(self, simulator, part, seeds):
        self.simulator = simulator
        self.scenario = LAB_SCENARIOS / f"{part.scenario}.scenario"
        self.options = OPTIONS[part.ours]
        self.seeds = seeds
        self.runs = self.run()

    def run(self, extra=(), **options):
        """Figures of each seed."""
        return [self.simulator.run(self.scenario, seed, extra, **self.options,
                                   **options) for seed in self.seeds]

    def measure(self, metric):
        """Unit and value of a metric of lab.py."""
        if "converge" in metric:
            limit = metric.rpartition("_")[2]
            found = [run.get("converge_s") for run in self.run(converge=limit)]
            return "s", None if None in found else max(found)
        if metric.startswith("violations"):
            return "readings", sum(run[metric] for run in self.runs)
        if metric == "abs_error_after":
            return "ns", mean(self.run((f"warmup {ROUTE_S}s",)),
                              "abs_error_mean")
        name = "_".join(metric.split("_")[:3])
        if name == "abs_error_max":
            return "ns", max(run[name] for run in self.runs)
        return "ns", mean(self.runs, name)


def mean(runs, figure):
    """Mean of a figure over runs."""
    return round(sum(run[figure] for run in runs) / len(runs), 3)


def print_part(bench, simulator, part, seeds):
    """Lines of a scenario."""
    link = Link(simulator, part, seeds)
    readings = sum(run["readings"] for run in link.runs)
    conditions = (f"{part.scenario}.scenario, {part.ours}, seeds {seeds[0]} to "
                  f"{seeds[-1]}, simulator; means over the seeds, max of all")
    for metric, goal in part.goals:
        if goal and goal[0] == "ratio":
            continue
        unit, value = link.measure(metric)
        bench.line(f"{part.scenario}:{metric}", unit, value, {}, goal,
                   conditions, readings)
    for metric in HONESTY:
        bench.line(f"{part.scenario}:{metric}", "", mean(link.runs, metric), {},
                   None, conditions, readings)


def main():
    """The benchmark."""
    build, seeds = arguments(__doc__, SEEDS)
    bench, simulator = Bench("link", build), Simulator(build)
    try:
        for parts in BENCHES.values():
            # The others have more than one link.
            for part in (p for p in parts if p.ours in OPTIONS):
                print_part(bench, simulator, part, seeds)
    except SimError as error:
        sys.exit(f"link: {error}")


if __name__ == "__main__":
    main()
