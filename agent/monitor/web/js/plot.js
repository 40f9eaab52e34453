// SPDX-License-Identifier: GPL-2.0-or-later
// Plots over time, by uPlot (window.uPlot). Lines differ by colour and by dashes, and the
// figures of the last or the pointed-at instant stand beside their names.

import { el, put, sample } from "./dom.js";
import { clock, count, plain, text } from "./units.js";

const FONT = "11px system-ui, sans-serif";
const AXIS_WIDTH = 64;
// Of the last time below an axis, which is centred at the edge.
const TIME_WIDTH = 52;
// Of the word of a mark, at most, nearly always.
const WORD_WIDTH = 64;
// Of a history; less would be a wide picture of nothing.
const LEAST_ROWS = 30;
const DASHES = { solid: [], dashed: [7, 4], dotted: [2, 3] };

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// The next of 1, 2, 5 times a power of ten: axes that follow the data do not tremble then.
function roomy(value) {
	const power = 10 ** Math.floor(Math.log10(value));

	return [1, 2, 5, 10].map((d) => d * power).find((v) => v >= value * 0.9999);
}

// Ranges of the vertical axis, by kind; @least is what must fit.
const RANGES = {
	signed: (low, high, least) => {
		const r = roomy(Math.max(Math.abs(low), Math.abs(high), least));

		return [-r, r];
	},
	zero: (_low, high, least) => [0, roomy(Math.max(high, least))],
	log: (low, high) => [1 / roomy(1 / low), roomy(high * 1.05)],
};

// 1, 2, 5 of each decade, of many decades 1 only.
function decades(low, high) {
	const digits = high / low > 100 ? [1] : [1, 2, 5];
	const all = [];

	for (let p = Math.floor(Math.log10(low)); p <= Math.ceil(Math.log10(high)); p++)
		all.push(...digits.map((d) => d * 10 ** p).filter((v) => v >= low * 0.999 && v <= high * 1.001));
	return all;
}

// Marks that can be seen, { x, tone, word }, in groups of those that are close together.
function groups(chart, marks, width) {
	const found = [];

	for (const { seconds, tone, word } of marks) {
		const x = Math.round(chart.valToPos(seconds, "x", true));

		if (x < chart.bbox.left || x > chart.bbox.left + chart.bbox.width)
			continue;
		if (!found.length || x - found.at(-1)[0].x >= width)
			found.push([]);
		found.at(-1).push({ x, tone, word });
	}
	return found;
}

// Marks of events: a line each. The words of a group stand one below the other before its
// first line, or behind its last one if there is no room, where no line of it crosses them.
function drawMarks(chart, marks) {
	const { ctx, bbox } = chart;
	const scale = devicePixelRatio, width = WORD_WIDTH * scale;

	ctx.save();
	ctx.font = `${11 * scale}px system-ui, sans-serif`;
	ctx.setLineDash([2 * scale, 2 * scale]);
	for (const group of groups(chart, marks, width)) {
		const before = group[0].x - bbox.left > width;
		const at = before ? group[0].x - 4 * scale : group.at(-1).x + 4 * scale;

		ctx.textAlign = before ? "right" : "left";
		group.forEach(({ x, tone, word }, depth) => {
			ctx.strokeStyle = ctx.fillStyle = colour(`--${tone}`);
			ctx.beginPath();
			ctx.moveTo(x, bbox.top);
			ctx.lineTo(x, bbox.top + bbox.height);
			ctx.stroke();
			ctx.fillText(word, at, bbox.top + (11 + 13 * depth) * scale);
		});
	}
	ctx.restore();
}

// A figure between two that are not known is no line: it gets a point.
function alone(chart, series) {
	const column = chart.data[series];

	return column.flatMap((v, i) => v !== null && (column[i - 1] ?? column[i + 1] ?? null) === null ? [i] : []);
}

function axes(figure, kind) {
	const common = {
		font: FONT, stroke: () => colour("--muted"),
		grid: { stroke: () => colour("--grid"), width: 1 },
		ticks: { stroke: () => colour("--grid"), width: 1, size: 4 },
	};

	return [{
		...common, space: 56, size: 26,
		values: (_u, splits) => splits.map((s) =>
			clock(s * 1000).slice(0, splits[1] - splits[0] < 60 ? 8 : 5)),
	}, {
		...common, size: AXIS_WIDTH, space: 28,
		...kind === "log" ? { splits: (_u, _axis, low, high) => decades(low, high), filter: (_u, s) => s } : {},
		...figure === count ? { incrs: [1, 2, 5, 10, 50, 100, 1000, 10000] } : {},
		values: (_u, splits) => splits.map((s) => plain(figure(s))),
	}];
}

