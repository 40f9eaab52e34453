#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Very many readings of a page that is written 1000 times per second: torn, or back
in time?

usage: soak.py BUILD

READS says how many, default 10^9: 15 s of two processors.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from bench import Bench

READS = 10**9
THREADS = 2
INTERVAL_MS = 1


def soak(build, reads, *fault):
    """Exit status and figures of page-soak beside page-writer, which gets fault."""
    with tempfile.TemporaryDirectory() as tmp:
        page = pathlib.Path(tmp) / "page"
        with subprocess.Popen([build / "bench/page-writer", *fault, page,
                               str(INTERVAL_MS)]) as writer:
            try:
                while not page.exists():
                    if writer.poll() is not None:
                        sys.exit("soak.py: page-writer failed")
                    time.sleep(0.01)
                done = subprocess.run(
                    [build / "bench/page-soak", "-c", "-t", str(THREADS), page,
                     str(reads)], stdout=subprocess.PIPE, check=False)
            finally:
                writer.kill()
    if done.returncode > 1:
        sys.exit("soak.py: page-soak failed")
    return done.returncode, json.loads(done.stdout)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    build = pathlib.Path(sys.argv[1]).resolve()
    bench = Bench("read-soak", build)
    start = time.monotonic()
    _, found = soak(build, int(os.environ.get("READS", READS)))
    conditions = (f"native, {THREADS} threads, a process that writes every "
                  f"{INTERVAL_MS} ms ({found['updates']} times), "
                  f"{time.monotonic() - start:.0f} s")
    for metric in ("torn", "backwards"):
        bench.line(f"page_readings_{metric}", "1", found[metric], {},
                   ("value", 0), conditions, found["reads"])


if __name__ == "__main__":
    main()
