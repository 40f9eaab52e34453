#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Plants every fault that the demo must see, and some that are none.

usage: BUILD/unit/test_demo (a link to this file)

First in pages for clocklink-truth, which are files made here, then in the lines
of a run for the verdict. Prints KTAP, exit status 1 if a case fails.
"""

import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import time

import plot
import report
from samples import Run

TRUTH = pathlib.Path(sys.argv[0]).parent.parent / "clocklink-truth"

# struct clocklink_page and struct clocklink_anchor
HEAD = "<9Ii2IqQ"
ANCHOR = "<5q3Q3q2I"
ANCHORS = 128
RESERVED = 11
MAGIC = 0x434C4B50
VERSION = 1
JOINING, SYNCED = 1, 2


def page(node, time_ns=0, bound=1000, hard=9000, state=SYNCED, rate=0,
         void=2**62):
    """The bytes of a page whose anchor lies 1 s in the past."""
    base = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW) - 10**9
    # A common function of raw time, so that pages made one after the other
    # agree: cluster time is raw time plus time_ns.
    now = struct.pack(ANCHOR, base, base + time_ns, rate, 0, 0, bound, hard, 0,
                      void, base, base, state, 0)
    past = struct.pack(f"<{1 + RESERVED}Q", 1, *[0] * RESERVED)
    past += bytes(len(now)) + now + bytes((ANCHORS - 2) * len(now))
    size = struct.calcsize(HEAD) + len(now) + len(past)
    return struct.pack(HEAD, MAGIC, VERSION, size, 2, 0, node, 1, 7, 0, 0, 0,
                       0, 0, 1) + now + past


def run(pages, *args):
    """Runs on pages; returns exit status and records."""
    with tempfile.TemporaryDirectory() as tmp:
        files = []
        for i, data in enumerate(pages):
            files.append(f"{tmp}/{i}")
            with open(files[-1], "wb") as file:
                file.write(data)
        done = subprocess.run([TRUTH, "-p", "50", "-t", "1", *args, *files],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              check=False)
    return done.returncode, [json.loads(r) for r in done.stdout.splitlines()]


def names(records, node):
    """All violations that were reported of a node."""
    return {v for r in records if r["node"] == node
            for v in r.get("violations", [])}


CASES = (
    # name, pages, arguments, exit status, violations by node
    ("an error within the bound is none",
     lambda: [page(1, 0, 0, 0), page(2, 900)], [], 0, {1: set(), 2: set()}),
    ("an error beyond the bound is one",
     lambda: [page(1, 0, 0, 0), page(2, 1100)], [], 1,
     {1: {"overlap"}, 2: {"bound", "overlap"}}),
    ("an error beyond the hard bound is one",
     lambda: [page(1, 0, 0, 0), page(2, -9100)], [], 1,
     {2: {"bound", "hard", "overlap"}}),
    ("the leader's bound counts",
     lambda: [page(1, 0, 500, 500), page(2, 1400)], [], 0, {2: set()}),
    ("two intervals that contain the leader's but not each other",
     lambda: [page(1, 0, 4000, 4000), page(2, 3000), page(3, -3000)], [], 1,
     {1: set(), 2: {"overlap"}, 3: {"overlap"}}),
    ("a shifted truth is seen",
     lambda: [page(1, 0, 0, 0), page(2, 0)], ["-s", "50000"], 1,
     {1: {"bound", "hard"}, 2: {"bound", "hard"}}),
    ("a clock that runs backwards is seen",
     lambda: [page(1, 0, 2**40, 2**40),
              page(2, 0, 2**40, 2**40, rate=-(2**49))], [], 1,
     {2: {"backwards"}}),
    ("a node that is not synced is not judged",
     lambda: [page(1, 0, 0, 0), page(2, 10**9, state=JOINING)], [], 0,
     {1: set(), 2: set()}),
    ("a void reading is not judged",
     lambda: [page(1, 0, 0, 0), page(2, 10**9, void=0)], [], 0,
     {1: set(), 2: set()}),
)


def case_passes(case):
    """Runs one case."""
    _, pages, args, status, violations = case
    got, records = run(pages(), *args)
    return (got == status and len(records) > 10 and
            all(names(records, n) == v for n, v in violations.items()))


def change_passes(bound, violations):
    """The second node leads, 900 ns ahead of the first, which led before."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write("2\n")
        file.flush()
        status, records = run([page(1, 0, 1000), page(2, 900, bound)],
                              "-l", file.name)
    leads = {r["node"] for r in records if r.get("leads")}
    errors = [r["error_ns"] for r in records if r["node"] == 2]
    return (status == bool(violations) and leads == {2} and
            names(records, 2) == violations and names(records, 1) == set() and
            errors[0] == 900 and errors[-1] < 100)


