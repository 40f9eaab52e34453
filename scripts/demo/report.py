#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Shows a run of the demo and judges it.

usage: report.py [--nodes N] [--plot FILE] [--json FILE] [--title TEXT] < LINES

Standard input is what the guest prints.  On a terminal the table is updated in
place, elsewhere it is printed every ten seconds of guest time.  Exit status: 0
every node synced, the median bound is at most 20 us, no interval missed the truth,
a killed leader was replaced and a liar isolated; 1 otherwise; 3 the run is incomplete, so there is nothing to judge.
"""

import argparse
import json
import sys
import time

import plot
from samples import SETTLED_S, Run

BOUND_GOAL_NS = 20_000
REFRESH_S = 0.2
PLAIN_EVERY_S = 10.0

HEAD = (f"{'node':>4}  {'clock':<9}  {'role':<8}  {'state':<10}  "
        f"{'offset':>12}  "
        f"{'true error':>12}  {'bound':>12}  {'rounds':>6}  {'loss':>6}")


def us(value_ns):
    """Nanoseconds as a column in us."""
    return "-" if value_ns is None else f"{value_ns / 1e3:.3f} us"


def table(run):
    """The live table, a list of lines."""
    lines = [f"guest time {run.now_s:5.1f} s", HEAD]
    for _, node in sorted(run.nodes.items()):
        _, error, bound = node.points[-1] if node.points else (0, None, None)
        rounds = "-" if node.rounds is None else node.rounds
        loss = "-" if node.loss is None else f"{node.loss:.1%}"
        lines.append(f"{node.number:>4}  {node.clock:<9}  {node.role:<8}  "
                     f"{node.state:<10}  "
                     f"{us(node.offset_ns):>12}  {us(error):>12}  "
                     f"{us(bound):>12}  {rounds:>6}  {loss:>6}")
    return lines


class Screen:
    """Draws the table: in place on a terminal, else now and then."""

    def __init__(self, out):
        self.out = out
        self.tty = out.isatty()
        self.drawn = 0
        self.next_wall = 0.0
        self.next_guest = PLAIN_EVERY_S

    def show(self, run, last=False):
        """Draws if it is time to."""
        if self.tty:
            if not last and time.monotonic() < self.next_wall:
                return
            self.next_wall = time.monotonic() + REFRESH_S
            self.clear()
        elif last or run.now_s < self.next_guest:
            return
        else:
            self.next_guest += PLAIN_EVERY_S
        lines = table(run)
        self.out.write("".join(f"{line}\n" for line in lines))
        self.out.flush()
        self.drawn = len(lines) if self.tty else 0

    def clear(self):
        """Removes the table, so that something else can be printed."""
        if self.drawn:
            self.out.write(f"\x1b[{self.drawn}A\x1b[J")
            self.drawn = 0

    def message(self, line):
        """Prints a line for people above the table."""
        self.clear()
        self.out.write(line + "\n")
        self.out.flush()


def read_run(stream, screen):
    """Reads the lines of the guest to the end and shows the table."""
    run = Run()
    for line in stream:
        line = line.rstrip("\r\n")
        if not run.add_line(line):
            screen.message(line)
        elif run.nodes:
            screen.show(run)
    screen.show(run, last=True)
    return run


def print_summary(summaries):
    """The final table."""
    print(f"\n{'node':>4}  {'role':<8}  {'synced after':>12}  "
          f"{'error rms':>10}  {'p99':>10}  {'max':>10}  "
          f"{'median bound':>12}  {'violations':>10}")
    for s in summaries:
        print(f"{s['node']:>4}  {s['role']:<8}  "
              f"{s['synced_after_s']:>10.1f} s  {us(s['error_rms_ns']):>10}  "
              f"{us(s['error_p99_ns']):>10}  {us(s['error_max_ns']):>10}  "
              f"{us(s['bound_median_ns']):>12}  "
              f"{s['violating_samples']:>10}")
    print(f"true error from {SETTLED_S:g} s on, bound and violations over all "
          "samples since the node synced")


def print_changes(run):
    """What became of killed leaders and liars."""
    for t_s, node, after, wait_s in run.changes():
        print(f"{t_s:.1f} s: the daemon of node {node}, the leader, is killed; "
              + (f"node {after} leads, seen {wait_s * 1e3:.0f} ms later"
                 if after else "nobody leads"))
    for t_s, node, wait_s in run.isolations():
        print(f"{t_s:.1f} s: node {node} lies; " +
              ("it is not isolated" if wait_s is None else
               f"isolated, seen {wait_s * 1e3:.0f} ms later"))


def faults(run, nodes):
    """Reasons why the run fails, as text; empty if it passes."""
    found = [] if run.ended else ["the run is incomplete"]
    for number in range(1, nodes + 1):
        summary = run.node(number).summary()
        if summary is None:
            found.append(f"node {number} never synced")
            continue
        if not run.node(number).errors_after(SETTLED_S):
            found.append(f"node {number} has no reading after "
                         f"{SETTLED_S:g} s")
        if summary["state"] not in ("synced", "unverified"):
            found.append(f"node {number} ended {summary['state']}")
        if summary["bound_median_ns"] > BOUND_GOAL_NS:
            found.append(f"node {number}: median bound "
                         f"{us(summary['bound_median_ns'])} > "
                         f"{us(BOUND_GOAL_NS)}")
        for name, count in sorted(summary["violations"].items()):
            found.append(f"node {number}: {count} violations ({name})")
    found += [f"node {node} was killed and nobody leads"
              for _, node, after, _ in run.changes() if not after]
    found += [f"node {node} lies and is not isolated"
              for _, node, wait_s in run.isolations() if wait_s is None]
    return found


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", type=int, default=5)
    parser.add_argument("--plot", metavar="FILE", help="write an SVG plot")
    parser.add_argument("--json", metavar="FILE", help="write the figures")
    parser.add_argument("--title", default="Clocklink: true error")
    parser.add_argument("--subtitle", default="")
    return parser.parse_args()


def main():
    args = parse_args()
    run = read_run(sys.stdin, Screen(sys.stdout))
    if not run.ended:
        print("demo: the guest ended before the run was complete",
              file=sys.stderr)
        return 3
    summaries = [s for _, node in sorted(run.nodes.items())
                 if (s := node.summary())]
    print_summary(summaries)
    print_changes(run)
    found = faults(run, args.nodes)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump({"passed": not found, "faults": found,
                       "nodes": summaries}, file, indent=1)
            file.write("\n")
    if args.plot:
        with open(args.plot, "w", encoding="utf-8") as file:
            file.write(plot.draw(run, args.title, args.subtitle))
        print(f"plot: {args.plot}")
    for fault in found:
        print(f"FAILED: {fault}")
    if not found:
        print("PASSED: every node synced, bounds useful, no interval missed "
              "the truth")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
