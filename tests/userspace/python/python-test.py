#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The Python package says what the library says.

Its numbers and structs are compared with the headers, and its calls are made on a page
that page-writer keeps, and on copies of it that are changed by hand.
"""

import ctypes
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import threading
import time

TOP = pathlib.Path(__file__).resolve().parents[3]
BUILD = TOP / os.environ.get("BUILD", "build")
sys.path[:0] = [str(TOP / "agent/python"), str(TOP / "tests/userspace/vtime")]
# The package asks for it by its soname, which is loaded then.
ctypes.CDLL(str(BUILD / "libclocklink.so.1"))

# From the directories above, by the library above.
import clocklink  # noqa: E402
from clocklink import library, values  # noqa: E402
from lab import Report  # noqa: E402

HEADERS = [TOP / "agent/libclocklink/clocklink.h", TOP / "agent/libclocklink/clocklink_hlc.h"]
# Of struct clocklink_page, version 1.
AT_VERSION, AT_TAI_OFFSET, AT_STATE = 4, 36, 64 + 88
STATE_UNSYNCED, STATE_SYNCED, STATE_HOLDOVER, STATE_VOID = 0, 2, 4, 5
S = 1_000_000_000


def raises(kind, call, *args, code=None, text=""):
    """Does the call raise that, with this code and text?"""
    try:
        call(*args)
    except kind as error:
        return getattr(error, "code", None) == code and text in str(error)
    return False


def check_headers(report):
    """Every number, struct and call of the headers."""
    text = "\n".join(header.read_text() for header in HEADERS)
    numbers = {m[1]: int(m[2]) for m in
               re.finditer(r"^\tCLOCKLINK_(\w+) = (-?\d+)", text, re.M)}
    ours = {f"ERROR_{c.name}": c.value for c in clocklink.Code}
    ours |= {o.name: o.value for o in values.Order} | {"OK": 0}
    report.check("numbers of errors and orders", numbers == ours,
                 sorted(set(numbers.items()) ^ set(ours.items())))
    for prefix, kind in (("LEVEL_", values.Level), ("", values.Source)):
        body = re.search(rf"^enum clocklink_{kind.__name__.lower()} {{(.*?)}}", text,
                         re.M | re.S)[1]
        names = re.findall(rf"CLOCKLINK_{prefix}(\w+)", body)
        report.check(f"numbers of {kind.__name__}",
                     names == [n.name for n in kind] and
                     [n.value for n in kind] == list(range(len(names))), names)
    calls = set(re.findall(r"\b(clocklink_\w+)\(", text.split('extern "C"', 1)[1]))
    calls -= {"clocklink_compare", "clocklink_hlc_compare"}  # Python compares itself
    report.check("all calls", calls == set(library.PROTOTYPES),
                 calls ^ set(library.PROTOTYPES))
    report.check("bytes of a stamp",
                 f"CLOCKLINK_HLC_BYTES {library.HLC_BYTES}\n" in text)


def check_layout(report):
    """The structs are as a C compiler lays them out."""
    done = subprocess.run([BUILD / "python/layout"], stdout=subprocess.PIPE, check=True)
    ours = {"interval": library.CInterval, "utc": library.CUtc,
            "status": library.CStatus, "stamp": library.CStamp}
    for name, (size, fields) in json.loads(done.stdout).items():
        kind = ours.pop(name)
        mine = [[getattr(kind, f).offset, getattr(kind, f).size]
                for f, _ in kind._fields_]
        report.check(f"layout of {name}", ctypes.sizeof(kind) == size and mine == fields,
                     mine, fields)
    report.check("no struct besides", not ours)


def changed(page, path, offset, kind, number):
    """A clock on a copy of the page in which one number is another."""
    data = bytearray(page.read_bytes())
    struct.pack_into(kind, data, offset, number)
    path.write_bytes(data)
    return clocklink.Clock(path)


def check_now(report, clock):
    """Readings are of now and in order."""
    before = clock.now()
    tai = time.time_ns() + 37 * S
    after = clock.now()
    report.check("now is an interval of some us about the time",
                 0 < before.width < 100_000 and abs(before.middle - tai) < 10 * S)
    report.check("time goes on", before.middle < after.middle)
    time.sleep(0.001)
    later = clock.now()
    report.check("the order of intervals",
                 before.before(later) and later.after(before) and
                 before.overlaps(before) and
                 before.compare(later) is clocklink.Order.BEFORE)
    hard = clock.now_hard()
    report.check("the hard interval is wider", hard.width > later.width)
    utc, status = clock.now_utc(), clock.status()
    report.check("UTC is TAI - 37 s", not utc.leap_second and
                 0 <= status.time.middle - utc.time.middle - 37 * S < S)
    report.check("status", status.error == 0 and
                 status.level is clocklink.Level.SYNCED and status.node == 1 and
                 status.bound_ns < status.hard_ns and status.tai_offset == 37 and
                 status.leap == 0 and status.leap_time is None and
                 status.remaining_ns > S)


def check_convert(report, clock):
    """Stamps of the system's clocks, taken between two readings."""
    for source, stamp in (
            (clocklink.Source.RAW,
             lambda: time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)),
            (clocklink.Source.MONOTONIC, time.monotonic_ns),
            (clocklink.Source.REALTIME, time.time_ns)):
        first = clock.now()
        then = stamp()
        last = clock.now()
        time.sleep(0.005)
        at = clock.convert(source, then)
        report.check(f"a stamp of {source.name}", first.earliest - at.width <= at.earliest
                     and at.latest <= last.latest + at.width and
                     at.earliest <= last.middle and first.middle <= at.latest,
                     first, at, last)
    raw = clocklink.Source.RAW
    now = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
    report.check("a stamp of long ago", raises(
        clocklink.Error, clock.convert, raw, now - 3600 * S, code=clocklink.Code.PAST))
    report.check("a stamp of the future", raises(
        clocklink.Error, clock.convert, raw, now + S, code=clocklink.Code.FUTURE))


