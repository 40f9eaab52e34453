# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws the true error of every follower as an SVG file, without a library.

The upper chart shows all errors on one scale, the small ones below one node
each with the band of its bound.  Colours are those of Okabe and Ito, which
stay apart without colour vision; line styles tell the nodes apart as well.
"""

import math
from xml.sax.saxutils import escape

STYLES = (
    ("#0072b2", ""),
    ("#d55e00", "7 3"),
    ("#009e73", "2 2"),
    ("#a1508b", "9 3 2 3"),
    ("#8a6d00", "14 4"),
)
INK, GRID, MARK = "#222222", "#dddddd", "#555555"
WIDTH, MARGIN, SMALL_Y = 960, 64, 476


def nice_step(span, count):
    """A step of 1, 2 or 5 times a power of ten: at most count in span."""
    raw = span / count
    power = 10.0 ** math.floor(math.log10(raw))
    for factor in (1, 2, 5, 10):
        if factor * power >= raw * (1 - 1e-9):
            return factor * power
    return 10 * power


class Chart:
    """One pair of axes: a rectangle of the page and the ranges it shows."""

    def __init__(self, svg, box, t_max, y_max, name):
        self.svg, self.name = svg, name
        self.x, self.y, self.w, self.h = box
        self.t_max, self.y_max = t_max, y_max

    def px(self, t_s):
        return self.x + self.w * t_s / self.t_max

    def py(self, us):
        return self.y + self.h * (0.5 - 0.5 * us / self.y_max)

    def axes(self, title, y_ticks, y_title=True):
        """Frame, grid, numbers and titles."""
        out = self.svg.append
        out(f'<clipPath id="{self.name}"><rect x="{self.x}" y="{self.y}" '
            f'width="{self.w}" height="{self.h}"/></clipPath>')
        step = nice_step(2 * self.y_max, y_ticks)
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        count = math.floor(self.y_max / step + 1e-9)
        for i in range(-count, count + 1):
            y = self.py(i * step)
            width = 1.5 if i == 0 else 1
            colour = MARK if i == 0 else GRID
            out(line(self.x, y, self.x + self.w, y, colour, width))
            out(text(self.x - 6, y + 4, f"{i * step:.{digits}f}", "end"))
        step = nice_step(self.t_max, 6)
        for i in range(math.floor(self.t_max / step + 1e-9) + 1):
            x = self.px(i * step)
            out(line(x, self.y, x, self.y + self.h, GRID, 1))
            out(text(x, self.y + self.h + 15, f"{i * step:g}", "middle"))
        out(f'<rect x="{self.x}" y="{self.y}" width="{self.w}" '
            f'height="{self.h}" fill="none" stroke="{INK}"/>')
        out(text(self.x, self.y - 8, title, "start", 12, "bold"))
        out(text(self.x + self.w / 2, self.y + self.h + 32,
                 "time since the daemons were started (s)", "middle"))
        if y_title:
            x, y = self.x - 44, self.y + self.h / 2
            out(f'<text x="{x}" y="{y}" text-anchor="middle" font-size="12" '
                f'transform="rotate(-90 {x} {y})">true error (µs)</text>')

    def curve(self, points, style, width=1.6):
        """One line through (t_s, us)."""
        path = " ".join(f"{self.px(t):.1f},{self.py(us):.1f}"
                        for t, us in points)
        self.svg.append(
            f'<polyline clip-path="url(#{self.name})" points="{path}" '
            f'fill="none" stroke="{style[0]}" stroke-width="{width}" '
            f'stroke-dasharray="{style[1]}" stroke-linejoin="round"/>')

    def band(self, points, colour):
        """The area between -bound and +bound, edges drawn."""
        upper = [(self.px(t), self.py(b)) for t, b in points]
        lower = [(self.px(t), self.py(-b)) for t, b in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in upper + lower[::-1])
        self.svg.append(
            f'<polygon clip-path="url(#{self.name})" points="{path}" '
            f'fill="{colour}" fill-opacity="0.16" stroke="{colour}" '
            f'stroke-opacity="0.5" stroke-width="0.8"/>')

    def mark(self, t_s, label, row=0):
        """A vertical line with a label in some row, for an event."""
        x = self.px(t_s)
        self.svg.append(line(x, self.y, x, self.y + self.h, MARK, 1.5, "5 4"))
        if label:
            self.svg.append(text(x - 5, self.y + 15 + 15 * row, label, "end"))


def line(x1, y1, x2, y2, colour, width, dashes=""):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour}" stroke-width="{width}" '
            f'stroke-dasharray="{dashes}"/>')


def text(x, y, content, anchor, size=12, weight="normal"):
    """Words; lines that they cross end before them."""
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
            f'font-size="{size}" font-weight="{weight}" stroke="#ffffff" '
            f'stroke-width="4" paint-order="stroke">{escape(content)}'
            '</text>')


def legend(svg, followers, x, y):
    """Line samples with the nodes' names, from the right edge to the left."""
    for i, node in reversed(list(enumerate(followers))):
        colour, dashes = STYLES[i % len(STYLES)]
        svg.append(text(x, y + 4, f"node {node.number}", "end"))
        svg.append(line(x - 84, y, x - 50, y, colour, 2.4, dashes))
        x -= 100


