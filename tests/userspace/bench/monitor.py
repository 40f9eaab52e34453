#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long clocklink-monitor takes for an answer, with 10,000 nodes.

usage: monitor.py BUILD

The nodes are made up; one client asks for one thing after the other, each time anew.
"""

import pathlib
import re
import sys
import tempfile
import time

from bench import TOP, Bench, arguments

sys.path[:0] = [str(TOP / "tests/userspace/monitor")]

# From the directory above.
from client import Monitor, make_record  # noqa: E402

NODES, SECONDS = 10000, 20
METRICS_NODES = 1001
TIMES = 100
GOAL_MS = 200
SORTS = ["node", "name", "state", "offset", "bound", "rtt", "excess", "loss", "reputation"]
ROUTES = ["/", "/static/style.css", "/static/js/main.js", "/api/v1/status",
          *(f"/api/v1/nodes?sort={sort}&order=desc" for sort in SORTS),
          "/api/v1/nodes?limit=1000", "/api/v1/nodes?filter=node-09&state=holdover",
          "/api/v1/nodes/7", "/api/v1/nodes/7/latency", "/api/v1/nodes/7/history",
          "/api/v1/history?span=86400", "/api/v1/rounds", "/api/v1/events",
          "/api/v1/reputation", "/api/v1/settings", "/api/v1/warnings", "/metrics"]


def measure(bench, monitor, route, conditions):
    """Median and 99 % of the times of one route."""
    took = []
    for _ in range(TIMES):
        start = time.perf_counter()
        answer = monitor.ask(route)
        took.append(1000 * (time.perf_counter() - start))
        if answer.status != 200:
            sys.exit(f"monitor.py: {route}: {answer.status}")
    took.sort()
    for name, value in (("p50", took[TIMES // 2]), ("p99", took[TIMES * 99 // 100])):
        bench.line(f"{name} {route}", "ms", round(value, 2), {}, ("value", GOAL_MS),
                   conditions, TIMES, bytes=len(answer.body))


def memory_mb(monitor):
    """Most memory that it has taken."""
    status = pathlib.Path(f"/proc/{monitor.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def main():
    """The command line."""
    build, _ = arguments(__doc__, 1)
    bench = Bench("monitor", build)
    with tempfile.TemporaryDirectory() as directory:
        record = make_record(pathlib.Path(directory) / "record", NODES, SECONDS)
        conditions = (f"record of {NODES} nodes and {SECONDS} s, one client on the same "
                      "machine, a connection each time")
        with Monitor(record) as monitor:
            for route in ROUTES:
                measure(bench, monitor, route, conditions)
            bench.line("memory", "MB", round(memory_mb(monitor), 1), {}, ("value", 300),
                       conditions, 1)
        record = make_record(pathlib.Path(directory) / "metrics", METRICS_NODES, SECONDS)
        with Monitor(record) as monitor:
            measure(bench, monitor, "/metrics",
                    f"record of {METRICS_NODES} nodes, with what is told of each peer")


if __name__ == "__main__":
    main()