def refuses(pages):
    """Something that is no page must end with status 2 and no record."""
    return run(pages) == (2, [])


def lines(change=lambda node, t_s, sample: sample, end=True):
    """The lines of a run of 2 nodes and 40 s, each sample passed to change."""
    yield json.dumps({"t_s": 100.0, "event": "start"})
    for i in range(400):
        t_s = i / 10
        for node in (1, 2):
            sample = {"t_s": 100 + t_s, "node": node, "state": "synced",
                      "error_ns": 300 * (node - 1), "bound_ns": 9000,
                      "hard_ns": 500000, "violations": []}
            yield json.dumps(change(node, t_s, sample))
    if end:
        yield json.dumps({"t_s": 140.0, "event": "end"})


def judge(change=lambda node, t_s, sample: sample, **kwargs):
    """The faults that the verdict finds in a run."""
    judged = Run()
    for line in lines(change, **kwargs):
        if not judged.add_line(line):
            raise ValueError(line)
    # It must be possible to draw whatever can be judged.
    if "</svg>" not in plot.draw(judged, "title", "subtitle"):
        raise ValueError("no plot")
    return report.faults(judged, 2)


def set_when(condition, **fields):
    """A change of the samples for which condition(node, t_s) holds."""
    return lambda node, t_s, sample: (
        {**sample, **fields} if condition(node, t_s) else sample)


def joining_when(condition):
    """Node 2 is joining: its samples have no reading."""
    def change(node, t_s, sample):
        if node == 2 and condition(t_s):
            return {"t_s": sample["t_s"], "node": 2, "state": "joining"}
        return sample
    return change


def judge_events(*events, leads=1):
    """The faults of a good run with events; node 2 leads from 20 s on if told."""
    def with_leader(node, t_s, sample):
        return {**sample, "leads": node == (leads if t_s >= 20 else 1)}

    judged = Run()
    for line in [*lines(with_leader, end=False),
                 *(json.dumps({"t_s": 100 + t_s, "event": what, "node": node,
                               "what": what}) for t_s, what, node in events),
                 json.dumps({"t_s": 140.0, "event": "end"})]:
        if not judged.add_line(line):
            raise ValueError(line)
    return report.faults(judged, 2)


def verdicts():
    """(name, passed) of the cases of the verdict."""
    def follower_after(start_s):
        return lambda node, t_s: node == 2 and t_s >= start_s

    one = set_when(lambda node, t_s: node == 2 and t_s == 30.0,
                   violations=["bound"])
    return [
        ("a good run passes", judge() == []),
        ("a node may join for a while",
         judge(joining_when(lambda t_s: t_s < 5)) == []),
        ("one violation is one too many", len(judge(one)) == 1),
        ("a node that never synced is missed",
         len(judge(joining_when(lambda t_s: True))) == 1),
        ("so is one that ended in holdover",
         len(judge(set_when(follower_after(39), state="holdover"))) == 1),
        ("and one whose samples end early",
         len(judge(joining_when(lambda t_s: t_s > 15))) > 0),
        ("a bound that is no use fails",
         len(judge(set_when(follower_after(10), bound_ns=20001))) == 1),
        ("a run without end is seen", judge(end=False) != []),
        ("a leader that is replaced is no fault",
         judge_events((19.9, "killed", 1), leads=2) == []),
        ("one that is not is", len(judge_events((19.9, "killed", 1))) == 1),
        ("one that was replaced before does not count",
         len(judge_events((21, "killed", 1), leads=2)) == 1),
        ("a liar that is isolated is no fault",
         judge_events((5, "lies", 2), (6, "isolated", 2)) == []),
        ("one that is not is",
         len(judge_events((5, "lies", 2), (6, "isolated", 1))) == 1),
    ]


def main():
    good = page(1)
    results = [(case[0], case_passes(case)) for case in CASES]
    results += [
        ("an empty file is refused", refuses([good, b""])),
        ("a wrong magic is refused", refuses([good, b"\0" * 4096])),
        ("another layout is refused",
         refuses([good[:4] + b"\0" + good[5:]])),
        ("a page that is always being written is refused",
         refuses([good, good[:12] + b"\3" + good[13:]])),
    ]
    results += [
        ("cluster time goes over to a new leader's",
         change_passes(1000, set())),
        ("and a new leader's bound has to cover that",
         change_passes(500, {"bound"})),
    ]
    results += verdicts()
    print("KTAP version 1")
    print(f"1..{len(results)}")
    for number, (name, passed) in enumerate(results, 1):
        print(f"{'ok' if passed else 'not ok'} {number} - {name}")
    return 0 if all(passed for _, passed in results) else 1


if __name__ == "__main__":
    sys.exit(main())
