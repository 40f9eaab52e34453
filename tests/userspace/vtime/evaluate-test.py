#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs of the virtual-time lab made here, with figures known beforehand.

usage: BUILD/unit/test_evaluate (a link to this file)

Each case changes one thing in a good run of a leader and two followers and says
what evaluate.py must find, or how it must refuse.  The same runs are drawn by
plot.py.  Prints TAP, exit status 1 if a case fails.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

from lab import TOP, Report

EVALUATE = TOP / "scripts/lab/vtime/evaluate.py"
PLOT = TOP / "scripts/lab/vtime/plot.py"
PLOT_MAX_BYTES = 200_000

NODES = 3
DURATION_S, WARMUP_S, PERIOD_NS = 100, 50, 100_000_000
BASE_NS, TAI_NS = 1_700_000_000 * 10**9, 37 * 10**9
ERROR_NS, BOUND_NS, HARD_NS = (0, 100, -300), (0, 1000, 1000), (0, 9000, 9000)


def info(**change):
    """A run.json."""
    node = {"program": "clocklink", "end": "running", "tx_frames_eval": 500,
            "tx_bytes_eval": 50000}
    return {"scenario": "made", "program": "clocklink", "seed": 1,
            "nodes": NODES, "duration_s": DURATION_S, "warmup_s": WARMUP_S,
            "digest": "0", "tod_base_ns": BASE_NS, "event": [], "expect": [],
            "node": [node] * NODES, **change}


def drift(t):
    """What the leader's clock is off true time: 7 us per s from 300 us on."""
    return 300_000 + 7 * t // 1_000_000


