#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws runs of the virtual-time lab as SVG.

usage: plot.py errors [-t TITLE] -o FILE LABEL=RUNDIR...
       plot.py cut [-t TITLE] [-n NODE] -o FILE RUNDIR

errors: true error over time, one panel per program, all with the same scale
        (what is beyond it is cut off), and beside them how their magnitudes
        are distributed, with the bounds of our programs.
cut:    error, bound and state of a node that loses its leader.

The same runs give the same file.  Colours are those of Okabe and Ito, which stay
apart without colour vision.  Exit status: 0, or 2 for input that cannot be drawn.
"""

import argparse
import sys

import matplotlib
import numpy

from figures import LEADER, Figures, quantile
from rundir import STATES, Run, RunError

matplotlib.use("svg")
matplotlib.rcParams.update({
    "svg.hashsalt": "clocklink", "svg.fonttype": "none",
    "font.family": "sans-serif", "font.size": 9,
    "font.sans-serif": ["DejaVu Sans", "Helvetica", "Arial"],
    "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.color": "#dddddd", "grid.linewidth": 0.6,
    "axes.axisbelow": True, "lines.linewidth": 1.0,
})
# isort: after the backend is chosen
from matplotlib import pyplot, ticker  # noqa: E402

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56b4e9",
           "#444444")
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (7, 1.5, 1.5, 1.5)),
          (0, (9, 2)), (0, (3, 1, 1, 1, 1, 1)), (0, (1, 2)))
INK, SHADE, WARM = "#222222", "#f3d9a4", "#eeeeee"
# Points of a line: enough for the width of a page.
POINTS = 240


def thin(t_s, values, points=POINTS):
    """Fewer points of a line, with the smallest and the largest value of every
    interval, so that no peak is lost.  Not a number breaks the line.
    """
    if len(values) <= points:
        return t_s, values
    keep = []
    for part in numpy.array_split(numpy.arange(len(values)), points // 2):
        good = part[~numpy.isnan(values[part])]
        if not good.size:
            keep.append(part[0])
            continue
        keep += sorted({good[values[good].argmin()],
                        good[values[good].argmax()]})
    return t_s[keep], values[keep]


def nice_ns(value):
    """Nanoseconds for people."""
    for unit, scale in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if value >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value:.3g} ns"


def masked(figures, array, node):
    """A node's part of an array in ns, not a number where it is not valid."""
    return numpy.where(figures.valid[:, node], array[:, node], numpy.nan)


def nice_limit(value):
    """The next larger 1, 1.5, 2, 3, 5, 7.5 or 10 times a power of ten."""
    power = 10.0 ** numpy.floor(numpy.log10(value))
    return next(power * f for f in (1, 1.5, 2, 3, 5, 7.5, 10)
                if power * f >= value * (1 - 1e-9))


def draw_errors(runs, title):
    """The figure of several programs; runs is a list of (label, Figures)."""
    count = len(runs)
    figure = pyplot.figure(figsize=(9.6, 1.2 + 1.05 * count))
    grid = figure.add_gridspec(count, 2, width_ratios=(1.45, 1), hspace=0.22,
                               wspace=0.2, left=0.075, right=0.985,
                               bottom=0.62 / (1.2 + 1.05 * count),
                               top=1 - 0.62 / (1.2 + 1.05 * count))
    figure.suptitle(title, x=0.012, y=0.985, ha="left", fontsize=11,
                    fontweight="bold")
    warm = [abs(f.usable(f.error)) for _, f in runs]
    # the middle one fills its panel, for the worst ones there are numbers
    limit = nice_limit(quantile([quantile(w, 0.99) for w in warm], 0.6) * 1.5)
    unit, scale = ("ms", 1e6) if limit >= 2e6 else ("µs", 1e3)
    first = None
    for i, (label, figures) in enumerate(runs):
        axes = figure.add_subplot(grid[i, 0], sharex=first)
        first = first or axes
        panel(axes, figures, f"{label}: mean {nice_ns(warm[i].mean())}, "
              f"max {nice_ns(warm[i].max())}", COLOURS[i], limit / scale, scale)
        if i < count - 1:
            axes.tick_params(labelbottom=False)
        if i == count // 2:
            axes.set_ylabel(f"error of each follower ({unit})",
                            y=0.5 if count % 2 else 1.1)
    first.figure.axes[-1].set_xlabel("true time (s), grey: warm-up")
    distribution(figure.add_subplot(grid[count > 3:, 1]), runs, warm)
    return figure


def panel(axes, figures, text, colour, limit, scale):
    """Errors of all followers of one program."""
    info = figures.run.info
    axes.axvspan(0, info["warmup_s"], color=WARM, linewidth=0)
    axes.set_xlim(0, info["duration_s"])
    axes.set_ylim(-limit, limit)
    for node in range(1, figures.run.nodes):
        t_s, error = thin(figures.run.t / 1e9,
                          masked(figures, figures.error, node) / scale)
        axes.plot(t_s, numpy.clip(error, -3 * limit, 3 * limit), color=colour,
                  alpha=(1, 0.7, 0.45)[(node - 1) % 3], linewidth=0.8)
    axes.set_title(text, loc="left", fontsize=8.5, pad=3, color=colour)
    axes.axhline(0, color=INK, linewidth=0.5)