export class Plot {
	/**
	 * @title: what it shows
	 * @figure: number to quantity
	 * @series: { key, label, line (1 to 4), dash?, fill?, step? }
	 * @kind: "signed", "zero" or "log"
	 * @least: the axis reaches at least so far
	 * @height: CSS pixels
	 * @sync: plots of the same name share the pointer
	 */
	constructor({ title, figure, series, kind = "zero", least = 1, height = 150, sync = "plots" }) {
		this.figure = figure;
		this.series = series;
		this.title = title;
		this.values = series.map(() => el("output", { class: "value" }));
		this.time = el("output", { class: "time" });
		this.canvas = el("div", { class: "plot", role: "img" });
		this.root = el("figure", {},
			el("figcaption", {}, el("span", { class: "title" }, title),
				series.map((s, i) => el("span", { class: "key" },
					sample(s.line, DASHES[s.dash]?.join(" ")), `${s.label} `, this.values[i])), this.time),
			this.canvas);
		this.canvas.style.height = `${height}px`;
		this.marks = [];
		this.data = [[], ...series.map(() => [])];
		this.span = [0, 1];
		this.height = height;
		this.options = this.uplot(kind, least, sync);
		this.watch = new ResizeObserver(() => this.resize());
		this.watch.observe(this.canvas);
		this.theme = matchMedia("(prefers-color-scheme: dark)");
		this.redraw = () => this.chart?.redraw();
		this.theme.addEventListener("change", this.redraw);
	}

	uplot(kind, least, sync) {
		return {
			width: 100, height: this.height, legend: { show: false }, padding: [8, TIME_WIDTH / 2, 0, 0],
			scales: {
				x: { time: true, range: () => this.span },
				y: {
					distr: kind === "log" ? 3 : 1,
					range: (_u, low, high) => low === null || (kind === "log" && low <= 0)
						? RANGES[kind](least, least * 2, least) : RANGES[kind](low, high, least),
				},
			},
			cursor: { y: false, drag: { x: false, y: false }, sync: { key: sync }, points: { size: 6 } },
			axes: axes(this.figure, kind),
			series: [{}, ...this.series.map((s) => ({
				label: s.label, width: 1.5, points: { show: false, filter: alone, size: 4 },
				stroke: () => colour(`--line-${s.line}`), dash: DASHES[s.dash ?? "solid"],
				fill: s.fill ? () => colour(`--fill-${s.line}`) : null,
				paths: s.step ? window.uPlot.paths.stepped({ align: 1 }) : null,
			}))],
			hooks: {
				setCursor: [() => this.legend()],
				draw: [(chart) => drawMarks(chart, this.marks)],
			},
		};
	}

	resize() {
		const width = Math.floor(this.canvas.clientWidth);

		if (!width || !this.data[0].length)
			return;
		if (this.chart)
			this.chart.setSize({ width, height: this.height });
		else
			this.chart = new window.uPlot({ ...this.options, width }, this.data, this.canvas);
	}

	/** Shows a history as the API gives it, but for a time before all that is known. */
	show(history) {
		const known = history.rows.findIndex((row) => row?.some((v) => v !== null));
		const skip = Math.max(0, Math.min(known < 0 ? Infinity : known, history.rows.length - LEAST_ROWS));
		const at = (i) => (history.start_utc_ms + i * history.step_ms) / 1000;
		const rows = history.rows.slice(skip);

		this.draw(rows.map((_row, i) => at(skip + i)), this.series.map((s) => {
			const column = history.columns.indexOf(s.key);

			return rows.map((row) => row?.[column] ?? null);
		}));
	}

	/** Marks events at { seconds, tone, word }, in their order, when it is drawn next. */
	mark(marks) {
		this.marks = marks;
	}

	/** Shows columns over seconds since 1970. */
	draw(seconds, columns) {
		this.data = [seconds, ...columns];
		this.span = seconds.length > 1 ? [seconds[0], seconds.at(-1)] : [Date.now() / 1000 - 60, Date.now() / 1000];
		if (this.chart)
			this.chart.setData(this.data);
		else
			this.resize();
		this.legend();
		this.canvas.setAttribute("aria-label", `${this.title}: ${this.summary()}`);
	}

	// For who does not see the lines.
	summary() {
		return this.series.map((s, i) => {
			const values = this.data[i + 1].filter((v) => v !== null);

			return values.length ? `${s.label} ${text(this.figure(Math.min(...values)))} to ${
				text(this.figure(Math.max(...values)))}` : `${s.label} not known`;
		}).join(", ");
	}

	legend() {
		const at = this.chart?.cursor.idx;

		put(this.time, at == null ? "" : ["at ", clock(this.data[0][at] * 1000)]);
		this.values.forEach((place, i) => {
			const column = this.data[i + 1];
			const value = at == null ? column.findLast((v) => v !== null) : column[at];

			put(place, value == null ? null : this.figure(value));
		});
	}

	/** Must be called when it is not shown any more. */
	end() {
		this.watch.disconnect();
		this.theme.removeEventListener("change", this.redraw);
		this.chart?.destroy();
		this.chart = null;
	}
}

/** Choice of how much of the past is shown; @change is called with seconds. */
export function spans(seconds, change) {
	const choices = [[600, "10 min"], [3600, "1 h"], [86400, "24 h"]];
	const buttons = choices.map(([value, label]) => el("button", {
		type: "button", "aria-pressed": String(value === seconds),
		onclick: (event) => {
			for (const b of buttons)
				b.setAttribute("aria-pressed", String(b === event.currentTarget));
			change(value);
		},
	}, label));

	return el("div", { class: "choice", role: "group", "aria-label": "Time shown" }, buttons);
}