def check_wait(report, clock):
    """Waits end when they should."""
    commit = clock.now().latest
    clock.wait_until_after(commit, timeout=10)
    report.check("commit wait", clock.now().earliest > commit)
    report.check("a wait that is too long", raises(
        clocklink.Timeout, clock.wait_until_after, commit + 3600 * S, 0.01,
        code=clocklink.Code.TIMEOUT))
    report.check("it is a TimeoutError too", issubclass(clocklink.Timeout, TimeoutError))
    clock.wait_synced(1_000_000, timeout=10)
    report.check("a bound that does not come", raises(
        clocklink.Timeout, clock.wait_synced, 1, 0.01, code=clocklink.Code.TIMEOUT))


def check_errors(report, page, folder):
    """What is wrong is named, and nothing is cut off."""
    report.check("no device", raises(
        clocklink.Error, clocklink.Clock, folder / "none", code=clocklink.Code.DEVICE,
        text=f"{folder / 'none'}: No such file"))
    (folder / "other").write_bytes(b"x" * 65536)
    report.check("no time page", raises(
        clocklink.Error, clocklink.Clock, folder / "other", code=clocklink.Code.FORMAT,
        text=str(folder / "other")))
    for name, offset, number, call, code in (
            ("void", AT_STATE, STATE_VOID, "now", clocklink.Code.VOID),
            ("unsynced", AT_STATE, STATE_UNSYNCED, "now", clocklink.Code.UNSYNCED),
            ("no-utc", AT_TAI_OFFSET, 0, "now_utc", clocklink.Code.UTC)):
        with changed(page, folder / name, offset, "<I", number) as clock:
            report.check(f"{call} of a page that is {name}", raises(
                clocklink.Error, getattr(clock, call), code=code))
            if code != clocklink.Code.UTC:
                status = clock.status()
                report.check(f"status says why: {name}", status.time is None and
                             status.error == code)
    with changed(page, folder / "holdover", AT_STATE, "<I", STATE_HOLDOVER) as clock:
        report.check("holdover", clock.status().level is clocklink.Level.HOLDOVER)
    report.check("another version", raises(
        clocklink.Error, changed, page, folder / "version", AT_VERSION, "<I", 99,
        code=clocklink.Code.VERSION))
    clock = clocklink.Clock(page)
    report.check("a number that is too large", raises(
        ValueError, clock.wait_until_after, 2**63, text=str(2**63)) and raises(
            ValueError, clock.convert, clocklink.Source.RAW, -2**63 - 1) and raises(
                ValueError, clock.wait_synced, -1) and raises(
                    ValueError, clock.wait_synced, 1, -1.0))
    clock.close()
    clock.close()
    report.check("a closed clock", raises(ValueError, clock.now, text="closed"))


