# SPDX-License-Identifier: GPL-2.0-or-later
"""Many runs of the virtual-time lab, some at a time.

A run that has ended is kept under a name that has a hash of all it depends on:
the scenario, the seed, the kernel, the controller and the files of the nodes.  So
a campaign that was interrupted goes on where it was, and one that is repeated
takes no time.  Of runs that have the same name but this hash the last is kept.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SCENARIOS = HERE / "scenarios"
# A run uses little more than one processor: kernels take turns.
AT_ONCE = 2
LIMIT_S = 3600
# Files of the nodes that only our own programs read.
OURS = "clocklink"


class LabError(Exception):
    """A run that could not be made; the text says which and why."""


def hash_of(*parts):
    """A short name for bytes."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:16]


class Campaign:
    """Makes runs below BUILD/vtime-runs of what "make lab-build" has built."""

    def __init__(self, build):
        self.build = pathlib.Path(build).resolve()
        done = subprocess.run([HERE / "kernel/build"], text=True,
                              stdout=subprocess.PIPE, check=False)
        if done.returncode:
            raise LabError("no kernel for the lab")
        self.machine = [pathlib.Path(done.stdout.strip()) / "linux",
                        self.build / "vtime", self.build / "vtime-root",
                        self.build / "vtime-guest/preload.so"]
        self.hashes = {}

    @staticmethod
    def say(text):
        """Progress."""
        print(f"lab: {text}", file=sys.stderr, flush=True)

    def hash_machine(self, ours):
        """Hash of all that a program can see, with our files or without."""
        if ours not in self.hashes:
            parts = []
            for path in self.machine:
                files = sorted(path.rglob("*")) if path.is_dir() else [path]
                for file in (f for f in files if f.is_file()):
                    name = str(file.relative_to(path.parent))
                    if ours or not file.name.startswith(OURS):
                        parts += [name.encode(), file.read_bytes()]
            self.hashes[ours] = hash_of(*parts)
        return self.hashes[ours]

    def directory(self, scenario, program, seed):
        """Where a run is kept."""
        key = hash_of(self.hash_machine(program.startswith(OURS)).encode(),
                      scenario.read_bytes())
        return (self.build / "vtime-runs" /
                f"{scenario.stem}-{program}-{seed}-{key}")

    def run(self, scenario, program, seed):
        """Directory of a run that has ended; makes it if there is none."""
        directory = self.directory(scenario, program, seed)
        name = f"{scenario.stem} {program} seed {seed}"
        if (directory / "run.json").exists():
            self.say(f"{name}: kept")
            return directory
        part = directory.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        with open(part / "log", "wb") as log:
            status = subprocess.run(
                [HERE / "run", "-s", str(seed), "-p", program, "-o", part,
                 scenario], stdout=log, stderr=log, timeout=LIMIT_S,
                env=os.environ | {"BUILD": str(self.build)},
                check=False).returncode
        if status:
            raise LabError(f"{name}: exit status {status}, see {part}/log")
        part.rename(directory)
        self.drop_others(directory)
        info = json.loads((directory / "run.json").read_text("utf-8"))
        self.say(f"{name}: {info['duration_s']:g} s in "
                 f"{info['wall_s']:.1f} s")
        return directory

    @staticmethod
    def drop_others(directory):
        """Removes runs that differ only in what they were made of."""
        stem, _, key = directory.name.rpartition("-")
        for other in directory.parent.glob(f"{stem}-{'?' * len(key)}*"):
            if other != directory:
                shutil.rmtree(other, ignore_errors=True)

    def run_all(self, jobs):
        """Directories of runs (scenario, program, seed), in their order."""
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            futures = [pool.submit(self.run, *job) for job in jobs]
            try:
                return [future.result() for future in futures]
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
