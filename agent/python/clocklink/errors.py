# SPDX-License-Identifier: GPL-2.0-or-later
"""Errors of libclocklink as exceptions."""
from __future__ import annotations

import enum


class Code(enum.IntEnum):
    """enum clocklink_error."""

    ARGUMENT = -1
    DEVICE = -2
    FORMAT = -3
    VERSION = -4
    MEMORY = -5
    NAMESPACE = -6
    UNSYNCED = -7
    VOID = -8
    GONE = -9
    STUCK = -10
    PAST = -11
    FUTURE = -12
    CLOCK_SET = -13
    UTC = -14
    TIMEOUT = -15
    DISRUPTED = -16
    DRIFT = -17


class Error(Exception):
    """A call of libclocklink failed; code says why."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class Timeout(Error, TimeoutError):
    """The time to wait is over."""
