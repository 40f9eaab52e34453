# SPDX-License-Identifier: GPL-2.0-or-later
"""Figures of a run: errors, bounds, violations, traffic.

The leader is node 0, and its clock is the truth for all others.  The error of a
program of ours is the difference of the time pages, that of any other program
the difference of the system clocks, both at one instant of true time.
"""

import math
import re

import numpy

from rundir import NO_STATE, STATES

LEADER = 0
# What the figures are in; converge takes a limit: "converge:10us".
UNITS = {
    "abs_error_mean": "ns", "abs_error_rms": "ns", "abs_error_p99": "ns",
    "abs_error_max": "ns", "error_mean": "ns", "step_max": "ns",
    "bound_median": "ns", "bound_max": "ns", "hard_max": "ns",
    "violations": "", "violations_hard": "", "violations_past": "",
    "readings": "", "past_s": "s",
    "synced_share": "", "holdover_s": "s", "converge": "s",
    "exchanges_per_s": "", "bits_per_s": "",
}
DURATIONS_NS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9,
                "min": 60 * 10**9, "h": 3600 * 10**9}
NUMBER = re.compile(r"([-+]?\d+(?:\.\d+)?)([a-z]*)$")
# These say something about the start of a run, so they count from there.
FROM_START = ("violations", "violations_hard", "violations_past",
              "holdover_s", "converge")


class Window:
    """A part of a run: from start_s to end_s, some of the followers."""

    def __init__(self, run, start_s, end_s, nodes):
        self.start_s = start_s
        self.rows = run.rows(start_s, end_s)
        self.nodes = nodes

    def of(self, array):
        """That part of an array [sample, node]."""
        return array[self.rows][:, self.nodes]


