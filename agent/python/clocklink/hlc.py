# SPDX-License-Identifier: GPL-2.0-or-later
"""Hybrid Logical Clock: stamps that order causally related events on all nodes."""
from __future__ import annotations

import ctypes
from typing import NamedTuple, Optional

from .clock import Clock
from .library import (
    HLC_BYTES,
    INT64,
    UINT32,
    Bytes,
    CStamp,
    check,
    fetch,
    integer,
    lib,
    nanoseconds,
)

# A stamp of another node may be so far ahead of our latest time, ns.
MAX_AHEAD_NS = 500_000_000


class Stamp(NamedTuple):
    """An HLC stamp: cluster time, ns, and the number of the event at that time."""

    time: int
    count: int

    def as_c(self) -> CStamp:
        """The C struct; ValueError if a number does not fit."""
        return CStamp(
            integer(self.time, *INT64, "time of a stamp"),
            integer(self.count, *UINT32, "count of a stamp"),
        )

    def pack(self) -> bytes:
        """Bytes that sort as the stamps do."""
        ret = Bytes()
        lib.clocklink_hlc_pack(ctypes.byref(self.as_c()), ret)
        return bytes(ret)

    @classmethod
    def unpack(cls, data: bytes) -> "Stamp":
        """The stamp of bytes made by pack()."""
        if len(data) != HLC_BYTES:
            raise ValueError(f"stamp of {len(data)} bytes, not {HLC_BYTES}")
        ret = CStamp()
        lib.clocklink_hlc_unpack(Bytes.from_buffer_copy(data), ctypes.byref(ret))
        return cls(ret.time, ret.count)


class HybridClock:
    """An HLC, one per process; its threads may share it."""

    def __init__(self, clock: Clock, max_ahead_ns: int = MAX_AHEAD_NS) -> None:
        """Stamps by clock; those of others may be max_ahead_ns ahead of it."""
        max_ahead_ns = integer(max_ahead_ns, *INT64, "max_ahead_ns")
        self._clock = clock  # the handle is used as long as this lives
        self._handle = ctypes.c_void_p()
        check(
            lib.clocklink_hlc_new(
                clock.handle, max_ahead_ns, ctypes.byref(self._handle)
            )
        )

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            lib.clocklink_hlc_free(self._handle)

    def now(self) -> Stamp:
        """A stamp for a local event or a message to be sent."""
        self._clock.handle  # raises if it was closed
        return self._stamp(fetch(lib.clocklink_hlc_now, CStamp, self._handle))

    def receive(self, theirs: Stamp) -> Stamp:
        """A stamp for the receipt of a message with the stamp of its sender.

        Raises Error with Code.DRIFT, and changes nothing, if theirs is too far ahead.
        """
        self._clock.handle
        return self._stamp(
            fetch(
                lib.clocklink_hlc_receive,
                CStamp,
                self._handle,
                ctypes.byref(theirs.as_c()),
            )
        )

    def wait(self, stamp: Stamp, timeout: Optional[float] = None) -> None:
        """Return once true time is certainly after stamp: then it may be told."""
        self._clock.handle
        check(
            lib.clocklink_hlc_wait(
                self._handle, ctypes.byref(stamp.as_c()), nanoseconds(timeout)
            )
        )

    @staticmethod
    def _stamp(c: ctypes.Structure) -> Stamp:
        return Stamp(c.time, c.count)
