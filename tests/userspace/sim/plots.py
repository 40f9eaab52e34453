#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the plots of Documentation/accuracy.rst by the simulator.

usage: plots.py BUILD DIRECTORY
"""

import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[2] / "scripts/lab/vtime")]
# From the directories above.
import numpy  # noqa: E402
from plot import COLOURS, INK, SHADE, nice_ns, pyplot, save, thin  # noqa: E402
from simulator import LAB_SCENARIOS, SCENARIOS, SimError, Simulator  # noqa: E402

SEED = 1
SEEDS = 2
NETWORKS = {
    "lan": ("LAN, 500 µs + exponential 10 µs", 1e3, "µs"),
    "lan-noise": ("LAN, stamps off by 1 µs rms", 1e3, "µs"),
    "wan": ("WAN, 20 ms + exponential 30 ms", 1e3, "µs"),
    "wan-gamma": ("WAN, 20 ms + gamma 30 ms, shape 0.5", 1e3, "µs"),
}
PEERS = (0, 1, 2, 4, 8)
# A part of the run of many nodes is enough.
SHORTER = {"lan": ("duration 400s", "warmup 200s"),
           "wan": ("duration 1600s", "warmup 800s")}
CUT_S = 600


class Trace:
    """What a run has written with option trace."""

    def __init__(self, simulator, scenario, seed, extra=(), **options):
        with tempfile.NamedTemporaryFile(suffix=".csv") as file:
            self.figures = simulator.run(scenario, seed, extra,
                                         trace=file.name, **options)
            # All that are numbers.
            rows = numpy.genfromtxt(file.name, delimiter=",", names=True,
                                    usecols=range(7))
        self.node = {int(n): rows[rows["node"] == n]
                     for n in numpy.unique(rows["node"])}


def panels(count, title, width_ratios=None):
    """A figure with panels one above the other."""
    figure, axes = pyplot.subplots(
        count, 1, figsize=(9.6, 1.0 + 1.5 * count), sharex=False,
        gridspec_kw=width_ratios and {"height_ratios": width_ratios})
    figure.suptitle(title, x=0.012, y=0.99, ha="left", fontsize=11,
                    fontweight="bold")
    return figure, axes


def draw_errors(simulator):
    """Error of each follower, and the deviation that the estimate claims."""
    figure, axes = panels(len(NETWORKS), "Error of the estimate of each of "
                          "three followers; shaded: ± the deviation it claims")
    for axis, (name, (title, scale, unit)) in zip(axes, NETWORKS.items()):
        trace = Trace(simulator, LAB_SCENARIOS / f"{name}.scenario", SEED)
        for node, rows in trace.node.items():
            t, error = thin(rows["t"], rows["open"] / scale)
            axis.plot(t, error, color=COLOURS[node - 1], linewidth=0.8)
        rows = trace.node[1]
        step = max(1, len(rows) // 200)
        err = rows["err"][::step] / scale
        axis.fill_between(rows["t"][::step], -err, err, color=SHADE, linewidth=0)
        axis.axhline(0, color=INK, linewidth=0.5)
        limit = 3 * float(numpy.nanmedian(rows["err"])) / scale
        axis.set_ylim(-limit, limit)
        axis.set_xlim(0, rows["t"][-1])
        axis.set_ylabel(unit)
        figures = trace.figures
        axis.set_title(f"{title}: mean {nice_ns(figures['abs_open_mean'])}, "
                       f"p99 {nice_ns(figures['abs_open_p99'])}", loc="left",
                       fontsize=8.5, pad=3)
    axes[-1].set_xlabel("true time (s)")
    figure.tight_layout()
    return figure


def draw_converge(simulator):
    """Error from the start: median and nine of ten of thirty nodes."""
    figure, axis = pyplot.subplots(figsize=(9.6, 3.6))
    figure.suptitle("Error after the start, 10 ms and 10 ppm off: median and "
                    "nine of ten of 30 nodes", x=0.012, y=0.98, ha="left",
                    fontsize=11, fontweight="bold")
    for i, name in enumerate(("converge-lan", "converge-wan")):
        for j, burst in enumerate((1, 0)):
            errors = []
            for seed in range(SEED, SEED + 10):
                trace = Trace(simulator, LAB_SCENARIOS / f"{name}.scenario",
                              seed, burst=burst)
                errors += [abs(rows["error"]) for rows in trace.node.values()]
                t = trace.node[1]["t"]
            errors = numpy.array([e[:len(t)] for e in errors])
            # The first readings of few nodes say nothing about all.
            errors[:, numpy.isnan(errors).any(axis=0)] = numpy.nan
            colour = COLOURS[i]
            label = f"{name[-3:].upper()}{'' if burst else ', no burst'}"
            axis.plot(t, numpy.median(errors, axis=0), color=colour,
                      linestyle="--" if j else "-", label=label)
            if burst:
                axis.fill_between(t, numpy.percentile(errors, 5, axis=0),
                                  numpy.percentile(errors, 95, axis=0),
                                  color=colour, alpha=0.15, linewidth=0)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlim(1, 600)
    axis.set_ylim(10, 1e7)
    axis.set_yticks([1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7],
                    [nice_ns(10 ** i) for i in range(1, 8)])
    axis.set_xlabel("true time since power on (s)")
    axis.legend(frameon=False)
    figure.tight_layout()
    return figure


def draw_peers(simulator):
    """Mean error by the number of peers that each follower asks."""
    figure, axes = pyplot.subplots(1, 2, figsize=(9.6, 3.2))
    figure.suptitle("Fifty followers that ask so many others each; whiskers: "
                    "seeds", x=0.012, y=0.98, ha="left", fontsize=11,
                    fontweight="bold")
    for axis, name, goal in zip(axes, ("lan", "wan"), (50, 4000)):
        means = numpy.array([[simulator.run(
            SCENARIOS / f"mesh-{name}.scenario", seed, SHORTER[name],
            peers=peers)["abs_error_mean"]
            for seed in range(SEED, SEED + SEEDS)] for peers in PEERS])
        middle = means.mean(axis=1)
        axis.bar(range(len(PEERS)), middle, color=COLOURS[0], width=0.6,
                 yerr=(middle - means.min(axis=1), means.max(axis=1) - middle),
                 ecolor=INK)
        axis.axhline(goal, color=COLOURS[1], linewidth=1)
        axis.text(len(PEERS) - 0.5, goal, "goal", color=COLOURS[1], ha="right",
                  va="bottom")
        axis.set_xticks(range(len(PEERS)), PEERS)
        axis.set_xlabel(f"peers asked by each follower, {name.upper()}")
        axis.set_ylabel("mean error (ns)")
    figure.tight_layout()
    return figure


def draw_holdover(simulator):
    """Errors and bounds of nodes that have lost their leader."""
    trace = Trace(simulator, SCENARIOS / "holdover.scenario", SEED)
    figure, axis = pyplot.subplots(figsize=(9.6, 3.6))
    figure.suptitle("Holdover after ten minutes of lock: errors of ten nodes, "
                    "median and range of their bounds", x=0.012, y=0.98,
                    ha="left", fontsize=11, fontweight="bold")
    bounds = []
    for rows in trace.node.values():
        rows = rows[rows["t"] > CUT_S]
        t = rows["t"] - CUT_S
        some = numpy.unique(numpy.geomspace(1, len(t) - 1, 150).astype(int))
        axis.plot(t[some], abs(rows["error"][some]).clip(min=1),
                  color=COLOURS[0], alpha=0.5, linewidth=0.8)
        bounds.append(rows["bound"][some])
    axis.plot(t[some], numpy.median(bounds, axis=0), color=COLOURS[1])
    axis.fill_between(t[some], numpy.min(bounds, axis=0),
                      numpy.max(bounds, axis=0), color=COLOURS[1], alpha=0.2,
                      linewidth=0)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_yticks([10.0 ** i for i in range(1, 7)],
                    [nice_ns(10 ** i) for i in range(1, 7)])
    axis.set_ylim(10, 1e7)
    axis.set_xlim(1, 3600)
    axis.set_xlabel("time since the leader was lost (s)")
    figure.tight_layout()
    return figure


DRAWN = {"errors": draw_errors, "converge": draw_converge,
         "peers": draw_peers, "holdover": draw_holdover}


def main():
    """Makes all of them."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    simulator = Simulator(sys.argv[1])
    try:
        for name, draw in DRAWN.items():
            save(draw(simulator),
                 pathlib.Path(sys.argv[2]) / f"accuracy-{name}.svg")
    except SimError as error:
        sys.exit(f"plots: {error}")


if __name__ == "__main__":
    main()