class Figures:
    """All figures of a run.

    clock is "page" or "real", None: the page if the leader has one.  With
    wrong_sign the leader's deviation from true time is added where it has to be
    subtracted: a fault that the expectations must notice.
    """

    def __init__(self, run, clock=None, wrong_sign=False):
        self.run = run
        self.clock = clock or ("page" if run.page[:, LEADER].any() else "real")
        if self.clock == "page":
            time, self.valid = run.time, run.usable & run.usable[:, [LEADER]]
        else:
            time, self.valid = run.real, run.up & run.up[:, [LEADER]]
        true = run.t[:, None] + run.info["tod_base_ns"]
        off = numpy.where(self.valid, time - true, 0)
        # cluster time is TAI: without these seconds a wrong sign is not too easy
        tai_s = numpy.round(numpy.median(off[:, LEADER]) / 1e9)
        off -= numpy.where(self.valid, int(tai_s) * 10**9, 0)
        leader = off[:, [LEADER]] * (-1 if wrong_sign else 1)
        self.error = off - leader
        self.error[:, LEADER] = 0
        self.misses = self.missing(run.bound)
        self.misses_hard = self.missing(run.hard)
        self.misses_past = self.missing_past(
            true[:, 0] + int(tai_s) * 10**9 + leader[:, 0])

    def missing(self, bound):
        """Where an interval misses the truth, the leader's, or although it does
        not misses that of another follower which does not either.
        """
        if self.clock != "page":
            return numpy.zeros_like(self.valid)
        wrong = self.valid & (abs(self.error) > bound + bound[:, [LEADER]])
        right = self.valid & ~wrong
        far = numpy.iinfo("int64")
        low = numpy.where(right, self.error - bound, far.min)
        high = numpy.where(right, self.error + bound, far.max)
        return wrong | right & ((low.max(1, keepdims=True) > high) |
                                (high.min(1, keepdims=True) < low))

    def missing_past(self, truth):
        """Where what the page says of a stamp of an earlier sample misses the
        leader's interval of then, the truth.
        """
        row, run = self.run.past_row, self.run
        asked = (row >= 0) & self.valid[row, LEADER] & (self.clock == "page")
        slack = run.bound[row, LEADER]
        early = run.past[:, 0] > truth[row] + slack
        late = run.past[:, 1] < truth[row] - slack
        return asked & (early | late).any(0)

    def window(self, start_s=None, end_s=None, nodes=None):
        """From the warm-up to the end, all followers, unless told otherwise."""
        info = self.run.info
        return Window(self.run,
                      info["warmup_s"] if start_s is None else start_s,
                      info["duration_s"] if end_s is None else end_s,
                      nodes or list(range(1, self.run.nodes)))

    def usable(self, array, start_s=None, end_s=None):
        """Values of the followers' usable readings, a flat array."""
        window = self.window(start_s, end_s)
        return window.of(array)[window.of(self.valid)]

    def value(self, metric, start_s=None, end_s=None, nodes=None):
        """A figure by its name; None if there is nothing to take it from.

        From the warm-up (those of FROM_START: from the start) to the end of the
        run and of all followers, unless told otherwise.  Raises ValueError if
        there is no such figure.
        """
        name, limit_ns = parse_metric(metric)
        if start_s is None and name in FROM_START:
            start_s = 0
        window = self.window(start_s, end_s, nodes)
        if limit_ns is not None:
            return self.converge(window, limit_ns)
        for prefix in ("abs_error_", "bound_", "hard_"):
            if name.startswith(prefix):
                return self.of_readings(name, prefix, window)
        return getattr(self, name)(window)

    def of_readings(self, name, prefix, window):
        """Statistics of the usable readings: of magnitudes or of bounds."""
        source = {"abs_error_": self.error, "bound_": self.run.bound,
                  "hard_": self.run.hard}[prefix]
        if prefix != "abs_error_" and self.clock != "page":
            return None
        found = abs(window.of(source)[window.of(self.valid)])
        if not found.size:
            return None
        return STATISTICS[name.removeprefix(prefix)](found)

    def readings(self, window):
        """Usable readings."""
        return int(window.of(self.valid).sum())

    def error_mean(self, window):
        """Mean error with its sign, ns."""
        found = window.of(self.error)[window.of(self.valid)]
        return float(found.mean()) if found.size else None

    def synced_share(self, window):
        """Share of all samples in which the clock was synced."""
        if self.clock != "page":
            return None
        synced = window.of(self.run.in_states(("synced", "unverified")))
        return float(synced.mean()) if synced.size else None

    def holdover_s(self, window):
        """Time in holdover of the node that had most of it."""
        if self.clock != "page" or not window.rows.any():
            return None
        held = window.of(self.run.in_states(("holdover",)))
        return int(held.sum(0).max()) * self.run.period_s

    def converge(self, window, limit_ns):
        """Time from the start of the window after which no error was above the
        limit and no reading missing, s; of the node that took longest.
        """
        good = window.of(self.valid) & (abs(window.of(self.error)) <= limit_ns)
        bad = numpy.flatnonzero(~good.all(1))
        t_s = self.run.t[window.rows] / 1e9
        first = bad[-1] + 1 if bad.size else 0
        if first >= len(t_s):
            return None
        return float(t_s[first] - window.start_s)

    def exchanges_per_s(self, window):
        """Frames that a follower sent per second from the warm-up on: in every
        protocol here it sends one per exchange.
        """
        return self.traffic(window.nodes, "tx_frames_eval", len(window.nodes))

    def bits_per_s(self, window):
        """Bits that all nodes sent per second and follower, frames of Ethernet,
        from the warm-up on.
        """
        return self.traffic(range(self.run.nodes), "tx_bytes_eval",
                            (self.run.nodes - 1) / 8)

    def traffic(self, nodes, key, share):
        """Sum of a counter of nodes, per second and share."""
        info = self.run.info
        seconds = info["duration_s"] - info["warmup_s"]
        if not seconds or not share:
            return None
        return sum(info["node"][n][key] for n in nodes) / seconds / share

    def violations(self, window):
        """Usable readings whose interval is wrong."""
        return self.count(self.misses, window)

    def violations_hard(self, window):
        """The same with the bound that assumes nothing on asymmetry."""
        return self.count(self.misses_hard, window)

    def violations_past(self, window):
        """Stamps of the past whose interval misses the truth of then."""
        return self.count(self.misses_past, window)

    def past_s(self, window):
        """Age of the oldest stamp that a page still knew, s."""
        row = window.of(self.run.past_row)
        age = (self.run.t[window.rows][:, None] - self.run.t[row])[row >= 0]
        return float(age.max()) / 1e9 if age.size else None

    def step_max(self, window):
        """Largest change of a node's error from one sample to the next, ns."""
        valid = window.of(self.valid)
        moved = abs(numpy.diff(window.of(self.error), axis=0))
        moved = moved[valid[1:] & valid[:-1]]
        return float(moved.max()) if moved.size else None

    def count(self, mask, window):
        """How often something is the case; None without pages."""
        return int(window.of(mask).sum()) if self.clock == "page" else None

    def states(self, node):
        """When the state of a node changed: list of [t_s, name]."""
        codes = self.run.state[:, node]
        change = numpy.flatnonzero(numpy.diff(codes, prepend=NO_STATE))
        return [[round(float(self.run.t[i]) / 1e9, 3),
                 STATES[codes[i]] if codes[i] != NO_STATE else "none"]
                for i in change]


def parse_metric(text):
    """Name and limit (in ns, None: it has none) of a figure.

    Raises ValueError if there is no such figure.
    """
    name, colon, limit = text.partition(":")
    if name not in UNITS or bool(colon) != (name == "converge"):
        known = ", ".join(UNITS).replace("converge", "converge:LIMIT")
        raise ValueError(f"{text}: no such figure, there are {known}")
    return name, parse_value(limit, "ns") if colon else None


def parse_value(text, unit):
    """A number as people write it, in the unit of a figure.

    "ns" and "s" want a unit of time ("10us"), "" wants none.
    Raises ValueError.
    """
    match = NUMBER.match(text)
    if not match:
        raise ValueError(f"{text}: no number")
    value, suffix = float(match[1]), match[2]
    if not unit:
        if suffix:
            raise ValueError(f"{text}: a number without a unit expected")
        return value
    if suffix not in DURATIONS_NS:
        raise ValueError(f"{text}: ns, us, ms, s, min or h expected")
    return value * DURATIONS_NS[suffix] / DURATIONS_NS[unit]


def rms(values):
    """Root of the mean square."""
    return math.sqrt(float(numpy.mean(numpy.square(values, dtype="float64"))))


def quantile(values, share):
    """The smallest value that at least this share does not exceed."""
    ordered = numpy.sort(values)
    return float(ordered[max(0, math.ceil(share * len(ordered)) - 1)])


STATISTICS = {
    "mean": lambda v: float(v.mean()),
    "rms": rms,
    "p99": lambda v: quantile(v, 0.99),
    "median": lambda v: quantile(v, 0.5),
    "max": lambda v: float(v.max()),
}
