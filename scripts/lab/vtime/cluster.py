# SPDX-License-Identifier: GPL-2.0-or-later
"""A finished run of nodes that elect their leader: what they said when, what cluster
time was, and how far every clock was from it.

Cluster time is the line of who leads.  When another one takes the lead it goes over
from the old line to the new one by 1 us per second, which is what all bounds allow
for, so it is continuous (agent/sim/agents/truth.c has the same rule).
"""

import re
import typing

import numpy

MERGE = 1e-6
# A line whose node is gone goes on as it did over so many samples.
SLOPE_SAMPLES = 100
LEADS = re.compile(r"node (\d+) leads, term (\d+)")
# What rounding may make of two readings and the gain between them.
ROUNDING_NS = 3
STAMPED = re.compile(r"(\d+) (.*)$")


class Said(typing.NamedTuple):
    """A stamped line of a node's console; t_ns is true time since the start."""

    t_ns: float
    node: int
    text: str


class Reign(typing.NamedTuple):
    """Who makes cluster time from t_ns on."""

    t_ns: float
    node: int
    term: int


def read_log(run, node):
    """The stamped lines of a node of a run, which has not booted twice."""
    up = run.up[:, node]
    raw, ahead = run.raw[up, node], (run.t - run.raw[:, node])[up]
    for line in run.read_text(f"n{node}.log").splitlines():
        match = STAMPED.match(line)
        if match:
            stamp = int(match[1])
            yield Said(float(stamp + numpy.interp(stamp, raw, ahead)), node, match[2])


def largest_step(run, counted):
    """How far a clock moved at most between two samples beyond what its rates and slews
    say, ns.  counted: mask of the readings.
    """
    both = counted[1:] & counted[:-1]
    if not run.has_gain[1:][both].all():
        run.fail("truth.jsonl", ": no gain between two readings")
    moved = numpy.diff(run.time, axis=0) - numpy.diff(run.raw, axis=0)
    excess = abs(moved - run.gain[1:])[both] - ROUNDING_NS
    return max(float(excess.max()), 0.0)


class Cluster:
    """said has the stamped lines in order of time, reigns who led.  off is clock minus
    true time, truth cluster time minus true time (NaN as long as nobody has led), maker
    who makes it (-1: nobody), error clock minus cluster time where valid; ns, seconds of
    TAI are left out.
    """

    def __init__(self, run):
        self.run = run
        self.said = sorted(line for node in range(run.nodes)
                           for line in read_log(run, node))
        self.reigns = self.find_reigns()
        true = run.t[:, None] + run.info["tod_base_ns"]
        off = numpy.where(run.usable, run.time - true, 0)
        tai_s = numpy.round(numpy.median(off[run.usable]) / 1e9)
        self.off = off - numpy.where(run.usable, int(tai_s) * 10**9, 0)
        self.maker = numpy.full(len(run.t), -1)
        self.truth = numpy.full(len(run.t), numpy.nan)
        self.follow()
        self.valid = run.usable & ~numpy.isnan(self.truth)[:, None]
        self.error = numpy.where(self.valid, self.off - self.truth[:, None], 0)

    def find_reigns(self):
        """Who led, in order of time; of two at once the one of the newer term."""
        reigns = []
        for line in self.said:
            match = LEADS.search(line.text)
            if match and (not reigns or int(match[2]) > reigns[-1].term):
                reigns.append(Reign(line.t_ns, int(match[1]) - 1, int(match[2])))
        return reigns

    def line(self, node):
        """off of a node; where it gives no reading, as it has gone on or would have."""
        usable = self.run.usable[:, node]
        if not usable.any():
            self.run.fail(f"n{node}.log", ": it led without a reading")
        t, off = self.run.t[usable], self.off[usable, node].astype(float)
        first = max(len(t) - 1 - SLOPE_SAMPLES, 0)
        slope = (off[-1] - off[first]) / max(t[-1] - t[first], 1)
        gone = numpy.maximum(self.run.t - t[-1], 0)
        return numpy.interp(self.run.t, t, off) + gone * slope

    def follow(self):
        """Sets truth and maker."""
        t, before = self.run.t, None
        starts = numpy.searchsorted(t, [reign.t_ns for reign in self.reigns])
        for reign, start in zip(self.reigns, starts.tolist()):
            if start == len(t):
                break
            line = self.line(reign.node)
            left = 0 if before is None else before[start] - line[start]
            gone = (t - t[start]) * MERGE
            before = line + numpy.sign(left) * numpy.maximum(abs(left) - gone, 0)
            self.truth[start:] = before[start:]
            self.maker[start:] = reign.node

    def readings(self, nodes, rows):
        """Mask [sample, node] of the readings of these nodes at these samples, but for
        those of who makes cluster time.
        """
        chosen = self.valid & rows[:, None]
        chosen &= numpy.isin(numpy.arange(self.run.nodes), nodes)
        return chosen & (numpy.arange(self.run.nodes) != self.maker[:, None])

    def first(self, pattern, after_s=0):
        """True time in s after after_s at which a node first said this; None: never."""
        for line in self.said:
            if line.t_ns >= after_s * 1e9 and re.search(pattern, line.text):
                return line.t_ns / 1e9 - after_s
        return None