def samples(change=None, page=True):
    """The records of truth.jsonl; change(record, t_s) returns one or None."""
    for i in range(DURATION_S * 10**9 // PERIOD_NS + 1):
        t = i * PERIOD_NS
        for node in range(NODES):
            here = BASE_NS + t + drift(t) + ERROR_NS[node]
            record = {"t": t, "node": node, "local": t, "real": here, "raw": t}
            if page:
                record |= {"time": here + TAI_NS, "bound": BOUND_NS[node],
                           "hard": HARD_NS[node], "state": "synced"}
            if change:
                record = change(record, t / 1e9)
            if record:
                yield record


def write(directory, records, run):
    """A run directory."""
    path = pathlib.Path(directory)
    (path / "run.json").write_text(json.dumps(run), encoding="utf-8")
    (path / "truth.jsonl").write_text(
        "".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")


def run_evaluate(directory, *args):
    """Exit status, result (None: no JSON) and messages."""
    done = subprocess.run([EVALUATE, *args, directory], text=True,
                          capture_output=True, check=False)
    return (done.returncode, json.loads(done.stdout) if done.stdout else None,
            done.stderr)


def evaluated(change=None, page=True, args=(), **run):
    """The same for a run made here."""
    with tempfile.TemporaryDirectory() as directory:
        write(directory, samples(change, page), info(**run))
        return run_evaluate(directory, *args)


def at(node, start_s, end_s, **fields):
    """A change of one node's samples from start_s to before end_s; numbers that
    are given as functions change the value there is.
    """
    def change(record, t_s):
        if record["node"] != node or not start_s <= t_s < end_s:
            return record
        return record | {key: value(record[key]) if callable(value) else value
                         for key, value in fields.items()}
    return change


def shift(node, start_s, end_s, by_ns):
    """The page of a node is off."""
    return at(node, start_s, end_s, time=lambda time: time + by_ns)


def asked(by_ns, clock=0, width_ns=1000):
    """Node 1 is asked for the stamps of 3 s ago; what it says of one of its clocks is
    off.
    """
    ago_ns = 3 * 10**9

    def change(record, t_s):
        if record["node"] != 1 or not 60 <= t_s < 61:
            return record
        t = record["t"] - ago_ns
        middle = BASE_NS + t + drift(t) + TAI_NS
        past = [middle - width_ns, middle + width_ns] * 2
        past[2 * clock] += by_ns
        past[2 * clock + 1] += by_ns
        return record | {"past": [t, *past]}
    return change


def gone(node, start_s, end_s):
    """A node is down."""
    return lambda record, t_s: (
        None if record["node"] == node and start_s <= t_s < end_s else record)


FIGURES = (
    # name, what evaluated() gets, expected values
    ("errors of a good run", {},
     {"abs_error_mean": 200.0, "abs_error_rms": 223.6, "abs_error_p99": 300.0,
      "abs_error_max": 300.0, "error_mean": -100.0, "bound_median": 1000.0,
      "bound_max": 1000.0, "hard_max": 9000.0, "violations": 0,
      "violations_hard": 0, "readings": 1002, "synced_share": 1.0,
      "holdover_s": 0.0, "exchanges_per_s": 10.0, "bits_per_s": 12000.0,
      "clock": "page"}),
    ("system clocks where there is no page", {"page": False},
     {"abs_error_mean": 200.0, "clock": "real", "violations": None,
      "bound_max": None, "synced_share": None, "readings": 1002}),
    ("system clocks on demand", {"args": ("--clock", "real"), "change": at(
        1, 0, 200, real=lambda real: real + 900)}, {"abs_error_max": 1000.0}),
    ("what is before the warm-up does not count",
     {"change": shift(1, 0, 50, 800)}, {"abs_error_max": 300.0}),
    ("the last sample does", {"change": shift(1, 100, 101, 800)},
     {"abs_error_max": 900.0, "abs_error_p99": 300.0}),
    ("an error beyond the bound is a violation",
     {"change": shift(1, 60, 61, 901)}, {"violations": 10}),
    ("also before the warm-up", {"change": shift(1, 10, 10.1, -1101)},
     {"violations": 1, "violations_hard": 0}),
    ("an error equal to the bound is none",
     {"change": shift(1, 60, 61, 900)}, {"violations": 0}),
    ("the leader's bound counts", {"change": lambda record, t_s: (
        at(0, 0, 200, bound=5)(shift(1, 60, 61, 905)(record, t_s), t_s))},
     {"violations": 0}),
    ("an error beyond the hard bound is one of both kinds",
     {"change": shift(2, 60, 60.1, -9000)},
     {"violations": 1, "violations_hard": 1}),
    ("two followers that miss each other violate both",
     {"change": lambda record, t_s: at(0, 0, 200, bound=5000)(
         shift(2, 60, 60.1, -2000)(record, t_s), t_s)}, {"violations": 2}),
    ("a node that joins is not judged",
     {"change": at(1, 0, 70, state="joining")},
     {"violations": 0, "readings": 802, "synced_share": 0.8004}),
    ("a void reading is not judged",
     {"change": at(1, 60, 70, bound=None, hard=None, time=None)},
     {"violations": 0, "readings": 902, "synced_share": 1.0}),
    ("a reading in holdover is",
     {"change": at(1, 60, 70, state="holdover", time=5)},
     {"violations": 100, "holdover_s": 10.0, "synced_share": 0.9002}),
    ("a node may be down", {"change": gone(2, 60, 70)},
     {"readings": 902, "violations": 0, "synced_share": 0.9002}),
    ("stamps of the past that are right", {"change": asked(1000)},
     {"violations_past": 0, "violations": 0, "past_s": 3.0}),
    ("one that misses the truth of then", {"change": asked(1001)},
     {"violations_past": 10, "violations": 0}),
    ("and one by the system clock", {"change": asked(-1001, clock=1)},
     {"violations_past": 10, "violations": 0}),
    ("the leader's bound of then counts", {"change": lambda record, t_s: (
        at(0, 57, 58, bound=5)(asked(1005)(record, t_s), t_s))},
     {"violations_past": 0}),
    ("no stamp is judged without the leader", {"change": lambda record, t_s: (
        gone(0, 57, 58)(asked(5000)(record, t_s), t_s))},
     {"violations_past": 0, "violations": 0}),
    ("stamps that the page does not know", {"change": at(
        1, 60, 61, past=[57 * 10**9, None, None, None, None])},
     {"violations_past": 0}),
    ("no stamp of the past", {}, {"violations_past": 0, "past_s": None}),
    ("an error that grows slowly is no step", {"change": lambda record, t_s: (
        shift(2, 60, 70, round(10 * (t_s - 60)))(record, t_s))},
     {"step_max": 99.0}),
    ("a step", {"change": shift(2, 70, 101, 500)}, {"step_max": 500.0}),
    ("not across a void reading", {"change": lambda record, t_s: (
        at(2, 69.9, 70, state="void")(
            shift(2, 70, 101, 500)(record, t_s), t_s))}, {"step_max": 0.0}),
    ("nothing is judged without the leader", {"change": gone(0, 60, 70)},
     {"readings": 802, "violations": 0}),
)

EXPECTATIONS = (
    # text, what evaluated() gets, value, does it hold
    ("abs_error_max < 301ns", {}, 300.0, True),
    ("abs_error_max < 300ns", {}, 300.0, False),
    ("abs_error_max > 0.299us nodes 2", {}, 300.0, True),
    ("abs_error_max > 0.299us nodes 1", {}, 100.0, False),
    ("abs_error_max > 0.3us from 60s to 61s",
     {"change": shift(1, 60.5, 60.6, 700)}, 800.0, True),
    ("abs_error_max > 0.3us from 61s to 62s nodes 1-2",
     {"change": shift(1, 60.5, 60.6, 700)}, 300.0, False),
    ("violations < 1", {"change": shift(1, 10, 10.1, 5000)}, 1, False),
    ("violations < 1 from 20s", {"change": shift(1, 10, 10.1, 5000)}, 0, True),
    ("synced_share > 0.999", {}, 1.0, True),
    ("bound_max < 1ms from 200s", {}, None, False),
    ("bound_max < 1ms", {"page": False}, None, False),
    ("converge:1us < 13s", {"change": shift(1, 0, 12, 5000)}, 12.0, True),
    ("converge:1us < 12s", {"change": shift(1, 0, 12, 5000)}, 12.0, False),
    ("converge:1us < 2.1s from 10s", {"change": shift(1, 0, 12, 5000)}, 2.0,
     True),
    ("converge:1us < 2s", {"change": gone(1, 0, 5)}, 5.0, False),
    ("converge:1us < 1h", {"change": shift(1, 100, 101, 5000)}, None, False),
)

REFUSED = (
    # expectation, word that the message must have
    ("abs_error_max < 5", "ns, us"),
    ("violations < 5ns", "without a unit"),
    ("violations < 5%", "no number"),
    ("abs_error_max 5ns", "METRIC"),
    ("no_such_figure < 5ns", "no_such_figure"),
    ("converge < 5s", "converge:LIMIT"),
    ("abs_error_max:5us < 5s", "abs_error_max:5us"),
    ("abs_error_max = 5ns", "< or >"),
    ("abs_error_max < 5ns until 7s", "until"),
    ("abs_error_max < 5ns nodes 0-2", "0-2"),
    ("abs_error_max < 5ns nodes 2-3", "2-3"),
)


def figure_cases():
    """(name, passed) of FIGURES."""
    for name, make, expected in FIGURES:
        status, result, _ = evaluated(**make)
        found = {key: result[key] for key in expected} if result else None
        if status or found != expected:
            print(f"# status {status}, found {found}")
        yield name, status == 0 and found == expected


def expectation_cases():
    """(name, passed) of EXPECTATIONS, from the run and from the option."""
    for text, make, value, holds in EXPECTATIONS:
        status, result, _ = evaluated(**make, expect=[text])
        found = result["expect"][0] if result else None
        by_option, _, _ = evaluated(**make, expect=["readings < 0"],
                                    args=("--expect", text))
        wanted = {"text": text, "value": value, "ok": holds}
        if found != wanted:
            print(f"# status {status}, found {found}")
        yield text, (status == by_option == int(not holds) and
                     found == wanted)


def refusals():
    """(name, passed) of what must be refused, and why it is."""
    for text, word in REFUSED:
        status, result, message = evaluated(expect=[text])
        yield f"refused: {text}", (status == 2 and result is None and
                                   word in message and text in message)
    files = (
        ("no run.json", "run.json", None, "run.json"),
        ("a run.json that is cut off", "run.json", "{", "run.json"),
        ("a run.json without the nodes", "run.json",
         json.dumps(info(node=[])), "entries in node"),
        ("a run.json of nothing", "run.json", "{}", "no scenario"),
        ("no truth.jsonl", "truth.jsonl", None, "truth.jsonl"),
        ("an empty truth.jsonl", "truth.jsonl", "", "samples"),
        ("a line that is cut off", "truth.jsonl",
         '{"t":1,"node":1,"real":5}\n{"t":1', "truth.jsonl:2"),
        ("a node that there is not", "truth.jsonl",
         '{"t":1,"node":3,"real":5}', "node 3 of 3"),
        ("a time that is no number", "truth.jsonl",
         '{"t":1,"node":1,"real":5,"time":"x","state":"synced"}', "time"),
        ("a past without its intervals", "truth.jsonl",
         '{"t":1,"node":1,"real":5,"past":[1]}', "past"),
        ("a past of the future", "truth.jsonl",
         '{"t":1,"node":1,"real":5}\n'
         '{"t":2,"node":1,"real":5,"past":[2,1,1,1,1]}', "past 2"),
        ("a state that there is not", "truth.jsonl",
         '{"t":1,"node":1,"real":5,"time":1,"state":"odd"}', "odd"),
    )
    for name, file, text, word in files:
        with tempfile.TemporaryDirectory() as directory:
            write(directory, samples(), info())
            path = pathlib.Path(directory) / file
            path.unlink()
            if text is not None:
                path.write_text(text, encoding="utf-8")
            status, result, message = run_evaluate(directory)
            yield f"refused: {name}", (status == 2 and result is None and
                                       word in message)


def fault_cases():
    """(name, passed): a wrong sign must be noticed."""
    for text in ("abs_error_max < 301ns", "violations < 1",
                 "violations_hard < 1", "violations_past < 1",
                 "converge:1us < 1s"):
        status, _, _ = evaluated(asked(0), expect=[text],
                                 args=("--fault", "sign"))
        yield f"a wrong sign of the truth fails {text}", status == 1


def state_cases():
    """(name, passed) of the list of states."""
    def change(record, t_s):
        record = at(1, 0, 20, state="joining")(record, t_s)
        record = at(1, 60, 70, state="holdover")(record, t_s)
        return gone(1, 80, 90)(record, t_s)
    _, result, _ = evaluated(change)
    yield "states over time", result["states"]["1"] == [
        [0.0, "joining"], [20.0, "synced"], [60.0, "holdover"],
        [70.0, "synced"], [80.0, "none"], [90.0, "synced"]]
    yield "figures per node", [
        result["node"][n]["abs_error_max"] for n in "12"] == [100.0, 300.0]


def drawn(kind, *runs, change=None, page=True):
    """Exit status, message and bytes of a plot; {} in runs is the directory."""
    with tempfile.TemporaryDirectory() as directory:
        write(directory, samples(change, page), info(
            event=[{"t_s": 60, "text": "cut 0 1"}]))
        file = pathlib.Path(directory) / "plot.svg"
        done = subprocess.run(
            [PLOT, kind, "-o", file, *(run.format(directory) for run in runs)],
            text=True, capture_output=True, check=False)
        return (done.returncode, done.stderr,
                file.read_bytes() if file.exists() else b"")


def plot_cases():
    """(name, passed) of the plots."""
    held = at(1, 60, 70, state="holdover")
    for kind, runs in (("errors", ("a={}", "b={}")), ("cut", ("{}",))):
        first, again = (drawn(kind, *runs, change=held) for _ in range(2))
        yield f"{kind} are drawn", (first[0] == 0 and b"</svg>" in first[2] and
                                    len(first[2]) < PLOT_MAX_BYTES)
        yield f"{kind} are drawn the same again", first == again
    yield "holdover is shown", b"holdover" in drawn(
        "cut", "{}", change=held)[2]
    yield "a run without holdover shows none", b"holdover" not in drawn(
        "cut", "{}")[2]
    status, _, svg = drawn("errors", "a={}", page=False)
    yield "a run without pages is drawn", status == 0 and b"bound" not in svg
    for name, runs, word in (
            ("a run without a label", ("{}",), "LABEL=RUNDIR"),
            ("no run", ("a={}/none",), "run.json")):
        status, message, svg = drawn("errors", *runs)
        yield f"refused: {name}", (status == 2 and word in message and not svg)
    status, message, _ = drawn("errors", "a={}",
                               change=at(0, 0, 200, state="joining"))
    yield "refused: a run without readings", (status == 2 and
                                              "no reading" in message)


def main():
    """All cases."""
    report = Report()
    for name, passed in (*figure_cases(), *expectation_cases(), *refusals(),
                         *fault_cases(), *state_cases(), *plot_cases()):
        report.check(name, passed)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
