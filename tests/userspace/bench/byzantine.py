#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes that lie, against the agent's rules: who is isolated, and how far honest
clocks are moved.

The first lines are of the rules alone (build/byzantine), those named "agents" of whole
agents with the module's estimators in the loop (build/agent-sim), on a LAN.

usage: byzantine.py BUILD

Environment: SEED, first seed; SEEDS, how many.  Sizes of lies are in mean queueing
delays of the network or in floors (4 deviations of an estimate).  Shifts stand
beside those of the same network without liars, the peer "none".
"""

import json
import subprocess
import sys

from bench import Bench, arguments

# How many, unless the environment says.
SEEDS = 6
NODES = 50
# Lies of at least 5 mean queueing delays, that all exchanges show.
BIG = ("5-queues", "100-queues", "two-faced", "leader-5-queues",
       "leader-100-queues")
# Attacks as long as these are compared with as long a run without liars.
LONG = ("adaptive-101", "adaptive-1001")
# Whole agents: attacks, sizes in us; a mean queueing delay is 10 us.
AGENTS = (("constant", 10), ("constant", 50), ("constant", 1000), ("two-faced", 50),
          ("random", 50), ("now-and-then", 50), ("drift", 100), ("constant-leader", 50),
          ("constant-leader", 1000))
AGENTS_SEEDS = 2
# In a new term whose raw clock is not known is excused for 10 s.
AGENTS_TIME = "14s"
AGENTS_TOLD = "whole agents, the module's estimators, 20 s after the start"
TOLD = "errors of estimates are AR(1), the estimators are not in this loop"


def share(rows, key):
    """Share of the liars of some rows."""
    liars = sum(row["liars"] for row in rows)
    return round(sum(row[key] for row in rows) / liars, 4) if liars else None


def total(rows, key):
    """Sum over rows."""
    return sum(row[key] for row in rows)


def print_network(bench, network, rows, seeds):
    """Lines of a network: 50 nodes."""
    conditions = (f"{network}, {NODES} nodes, 5 voters, 15 liars, at most one a "
                  f"voter, {TOLD}, seeds {seeds[0]} to {seeds[-1]}")
    runs = total(rows, "runs")
    big = [row for row in rows if row["attack"] in BIG]
    bench.line(f"{network}:isolated_within_3_big_lies", "share",
               share(big, "within_3"), {}, ("value", 0.99), conditions,
               total(big, "liars"), larger_is_better=True)
    some = [row for row in rows if row["attack"] in ("random", "intermittent")]
    bench.line(f"{network}:isolated_within_30_now_and_then", "share",
               share(some, "within_30"), {}, ("value", 0.99), conditions,
               total(some, "liars"), larger_is_better=True)
    bench.line(f"{network}:false_isolations", "nodes",
               total(rows, "false_isolations"), {}, ("value", 0), conditions,
               runs)
    bench.line(f"{network}:honest_demoted", "nodes per run",
               round(total(rows, "false_demotions") / runs, 3), {}, None,
               conditions, runs)
    honest = [row for row in rows if not row["leader"]]
    bench.line(f"{network}:honest_leader_deposed", "runs",
               total(honest, "deposed"), {}, ("value", 0), conditions,
               total(honest, "runs"))
    lying = [row for row in rows if row["leader"]
             and row["attack"] != "leader-0.8-floors"]
    missed = total(lying, "runs") - total(lying, "deposed")
    bench.line(f"{network}:leader_deposed_rounds", "rounds",
               None if missed else max(row["deposed_rounds_max"]
                                       for row in lying),
               {}, ("value", 3), conditions + ", lies of 3 floors or more",
               total(lying, "runs"))
    print_shifts(bench, network, {row["attack"]: row for row in rows},
                 conditions)


def print_shifts(bench, network, rows, conditions):
    """How far honest clocks are moved, per attack."""
    for attack, row in rows.items():
        if attack.startswith("none"):
            continue
        none = rows["none-long" if attack in LONG else "none"]
        bench.line(f"{network}:honest_shift:{attack}", "ns", row["shift_ns"],
                   {"none": none["shift_ns"]}, None, conditions, row["runs"],
                   largest=row["shift_max_ns"], spread=row["spread_max_ns"],
                   size_ns=row["size_ns"], isolated=share([row], "isolated"),
                   within_3=share([row], "within_3"),
                   within_30=share([row], "within_30"),
                   powerless=share([row], "powerless"),
                   deposed=row["deposed"], held=row["held"])


def print_small(bench, row, seeds):
    """Lines of a small cluster."""
    name = f"small-{row['nodes']}:{row['attack']}"
    conditions = (f"lan, {row['nodes']} nodes, {row['liars'] // row['runs']} "
                  f"liars besides a lying leader, {TOLD}, seeds {seeds[0]} to "
                  f"{seeds[-1]}")
    bench.line(f"{name}:honest_shift", "ns", row["shift_ns"], {}, None,
               conditions, row["runs"], largest=row["shift_max_ns"],
               spread=row["spread_max_ns"], held=row["held"],
               widened=row["widened"])
    bench.line(f"{name}:false_isolations", "nodes", row["false_isolations"],
               {}, ("value", 0), conditions, row["runs"])
    bench.line(f"{name}:bound_missed", "rounds", row["missed"], {},
               ("value", 0), conditions, row["runs"])
    if row["leader"]:
        bench.line(f"{name}:leader_deposed_rounds", "rounds",
                   row["deposed_rounds_max"]
                   if row["deposed"] == row["runs"] else None,
                   {}, ("value", 3), conditions, row["runs"])
    else:
        bench.line(f"{name}:honest_leader_deposed", "runs", row["deposed"], {},
                   ("value", 0), conditions, row["runs"])


def print_drag(bench, row, seeds):
    """Lines of a leader that drags, or of none."""
    conditions = (f"leader and 20 followers, one update per second, rates known "
                  f"to 15 ppb, {TOLD}, seeds {seeds[0]} to {seeds[-1]}")
    name = f"drag:{row['attack']}"
    bench.line(f"{name}:false_deposed", "updates", row["false_deposed"], {},
               ("value", 0), conditions, row["runs"], hours=row["hours"],
               refused=row["refused"])
    if not row["attack"].startswith(("step", "ramp")):
        return
    bench.line(f"{name}:deposed_after", "s",
               row["deposed_s_max"] if row["deposed"] == row["runs"] else None,
               {}, None, conditions, row["runs"], deposed=row["deposed"],
               moved_ns=row["moved_max_ns"])


def agents(build, attack, size, seeds):
    """Figures of whole agents under an attack."""
    leader = ["-L"] if attack.endswith("-leader") else []
    done = subprocess.run(
        [build / "agent-sim", "-s", str(seeds[0]), "-n", str(len(seeds)), "-N", str(NODES),
         "-l", "15", "-t", AGENTS_TIME, "-a", attack.removesuffix("-leader"), "-z", f"{size}us",
         *leader, "attack"], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"agent-sim {attack}: status {done.returncode}\n{done.stdout}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def print_agents(bench, build, seeds):
    """Lines of whole agents.  A run in which an honest node is isolated ends the
    program: it breaks a rule of the simulator.
    """
    conditions = (f"lan, {NODES} nodes, 5 voters, 15 liars, at most one a voter, "
                  f"{AGENTS_TOLD}, seeds {seeds[0]} to {seeds[-1]}")
    for attack, size in AGENTS:
        rows = agents(build, attack, size, seeds)
        name = f"agents:{attack}-{size}us"
        big = size >= 50 and attack not in ("random", "now-and-then", "drift")
        bench.line(f"{name}:isolated_within_3", "share", share(rows, "within_3"), {},
                   ("value", 0.99) if big else None, conditions, total(rows, "liars"),
                   larger_is_better=True, within_30=share(rows, "within_30"),
                   isolated=share(rows, "isolated"))
        if attack in ("random", "now-and-then"):
            bench.line(f"{name}:isolated_within_30", "share", share(rows, "within_30"), {},
                       ("value", 0.99), conditions, total(rows, "liars"),
                       larger_is_better=True)
        bench.line(f"{name}:honest_shift", "ns", max(row["shift_max_ns"] for row in rows),
                   {}, None, conditions, len(rows),
                   spread=max(row["spread_max_ns"] for row in rows),
                   bound_median=max(row["bound_median_ns"] for row in rows))
        if attack.endswith("-leader"):
            rounds = [row["deposed_rounds"] for row in rows]
            bench.line(f"{name}:leader_deposed_rounds", "rounds",
                       max(rounds) if all(rounds) else None, {}, ("value", 3),
                       conditions, len(rows),
                       next_leader=max(row["next_leader_rounds"] for row in rows))


def main():
    """The benchmark."""
    build, seeds = arguments(__doc__, SEEDS)
    done = subprocess.run([build / "byzantine", str(seeds[0]), str(len(seeds))],
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"byzantine: failed, status {done.returncode}")
    bench, networks = Bench("byzantine", build), {}
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    for row in rows:
        if row["kind"] == "attack" and row["nodes"] == NODES:
            networks.setdefault(row["net"], []).append(row)
    for network, those in networks.items():
        print_network(bench, network, those, seeds)
    for row in rows:
        if row["kind"] == "attack" and row["nodes"] != NODES:
            print_small(bench, row, seeds)
        elif row["kind"] == "drag":
            print_drag(bench, row, seeds)
    print_agents(bench, build, seeds[:AGENTS_SEEDS])


if __name__ == "__main__":
    main()