def small_chart(svg, run, i, t_max, y_max):
    """Chart of one follower with the band of its bound."""
    node = run.followers()[i]
    style = STYLES[i % len(STYLES)]
    box = (MARGIN + (i % 2) * 466, SMALL_Y + (i // 2) * 214, 410, 150)
    chart = Chart(svg, box, t_max, y_max, f"node{node.number}")
    figures = node.summary()
    title = f"node {node.number}"
    if figures:
        title += (f": rms {figures['error_rms_ns'] / 1e3:.2f} µs, "
                  f"max {figures['error_max_ns'] / 1e3:.2f} µs, "
                  f"median bound {figures['bound_median_ns'] / 1e3:.1f} µs")
    chart.axes(title, 6, y_title=i % 2 == 0)
    chart.band([(t, b / 1e3) for t, _, b in node.points], style[0])
    chart.curve([(t, e / 1e3) for t, e, _ in node.points],
                (style[0], ""), 1.2)
    for t_s, event in run.events:
        if event.get("node") == node.number:
            chart.mark(t_s, "")


def draw(run, title, subtitle):
    """Returns the SVG text of a run."""
    followers = run.followers()
    t_max = max(math.ceil(run.now_s), 1)
    errors = [e for n in followers for e in n.errors_after(t_max / 6)]
    bounds = [p[2] for n in followers for p in n.points if p[0] > t_max / 6]
    e_max = max(errors, default=1000) / 1e3 * 1.1 or 1.0
    b_max = max(max(bounds, default=1000) / 1e3, e_max) * 1.15
    height = SMALL_Y + (len(followers) + 1) // 2 * 214
    svg = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
        f'height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="DejaVu Sans, Helvetica, Arial, sans-serif" '
        f'fill="{INK}">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        text(MARGIN, 30, title, "start", 18, "bold"),
        text(MARGIN, 50, subtitle, "start", 12),
    ]
    chart = Chart(svg, (MARGIN, 92, 876, 290), t_max, e_max, "all")
    chart.axes("all followers, error scale", 8)
    for i, node in enumerate(followers):
        chart.curve([(t, e / 1e3) for t, e, _ in node.points],
                    STYLES[i % len(STYLES)])
    marks = [(t_s, e) for t_s, e in run.events if "node" in e]
    for row, (t_s, event) in enumerate(marks):
        chart.mark(t_s, f"node {event['node']}: {event['what']}", row)
    legend(svg, followers, MARGIN + 876, 80)
    svg.append(text(MARGIN, 440, "each follower with its error bound "
                    "(shaded: the interval that must contain the truth)",
                    "start", 13))
    for i in range(len(followers)):
        small_chart(svg, run, i, t_max, b_max)
    svg.append("</svg>")
    return "\n".join(svg) + "\n"
