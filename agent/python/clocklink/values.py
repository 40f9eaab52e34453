# SPDX-License-Identifier: GPL-2.0-or-later
"""What a clock answers with."""
from __future__ import annotations

import enum
from typing import NamedTuple, Optional


class Level(enum.IntEnum):
    """What a reading is worth."""

    NONE = 0
    """Nothing."""
    SYNCED = 1
    """The clock follows the cluster."""
    UNVERIFIED = 2
    """So, but too few nodes check the leader."""
    HOLDOVER = 3
    """It is on its own, the interval grows."""


class Order(enum.IntEnum):
    """How two intervals lie."""

    BEFORE = -1
    """The first ended before the second began."""
    OVERLAP = 0
    """Nobody can tell."""
    AFTER = 1
    """The first began after the second ended."""


class Source(enum.IntEnum):
    """Clock of a stamp that is to be converted."""

    RAW = 0
    """time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)"""
    MONOTONIC = 1
    """time.monotonic_ns()"""
    REALTIME = 2
    """time.time_ns()"""


class Interval(NamedTuple):
    """Time at one instant: not before earliest, not after latest; ns."""

    earliest: int
    latest: int

    @property
    def middle(self) -> int:
        """The most likely time, ns."""
        return (self.earliest + self.latest) // 2

    @property
    def width(self) -> int:
        """Length, ns: twice the bound of the error."""
        return self.latest - self.earliest

    def compare(self, other: "Interval") -> Order:
        """Return how this interval lies to the other one."""
        if self.latest < other.earliest:
            return Order.BEFORE
        if self.earliest > other.latest:
            return Order.AFTER
        return Order.OVERLAP

    def before(self, other: "Interval") -> bool:
        """Is it certain that this was before the other?"""
        return self.compare(other) is Order.BEFORE

    def after(self, other: "Interval") -> bool:
        """Is it certain that this was after the other?"""
        return self.compare(other) is Order.AFTER

    def overlaps(self, other: "Interval") -> bool:
        """Can nobody tell which was first?"""
        return self.compare(other) is Order.OVERLAP


class Utc(NamedTuple):
    """UTC at one instant, ns since 1970 as POSIX counts, without leap seconds."""

    time: Interval
    leap_second: bool
    """An inserted leap second may be going on: the time repeats the second before."""


class Status(NamedTuple):
    """What the clock says of itself."""

    time: Optional[Interval]
    """Now; None: there is no time."""
    level: Level
    error: int
    """0, or why there is no time: a Code."""
    bound_ns: Optional[int]
    """Bound of the error now; None: there is none."""
    hard_ns: Optional[int]
    """The bound that assumes nothing about the network."""
    remaining_ns: int
    """For so long readings stay usable without the daemon."""
    disruptions: int
    """Times that the clock was disturbed: suspend, copy of the machine."""
    node: int
    cluster: int
    tai_offset: Optional[int]
    """TAI - UTC, s; None: not known."""
    leap: int
    """+1: a second is going to be inserted at leap_time, -1: left out, 0: neither."""
    leap_time: Optional[int]
    """Cluster time from which TAI - UTC is another."""
