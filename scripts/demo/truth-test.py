#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Plants every fault that clocklink-truth must see, and some it must not.

usage: truth-test.py CLOCKLINK_TRUTH

Pages are files made here; prints KTAP, exit status 1 if a case fails.
"""

import json
import struct
import subprocess
import sys
import tempfile
import time

# struct clocklink_page
LAYOUT = "<10I5q3QqiIQ"
MAGIC = 0x434C4B50
JOINING, SYNCED = 1, 2


def page(node, time_ns=0, bound=1000, hard=9000, state=SYNCED, rate=0,
         void=2**62):
    """The bytes of a page whose anchor lies 1 s in the past."""
    base = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW) - 10**9
    size = struct.calcsize(LAYOUT)
    # A common function of raw time, so that pages made one after the other
    # agree: cluster time is raw time plus time_ns.
    return struct.pack(LAYOUT, MAGIC, 0, size, 2, state, 0, node, 1, 7, 0,
                       base, base + time_ns, rate, 0, 0,
                       bound, hard, 0, void, 0, 0, 1)


def run(truth, pages, *args):
    """Runs on pages; returns exit status and records."""
    with tempfile.TemporaryDirectory() as tmp:
        files = []
        for i, data in enumerate(pages):
            files.append(f"{tmp}/{i}")
            with open(files[-1], "wb") as file:
                file.write(data)
        done = subprocess.run([truth, "-p", "50", "-t", "1", *args, *files],
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


def case_passes(truth, case):
    """Runs one case."""
    _, pages, args, status, violations = case
    got, records = run(truth, pages(), *args)
    return (got == status and len(records) > 10 and
            all(names(records, n) == v for n, v in violations.items()))


def refuses(truth, pages):
    """Something that is no page must end with status 2 and no record."""
    return run(truth, pages) == (2, [])


def main():
    truth = sys.argv[1]
    good = page(1)
    results = [(case[0], case_passes(truth, case)) for case in CASES]
    results += [
        ("an empty file is refused", refuses(truth, [good, b""])),
        ("a wrong magic is refused", refuses(truth, [good, b"\0" * 4096])),
        ("another layout is refused",
         refuses(truth, [good[:4] + b"\1" + good[5:]])),
        ("a page that is always being written is refused",
         refuses(truth, [good, good[:12] + b"\3" + good[13:]])),
    ]
    print("KTAP version 1")
    print(f"1..{len(results)}")
    for number, (name, passed) in enumerate(results, 1):
        print(f"{'ok' if passed else 'not ok'} {number} - {name}")
    return 0 if all(passed for _, passed in results) else 1


if __name__ == "__main__":
    sys.exit(main())
