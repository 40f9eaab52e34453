# SPDX-License-Identifier: GPL-2.0-or-later
"""A finished run of the virtual-time lab: run.json and truth.jsonl as arrays.

Times are whole nanoseconds in int64: a double cannot hold them.
"""

import json
import pathlib

import numpy

STATES = ("unsynced", "joining", "synced", "unverified", "holdover", "void",
          "gone")
# A reading of the page counts in these states only.
USABLE = ("synced", "unverified", "holdover")
NO_STATE = len(STATES)
# Beyond any time of a run; differences of two still fit into int64.
ALL_NS = 2**62

RUN_KEYS = ("scenario", "program", "seed", "nodes", "duration_s", "warmup_s",
            "digest", "tod_base_ns", "event", "expect", "node")


class RunError(Exception):
    """A run directory that cannot be evaluated; the text names the place."""


class Run:
    """One run.

    t has the true time of each sample in ns since the start, period_s their
    usual distance in s.  The others are arrays [sample, node]: up and page say that the node ran and that its page
    was there, usable that it gave a reading that counts; real is CLOCK_REALTIME;
    time, bound and hard are of the page, 0 where there is none; state is an
    index of STATES, NO_STATE where there is none.  raw is CLOCK_MONOTONIC_RAW, gain
    what rates and slews say that the clock gained on it since the sample before, ns,
    where has_gain.

    past has what the page said of a stamp that was taken at an earlier sample,
    past_row, -1: of none: [clock, earliest or latest, sample, node], where clock is raw
    or real; all of time where it said nothing.
    """

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.info = self.read_info()
        self.nodes = self.info["nodes"]
        lines = self.read_lines()
        self.t = numpy.unique(numpy.array([r["t"] for r in lines], "int64"))
        if len(self.t) < 2:
            self.fail("truth.jsonl", ": fewer than two samples")
        self.period_s = float(numpy.median(numpy.diff(self.t))) / 1e9
        shape = (len(self.t), self.nodes)
        self.up, self.page = numpy.zeros((2, *shape), bool)
        self.real, self.raw, self.time, self.bound, self.hard = numpy.zeros(
            (5, *shape), "int64")
        self.gain = numpy.zeros(shape, "int64")
        self.has_reading, self.has_gain = numpy.zeros((2, *shape), bool)
        self.state = numpy.full(shape, NO_STATE, "uint8")
        self.past_row = numpy.full(shape, -1, "int64")
        self.past = numpy.empty((2, 2, *shape), "int64")
        self.past[:, 0], self.past[:, 1] = -ALL_NS, ALL_NS
        rows = numpy.searchsorted(self.t, [r["t"] for r in lines])
        for row, record in zip(rows.tolist(), lines):
            self.put((row, record["node"]), record)
            if "past" in record:
                self.put_past((row, record["node"]), record["past"])
        self.usable = self.has_reading & self.in_states(USABLE)

    def fail(self, name, text):
        """Raises an error about a file of the directory."""
        raise RunError(f"{self.directory / name}{text}")

    def read_text(self, name):
        """The text of a file."""
        try:
            return (self.directory / name).read_text(encoding="utf-8")
        except OSError as error:
            self.fail(name, f": {error.strerror}")
        except UnicodeDecodeError:
            self.fail(name, ": no text")

    def read_info(self):
        """run.json with all the keys that are needed."""
        try:
            info = json.loads(self.read_text("run.json"))
        except ValueError as error:
            self.fail("run.json", f": {error}")
        missing = [key for key in RUN_KEYS
                   if not isinstance(info, dict) or key not in info]
        if missing:
            self.fail("run.json", f": no {', '.join(missing)}")
        if len(info["node"]) != info["nodes"]:
            self.fail("run.json", f": {len(info['node'])} entries in node, "
                      f"expected {info['nodes']}")
        return info

    def read_lines(self):
        """The records of truth.jsonl."""
        records = []
        for number, line in enumerate(
                self.read_text("truth.jsonl").splitlines(), 1):
            try:
                record = json.loads(line)
                fault = self.fault_of(record)
            except ValueError as error:
                fault = str(error)
            if fault:
                self.fail("truth.jsonl", f":{number}: {fault}")
            records.append(record)
        return records

    def fault_of(self, record):
        """What is wrong with a record; None: nothing."""
        if not isinstance(record, dict):
            return "no object"
        for key in ("t", "node", "real"):
            if not isinstance(record.get(key), int):
                return f"{key} is no whole number"
        if not isinstance(record.get("gain", 0), int):
            return "gain is no whole number"
        for key in ("time", "bound", "hard"):
            if not isinstance(record.get(key, 0), (int, type(None))):
                return f"{key} is no whole number"
        past = record.get("past", [0] * 5)
        if (not isinstance(past, list) or len(past) != 5 or not all(
                isinstance(ns, (int, type(None))) for ns in past) or
                not isinstance(past[0], int)):
            return "past is not a time and two intervals"
        if not 0 <= record["node"] < self.nodes:
            return f"node {record['node']} of {self.nodes}"
        if "state" in record and record["state"] not in STATES:
            return f"unknown state {record['state']}"
        return None

    def put(self, where, record):
        """Stores one record."""
        self.up[where] = True
        self.real[where] = record["real"]
        self.raw[where] = record.get("raw", 0)
        if "state" not in record:
            return
        self.page[where] = True
        self.state[where] = STATES.index(record["state"])
        if "gain" in record:
            self.has_gain[where] = True
            self.gain[where] = record["gain"]
        reading = [record.get(key) for key in ("time", "bound", "hard")]
        if None not in reading:
            self.has_reading[where] = True
            self.time[where], self.bound[where], self.hard[where] = reading

    def put_past(self, where, past):
        """Stores what was said of a stamp of an earlier sample."""
        row = int(numpy.searchsorted(self.t, past[0]))
        if row >= where[0] or self.t[row] != past[0]:
            self.fail("truth.jsonl", f": past {past[0]} is no sample before "
                      f"{self.t[where[0]]}")
        self.past_row[where] = row
        for i, ns in enumerate(past[1:]):
            if ns is not None:
                self.past[(i // 2, i % 2, *where)] = ns

    def in_states(self, names):
        """Where the state is one of these."""
        return numpy.isin(self.state, [STATES.index(n) for n in names])

    def rows(self, start_s, end_s):
        """Mask of the samples from start_s to end_s."""
        return (self.t >= round(start_s * 1e9)) & (self.t <= round(end_s * 1e9))