def check_sharing(report, clock):
    """Threads and a child read the same clock."""
    wrong = []

    def read():
        last = clock.now()
        for _ in range(2000):
            now = clock.now()
            if now.middle < last.middle:
                wrong.append((last, now))
            last = now

    threads = [threading.Thread(target=read) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    report.check("four threads never see time go back", not wrong, wrong[:1])
    before = clock.now()
    child = os.fork()
    if not child:
        os._exit(not before.before(clock.now()) and 1)
    report.check("a child goes on", os.waitpid(child, 0)[1] == 0)


def check_hlc(report, clock):
    """Stamps are in the order of causes."""
    hlc = clocklink.HybridClock(clock)
    true = clock.now()
    stamps = [hlc.now() for _ in range(1000)]
    report.check("stamps grow", all(a < b for a, b in zip(stamps, stamps[1:])))
    report.check("and are not before the time", stamps[0].time >= true.earliest)
    ahead = clocklink.Stamp(clock.now().latest + S // 10, 7)
    got = hlc.receive(ahead)
    report.check("a stamp of who is ahead is passed", got > ahead and hlc.now() > got)
    far = clocklink.Stamp(clock.now().latest + 10 * S, 0)
    last = hlc.now()
    report.check("one that is too far ahead is refused", raises(
        clocklink.Error, hlc.receive, far, code=clocklink.Code.DRIFT) and
        last < hlc.now() < far)
    packed = [s.pack() for s in (*stamps, ahead, got, far)]
    report.check("bytes sort as stamps do", packed == sorted(packed) and
                 clocklink.Stamp.unpack(packed[-1]) == far)
    report.check("wrong bytes", raises(ValueError, clocklink.Stamp.unpack, b"short"))
    stamp = hlc.now()
    hlc.wait(stamp, timeout=10)
    report.check("after the wait it is the past", clock.now().earliest > stamp.time)


def check_examples(report, page, folder):
    """The examples run with what "make install" installs, and say what is wrong."""
    subprocess.run(["make", "-s", "-C", TOP, "install-python", f"DESTDIR={folder}/host",
                    "PREFIX=/usr"], check=True)
    environment = os.environ | {"LD_LIBRARY_PATH": str(BUILD), "PYTHONPATH":
                                f"{folder}/host/usr/lib/python3/dist-packages"}
    for example in sorted((TOP / "agent/python/examples").glob("*.py")):
        for device, status in ((page, 0), (folder / "none", 1)):
            done = subprocess.run([sys.executable, "-P", example, device], text=True,
                                  env=environment, check=False, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
            report.check(f"example {example.name}, exit status {status}",
                         done.returncode == status and bool(done.stdout) and
                         "Traceback" not in done.stdout, done.stdout)


def main():
    """Returns the exit status."""
    report = Report()
    check_headers(report)
    check_layout(report)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        page = folder / "page"
        with subprocess.Popen([BUILD / "bench/page-writer", page, "1"]) as writer:
            try:
                while not page.exists() and writer.poll() is None:
                    time.sleep(0.01)
                with clocklink.Clock(page) as clock:
                    check_now(report, clock)
                    check_convert(report, clock)
                    check_wait(report, clock)
                    check_sharing(report, clock)
                    check_hlc(report, clock)
                check_examples(report, page, folder)
                check_errors(report, page, folder)
            finally:
                writer.terminate()
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
