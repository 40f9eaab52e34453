# SPDX-License-Identifier: GPL-2.0-or-later
"""What the benchmarks share: their lines of output, and the virtual machine."""

import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[2]
SEED = int(os.environ.get("SEED", "1"))


def arguments(doc, seeds):
    """Directory and seeds of a benchmark that takes BUILD as its only argument;
    seeds: how many, unless the environment says.
    """
    if len(sys.argv) != 2:
        sys.exit(doc)
    build = pathlib.Path(sys.argv[1]).resolve()
    (build / "bench").mkdir(exist_ok=True)
    return build, range(SEED, SEED + int(os.environ.get("SEEDS") or seeds))


class Bench:
    """Writes the lines of one benchmark to standard output and to
    BUILD/bench/NAME.jsonl.
    """

    def __init__(self, name, build):
        self.name = name
        path = build / "bench" / f"{name}.jsonl"
        self.file = open(path, "w", encoding="utf-8", buffering=1)

    def line(self, metric, unit, ours, peers, goal, conditions, n,
             larger_is_better=False, **more):
        """One metric.

        ratio is best peer / ours, or ours / best peer if larger is better: above
        1 we are ahead.  goal is (kind, value): "ratio" demands that ratio is at
        least value, "value" that ours is not worse than value; None: there is
        no goal.  A figure that is None was not reached; that is never met and
        never the best.  more are keys of this benchmark.
        """
        pick = max if larger_is_better else min
        best = pick((name for name in peers if peers[name] is not None),
                    key=peers.get, default=None)
        ratio = None
        if ours and best and peers[best]:
            ratio = ours / peers[best] if larger_is_better else peers[best] / ours
        kind, value = goal or (None, None)
        met = None if goal is None else is_met(
            ratio if kind == "ratio" else ours, value,
            larger_is_better or kind == "ratio")
        text = json.dumps({
            "bench": self.name, "metric": metric, "unit": unit, "ours": ours,
            "peers": peers, "best_peer": best,
            "ratio": ratio and round(ratio, 3),
            "goal": value and round(value, 3), "goal_of": kind, "met": met,
            "conditions": conditions, "n": n, "seed": SEED, **more,
        })
        print(text, flush=True)
        self.file.write(text + "\n")


def is_met(found, wanted, larger_is_better):
    """Is a figure as good as wanted?  One that was not reached is not."""
    if found is None:
        return False
    return found >= wanted if larger_is_better else found <= wanted


def run_vm(build, script, programs, *args, counting=True):
    """Runs a guest script of this directory with the module inserted; returns its
    lines of output.  Time is the count of instructions, or the host's.
    """
    command = [TOP / "scripts/lab/vm/run", *(["-i"] if counting else []),
               "-s", str(SEED), "-t", "300", "-n",
               "-m", "udp_tunnel", "-m", "ip6_udp_tunnel",
               "-m", build / "kmod-vm/clocklink.ko", "-f", HERE / script]
    for program in ["clocklinkd", "clocklinkctl", *programs]:
        command += ["-f", build / program]
    command += ["--", "sh", f"/t/{script}", *args]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode:
        sys.stderr.write(done.stdout)
        sys.exit(f"{script}: failed in the virtual machine, status "
                 f"{done.returncode}")
    return done.stdout.splitlines()
