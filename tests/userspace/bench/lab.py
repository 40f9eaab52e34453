#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Accuracy of Clocklink, chronyd and ptp4l in the virtual-time lab.

usage: lab.py BUILD NAME

Environment: SEED, first seed; SEEDS, how many; SCENARIO, a file to use instead of
the benchmark's own.  All programs run in the same scenario with the same seeds,
so that the oscillators and the network are the same.
"""

import os
import pathlib
import sys

import numpy

from bench import SEED, TOP, Bench

sys.path.insert(0, str(TOP / "scripts/lab/vtime"))
# From the directory above.
from campaign import SCENARIOS, Campaign, LabError  # noqa: E402
from figures import STATISTICS, Figures  # noqa: E402
from rundir import Run, RunError  # noqa: E402

SOFTWARE = ("chrony-default", "chrony-8hz", "chrony-best", "ptp4l-default",
            "ptp4l-8hz")
HARDWARE = ("chrony-hw", "ptp4l-hw")
# How many, unless the environment says.
SEEDS = 5


class Part:
    """A scenario of a benchmark.

    goals are (metric, goal) pairs, goal being what Bench.line() wants.  A metric
    that ends in _chrony leaves the other peers out, _peers leaves none out; both
    are for a second goal of one figure.  Followers measure the leader only, unless
    ours is "clocklink".
    """

    def __init__(self, scenario, goals, ours="clocklink-alone", peers=SOFTWARE):
        self.scenario = scenario
        self.goals = goals
        self.ours = ours
        self.peers = peers


def accuracy(mean, p99=None, ratio=None, name="abs_error_mean"):
    """Metrics of a run that is settled, with their goals."""
    goals = [(name, ("value", mean)),
             ("abs_error_rms", None),
             ("abs_error_p99", ("value", p99) if p99 else None),
             ("abs_error_max", None),
             ("bound_median", None), ("violations", ("value", 0))]
    if ratio:
        goals.insert(1, (f"{name}_{ratio[0]}", ("ratio", ratio[1])))
    return goals


BENCHES = {
    "lan": [Part("lan", accuracy(65, 300, ("chrony", 3))),
            Part("lan", [("abs_error_mean_joint", ("value", 50)),
                         ("abs_error_p99_joint", None)], "clocklink"),
            Part("lan", [("abs_error_mean_1hz", None),
                         ("abs_error_p99_1hz", None)], "clocklink-1hz")],
    "lan-noise": [Part("lan-noise", accuracy(250))],
    "lan-normal": [Part("lan-normal", [
        *accuracy(130), ("abs_error_mean_peers", ("ratio", 1))])],
    "lan-hw": [Part(name, [*accuracy(10),
                           ("abs_error_mean_peers", ("ratio", 1))],
                    "clocklink-hw", HARDWARE)
               for name in ("lan-hw", "lan-hw-read")],
    "wan": [Part("wan", accuracy(7000, ratio=("peers", 60),
                                 name="abs_error_mean_single"))],
    "wan-gamma": [Part("wan-gamma", accuracy(1000))],
    "wlan": [Part("wlan", accuracy(1500))],
    "loss": [Part("loss", accuracy(80))],
    "route": [Part(f"route-{network}", [("abs_error_after", ("value", goal)),
                                        ("violations_hard", ("value", 0))])
              for network, goal in (("lan", 2000), ("wan", 25000))],
    "converge": [Part("converge-lan", [("lan_converge_10us", ("value", 5))]),
                 Part("converge-wan",
                      [("wan_converge_100us", ("value", 100))])],
}
# When the route changes in route-lan and route-wan.
ROUTE_S = 600


def pooled(runs, statistic, start_s=None):
    """A statistic of the magnitudes of all errors of some runs."""
    errors = [run.usable(run.error, start_s) for run in runs]
    found = abs(numpy.concatenate(errors))
    return round(STATISTICS[statistic](found), 1) if found.size else None


def worst(runs, figure):
    """The largest of a figure; None if a run has none."""
    found = [run.value(figure) for run in runs]
    return None if None in found else round(max(found), 1)


def measure(runs, metric):
    """Unit and value of a metric over some runs of one program."""
    if "converge" in metric:
        return "s", worst(runs, f"converge:{metric.rpartition('_')[2]}")
    if metric.startswith("violations"):
        return "readings", worst(runs, metric)
    if metric == "bound_median":
        return "ns", worst(runs, metric)
    if metric == "abs_error_after":
        return "ns", pooled(runs, "mean", ROUTE_S)
    return "ns", pooled(runs, metric.split("_")[2])


def rates(runs, figure):
    """Mean of a rate over some runs; chronyd may ask once in 1024 s."""
    mean = sum(run.value(figure) for run in runs) / len(runs)
    return float(f"{mean:.4g}")


class Comparison:
    """All programs in one scenario."""

    def __init__(self, part, campaign):
        self.part = part
        self.scenario = pathlib.Path(
            os.environ.get("SCENARIO") or
            SCENARIOS / f"{part.scenario}.scenario").resolve()
        count = int(os.environ.get("SEEDS") or SEEDS)
        self.seeds = range(SEED, SEED + count)
        programs = (part.ours, *part.peers)
        jobs = [(self.scenario, program, seed)
                for seed in self.seeds for program in programs]
        self.runs = {program: [] for program in programs}
        for (_, program, _), directory in zip(jobs, campaign.run_all(jobs)):
            self.runs[program].append(Figures(Run(directory)))
        self.ours = self.runs[part.ours]

    def of_peers(self, function, names):
        """A figure of each peer of these."""
        return {name: function(self.runs[name]) for name in names}

    def conditions(self):
        """The scenario and what the figures are of."""
        info = self.ours[0].run.info
        return (f"{self.scenario.name}: {info['nodes'] - 1} followers, "
                f"{info['warmup_s']:g} s to {info['duration_s']:g} s, seeds "
                f"{self.seeds[0]} to {self.seeds[-1]}; ours is "
                f"{self.part.ours}; rates are exchanges per second of a "
                f"follower, bit/s of it and the leader together")

    def print_lines(self, bench):
        """One line per metric."""
        extra = {f"{figure}": {
            "ours": rates(self.ours, figure),
            "peers": self.of_peers(lambda runs, f=figure: rates(runs, f),
                                   self.part.peers)}
            for figure in ("exchanges_per_s", "bits_per_s")}
        readings = sum(run.value("readings") for run in self.ours)
        for metric, goal in self.part.goals:
            name = metric.removesuffix("_peers")
            peers = self.part.peers
            if metric.endswith("_chrony"):
                name = metric.removesuffix("_chrony")
                peers = [p for p in peers if p.startswith("chrony")]
            if name.startswith(("violations", "bound")):
                peers = ()
            unit, ours = measure(self.ours, name)
            by_seed = {"by_seed": [measure([run], name)[1]
                                   for run in self.ours]}
            bench.line(metric, unit, ours, self.of_peers(
                lambda runs, n=name: measure(runs, n)[1], peers), goal,
                self.conditions(), readings, **by_seed, **extra)


def main():
    build, name = pathlib.Path(sys.argv[1]), sys.argv[2]
    (build / "bench").mkdir(parents=True, exist_ok=True)
    try:
        campaign = Campaign(build)
        bench = Bench(name, build)
        for part in BENCHES[name]:
            Comparison(part, campaign).print_lines(bench)
    except (LabError, RunError) as error:
        sys.exit(f"lab.py: {error}")


if __name__ == "__main__":
    main()
