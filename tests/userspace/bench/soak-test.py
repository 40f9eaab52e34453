#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""A short soak of the time page, and that it finds a writer who forgets to make the
sequence odd.

usage: BUILD/unit/test_page_soak (a link to this file)

Prints KTAP, exit status 1 if a case fails.
"""

import pathlib
import sys

from soak import soak

READS = 10**7


def main():
    build = pathlib.Path(sys.argv[0]).absolute().parents[1]
    status, found = soak(build, READS)
    bad_status, bad = soak(build, READS, "-f")
    cases = (
        ("10^7 readings, none torn and none back in time",
         status == 0 and found["usable"] == READS and found["torn"] == 0
         and found["backwards"] == 0),
        ("the page was written meanwhile", found["updates"] > 10),
        ("a writer that does not make the sequence odd is found",
         bad_status == 1 and bad["torn"] > 0),
    )
    print("KTAP version 1")
    print(f"1..{len(cases)}")
    for number, (name, passed) in enumerate(cases, 1):
        print(f"{'ok' if passed else 'not ok'} {number} {name}")
        if not passed:
            print(f"# good: {found}")
            print(f"# planted: {bad}")
    return 0 if all(passed for _, passed in cases) else 1


if __name__ == "__main__":
    sys.exit(main())
