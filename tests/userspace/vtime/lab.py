# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the virtual-time lab share: one run, and their output."""

import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[3]
BUILD = TOP / os.environ.get("BUILD", "build")
VTIME = TOP / "scripts/lab/vtime"
SCENARIOS = VTIME / "scenarios"


def run(scenario, name, *options):
    """Runs a scenario into BUILD/vtime-test/NAME; returns exit status and
    directory.  What the lab says goes to standard error.
    """
    directory = BUILD / "vtime-test" / name
    done = subprocess.run([VTIME / "run", "-o", directory, *options, scenario],
                          stdout=sys.stderr, check=False)
    return done.returncode, directory


class Report:
    """Prints TAP."""

    def __init__(self):
        self.count = self.failed = 0

    def check(self, name, passed, *notes):
        """One result; the notes say more if it failed."""
        self.count += 1
        self.failed += not passed
        print("ok" if passed else "not ok", self.count, "-",
              name.replace("#", ""), flush=True)
        for note in notes if not passed else ():
            print(f"# {note}")

    def end(self):
        """Prints the plan, returns the exit status."""
        print(f"1..{self.count}")
        return int(self.failed > 0)
