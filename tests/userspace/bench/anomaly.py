#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Warnings of links: how many are false, and how long before synchronization degrades
they come.

usage: anomaly.py BUILD

False warnings: days of healthy links in the simulator, three links a run; the limit of
the bound is three times what it is usually.  What came out is kept in
BUILD/bench/anomaly, so that what was interrupted goes on; one run per processor is made at
a time, taskset makes them fewer.

Lead time: scenarios that end in trouble, in the simulator and, with the first seeds, in
the virtual-time lab, where the records are what clocklinkctl prints in the node.
Synchronization degrades when the true error exceeds 2 us or the bound 20 us; both are
some ten and two times as much as usual.  What never degrades has no lead time.

Environment: SEED, first seed; SEEDS, how many.
"""

import concurrent.futures
import hashlib
import json
import math
import os
import re
import statistics
import subprocess
import sys

import numpy

from bench import TOP, Bench, arguments

sys.path[:0] = [str(TOP / "tests/userspace/sim"), str(TOP / "scripts/lab/vtime")]
# From the directories above.
from campaign import Campaign, LabError  # noqa: E402
from rundir import Run, RunError  # noqa: E402
from simulator import LAB_SCENARIOS, SimError, Simulator  # noqa: E402

# How many, unless the environment says.
SEEDS = 34
DAY_S = 86400
LINKS = 3
# A false warning per 30 link-days.
GOAL_PER_DAY = 1 / 30
SHORT = ("duration 1200s", "warmup 600s", "truth 1s")
LONG = (f"duration {DAY_S}s", "warmup 600s", "truth 1s")
LIMIT_OF_USUAL = 3

# Scenarios of the lab as they are, and how far apart rounds are.
HEALTHY = {"lan": {}, "lan-noise": {}, "lan-normal": {}, "loss": {}, "wan": {},
           "wan-gamma": {}, "wlan": {}, "lan:1hz": {"interval": "1s"}}

# Lead times: scenario, when it begins.
TROUBLE = {"queue": 360, "drift": 1200, "loss": 360}
ERROR_NS = 2000
BOUND_NS = 20000
LEAD_SEEDS = 20
LAB_SEEDS = 5
OURS = "clocklink-watched"


# Temperature of a room with air conditioning: node, change of its frequency, which goes
# back again, and how long that takes, s.
ROOM = ((1, "0.1", 600), (2, "0.2", 1800), (3, "0.03", 150))


def room_lines():
    """Frequencies that go up and down with the temperature."""
    ramps = [(begin, f"at {begin}s ramp {node} {'-' * (begin // lasts % 2)}{change}ppm "
              f"over {lasts}s")
             for node, change, lasts in ROOM for begin in range(0, DAY_S - lasts, lasts)]
    return [line for _, line in sorted(ramps)]


def day_lines():
    """A day's load and temperature: queues from 3.3 to 30 us and back, 1 ppm up and
    down, in steps of a quarter of an hour.
    """
    for step in range(1, DAY_S // 900):
        mean = 10 * 3 ** math.sin(2 * math.pi * step / 96)
        yield f"at {900 * step}s link * * delay=500us+exp:{mean * 1000:.0f}ns"
    for begin, change in ((0, "0.5"), (21600, "-0.5"), (43200, "-0.5"), (64800, "0.5")):
        yield f"at {begin}s ramp 1-3 {change}ppm over 21600s"


# LANs in which something happens by the hour.
VARIABLE = {"day": day_lines, "room": room_lines}


class Healthy:
    """Days of links that have no fault."""

    def __init__(self, build):
        self.simulator = Simulator(build)
        self.directory = build / "bench/anomaly"
        self.directory.mkdir(exist_ok=True)
        self.machine = hashlib.sha256(self.simulator.program.read_bytes()).hexdigest()
        self.cases = {}

    def prepare(self, name):
        """Finds the scenario of a case and the limit of its bound, ns."""
        case = name.partition(":")[0]
        path = LAB_SCENARIOS / f"{'lan' if name in VARIABLE else case}.scenario"
        options = HEALTHY.get(name, {})
        found = self.simulator.run(path, 1, SHORT, **options)
        limit = round(LIMIT_OF_USUAL * found["bound_median"])
        if name in VARIABLE:
            text = path.read_text("utf-8").replace("duration 600s", f"duration {DAY_S}s")
            path = self.directory / f"{name}.scenario"
            path.write_text(text + "".join(f"{line}\n" for line in VARIABLE[name]()),
                            "utf-8")
        self.cases[name] = path, {**options, "watch": f"{limit}ns"}

    def run(self, name, seed):
        """Warnings that were raised in a day of LINKS links."""
        kept = self.directory / f"{name}-{seed}-{self.machine[:16]}.json"
        if not kept.exists():
            path, options = self.cases[name]
            found = self.simulator.run(path, seed, LONG, **options)
            raised = [warning for node in found["node"].values()
                      for warning in node["warnings"] if warning["change"] == "raised"]
            kept.write_text(json.dumps(raised), "utf-8")
            print(f"anomaly: {name} seed {seed}: {len(raised)} warnings, "
                  f"{found['wall_s']:.0f} s", file=sys.stderr, flush=True)
        return json.loads(kept.read_text("utf-8"))


def upper_limit(count):
    """Mean of a Poisson law that gives no more than this in 5 of 100 cases."""
    low, high = 0.0, 20.0 + 2 * count
    for _ in range(60):
        mean = (low + high) / 2
        below = sum(math.exp(-mean + n * math.log(mean) - math.lgamma(n + 1))
                    for n in range(count + 1))
        low, high = (mean, high) if below > 0.05 else (low, mean)
    return high


def print_rate(bench, name, warnings, days, goal):
    """A line of a rate."""
    kinds = {}
    for warning in warnings:
        kinds[warning["kind"]] = kinds.get(warning["kind"], 0) + 1
    bench.line(f"{name}:false_warnings", "1/link-day", round(len(warnings) / days, 5), {},
               goal and ("value", goal), "healthy links in the simulator", days,
               warnings=len(warnings), kinds=kinds,
               at_most_95=round(upper_limit(len(warnings)) / days, 5))


def print_false(bench, build, seeds):
    """Lines of healthy links; seed by seed, so that what is there is of all cases."""
    healthy, names = Healthy(build), [*HEALTHY, *VARIABLE]
    found = {name: [] for name in names}
    for name in names:
        healthy.prepare(name)
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        runs = [(name, pool.submit(healthy.run, name, seed))
                for seed in seeds for name in names]
        for name, run in runs:
            found[name] += run.result()
    for name in names:
        print_rate(bench, name, found[name], LINKS * len(seeds), None)
    print_rate(bench, "all", sum(found.values(), []), LINKS * len(seeds) * len(names),
               GOAL_PER_DAY)


class Lead:
    """When something was warned of, and when it was bad: s, None: never."""

    def __init__(self, warnings, degraded_s, begins_s):
        self.begins_s = begins_s
        self.degraded_s = degraded_s
        raised = [w for w in warnings if w["change"] == "raised"]
        self.early = [w for w in raised if w["t"] < begins_s]
        self.raised = [w for w in raised if w["t"] >= begins_s]

    def seconds(self, kind=None):
        """From the first warning, of a kind or any, until it was bad; None: it never
        was; negative: the warning came later, -inf: none came.
        """
        if self.degraded_s is None:
            return None
        times = [w["t"] for w in self.raised if kind in (None, w["kind"])]
        return self.degraded_s - min(times, default=math.inf)


def in_simulator(build, name, seed):
    """A Lead in the simulator."""
    trace = build / f"bench/anomaly/{name}.csv"
    found = Simulator(build).run(LAB_SCENARIOS / f"anomaly-{name}.scenario", seed,
                                 watch=f"{BOUND_NS}ns", trace=trace)
    rows = numpy.genfromtxt(trace, delimiter=",", skip_header=1, usecols=(0, 2, 3))
    bad = rows[(rows[:, 0] > TROUBLE[name]) &
               ((abs(rows[:, 1]) > ERROR_NS) | (rows[:, 2] > BOUND_NS)), 0]
    return Lead(found["node"]["1"]["warnings"], float(bad[0]) if len(bad) else None,
                TROUBLE[name])


def printed_objects(text):
    """The JSON objects that stand in a console at the begin of a line."""
    decoder = json.JSONDecoder()
    for match in re.finditer(r"^\{", text, re.MULTILINE):
        try:
            yield decoder.raw_decode(text, match.start())[0]
        except ValueError:
            # The last one may have been cut off.
            return


def in_lab(build, name, directory):
    """A Lead in the lab, from what the node printed; the bound is that of its page."""
    run = Run(directory)
    error = numpy.where(run.usable[:, 1], run.time[:, 1] - run.time[:, 0], 0)
    raw, t_s = run.raw[:, 1], run.t / 1e9
    lines = []
    for record in printed_objects(run.read_text("n1.log")):
        row = int(numpy.searchsorted(raw, record["raw_ns"]))
        if row < len(raw) and run.usable[row, 1]:
            record["bound_ns"] = int(run.bound[row, 1])
        lines.append(json.dumps(record))
    done = subprocess.run([build / "bench/anomaly-replay", str(BOUND_NS)], check=True,
                          input="\n".join(lines), text=True, stdout=subprocess.PIPE)
    warnings = [json.loads(line) for line in done.stdout.splitlines()]
    for warning in warnings:
        warning["t"] = float(numpy.interp(warning["raw_ns"], raw, t_s))
    bad = t_s[(t_s > TROUBLE[name]) &
              ((abs(error) > ERROR_NS) | (run.bound[:, 1] > BOUND_NS))]
    return Lead(warnings, float(bad[0]) if len(bad) else None, TROUBLE[name])


def finite(seconds):
    """For JSON: None if there was no warning."""
    return None if seconds is None or math.isinf(seconds) else round(seconds, 1)


def print_lead(bench, name, where, leads):
    """Lines of a scenario."""
    known = [lead for lead in leads if lead.degraded_s is not None]
    seconds = sorted(lead.seconds() for lead in known)
    kinds = sorted({w["kind"] for lead in leads for w in lead.raised})
    median = finite(statistics.median(seconds)) if seconds else None
    bench.line(f"{name}:lead_time:{where}", "s", median, {}, ("value", 10),
               f"anomaly-{name}.scenario, {where}; until the error exceeds 2 us or the "
               "bound 20 us; median of the runs that degrade", len(known),
               larger_is_better=True, runs=len(leads),
               shortest=finite(seconds[0]) if seconds else None,
               warned=sum(s > 0 for s in seconds),
               degrades_after_s=[round(lead.degraded_s - lead.begins_s, 1)
                                 for lead in known],
               by_kind={kind: [finite(lead.seconds(kind)) for lead in known]
                        for kind in kinds},
               before_it_began=sum(len(lead.early) for lead in leads))


def print_leads(bench, build, seeds):
    """Lines of all scenarios."""
    for name in TROUBLE:
        print_lead(bench, name, "simulator",
                   [in_simulator(build, name, seed) for seed in seeds])
    jobs = [(LAB_SCENARIOS / f"anomaly-{name}.scenario", OURS, seed)
            for name in TROUBLE for seed in seeds[:LAB_SEEDS]]
    leads = {name: [] for name in TROUBLE}
    for (path, _, _), directory in zip(jobs, Campaign(build).run_all(jobs)):
        name = path.stem.removeprefix("anomaly-")
        leads[name].append(in_lab(build, name, directory))
    for name, found in leads.items():
        print_lead(bench, name, "lab", found)


def main():
    """The benchmark."""
    build, seeds = arguments(__doc__, SEEDS)
    bench = Bench("anomaly", build)
    try:
        print_false(bench, build, seeds)
        print_leads(bench, build, seeds[:LEAD_SEEDS])
    except (LabError, RunError, SimError) as error:
        sys.exit(f"anomaly: {error}")


if __name__ == "__main__":
    main()
