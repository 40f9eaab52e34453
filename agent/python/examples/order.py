#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Two events and which of them was first, by intervals and by a hybrid logical clock.

usage: order.py [DEVICE]
"""

import sys

import clocklink


def main():
    """Prints the order of two events, and the stamps of a message and its receipt."""
    try:
        with clocklink.Clock(*sys.argv[1:]) as clock:
            first, second = clock.now(), clock.now()
            print("the first event was", first.compare(second).name, "the second")
            sender, receiver = clocklink.HybridClock(clock), clocklink.HybridClock(clock)
            sent = sender.now()
            got = receiver.receive(sent)
            print("sent at", sent.time, sent.count, "received at", got.time, got.count)
    except clocklink.Error as error:
        sys.exit(f"order.py: {error}")


if __name__ == "__main__":
    main()
