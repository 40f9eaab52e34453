#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Large clusters: what errors, a leader that fails and a node that lies look like with up
to 1000 nodes, five of which vote, and what the simulator takes. Whole agents with the
module's estimators in virtual time, LAN.

usage: size.py BUILD

Environment: SEED, the seed; SEEDS must be 1.
"""

import json
import subprocess
import sys

from bench import Bench, arguments

# Nodes, trial, its options; minutes of CPU time for the last three.
TRIALS = ((100, "calm", ("-t", "10s")),
          (300, "calm", ("-t", "10s")),
          (1000, "calm", ("-t", "10s")),
          (1000, "failover", ("-t", "1s")),
          (1000, "attack", ("-t", "3s", "-z", "1ms")))
# What counts of each.
FIGURES = {
    "calm": (("error_rms_ns", "ns"), ("error_max_ns", "ns"), ("bound_max_ns", "ns"),
             ("unusable", "readings")),
    "failover": (("leaderless_ns", "ns"), ("extra_error_ns", "ns"), ("step_max_ns", "ns")),
    "attack": (("isolated", "nodes"), ("within_3", "nodes"), ("shift_max_ns", "ns")),
}
COST = (("cpu_s", "s"), ("virtual_s_per_cpu_s", ""), ("memory_mib", "MiB"))


def trial(build, seed, nodes, kind, options):
    """Figures of one run."""
    done = subprocess.run(
        [build / "agent-sim", "-c", "-F", "-s", str(seed), "-N", str(nodes), *options, kind],
        stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"agent-sim -N {nodes} {kind}: status {done.returncode}\n{done.stdout}")
    return json.loads(done.stdout)


def main():
    """The benchmark."""
    build, seeds = arguments(__doc__, 1)
    if len(seeds) != 1:
        sys.exit("SEEDS: one run each, it takes long")
    bench = Bench("size", build)
    for nodes, kind, options in TRIALS:
        found = trial(build, seeds[0], nodes, kind, options)
        conditions = f"lan, {nodes} nodes, 5 voters, simulator, seed {seeds[0]}"
        for name, unit in FIGURES[kind] + COST:
            value = found[name]
            bench.line(f"{nodes}:{kind}:{name}", unit,
                       max(value) if isinstance(value, list) else value, {}, None,
                       conditions, 1)


if __name__ == "__main__":
    main()
