#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Commit wait: a transaction gets the latest time that it can be now and is not
acknowledged before that time is over everywhere.

usage: commit-wait.py [DEVICE]
"""

import sys

import clocklink


def commit(clock):
    """Time stamp of a transaction that may be acknowledged now."""
    stamp = clock.now().latest
    # Here the transaction would be written, which the wait overlaps.
    clock.wait_until_after(stamp, timeout=1)
    return stamp


def main():
    """Commits once."""
    try:
        with clocklink.Clock(*sys.argv[1:]) as clock:
            clock.wait_synced(1_000_000_000, timeout=10)
            print("committed at", commit(clock))
    except clocklink.Error as error:
        sys.exit(f"commit-wait.py: {error}")


if __name__ == "__main__":
    main()
