#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""C tables for the hull: streams of points and the result after each.

usage: gen_hull.py OUTPUT

The result comes from the rules of the fully incremental convex hull in exact
arithmetic.  The streams are the matches of a public pair of traces
(synctraces_matches.csv, from the test traces of Trace Compass), sequences of
its unit tests, odd ones, and random ones of fixed seeds.  OUTPUT then holds
hull_vectors[][COLUMNS], ns, lines relative to the first point of the stream.
"""

import csv
import pathlib
import random
import sys
from fractions import Fraction

PPT = 10**12
ABSENT, INCOMPLETE, APPROXIMATE, ACCURATE, FAIL = range(5)
FORTH, BACK = range(2)
INSIDE = (-1, 1)  # sign of the cross product, by direction

# (direction, x, y)
INCREMENTAL = [
    (BACK, 1, 1), (FORTH, 1, 3), (BACK, 3, 2), (FORTH, 3, 5), (FORTH, 4, 8),
    (BACK, 5, 4), (BACK, 6, 4), (FORTH, 6, 7), (FORTH, 7, 4), (BACK, 3, 7)]
ONE_HULL = [(FORTH, 1, 3), (FORTH, 2, 5), (FORTH, 3, 5), (FORTH, 4, 7)]
DISJOINT = ONE_HULL + [(BACK, 6, 7), (BACK, 6, 8), (BACK, 8, 10)]
# A line begins at a vertex that is in the chain twice; one that was removed and
# comes again.
TWICE = [(BACK, 4, 3), (FORTH, 1, 4), (BACK, 0, 2), (BACK, 4, 3), (BACK, 6, 0),
         (FORTH, 5, 1)]
AGAIN = [(BACK, 5, 1), (BACK, 2, 1), (BACK, 0, 1), (FORTH, 5, 4), (BACK, 2, 0),
         (BACK, 2, 1)]


def cross(p, a, b):
    return (a[0] - p[0]) * (b[1] - p[1]) - (a[1] - p[1]) * (b[0] - p[0])


class Line:
    """Through start, of the other direction, and end, of its own."""

    def __init__(self):
        self.start = self.end = None

    def slope(self):
        """dy, dx"""
        if self.start is None or self.start[0] == self.end[0]:
            return 1, 1
        return self.end[1] - self.start[1], self.end[0] - self.start[0]

    def touch(self, chain, sign):
        """Turns about end until it touches the opposite chain."""
        first = chain.index(self.start) if self.start in chain else 0
        seen = None
        for seen, following in zip(chain[first:], chain[first + 1:]):
            if (cross(seen, following, self.end) * sign <= 0
                    or following[0] >= self.end[0]):
                self.start = seen
                break
        if self.start is None:
            self.start = seen
        if self.start is not None and self.start[0] > self.end[0]:
            self.start = None


class Oracle:
    """The state after some points."""

    def __init__(self):
        self.chain = ([], [])
        self.line = (Line(), Line())
        self.quality = ABSENT
        self.qualified = 0
        self.bound = None

    def add(self, side, p):
        line, own = self.line[side], self.chain[side]
        sign = INSIDE[side]
        qualifies = (line.start is None
                     or cross(p, line.start, line.end) * sign > 0)
        if qualifies:
            self.qualified += 1
            while len(own) > 1 and cross(p, own[-2], own[-1]) * sign > 0:
                own.pop()
            own.append(p)
            line.end = p
        line.touch(self.chain[1 - side], sign)
        other = self.line[1 - side]
        if other.end is not None and other.start not in own:
            other.touch(own, -sign)
        if qualifies:
            self.evaluate()

    def evaluate(self):
        steep, flat = self.line
        known = sum(x.start is not None for x in self.line)
        if not known:
            if steep.end is None or flat.end is None:
                self.quality = INCOMPLETE
            return
        if self.quality == FAIL:
            return
        if known == 1:
            self.quality = APPROXIMATE
        elif Fraction(*steep.slope()) > Fraction(*flat.slope()):
            self.quality = ACCURATE
        else:
            self.quality = FAIL
            return
        self.bound = [(*x.slope(), *x.end) for x in self.line]

    def lines(self):
        """dy, dx, x, y of both bounds"""
        if self.bound is None:
            return [0] * 8
        return [*self.bound[FORTH], *self.bound[BACK]]

    def frequency(self):
        """1e-12, rounded as the product does"""
        if self.bound is None:
            return 0
        return sum((dy - dx) * PPT // dx for dy, dx, _, _ in self.bound) // 2

    def offset(self, x):
        """ns, rounded as the product does"""
        if self.bound is None:
            return 0
        return sum((Fraction(dy, dx) * (x - px) + py - x).__floor__()
                   for dy, dx, px, py in self.bound) // 2


def traces(path):
    """The reference is the host with the smaller identifier."""
    with open(path, encoding="ascii") as f:
        for row in csv.DictReader(f):
            sent, received = int(row["send_ns"]), int(row["recv_ns"])
            if row["sender"] == "VM3":
                yield FORTH, sent, received
            else:
                yield BACK, received, sent


def network(seed, n, interval, base, jitter, slope, fifo, back=0.5, by=2):
    """Messages between two hosts: in the order of their reception (by = 2; one
    message may overtake another unless fifo) or of their departure (by = 1)."""
    rng = random.Random(seed)
    last = [0, 0]
    sent = []
    for i in range(n):
        side = BACK if rng.random() < back else FORTH
        start = i * interval
        end = start + base + int(rng.expovariate(1) * jitter)
        if fifo:
            end = last[side] = max(end, last[side] + 1)
        sent.append((side, start, end))
    for side, start, end in sorted(sent, key=lambda s: s[by]):
        x, at = (start, end) if side == FORTH else (end, start)
        yield side, 10**18 + x, 5 * 10**17 + at + (at * slope).__floor__()


def grid(seed, n, size):
    """Few coordinates: equal and collinear points, any order."""
    rng = random.Random(seed)
    for _ in range(n):
        yield rng.randrange(2), rng.randrange(size), rng.randrange(size)


def ladder(seed, n):
    """As grid(), but with a line between both directions, in order."""
    rng = random.Random(seed)
    x = 0
    for _ in range(n):
        side = rng.randrange(2)
        x += rng.randrange(3)
        way = rng.randrange(1, 5)
        yield side, x, x + (way if side == FORTH else -way)


def streams(here):
    ms = 10**6
    lan, wan = Fraction(20, 10**6), Fraction(-137, 10**6)
    yield list(traces(here / "synctraces_matches.csv"))
    yield INCREMENTAL
    yield ONE_HULL
    yield DISJOINT
    yield TWICE
    yield AGAIN
    yield list(network(1, 300, ms // 10, ms // 4, ms // 20, lan, True))
    yield list(network(2, 300, ms * 10, 20 * ms, 30 * ms, wan, True))
    yield list(network(3, 300, ms * 10, 20 * ms, 30 * ms, wan, False))
    yield list(network(4, 300, ms * 10, 20 * ms, 30 * ms, wan, False, by=1))
    yield list(network(5, 300, ms * 200, 20 * ms, 30 * ms, lan, False))
    yield list(network(6, 200, 36000 * ms, 20 * ms, 30 * ms, lan, True, 0.1))
    yield list(network(7, 100, ms, ms, ms, lan, True, 0.98))
    for seed in range(20):
        yield list(grid(seed, 15, 6 + seed))
        yield list(ladder(seed, 25))


def main():
    here = pathlib.Path(__file__).resolve().parent
    output = pathlib.Path(sys.argv[1])
    output.parent.mkdir(parents=True, exist_ok=True)
    with open(output, "w", encoding="ascii") as out:
        out.write("/* Made by tests/userspace/vectors/gen_hull.py. */\n\n"
                  "/*\n * stream, direction, x, y; then quality, points of the chains forth\n"
                  " * and back, qualified, dy, dx, x, y of the steepest and of the flattest\n"
                  " * line, frequency in 1e-12, offset at x\n */\n"
                  "static const s64 hull_vectors[][18] = {\n")
        for number, stream in enumerate(streams(here)):
            oracle = Oracle()
            _, x0, y0 = stream[0]
            for side, x, y in stream:
                oracle.add(side, (x - x0, y - y0))
                offset = oracle.offset(x - x0)
                row = [number, side, x, y, oracle.quality,
                       *map(len, oracle.chain), oracle.qualified,
                       *oracle.lines(), oracle.frequency(),
                       offset + y0 - x0 if oracle.bound else 0]
                out.write("\t{ " + ", ".join(f"{v}LL" for v in row) + " },\n")
        out.write("};\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main()
