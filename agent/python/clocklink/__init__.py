# SPDX-License-Identifier: GPL-2.0-or-later
"""Cluster time as intervals that hold the true time.

    import clocklink

    with clocklink.Clock() as clock:
        now = clock.now()
        print(now.earliest, now.latest)
        clock.wait_until_after(now.latest)

All times are whole nanoseconds. Cluster time is TAI since 1970-01-01 00:00:00 TAI; only
now_utc() gives UTC. Waiting times are seconds, as Python has them. Needs libclocklink, no
compiler; see libclocklink(3).
"""
from .clock import Clock
from .errors import Code, Error, Timeout
from .hlc import HybridClock, Stamp
from .values import Interval, Level, Order, Source, Status, Utc

__all__ = [
    "Clock",
    "Code",
    "Error",
    "HybridClock",
    "Interval",
    "Level",
    "Order",
    "Source",
    "Stamp",
    "Status",
    "Timeout",
    "Utc",
]
