#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holdover in the simulator: ten minutes of lock, then an hour alone.

usage: holdover.py BUILD

Environment: SEED, first seed; SEEDS, how many.  No reading may miss the truth, and
some time after the leader was lost the bound is not more than 20 times the error
that 99 of 100 nodes do not exceed. Then the same where the temperature changes,
with and without sensors.
"""

import statistics
import sys

from bench import TOP, Bench, arguments

sys.path.insert(0, str(TOP / "tests/userspace/sim"))
# From the directory above.
from simulator import SCENARIOS, SimError, Simulator  # noqa: E402

SCENARIO = SCENARIOS / "holdover.scenario"
# How many, unless the environment says.
SEEDS = 20
CUT_S = 600
# Looked at so long after the leader was lost, for so long.
AFTER_S = (60, 600, 3600)
LOOK_S = 10
BOUND_OVER_P99 = 20
WARM = SCENARIOS / "warm.scenario"
WARM_SEEDS = 10
# What sensors should gain.
WARM_GAIN = 2


def p99(values):
    """The smallest value that 99 of 100 do not exceed."""
    return sorted(values)[-(-99 * len(values) // 100) - 1]


def warm(bench, simulator, seeds):
    """An hour alone while it becomes warmer."""
    errors, violations = {}, 0
    for tempco in (0, 60000):
        runs = [simulator.run(WARM, seed, interval="1s", tempco=tempco)
                for seed in seeds]
        violations += sum(run["violations"] for run in runs)
        errors[tempco] = [node["abs_error_max"] for run in runs
                          for node in run["node"].values()]
    conditions = f"{WARM.name}, seeds {seeds[0]} to {seeds[-1]}, simulator"
    n = len(errors[0])
    bench.line("warm_abs_error_mean", "ns", statistics.mean(errors[60000]),
               {"without-sensor": statistics.mean(errors[0])},
               ("ratio", WARM_GAIN), conditions, n)
    bench.line("warm_violations", "readings", violations, {}, ("value", 0),
               conditions, n)


def main():
    """The benchmark."""
    build, seeds = arguments(__doc__, SEEDS)
    bench, simulator = Bench("holdover", build), Simulator(build)
    conditions = (f"{SCENARIO.name}: {CUT_S} s locked, then alone, seeds "
                  f"{seeds[0]} to {seeds[-1]}, simulator")
    for after in AFTER_S:
        end = CUT_S + after
        window = (f"duration {end}s", f"warmup {end - LOOK_S}s")
        try:
            runs = [simulator.run(SCENARIO, seed, window) for seed in seeds]
        except SimError as error:
            sys.exit(f"holdover: {error}")
        # The last runs have all that the others have.
        violations = sum(run["violations"] for run in runs)
        errors = [node["abs_error_max"] for run in runs
                  for node in run["node"].values()]
        error = p99(errors)
        bench.line(f"abs_error_p99_{after}s", "ns", error, {}, None, conditions,
                   len(errors))
        bound = statistics.median(run["bound_median"] for run in runs)
        bench.line(f"bound_median_{after}s", "ns", bound, {},
                   ("value", BOUND_OVER_P99 * error), conditions, len(errors))
    bench.line("violations", "readings", violations, {}, ("value", 0),
               conditions, len(errors))
    try:
        warm(bench, simulator, seeds[:WARM_SEEDS])
    except SimError as error:
        sys.exit(f"holdover: {error}")


if __name__ == "__main__":
    main()
