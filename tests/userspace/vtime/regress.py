#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a scenario of the virtual-time lab and sees whether it gives what it
expects, and that it does not with a fault.

usage: regress.py SCENARIO

Two faults are planted: a wrong sign in the truth of the same run, and a second
run with the line of the scenario that follows "# fault: ", a stamp that comes
late.  Prints TAP, exit status 1 if a case fails.
"""

import pathlib
import sys

from lab import VTIME, Report, run

sys.path.insert(0, str(VTIME))
# From the directory above.
from evaluate import evaluate  # noqa: E402
from rundir import Run, RunError  # noqa: E402


def fault_line(scenario):
    """The line of the fault; ends the program if there is none."""
    for line in scenario.read_text(encoding="utf-8").splitlines():
        if line.startswith("# fault: "):
            return line.removeprefix("# fault: ")
    sys.exit(f"{scenario}: no line \"# fault: \"")


def judge(directory, fault=None):
    """Text and outcome of every expectation, and a reason if there are none."""
    try:
        return evaluate(Run(directory), "page", fault)["expect"], ""
    except RunError as error:
        return [], str(error)


def check_clean(report, status, directory):
    """A run without a fault has to meet all expectations; returns those that it
    meets.
    """
    checks, reason = judge(directory)
    report.check("the run reaches its end", status == 0,
                 f"exit status {status}")
    report.check("there is something to expect", bool(checks), reason)
    for check in checks:
        report.check(check["text"], check["ok"], f"found {check['value']}")
    return [check["text"] for check in checks if check["ok"]]


def check_fault(report, name, met, status, directory, fault=None):
    """A run with a fault has to be complete and to miss an expectation that is
    met without it.
    """
    checks, reason = judge(directory, fault)
    missed = [check for check in checks
              if not check["ok"] and check["text"] in met]
    report.check(f"{name} is noticed", status == 0 and bool(missed),
                 f"exit status {status}", reason)
    for check in missed:
        print(f"# missed with it: {check['text']}: {check['value']}")


def main():
    scenario = pathlib.Path(sys.argv[1]).resolve()
    line = fault_line(scenario)
    report = Report()
    status, directory = run(scenario, scenario.stem)
    met = check_clean(report, status, directory)
    check_fault(report, "a wrong sign of the truth", met, status, directory,
                "sign")
    status, directory = run(scenario, f"{scenario.stem}-fault", "-x", line)
    check_fault(report, f"{line}: a late stamp", met, status, directory)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
