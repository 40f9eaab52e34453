#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Repeats runs of the virtual-time lab: one seed always gives the same, to the
bit, another seed something else.

usage: repeat.py SCENARIO...

Compared are the digests of all frames and the readings of all clocks.  Prints
TAP, exit status 1 if a case fails.
"""

import json
import pathlib
import sys

from lab import Report, run


def outcome(scenario, name, *options):
    """Digest and readings of a run; None if it failed."""
    status, directory = run(scenario, name, *options)
    if status:
        print(f"# {name}: exit status {status}")
        return None
    info = json.loads((directory / "run.json").read_text(encoding="utf-8"))
    return info["digest"], (directory / "truth.jsonl").read_bytes()


def main():
    report = Report()
    for scenario in (pathlib.Path(word).resolve() for word in sys.argv[1:]):
        name = scenario.stem
        first, again, other = (
            outcome(scenario, f"{name}-{what}", "-s", seed)
            for what, seed in (("first", "1"), ("again", "1"), ("other", "2")))
        report.check(f"{name}: there are readings",
                     first is not None and b'"bound":1' in first[1])
        report.check(f"{name}: the same frames with the same seed",
                     None not in (first, again) and first[0] == again[0])
        report.check(f"{name}: the same clocks with the same seed",
                     None not in (first, again) and first[1] == again[1])
        report.check(f"{name}: others with another seed",
                     None not in (first, other) and first[0] != other[0] and
                     first[1] != other[1])
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
