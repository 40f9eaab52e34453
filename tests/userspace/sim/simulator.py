# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs of the simulator, build/sim."""

import json
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[2]
SCENARIOS = HERE / "scenarios"
LAB_SCENARIOS = TOP / "scripts/lab/vtime/scenarios"


class SimError(Exception):
    """A run that could not be made; the text says why."""


class Simulator:
    """The program build/sim."""

    def __init__(self, build):
        self.program = pathlib.Path(build).resolve() / "sim"

    def run(self, scenario, seed, extra=(), **options):
        """Figures of a run as a dictionary.  extra are more lines of the
        scenario; options are those of -o, with _ for -.
        """
        command = [self.program, "-s", str(seed)]
        for line in extra:
            command += ["-x", line]
        for key, value in options.items():
            command += ["-o", f"{key.replace('_', '-')}={value}"]
        done = subprocess.run([*command, scenario], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode:
            raise SimError(f"{scenario}: {done.stderr.strip()}")
        return json.loads(done.stdout)
