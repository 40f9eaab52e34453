#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs of a cluster in the virtual-time lab made here, with the cluster time known
beforehand.

usage: BUILD/unit/test_labcluster (a link to this file)

Node 0 leads first, then node 1, whose clock is 30 us ahead: cluster time has to go over
in 30 s.  Prints TAP, exit status 1 if a case fails.
"""

import json
import pathlib
import sys
import tempfile

from lab import TOP, Report

sys.path.insert(0, str(TOP / "scripts/lab/vtime"))
# From the directory above.
from cluster import Cluster, largest_step  # noqa: E402
from rundir import Run, RunError  # noqa: E402

NODES, DURATION_S, PERIOD_NS = 3, 100, 100_000_000
BASE_NS, TAI_NS = 1_700_000_000 * 10**9, 37 * 10**9
OFF_NS = (0, 30_000, 200)
# Stamps are raw times of nodes, which began at different times.
RAW_NS = (0, 5_000_000_000, -3_000_000)
RATE = 7e-6
FIRST_S, SECOND_S = 2, 50.05
STEP_NS = 400


def info():
    """A run.json."""
    return {"scenario": "made", "program": "clocklink-cluster", "seed": 1, "nodes": NODES,
            "duration_s": DURATION_S, "warmup_s": 10, "digest": "0",
            "tod_base_ns": BASE_NS, "event": [], "expect": [], "node": [{}] * NODES}


def samples(change):
    """The records of truth.jsonl; change(record, t_s) returns one or None."""
    for i in range(1, DURATION_S * 10**9 // PERIOD_NS + 1):
        t = i * PERIOD_NS
        for node in range(NODES):
            record = {"t": t, "node": node, "local": t, "real": BASE_NS + t,
                      "raw": t + RAW_NS[node], "bound": 1000, "hard": 9000,
                      "time": BASE_NS + TAI_NS + t + round(t * RATE) + OFF_NS[node],
                      "state": "synced"}
            if i > 1:
                record["gain"] = round(PERIOD_NS * RATE)
            record = change(record, t / 1e9) if change else record
            if record:
                yield record


def stamped(node, at_s, text):
    """A line of the console of a node."""
    return f"{round(at_s * 1e9) + RAW_NS[node]} clocklinkd: {text}\r\n"


def logs(more=""):
    """Consoles of the nodes; more: lines of node 2."""
    return ["clocklinkd: no stamp\n" +
            stamped(0, FIRST_S, "node 1 leads, term 2, cluster time begins"),
            stamped(1, SECOND_S, "node 2 leads, term 3, cluster time goes on"),
            stamped(2, 70, "judge: node 1: good -> isolated by decision") + more]


def made(change=None, more=""):
    """The cluster of a run made here."""
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory)
        (path / "run.json").write_text(json.dumps(info()), encoding="utf-8")
        (path / "truth.jsonl").write_text(
            "".join(json.dumps(r) + "\n" for r in samples(change)), encoding="utf-8")
        for node, text in enumerate(logs(more)):
            (path / f"n{node}.log").write_text(text, encoding="utf-8")
        return Cluster(Run(path))


def gone(node, start_s):
    """A node is down from then on."""
    return lambda record, t_s: (None if record["node"] == node and t_s >= start_s
                                else record)


def away(node, start_s, end_s):
    """A node has no reading for a while."""
    return lambda record, t_s: record | (
        {"state": "void"} if record["node"] == node and start_s <= t_s < end_s else {})


def silent(node):
    """A node has no reading at any time."""
    return lambda record, _: record | ({"state": "unsynced"} if record["node"] == node
                                       else {})


def stepped(record, t_s):
    """Node 2 steps."""
    return record | ({"time": record["time"] + STEP_NS}
                     if record["node"] == 2 and t_s > 80 else {})


def slewed(record, t_s):
    """Node 2 moves as far by its slew."""
    record = stepped(record, t_s)
    return record | ({"gain": record["gain"] + STEP_NS}
                     if record["node"] == 2 and abs(t_s - 80.1) < 0.01 else {})


def unknown(record, t_s):
    """Once nobody knows what a node gained."""
    if record["node"] == 1 and abs(t_s - 80.1) < 0.01:
        del record["gain"]
    return record


def error(cluster, node, at_s):
    """Error of a node at an instant."""
    return cluster.error[round(at_s * 1e9) // PERIOD_NS - 1, node]


def near(value, wanted):
    """Equal, but for rounding of rates and times."""
    return abs(value - wanted) < 3


def truth_cases():
    """(name, passed) of cluster time and errors."""
    for name, cluster in (("", made()),
                          ("; the old leader dies", made(gone(0, SECOND_S - 1))),
                          ("; it is back later", made(away(0, SECOND_S - 3, 52)))):
        begun = 60 - 50.1
        yield f"nobody has led before{name}", not cluster.valid[:19].any()
        yield f"errors are those to the first leader{name}", (
            near(error(cluster, 1, 10), OFF_NS[1]) and
            near(error(cluster, 2, 10), OFF_NS[2]))
        yield f"a new leader does not move cluster time{name}", (
            near(error(cluster, 2, 50.1), OFF_NS[2]))
        yield f"cluster time goes over to its line{name}", (
            near(error(cluster, 1, 60), OFF_NS[1] - begun * 1000) and
            near(error(cluster, 2, 60), OFF_NS[2] - begun * 1000))
        yield f"and has come to it{name}", (
            near(error(cluster, 1, 90), 0) and
            near(error(cluster, 2, 90), OFF_NS[2] - OFF_NS[1]))
        readings = cluster.readings([1, 2], cluster.run.rows(60, 70))
        yield f"who makes it is not counted{name}", (
            not readings[:, :2].any() and readings[:, 2].sum() == 101)


def log_cases():
    """(name, passed) of what was said."""
    cluster = made()
    yield "stamps become true time", (
        [round(r.t_ns / 1e9, 6) for r in cluster.reigns] == [FIRST_S, SECOND_S])
    yield "the first line after an instant", (
        round(cluster.first("node 1: .* -> isolated", 60), 6) == 10 and
        cluster.first("node 1: .* -> isolated", 71) is None)
    old = made(more=stamped(2, 75, "node 3 leads, term 2, cluster time goes on"))
    yield "a leader of an old term is none", old.maker[-1] == 1
    new = made(more=stamped(2, 75, "node 3 leads, term 4, cluster time goes on"))
    yield "one of a newer term is", new.maker[-1] == 2
    try:
        made(silent(1))
        yield "refused: a leader without a reading", False
    except RunError as refused:
        yield "refused: a leader without a reading", "n1.log" in str(refused)


def step_cases():
    """(name, passed) of steps."""
    for name, change, wanted in (("no step", None, 0), ("a slew is none", slewed, 0),
                                 ("a step", stepped, STEP_NS),
                                 ("a node that comes and goes", gone(2, 50), 0)):
        cluster = made(change)
        found = largest_step(cluster.run, cluster.valid)
        yield f"{name}: {found:.0f} ns", abs(found - wanted) <= 4
    cluster = made(unknown)
    try:
        largest_step(cluster.run, cluster.valid)
        yield "refused: readings without a gain", False
    except RunError as refused:
        yield "refused: readings without a gain", "gain" in str(refused)
    counted = cluster.valid & cluster.run.has_gain
    yield "but not where they do not count", largest_step(cluster.run, counted) == 0


def main():
    """All cases."""
    report = Report()
    for name, passed in (*truth_cases(), *log_cases(), *step_cases()):
        report.check(name, passed)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
