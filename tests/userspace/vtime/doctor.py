#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Lets clocklink-stats' doctor look at nodes of the virtual-time lab before and after
faults that he must name: these, at their places, and no others.

usage: doctor.py SCENARIO

The scenario has him look three times at each node.  That a fault that is not found,
a false alarm and a wrong place would be noticed is tried with the same answers in another
order.  Prints TAP, exit status 1 if a case fails.
"""

import json
import pathlib
import re
import sys

from lab import Report, run

# What each node has to find in the end; place as in the finding, up to a comma.
FOUND = (
    {("asymmetry", "node 2"), ("wander", "node 4")},
    {("asymmetry", "node 1"), ("wander", "node 4")},
    {("wander", "node 4")},
    {("wander", "node 4")},
    {("lost-hardware-stamps", "device hw0"), ("wander", "node 4")},
)
# What is found some seconds after its begin; the others may take their time.
FAST = {"lost-hardware-stamps"}
LOOKS = 3


def answers(directory, node):
    """What the doctor has said at a node: sets of (name, place)."""
    text = (directory / f"n{node}.log").read_text(encoding="utf-8", errors="replace")
    return [{(one["name"], one["where"].split(",")[0]) for one in json.loads(found)}
            for found in re.findall(r"^\d+ (\[.*\])\r?$", text, re.M)]


def complaints(nodes):
    """What is wrong with the answers at all nodes."""
    for node, (looks, true) in enumerate(zip(nodes, FOUND)):
        if len(looks) != LOOKS:
            yield f"node {node}: {len(looks)} answers, not {LOOKS}"
            continue
        before, soon, late = looks
        fast = {one for one in true if one[0] in FAST}
        for name, found, least, most in (("before the faults", before, set(), set()),
                                         ("soon after", soon, fast, true),
                                         ("in the end", late, true, true)):
            yield from (f"node {node}, {name}: not found: {one}"
                        for one in sorted(least - found))
            yield from (f"node {node}, {name}: false alarm: {one}"
                        for one in sorted(found - most))


def planted(nodes):
    """(name, complaint that must come, answers): what another doctor might say."""
    return (("a fault that is not found", "not found",
             [[before, soon, before] for before, soon, _ in nodes]),
            ("a false alarm", "false alarm",
             [[late, soon, late] for _, soon, late in nodes]),
            ("a wrong place", "false alarm", nodes[1:] + nodes[:1]),
            ("a doctor who says nothing", "0 answers", [[] for _ in nodes]))


def main():
    scenario = pathlib.Path(sys.argv[1]).resolve()
    report = Report()
    status, directory = run(scenario, scenario.stem)
    report.check("the run reaches its end", status == 0, f"exit status {status}")
    nodes = [answers(directory, node) for node in range(len(FOUND))]
    wrong = list(complaints(nodes))
    report.check("each fault is named, at its place, and no other", not wrong, *wrong)
    if not wrong:
        for name, text, other in planted(nodes):
            noticed = list(complaints(other))
            report.check(f"{name} is noticed",
                         any(text in one for one in noticed), *noticed)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
