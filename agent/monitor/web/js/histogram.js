// SPDX-License-Identifier: GPL-2.0-or-later
// A distribution of delays over a logarithmic axis.

import { el, put, sample, svg } from "./dom.js";
import { count, duration, plain, share, text } from "./units.js";

const HEIGHT = 190;
const LEFT = 44, RIGHT = 10, TOP = 8, BOTTOM = 24;
// Quantiles, and how their lines are broken.
const NAMES = ["p50", "p90", "p99"];
const DASHES = [null, "7 4", "2 3"];

// What each bucket holds by itself; the last one has no upper edge.
function bars(buckets, total) {
	const found = [];
	let low = null, before = 0;

	for (const { le_ns: edge, count: within } of buckets) {
		if (edge !== null && low !== null)
			found.push({ low, high: edge, part: (within - before) / total });
		if (edge !== null)
			low = edge;
		before = within;
	}
	const first = found.findIndex((b) => b.part > 0);
	const last = found.findLastIndex((b) => b.part > 0);

	return first < 0 ? [] : found.slice(Math.max(0, first - 1), last + 2);
}

// 1, 2, 5 of each decade; only the decades if there are many of them; round steps if
// there is less than one.
function ticks(low, high) {
	const all = [];

	if (high / low < 5) {
		const step = [1, 2, 5, 10].map((d) => d * 10 ** Math.floor(Math.log10((high - low) / 4)))
			.find((d) => (high - low) / d <= 5);

		for (let at = Math.ceil(low / step) * step; at <= high; at += step)
			all.push(at);
		return all;
	}
	for (let p = Math.floor(Math.log10(low)); p <= Math.log10(high); p++)
		for (const d of high / low > 300 ? [1] : [1, 2, 5])
			if (d * 10 ** p >= low && d * 10 ** p <= high)
				all.push(d * 10 ** p);
	return all;
}

export class Histogram {
	constructor(title) {
		this.title = title;
		this.drawing = svg("svg", { class: "histogram", role: "img", height: HEIGHT });
		this.figures = el("span", { class: "key" });
		this.keys = DASHES.map(() => el("output", { class: "value" }));
		this.root = el("figure", {}, el("figcaption", {}, el("span", { class: "title" }, title),
			this.keys.map((key, i) => el("span", { class: "key" }, sample(i + 2, DASHES[i]), key)),
			this.figures), this.drawing);
		this.watch = new ResizeObserver(() => this.draw());
		this.watch.observe(this.root);
	}

	/** Shows a distribution as the API gives it. */
	show(latency) {
		this.latency = latency;
		put(this.figures, [`${count(latency.count)} exchanges, least `, duration(latency.min_ns),
			", most ", duration(latency.max_ns)]);
		this.keys.forEach((key, i) => put(key, [`${NAMES[i]} `, duration(latency[`${NAMES[i]}_ns`])]));
		this.draw();
	}

	draw() {
		const width = Math.floor(this.root.clientWidth);
		const found = this.latency?.count ? bars(this.latency.buckets, this.latency.count) : [];

		if (!width || !this.latency)
			return;
		this.drawing.setAttribute("width", width);
		this.drawing.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
		this.drawing.setAttribute("aria-label", `${this.title}: ${this.marks().map(([name, ns]) =>
			`${name} ${text(duration(ns))}`).join(", ")}`);
		if (!found.length) {
			this.drawing.replaceChildren(svg("text", { x: LEFT, y: HEIGHT / 2 }, "no exchange yet"));
			return;
		}
		const low = Math.log(found[0].low), high = Math.log(found.at(-1).high);
		const tallest = Math.max(...found.map((b) => b.part));
		const x = (ns) => LEFT + (Math.log(ns) - low) / (high - low) * (width - LEFT - RIGHT);
		const y = (part) => HEIGHT - BOTTOM - part / tallest * (HEIGHT - TOP - BOTTOM);

		this.drawing.replaceChildren(...this.grid(found, x, y, width, tallest),
			...found.map((b) => svg("rect", {
				class: "column", x: x(b.low) + 0.5, width: Math.max(0.5, x(b.high) - x(b.low) - 1),
				y: y(b.part), height: y(0) - y(b.part),
			}, svg("title", {}, `${text(duration(b.low))} to ${text(duration(b.high))}: ${
				text(share(b.part))}`))),
			...this.quantiles(x, y));
	}

	marks() {
		return NAMES.map((name) => [name, this.latency[`${name}_ns`]]).filter(([, ns]) => ns);
	}

	grid(found, x, y, width, tallest) {
		const down = ticks(found[0].low, found.at(-1).high).map((ns) => svg("g", {},
			svg("line", { class: "rule", x1: x(ns), x2: x(ns), y1: TOP, y2: y(0) }),
			svg("text", { x: x(ns), y: HEIGHT - 7, class: "centred" }, plain(duration(ns)))));
		const across = [0, tallest / 2, tallest].map((part) => svg("g", {},
			svg("line", { class: "rule", x1: LEFT, x2: width - RIGHT, y1: y(part), y2: y(part) }),
			svg("text", { x: LEFT - 6, y: y(part) + 4, class: "end" }, plain(share(part)))));

		return [...down, ...across];
	}

	quantiles(x, y) {
		return this.marks().map(([, ns], i) => svg("line", {
			class: `quantile line-${i + 2}`, x1: x(ns), x2: x(ns), y1: TOP, y2: y(0),
			"stroke-dasharray": DASHES[i],
		}));
	}

	/** Must be called when it is not shown any more. */
	end() {
		this.watch.disconnect();
	}
}
