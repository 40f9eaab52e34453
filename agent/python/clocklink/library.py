# SPDX-License-Identifier: GPL-2.0-or-later
"""libclocklink by ctypes: structs and prototypes of clocklink.h and clocklink_hlc.h."""
from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, c_char_p, c_int, c_int32, c_int64, c_ubyte, c_uint32, c_uint64, c_void_p
from typing import Callable, Optional

from .errors import Code, Error, Timeout

SONAME = "libclocklink.so.1"
HLC_BYTES = 12

# A wait that never ends: the largest number of ns.
FOREVER = 2**63 - 1

# Ends of the ranges of times and bounds.
INT64 = (-(2**63), 2**63)
UINT64 = (0, 2**64)
UINT32 = (0, 2**32)


class CInterval(ctypes.Structure):
    """struct clocklink_interval"""

    _fields_ = [("earliest", c_int64), ("latest", c_int64)]


class CUtc(ctypes.Structure):
    """struct clocklink_utc"""

    _fields_ = [("time", CInterval), ("leap_second", c_int)]


class CStatus(ctypes.Structure):
    """struct clocklink_status"""

    _fields_ = [
        ("time", CInterval),
        ("level", c_int),
        ("error", c_int),
        ("bound_ns", c_uint64),
        ("hard_ns", c_uint64),
        ("remaining_ns", c_int64),
        ("disruptions", c_uint32),
        ("node", c_uint32),
        ("cluster", c_uint32),
        ("tai_offset", c_int32),
        ("leap", c_int32),
        ("leap_time", c_int64),
    ]


class CStamp(ctypes.Structure):
    """struct clocklink_hlc_stamp"""

    _fields_ = [("time", c_int64), ("count", c_uint32)]


Bytes = c_ubyte * HLC_BYTES

# Arguments of each call; all return int but those below.
PROTOTYPES = {
    "clocklink_open": [c_char_p, POINTER(c_void_p)],
    "clocklink_close": [c_void_p],
    "clocklink_now": [c_void_p, POINTER(CInterval)],
    "clocklink_now_hard": [c_void_p, POINTER(CInterval)],
    "clocklink_now_utc": [c_void_p, POINTER(CUtc)],
    "clocklink_convert": [c_void_p, c_int, c_int64, POINTER(CInterval)],
    "clocklink_status": [c_void_p, POINTER(CStatus)],
    "clocklink_wait_until_after": [c_void_p, c_int64, c_int64],
    "clocklink_wait_synced": [c_void_p, c_uint64, c_int64],
    "clocklink_error_text": [c_int],
    "clocklink_hlc_new": [c_void_p, c_int64, POINTER(c_void_p)],
    "clocklink_hlc_free": [c_void_p],
    "clocklink_hlc_now": [c_void_p, POINTER(CStamp)],
    "clocklink_hlc_receive": [c_void_p, POINTER(CStamp), POINTER(CStamp)],
    "clocklink_hlc_wait": [c_void_p, POINTER(CStamp), c_int64],
    "clocklink_hlc_pack": [POINTER(CStamp), POINTER(c_ubyte)],
    "clocklink_hlc_unpack": [POINTER(c_ubyte), POINTER(CStamp)],
}
RESULTS = {
    "clocklink_close": None,
    "clocklink_error_text": c_char_p,
    "clocklink_hlc_free": None,
    "clocklink_hlc_pack": None,
    "clocklink_hlc_unpack": None,
}


def load() -> ctypes.CDLL:
    """Load the library; OSError names it if it is not installed."""
    lib = ctypes.CDLL(SONAME, use_errno=True)
    for name, arguments in PROTOTYPES.items():
        call = getattr(lib, name)
        call.argtypes = arguments
        call.restype = RESULTS.get(name, c_int)
    return lib


lib = load()


def check(result: int, what: str = "") -> None:
    """Raise Error if a call failed; what: the object it was about."""
    if not result:
        return
    text = lib.clocklink_error_text(result).decode()
    if result == Code.DEVICE and ctypes.get_errno():
        text = os.strerror(ctypes.get_errno())
    if what:
        text = f"{what}: {text}"
    raise (Timeout if result == Code.TIMEOUT else Error)(result, text)


def nanoseconds(seconds: Optional[float]) -> int:
    """A waiting time as the library wants it; None: for ever."""
    if seconds is None:
        return FOREVER
    if not seconds >= 0:
        raise ValueError(f"timeout {seconds}: not below 0")
    return int(min(seconds * 1e9, FOREVER))


def integer(value: int, low: int, high: int, what: str) -> int:
    """A number from low to high - 1: ctypes would cut others off without a word."""
    if not low <= value < high:
        raise ValueError(f"{what} {value}: not in {low} to {high - 1}")
    return value


def fetch(call: Callable[..., int], kind: type, *arguments: object) -> ctypes.Structure:
    """Result of a call that fills in a struct; its address is the last argument."""
    ret = kind()
    check(call(*arguments, ctypes.byref(ret)))
    return ret
