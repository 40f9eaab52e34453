#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a follower costs: instructions per sample, memory per session, the daemon.

usage: overhead.py BUILD

A module with the same core measures the estimator alone, over simulated exchanges;
then a leader and a follower run as they do by default. The virtual machine counts
instructions, 1 ns each. The same code is timed on this machine, too.
"""

import pathlib
import statistics
import subprocess
import sys

from bench import Bench, run_vm

SAMPLE_GOAL = 3000
TIME_GOAL = 3000
SESSION_GOAL = 12288
VM = "VM, stock 6.1, 1 CPU, -icount (1 ns is one instruction)"
PATHS = {
    "lan": "500 us each way + exponential 10 us, stamp noise 1 us",
    "lan-quiet": "500 us each way, stamp noise 50 ns",
    "lan-busy": "500 us each way + exponential 300 us, stamp noise 100 ns",
    "wan": "20 ms each way + exponential 30 ms, stamp noise 1 us",
}


def estimator(bench, lines):
    """The estimator alone, on each path."""
    for words in lines["overhead"]:
        path, what, (mean, p99, most, n) = words[0], words[1], map(int, words[2:])
        metric = "instructions_per_" + {"push": "sample", "get": "estimate"}[what]
        conditions = (f"{VM}, cl_estimator_{what}() with interrupts off, an exchange "
                      f"every 100 ms, {PATHS[path]}")
        goal = ("value", SAMPLE_GOAL) if what == "push" else None
        bench.line(metric, "instructions", mean, {}, goal, conditions, n,
                   case=path, p99=p99, max=most)


def native(bench, build):
    """The estimator on this machine, in time."""
    done = subprocess.run([build / "bench/push"], check=True, text=True,
                          stdout=subprocess.PIPE)
    times = [int(line.split()[1]) for line in done.stdout.splitlines()]
    bench.line("time_per_sample", "ns", statistics.median(times), {},
               ("value", TIME_GOAL),
               "this machine, user space, cl_estimator_push(), an exchange every "
               f"100 ms, {PATHS['lan']}; median of {len(times)} batches",
               len(times), min=min(times), max=max(times))


def tasklet(bench, lines):
    """The tasklet that feeds the estimator."""
    costs = sorted(int(words[0]) for words in lines["tasklet"])
    bench.line("instructions_per_tasklet", "instructions",
               round(sum(costs) / len(costs)), {}, None,
               f"{VM}, leader and follower, 100 ms rounds, 1 ms each way; from entry "
               "to exit of the tasklet softirq as traced, with the tracer's own cost",
               len(costs), p99=costs[len(costs) - 1 - len(costs) // 100],
               max=costs[-1])


def daemon(bench, lines):
    """The daemon: share of the processor, resident memory."""
    for role, cpu_ns, elapsed_ns, rss_kib in lines["daemon"]:
        conditions = f"{VM}, one peer, 100 ms rounds"
        bench.line("daemon_cpu_share", "1", round(int(cpu_ns) / int(elapsed_ns), 6),
                   {}, None, conditions, 1, case=role)
        bench.line("rss", "B", int(rss_kib) * 1024, {}, None, conditions, 1,
                   case=role)


def main():
    build = pathlib.Path(sys.argv[1])
    lines = {"overhead": [], "tasklet": [], "session": [], "daemon": []}
    for line in run_vm(build, "overhead-guest.sh",
                       ["overhead-vm/clocklink_overhead.ko"]):
        word, *rest = line.split() or [""]
        if word in lines:
            lines[word].append(rest)
    if len(lines["overhead"]) != 2 * len(PATHS) or len(lines["tasklet"]) < 1000 or \
            len(lines["session"]) != 1 or len(lines["daemon"]) != 2:
        sys.exit("overhead.py: figures are missing: " +
                 ", ".join(f"{len(found)} of {word}" for word, found in lines.items()))
    bench = Bench("overhead", build)
    estimator(bench, lines)
    native(bench, build)
    tasklet(bench, lines)
    bench.line("bytes_per_session", "B", int(lines["session"][0][0]), {},
               ("value", SESSION_GOAL),
               f"{VM}, a peer with session and estimator, slab rounding included", 1)
    daemon(bench, lines)


if __name__ == "__main__":
    main()
