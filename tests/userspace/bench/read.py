#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Interval read through the time page against clock_gettime() and the PHC.

usage: read.py BUILD

Natively on a page file, in a virtual machine (counting instructions) on the
module's page beside its PTP clock; there in time of the host as well.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import time

from bench import Bench, run_vm

RUNS = 5
BATCHES = 4000
VM_BATCHES = 200
WRITE_INTERVAL_MS = 100

NATIVE = ("native, page file written every 100 ms by the core's clock, CPU time "
          "of 5 runs of 4000 batches of 1000 calls, medians of the runs; ")
VM = ("VM, stock 6.1, -icount (1 ns is one instruction), page of the module, "
      "200 batches of 1000 calls")
VM_TIME = ("VM, stock 6.1, emulated, time of the host, page of the module, 200 "
           "batches of 1000 calls; goal: ten times faster than clock_gettime on "
           "the PHC")


def native(build):
    """Records of RUNS runs."""
    page = build / "bench" / "page"
    page.unlink(missing_ok=True)
    with subprocess.Popen([build / "bench" / "page-writer", page,
                           str(WRITE_INTERVAL_MS)]) as writer:
        try:
            while not page.exists():
                if writer.poll() is not None:
                    sys.exit("read.py: page-writer failed")
                time.sleep(0.01)
            return [json.loads(subprocess.run(
                [build / "bench" / "read", page, str(BATCHES)],
                check=True, stdout=subprocess.PIPE).stdout)
                for _ in range(RUNS)]
        finally:
            writer.kill()


def in_vm(build, counting):
    """Record of one run in the virtual machine."""
    lines = run_vm(build, "read-guest.sh", ["bench/read"], str(VM_BATCHES),
                   counting=counting)
    return json.loads(next(line for line in lines if line.startswith("{")))


def main():
    build = pathlib.Path(sys.argv[1])
    bench = Bench("read", build)
    runs = native(build)

    def median(kind, figure):
        return round(statistics.median(r[kind][figure] for r in runs), 2)

    calls = RUNS * BATCHES * 1000
    for figure, share in (("p50", 1.2), ("p99", 1.3)):
        bench.line(f"interval_read_{figure}", "ns", median("interval", figure),
                   {"clock_gettime_realtime":
                    median("clock_gettime_realtime", figure)},
                   ("ratio", 1 / share),
                   f"{NATIVE}goal: at most {share} times clock_gettime", calls)
    for figure in ("p50", "p99"):
        bench.line(f"library_read_{figure}", "ns", median("library", figure),
                   {"clock_gettime_realtime":
                    median("clock_gettime_realtime", figure)},
                   ("ratio", 1 / 1.2),
                   f"{NATIVE}clocklink_now() of the shared library; goal: at most "
                   "1.2 times clock_gettime", calls)
    if "scaling" in runs[0]:
        bench.line("interval_read_scaling_2_threads", "1",
                   median("scaling", "interval"),
                   {"clock_gettime_realtime":
                    median("scaling", "clock_gettime_realtime")},
                   ("value", 1.9),
                   "native, calls per CPU second of two reader threads over "
                   "those of one", RUNS, larger_is_better=True)
    else:
        print("read.py: one CPU, no scaling measured", file=sys.stderr)
    record = in_vm(build, True)
    for figure in ("p50", "p99"):
        vdso = record["clock_gettime_realtime"][figure]
        bench.line(f"interval_read_{figure}_vm", "instructions",
                   record["interval"][figure], {"phc": record["phc"][figure]},
                   ("ratio", 1), f"{VM}; clock_gettime(CLOCK_REALTIME) takes "
                   f"{vdso}, where reading the counter is one instruction",
                   VM_BATCHES * 1000)
    bench.line("library_read_p50_vm", "instructions", record["library"]["p50"],
               {"phc": record["phc"]["p50"]}, ("ratio", 1),
               f"{VM}; clocklink_now() of the shared library", VM_BATCHES * 1000)
    record = in_vm(build, False)
    for kind in ("interval", "library"):
        bench.line(f"{kind}_read_p50_vm_time", "ns", record[kind]["p50"],
                   {"phc": record["phc"]["p50"]}, ("ratio", 10), VM_TIME,
                   VM_BATCHES * 1000)


if __name__ == "__main__":
    main()
