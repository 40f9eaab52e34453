# SPDX-License-Identifier: GPL-2.0-or-later
"""The leader fails, in the virtual-time lab: kernels, modules and daemons as they are,
their SQLite on files in memory with a disk that needs 5 ms for each fsync() and stalls
for 100 ms when the leader fails.

Every failure is one of a node that was given the lead before.  Nobody is led until the
first daemon that did not fail says that it follows somebody else.
"""

import re
import statistics
import sys

from bench import TOP

sys.path.insert(0, str(TOP / "scripts/lab/vtime"))
# From the directory above.
from campaign import SCENARIOS, Campaign, LabError  # noqa: E402
from cluster import Cluster, largest_step  # noqa: E402
from figures import quantile  # noqa: E402
from rundir import Run, RunError  # noqa: E402

NODES = 5
PROGRAM = "clocklink-cluster"
# What happens to node {0} at first, and when it is over.
KINDS = {
    "kill": ("exec {0} killall -9 clocklinkd", "exec {0} sh /programs/daemon.sh",
             "its daemon is killed"),
    "cut": ("cut {0} 0-4", "heal {0} 0-4", "it is cut off"),
    "pause": ("pause {0}", "resume {0}", "its kernel is paused"),
}
DOWN_S = 5
AFTER_S = 10
FOLLOWS = re.compile(r"following node (\d+), term (\d+)")


class Plan:
    """When what happens in one network: the first failure at first_s, one each every_s;
    the lead is given away before_s before.  Errors of the time in between are what those
    after the failure are compared with.
    """

    def __init__(self, network, first_s, every_s, before_s, times):
        self.network = network
        self.before_s = before_s
        kinds = list(KINDS) * times
        self.failures = [(first_s + i * every_s, kind, i % NODES)
                         for i, kind in enumerate(kinds)]
        self.settled_s = first_s - before_s
        self.end_s = first_s + len(kinds) * every_s

    def lines(self):
        """What the scenario of the network gets."""
        lines = [f"duration {self.end_s}s", f"warmup {self.failures[0][0]}s"]
        for at_s, kind, node in self.failures:
            begin, end, _ = KINDS[kind]
            lines += [f"at {at_s - self.before_s}s exec {node} "
                      f"clocklinkctl cluster transfer n{node + 1}",
                      f"at {at_s}s exec * flock -x /run/disk sleep 0.1",
                      f"at {at_s}s {begin.format(node)}",
                      f"at {at_s + DOWN_S}s {end.format(node)}"]
        return lines

    def write(self, build):
        """The scenario file."""
        directory = build / "bench/failover"
        directory.mkdir(exist_ok=True)
        base = SCENARIOS / f"failover-{self.network}.scenario"
        path = directory / base.name
        kept = [line for line in base.read_text(encoding="utf-8").splitlines()
                if not line.startswith(("duration", "warmup"))]
        path.write_text("\n".join([*kept, *self.lines(), ""]), encoding="utf-8")
        return path


PLANS = (Plan("lan", 60, 35, 22, 2), Plan("wan", 600, 60, 40, 1))


class Failure:
    """What came of one: leaderless_ns (None: nobody was led before it was over) and
    extra_ns; counts says that the node led indeed.
    """

    def __init__(self, cluster, plan, at_s, node):
        run = cluster.run
        at_ns = at_s * 1e9
        before = run.rows(at_s - plan.before_s + DOWN_S, at_s)
        self.counts = bool((cluster.maker[before] == node).all())
        term = max((r.term for r in cluster.reigns if r.t_ns < at_ns), default=0)
        led = [line.t_ns - at_ns for line in cluster.said
               if line.t_ns >= at_ns and line.node != node
               and follows_another(line.text, node, term)]
        self.leaderless_ns = min(led, default=None)
        if self.leaderless_ns is None or self.leaderless_ns > DOWN_S * 1e9:
            self.leaderless_ns = DOWN_S * 1e9
        others = [n for n in range(NODES) if n != node]
        end_s = at_s + self.leaderless_ns / 1e9 + AFTER_S
        after = cluster.readings(others, run.rows(at_s, end_s))
        quiet = abs(cluster.error[cluster.readings(others, before)])
        self.extra_ns = (float(abs(cluster.error[after]).max()) -
                         quantile(quiet, 0.99))


def follows_another(text, node, term):
    """Does a line say that somebody follows another leader of a newer term?"""
    match = FOLLOWS.search(text)
    return bool(match and int(match[1]) != node + 1 and int(match[2]) > term)


class Trial:
    """All runs of one network."""

    def __init__(self, build, plan, seeds):
        self.network = plan.network
        jobs = [(plan.write(build), PROGRAM, seed) for seed in seeds]
        self.found = {kind: [] for kind in KINDS}
        self.step_ns = self.violations = self.readings = 0
        for directory in Campaign(build).run_all(jobs):
            run = Run(directory)
            cluster = Cluster(run)
            counted = cluster.valid & run.rows(plan.settled_s, plan.end_s)[:, None]
            for at_s, kind, node in plan.failures:
                # Nobody can read the clock of a kernel that stands still.
                if kind == "pause":
                    counted[run.rows(at_s, at_s + DOWN_S), node] = False
            self.step_ns = max(self.step_ns, largest_step(run, counted))
            self.violations += int((counted & (abs(cluster.error) > run.bound)).sum())
            self.readings += int(counted.sum())
            for at_s, kind, node in plan.failures:
                self.found[kind].append(Failure(cluster, plan, at_s, node))


def goal(value):
    """As a line of the benchmark has it."""
    return ("value", value) if value is not None else None


def print_lab(bench, build, seeds, goals):
    """Lines of the lab; goals: median and longest time without a leader in ms, by
    network.  Ends the program if there is no result.
    """
    try:
        trials = [Trial(build, plan, seeds) for plan in PLANS]
    except (LabError, RunError) as error:
        sys.exit(f"failover_lab: {error}")
    for trial in trials:
        network = trial.network
        told = (f"{network}, 5 voters, disks 5 ms for each fsync(), stalls of 100 ms, "
                f"kernels and daemons in the lab, seeds {seeds[0]} to {seeds[-1]}")
        for kind, (_, _, how) in KINDS.items():
            found = [f for f in trial.found[kind] if f.counts]
            times = sorted(f.leaderless_ns / 1e6 for f in found)
            extra = sorted(f.extra_ns for f in found)
            name = f"lab:{network}:{kind}"
            more = {"place": "lab", "not_leading": len(trial.found[kind]) - len(found)}
            conditions = f"{told}; the leader fails for {DOWN_S} s: {how}"
            bench.line(f"{name}:leaderless_time_median", "ms",
                       statistics.median(times) if times else None, {},
                       goal(goals[network][0]), conditions, len(times), **more)
            bench.line(f"{name}:leaderless_time_max", "ms",
                       times[-1] if times else None, {}, goal(goals[network][1]),
                       conditions, len(times), **more)
            bench.line(f"{name}:extra_error", "ns", extra[-1] if extra else None, {},
                       goal(1000) if network == "lan" else None, conditions, len(extra),
                       median=statistics.median(extra) if extra else None, **more)
        bench.line(f"lab:{network}:max_step", "ns", trial.step_ns, {}, goal(0), told,
                   trial.readings, place="lab")
        bench.line(f"lab:{network}:violations", "readings", trial.violations, {}, goal(0),
                   told, trial.readings, place="lab")