def distribution(axes, runs, warm):
    """Share of the readings whose error is at most so large."""
    share = numpy.concatenate([numpy.linspace(0, 0.98, 99),
                               numpy.linspace(0.981, 1, 39)])
    for i, (label, figures) in enumerate(runs):
        axes.plot(numpy.quantile(warm[i], share).clip(min=1), share * 100,
                  color=COLOURS[i], linestyle=DASHES[i], linewidth=1.7,
                  label=label)
        if figures.clock == "page":
            bound = figures.usable(figures.run.bound)
            axes.plot(numpy.quantile(bound, share).clip(min=1), share * 100,
                      color=COLOURS[i], linestyle=(0, (1, 1.2)), linewidth=1.2,
                      label=f"{label}: bound")
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(ticker.LogLocator(numticks=12))
    shown = [line.get_xdata().max() for line in axes.get_lines()]
    axes.set_xlim(max(1, min(quantile(w, 0.02) for w in warm)),
                  max(shown) * 1.25)
    axes.set_ylim(0, 101)
    axes.set_xlabel("magnitude of the true error")
    axes.set_ylabel("share of readings not above (%)")
    axes.xaxis.set_major_formatter(lambda value, _: nice_ns(value))
    axes.grid(True, "minor", "x", color="#eeeeee", linewidth=0.4)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1), fontsize=8,
                ncol=2, frameon=False, handlelength=3.2, borderaxespad=0.2)


def spans(figures, node, state):
    """When a node was in a state: (from_s, to_s) pairs."""
    inside = figures.run.state[:, node] == STATES.index(state)
    edges = numpy.flatnonzero(numpy.diff(inside.astype("int8"), prepend=0,
                                         append=0))
    t_s = numpy.append(figures.run.t, figures.run.t[-1]) / 1e9
    return [(t_s[a], t_s[b]) for a, b in edges.reshape(-1, 2)]


def draw_cut(figures, node, title):
    """The figure of a node that loses its leader."""
    info = figures.run.info
    figure, (upper, lower) = pyplot.subplots(
        2, 1, sharex=True, figsize=(9.6, 5.2), height_ratios=(1, 1.35))
    figure.subplots_adjust(left=0.085, right=0.985, top=0.88, bottom=0.09,
                           hspace=0.2)
    figure.suptitle(title, x=0.012, y=0.985, ha="left", fontsize=11,
                    fontweight="bold")
    t_s = figures.run.t / 1e9
    error = masked(figures, figures.error, node)
    bound = masked(figures, figures.run.bound, node)
    hard = masked(figures, figures.run.hard, node)
    for axes in (upper, lower):
        for start, end in spans(figures, node, "holdover"):
            axes.axvspan(start, end, color=SHADE, linewidth=0)
        for event in info["event"]:
            axes.axvline(event["t_s"], color=INK, linewidth=0.8,
                         linestyle=(0, (4, 3)))
    for start, end in spans(figures, node, "holdover"):
        upper.text((start + end) / 2, 0.96, "holdover", ha="center", va="top",
                   transform=upper.get_xaxis_transform())
    for event in info["event"]:
        upper.annotate(event["text"], (event["t_s"], 1.015), fontsize=8.5,
                       xycoords=upper.get_xaxis_transform(), ha="center")
    upper.plot(*thin(t_s, error / 1e3, 2 * POINTS), color=COLOURS[0])
    upper.axhline(0, color=INK, linewidth=0.5)
    settled = error[figures.run.rows(info["warmup_s"], info["duration_s"])]
    limit = nice_limit(max(numpy.nanmax(abs(settled)) / 1e3 * 1.2, 0.01))
    upper.set_ylim(-limit, limit)
    upper.set_ylabel("error (µs)")
    lower.plot(*thin(t_s, hard), color=COLOURS[2], linestyle=DASHES[1],
               linewidth=1.5, label="hard bound: no assumption on the path")
    lower.plot(*thin(t_s, bound), color=COLOURS[1], linewidth=1.5,
               label="bound")
    lower.plot(*thin(t_s, abs(error).clip(min=1), 2 * POINTS),
               color=COLOURS[0], linewidth=0.8, label="magnitude of the error")
    lower.set_yscale("log")
    lower.set_ylim(max(1, quantile(abs(settled), 0.02)), None)
    lower.yaxis.set_major_formatter(lambda value, _: nice_ns(value))
    lower.set_ylabel("magnitude")
    lower.set_xlabel("true time (s)")
    lower.set_xlim(0, info["duration_s"])
    lower.legend(loc="lower left", bbox_to_anchor=(0, 1), fontsize=8, ncol=3,
                 frameon=False, borderaxespad=0.2)
    return figure


def save(figure, file):
    """Writes a figure without anything that is not of the runs."""
    figure.savefig(file, metadata={"Date": None})


def load(word):
    """(label, Figures) of LABEL=RUNDIR."""
    label, equals, directory = word.partition("=")
    if not equals:
        raise RunError(f"{word}: LABEL=RUNDIR expected")
    figures = Figures(Run(directory))
    if not figures.usable(figures.error).size:
        raise RunError(f"{directory}: no reading after the warm-up")
    return label, figures


def main():
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("kind", choices=("errors", "cut"))
    parser.add_argument("-o", dest="file", required=True)
    parser.add_argument("-t", dest="title", default="")
    parser.add_argument("-n", dest="node", type=int, default=1)
    parser.add_argument("runs", nargs="+", metavar="[LABEL=]RUNDIR")
    args = parser.parse_args()
    try:
        if args.kind == "errors":
            if len(args.runs) > len(COLOURS):
                raise RunError(f"more than {len(COLOURS)} runs")
            figure = draw_errors([load(word) for word in args.runs], args.title)
        else:
            _, figures = load(f"={args.runs[0]}")
            if not LEADER < args.node < figures.run.nodes:
                raise RunError(f"no follower {args.node}")
            figure = draw_cut(figures, args.node, args.title)
    except RunError as error:
        print(f"plot: {error}", file=sys.stderr)
        return 2
    save(figure, args.file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
