#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Three of ten clocks lie by a constant, together: Clocklink and chronyd in the
virtual-time lab.

usage: liars.py BUILD

Ours is a cluster of ten nodes, of which five vote; one of the liars does.  chronyd runs
on three hosts with ten sources, whose clocks are exact but for the same three.  Errors
are of honest clocks: those of the seven nodes against cluster time, but for who makes
it, and those of the three hosts.  honest_shift is the largest distance of the mean
honest clock from what it is in the run of the same seed without liars.  Of chronyd a
liar counts as isolated when a host calls it a falseticker, and its bound is what chronyc
tracking says: half of the root delay, the root dispersion and the correction to come.

Environment: SEED, first seed; SEEDS, how many.
"""

import re
import sys

import numpy

from bench import TOP, Bench, arguments

sys.path.insert(0, str(TOP / "scripts/lab/vtime"))
# From the directory above.
from campaign import SCENARIOS, Campaign, LabError  # noqa: E402
from cluster import Cluster, read_log  # noqa: E402
from figures import quantile  # noqa: E402
from rundir import Run, RunError  # noqa: E402

# How many, unless the environment says.
SEEDS = 2
NODES = 10
LIARS = (4, 8, 9)
HONEST = [node for node in range(NODES) if node not in LIARS]
HOSTS = [10, 11, 12]
# Lies in ns, and when they begin: when all clocks have settled, or before there is a
# cluster.
SIZES = {"10us": 10_000, "50us": 50_000, "1ms": 1_000_000, "3ms": 3_000_000}
BEGINS_S = {"later": 45, "start": 0.5}
CASES = (("10us", "later"), ("50us", "later"), ("1ms", "later"), ("3ms", "later"),
         ("50us", "start"), ("1ms", "start"))
# Errors count from here.
FROM_S = 45
OURS = "clocklink-cluster"
PEERS = ("chrony-ten-8hz", "chrony-ten-best")
# A lie of at least five mean queueing delays is claimed to be found within three rounds,
# which ends with the fourth (agent/sim/agents/attack.c).
FOUND_S = {"50us": 0.4, "1ms": 0.4, "3ms": 0.4}
# Fields of a line of "chronyc -c sources" and "tracking".
SOURCE = re.compile(r"\^,(.),10\.0\.0\.(\d+),")
TRACKING = re.compile(r"[0-9A-F]{8},(?:[^,]*,){3}([^,]*),(?:[^,]*,){5}([^,]*),([^,]*),")


def errors_of(values):
    """Statistics of the magnitudes of errors."""
    found = abs(values.ravel())
    return {"abs_error_mean": float(found.mean()), "abs_error_p99": quantile(found, 0.99),
            "abs_error_max": float(found.max())}


class Ours:
    """Figures of a run of the cluster."""

    def __init__(self, directory, begins_s):
        run = Run(directory)
        cluster = Cluster(run)
        rows = run.rows(FROM_S, run.info["duration_s"])
        counted = cluster.readings(HONEST, rows)
        all_honest = cluster.valid[:, HONEST]
        error, bound = cluster.error[:, HONEST], run.bound[:, HONEST]
        self.mean = cluster.off[:, HONEST].mean(1)[rows]
        self.figures = errors_of(cluster.error[counted])
        self.figures["bound_median"] = quantile(run.bound[counted], 0.5)
        self.figures["violations"] = int((all_honest & (abs(error) > bound)).sum())
        self.readings = int(all_honest.sum())
        self.isolated_s = [cluster.first(rf"node {node + 1}: .* -> isolated", begins_s)
                           for node in LIARS]
        self.powerless_s = [
            cluster.first(rf"node {node + 1}: .* -> (demoted|accused|isolated)", begins_s)
            for node in LIARS]
        self.false = sum(cluster.first(rf"node {node + 1}: .* -> isolated") is not None
                         for node in HONEST)
        self.leaders = len(cluster.reigns)


class Theirs:
    """Figures of a run of chronyd."""

    def __init__(self, directory, begins_s):
        run = Run(directory)
        said = [line for host in HOSTS for line in read_log(run, host)]
        rows = run.rows(FROM_S, run.info["duration_s"])
        self.error = run.real - (run.t[:, None] + run.info["tod_base_ns"])
        self.mean = self.error[:, HOSTS].mean(1)[rows]
        self.figures = errors_of(self.error[rows][:, HOSTS])
        self.judge_bounds(run, said)
        self.judge_sources(said, begins_s)

    def judge_bounds(self, run, said):
        """Compares errors with what tracking says, once a second."""
        bounds, misses = [], 0
        for line in said:
            match = TRACKING.match(line.text)
            if not match or line.t_ns < FROM_S * 1e9:
                continue
            correction, delay, dispersion = (abs(float(text)) * 1e9
                                             for text in match.groups())
            bounds.append(correction + delay / 2 + dispersion)
            error = numpy.interp(line.t_ns, run.t, self.error[:, line.node])
            misses += int(abs(error) > bounds[-1])
        self.figures["bound_median"] = quantile(numpy.array(bounds), 0.5)
        self.figures["violations"] = misses
        self.readings = len(bounds)

    def judge_sources(self, said, begins_s):
        """When each liar was a falseticker first at any host, and how often one was
        used.
        """
        self.isolated_s, counted, seen = [], 0, 0
        lines = [(line, SOURCE.match(line.text)) for line in said]
        for node in LIARS:
            mine = [(line.t_ns / 1e9 - begins_s, match[1]) for line, match in lines
                    if match and int(match[2]) == node + 1
                    and line.t_ns >= begins_s * 1e9]
            self.isolated_s.append(min((t for t, state in mine if state == "x"),
                                       default=None))
            late = [state for t, state in mine if t + begins_s >= FROM_S]
            counted += sum(state in "*+" for state in late)
            seen += len(late)
        self.used_share = round(counted / seen, 3)


def scenario(build, size, since, rival):
    """A scenario file of a case; size None: nobody lies."""
    base = SCENARIOS / ("liars-chrony.scenario" if rival else "liars.scenario")
    name = "-".join([base.stem, *(word for word in (size, since) if word)])
    lines = [base.read_text(encoding="utf-8")]
    if size:
        command = ("vtguest shift {}" if rival else
                   "clocklinkctl test lie={}ns").format(SIZES[size])
        lines += [f"at {int(BEGINS_S[since] * 1000)}ms exec {node} {command}\n"
                  for node in LIARS]
    path = build / f"bench/liars/{name}.scenario"
    path.write_text("".join(lines), encoding="utf-8")
    return path


def measure(build, seeds):
    """Runs {(size, since, program): [figures of each seed]}."""
    (build / "bench/liars").mkdir(exist_ok=True)
    cases = [(None, None), *CASES]
    runs = [(*case, program, seed) for program in (*PEERS, OURS) for seed in seeds
            for case in cases]
    jobs = [(scenario(build, size, since, program != OURS), program, seed)
            for size, since, program, seed in runs]
    found = {}
    for (size, since, program, _), directory in zip(runs, Campaign(build).run_all(jobs)):
        kind = Ours if program == OURS else Theirs
        found.setdefault((size, since, program), []).append(
            kind(directory, BEGINS_S.get(since, FROM_S)))
    return found


def over(runs, figure):
    """A figure over some runs: the largest, of violations the sum."""
    found = [run.figures[figure] for run in runs]
    return sum(found) if figure == "violations" else round(max(found), 1)


def shift(runs, without):
    """By how much the mean honest clock was moved at most, of all seeds."""
    return round(max(float(abs(run.mean - other.mean).max())
                     for run, other in zip(runs, without)), 1)


def last(times):
    """The last of some times; None if one of them has not come."""
    return None if None in times else round(max(times), 3)


def print_case(bench, found, size, since, conditions):
    """Lines of a case; size None: nobody lies."""
    ours = found[size, since, OURS]
    peers = {program: found[size, since, program] for program in PEERS}
    name = f"{size}:{since}" if size else "none"
    readings = sum(run.readings for run in ours)
    for figure, goal in (("abs_error_mean", ("ratio", 1)), ("abs_error_p99", None),
                         ("abs_error_max", None), ("bound_median", None),
                         ("violations", ("value", 0))):
        bench.line(f"{name}:{figure}", "readings" if figure == "violations" else "ns",
                   over(ours, figure),
                   {key: over(runs, figure) for key, runs in peers.items()}, goal,
                   conditions, readings,
                   peers_n={key: sum(run.readings for run in runs)
                            for key, runs in peers.items()})
    bench.line(f"{name}:false_isolations", "nodes", sum(run.false for run in ours), {},
               ("value", 0), conditions, len(ours),
               leaders=max(run.leaders for run in ours))
    if not size:
        return
    bench.line(f"{name}:honest_shift", "ns", shift(ours, found[None, None, OURS]),
               {key: shift(runs, found[None, None, key]) for key, runs in peers.items()},
               None, conditions, readings)
    times = [t for run in ours for t in run.isolated_s]
    bench.line(f"{name}:isolated_after", "s", last(times),
               {key: last([t for run in runs for t in run.isolated_s])
                for key, runs in peers.items()},
               ("value", FOUND_S[size]) if since == "later" and size in FOUND_S else None,
               conditions, len(times), isolated=sum(t is not None for t in times),
               each_s=[t and round(t, 3) for t in times],
               powerless_s=[t and round(t, 3) for run in ours for t in run.powerless_s],
               peers_used_share={key: [run.used_share for run in runs]
                                 for key, runs in peers.items()})


def main():
    """The benchmark."""
    build, seeds = arguments(__doc__, SEEDS)
    try:
        found = measure(build, seeds)
        bench = Bench("liars", build)
        for size, since in ((None, None), *CASES):
            begins = f"from {BEGINS_S[since]} s on" if size else "none"
            conditions = (
                f"500 us each way + exponential 10 us, 10 clocks, 3 lie: {begins}; "
                f"errors from {FROM_S} s to 90 s; largest of seeds {seeds[0]} to "
                f"{seeds[-1]}")
            print_case(bench, found, size, since, conditions)
    except (LabError, RunError) as error:
        sys.exit(f"liars.py: {error}")


if __name__ == "__main__":
    main()
