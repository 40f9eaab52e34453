# SPDX-License-Identifier: GPL-2.0-or-later
"""An open clock."""
from __future__ import annotations

import ctypes
import os
from typing import Optional, Union

from .library import (
    INT64,
    UINT64,
    CInterval,
    CStatus,
    CUtc,
    check,
    fetch,
    integer,
    lib,
    nanoseconds,
)
from .values import Interval, Level, Source, Status, Utc

DEVICE = "/dev/clocklink"
NO_BOUND = 2**64 - 1


def interval(c: ctypes.Structure) -> Interval:
    """A struct clocklink_interval as an Interval."""
    return Interval(c.earliest, c.latest)


class Clock:
    """Cluster time from /dev/clocklinkN, without a system call per reading.

    May be used by several threads and by a child after fork. Every call raises Error if
    there is no time that could be relied on.
    """

    def __init__(self, path: Union[str, "os.PathLike[str]"] = DEVICE) -> None:
        """Open the time page at path."""
        self._handle = ctypes.c_void_p()
        check(
            lib.clocklink_open(os.fsencode(path), ctypes.byref(self._handle)),
            os.fsdecode(path),
        )

    def close(self) -> None:
        """Give the page back; nothing else may be called afterwards."""
        handle, self._handle = self._handle, ctypes.c_void_p()
        if handle:
            lib.clocklink_close(handle)

    def __enter__(self) -> "Clock":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            self.close()

    @property
    def handle(self) -> ctypes.c_void_p:
        """The struct clocklink; ValueError once it is closed."""
        if not self._handle:
            raise ValueError("the clock is closed")
        return self._handle

    def now(self) -> Interval:
        """Cluster time now."""
        return interval(fetch(lib.clocklink_now, CInterval, self.handle))

    def now_hard(self) -> Interval:
        """Cluster time now, with no assumption on how symmetric the network is."""
        return interval(fetch(lib.clocklink_now_hard, CInterval, self.handle))

    def now_utc(self) -> Utc:
        """UTC now."""
        utc = fetch(lib.clocklink_now_utc, CUtc, self.handle)
        return Utc(interval(utc.time), bool(utc.leap_second))

    def convert(self, source: Source, stamp: int) -> Interval:
        """Cluster time at which another clock showed stamp (ns), not long ago."""
        stamp = integer(stamp, *INT64, "stamp")
        return interval(
            fetch(lib.clocklink_convert, CInterval, self.handle, Source(source), stamp)
        )

    def status(self) -> Status:
        """What the clock says of itself; raises nothing if there is no time."""
        s = fetch(lib.clocklink_status, CStatus, self.handle)
        return Status(
            time=None if s.error else interval(s.time),
            level=Level(s.level),
            error=s.error,
            bound_ns=None if s.bound_ns == NO_BOUND else s.bound_ns,
            hard_ns=None if s.hard_ns == NO_BOUND else s.hard_ns,
            remaining_ns=s.remaining_ns,
            disruptions=s.disruptions,
            node=s.node,
            cluster=s.cluster,
            tai_offset=s.tai_offset or None,
            leap=s.leap,
            leap_time=s.leap_time or None,
        )

    def wait_until_after(self, time: int, timeout: Optional[float] = None) -> None:
        """Commit wait: return once cluster time is certainly after time (ns).

        timeout is in seconds, None: none. Raises Timeout when it is over.
        """
        time = integer(time, *INT64, "time")
        check(lib.clocklink_wait_until_after(self.handle, time, nanoseconds(timeout)))

    def wait_synced(self, bound_ns: int, timeout: Optional[float] = None) -> None:
        """Return once the clock is synchronized and its bound is at most bound_ns."""
        bound_ns = integer(bound_ns, *UINT64, "bound")
        check(lib.clocklink_wait_synced(self.handle, bound_ns, nanoseconds(timeout)))
