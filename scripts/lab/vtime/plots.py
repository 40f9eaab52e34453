#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the plots of Documentation/lab.rst: lab-lan.svg, lab-wan.svg, lab-cut.svg.

usage: plots.py BUILD DIRECTORY

Missing runs are made first, others are taken as they are kept in BUILD/vtime-runs.
"""

import pathlib
import sys

from campaign import SCENARIOS, Campaign, LabError
from figures import Figures
from plot import draw_cut, draw_errors, save
from rundir import Run, RunError

SEED = 1
LABELS = {
    "clocklink": "Clocklink", "chrony-best": "chronyd, tuned",
    "chrony-8hz": "chronyd, 8 Hz", "chrony-default": "chronyd, default",
    "ptp4l-8hz": "ptp4l, 8 Hz", "ptp4l-default": "ptp4l, default",
}
TITLES = {
    "lan": "LAN: 500 µs each way + exponential 10 µs, wander 1 ppb/√s, "
           "three followers, software stamps",
    "wan": "WAN: 20 ms each way + exponential 30 ms, wander 1 ppb/√s, "
           "three followers, software stamps",
}


def main():
    build, directory = map(pathlib.Path, sys.argv[1:])
    try:
        campaign = Campaign(build)
        for name, title in TITLES.items():
            runs = campaign.run_all([(SCENARIOS / f"{name}.scenario", program,
                                      SEED) for program in LABELS])
            figures = [Figures(Run(run)) for run in runs]
            save(draw_errors(list(zip(LABELS.values(), figures)), title),
                 directory / f"lab-{name}.svg")
        run = campaign.run(SCENARIOS / "cut.scenario", "clocklink", SEED)
        save(draw_cut(Figures(Run(run)), 1,
                      "Holdover: node 1 of lan loses the leader for 200 s"),
             directory / "lab-cut.svg")
    except (LabError, RunError) as error:
        sys.exit(f"plots.py: {error}")


if __name__ == "__main__":
    main()
