#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Fifty followers that measure each other, in the simulator.

usage: mesh.py BUILD

Environment: SEED, first seed; SEEDS, how many.  The same with no peers stands
beside as the peer "star".  Peers average noise away, but not what the estimates
lag behind the leader's oscillator, so it pays to assume more wander: the lines
with _wander.
"""

import sys

from bench import TOP, Bench, arguments

sys.path.insert(0, str(TOP / "tests/userspace/sim"))
# From the directory above.
from simulator import SCENARIOS, SimError, Simulator  # noqa: E402

# How many, unless the environment says.
SEEDS = 2
# Whom each follower asks; as many ask it.
PEERS = 8
GOALS_NS = {"lan": 50, "wan": 4000}
# 1e-12 per root of s; the default is half of it.
WANDER = 2000


def mean_of(runs, figure):
    """Mean of a figure of some runs."""
    return round(sum(run[figure] for run in runs) / len(runs), 1)


def print_network(bench, simulator, network, goal, seeds):
    """Lines of a network."""
    scenario = SCENARIOS / f"mesh-{network}.scenario"
    star = [simulator.run(scenario, seed) for seed in seeds]
    for suffix, options in (("", {}), ("_wander", {"wander": WANDER})):
        runs = [simulator.run(scenario, seed, peers=PEERS, **options)
                for seed in seeds]
        told = f", told a wander of {WANDER} ppt" if suffix else ""
        for figure, wanted in (("abs_error_mean", ("value", goal)),
                               ("abs_error_p99", None),
                               ("abs_error_max", None),
                               ("violations", ("value", 0))):
            bench.line(f"{network}_{figure}{suffix}",
                       "readings" if figure == "violations" else "ns",
                       mean_of(runs, figure), {"star": mean_of(star, figure)},
                       wanted,
                       f"{scenario.name}, {PEERS} peers asked by each{told}, "
                       f"seeds {seeds[0]} to {seeds[-1]}, simulator",
                       sum(run["readings"] for run in runs))


def main():
    """The benchmark."""
    build, seeds = arguments(__doc__, SEEDS)
    bench, simulator = Bench("mesh", build), Simulator(build)
    try:
        for network, goal in GOALS_NS.items():
            print_network(bench, simulator, network, goal, seeds)
    except SimError as error:
        sys.exit(f"mesh: {error}")


if __name__ == "__main__":
    main()
