// SPDX-License-Identifier: GPL-2.0-or-later
// Elements. Names and texts come from other nodes, who may lie: text is only ever
// set as text, and nothing here takes markup.

const SVG = "http://www.w3.org/2000/svg";

// What was put into an element last, as text: what is the same is left alone.
const shown = new WeakMap();

function fill(node, attributes, children) {
	for (const [name, value] of Object.entries(attributes)) {
		if (name.startsWith("on"))
			node.addEventListener(name.slice(2), value);
		else if (value === true)
			node.setAttribute(name, "");
		else if (value !== false && value != null)
			node.setAttribute(name, value);
	}
	node.append(...children.flat().filter((c) => c != null));
	return node;
}

/** An element of HTML; keys "onclick" and the like take functions. */
export const el = (tag, attributes = {}, ...children) =>
	fill(document.createElement(tag), attributes, children);

/** An element of SVG. */
export const svg = (tag, attributes = {}, ...children) =>
	fill(document.createElementNS(SVG, tag), attributes, children);

// Drawn in a square of 16, in the colour of the text. Each is told by its shape alone.
const SHAPES = {
	check: [["circle", { cx: 8, cy: 8, r: 7 }],
		["path", { d: "M4.8 8.3l2.2 2.2 4.3-4.7", class: "cut" }]],
	half: [["circle", { cx: 8, cy: 8, r: 6.2, class: "line" }],
		["path", { d: "M8 1.8a6.2 6.2 0 0 1 0 12.4z" }]],
	ring: [["circle", { cx: 8, cy: 8, r: 6.2, class: "line" }]],
	diamond: [["path", { d: "M8 1.4L14.6 8 8 14.6 1.4 8z", class: "line" }],
		["circle", { cx: 8, cy: 8, r: 1.7 }]],
	triangle: [["path", { d: "M8 1.2l7.3 13.2H.7z" }],
		["path", { d: "M8 6v4", class: "cut" }],
		["path", { d: "M8 12.2v.1", class: "cut" }]],
	warn: [["path", { d: "M8 2.2l6.3 11.4H1.7z", class: "line" }],
		["path", { d: "M8 6.4v3.4M8 11.7v.1", class: "line" }]],
	cross: [["rect", { x: 1, y: 1, width: 14, height: 14, rx: 2.5 }],
		["path", { d: "M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6", class: "cut" }]],
	dash: [["circle", { cx: 8, cy: 8, r: 6.2, class: "line dots" }]],
	down: [["path", { d: "M8 2.5v10.6M3.4 8.6L8 13.2l4.6-4.6", class: "line" }]],
	info: [["circle", { cx: 8, cy: 8, r: 6.2, class: "line" }],
		["path", { d: "M8 7.4v3.8M8 4.7v.1", class: "line" }]],
	tick: [["path", { d: "M3 8.6l3.4 3.4L13 4.6", class: "line" }]],
};

/** The symbol of a mark; the word beside it says the same. */
export const icon = (name) =>
	svg("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" },
		...SHAPES[name].map(([tag, attributes]) => svg(tag, attributes)));

/** A piece of line @number of a plot, for its name; @dash as in SVG. */
export const sample = (number, dash) =>
	svg("svg", { class: "sample", viewBox: "0 0 22 8", "aria-hidden": "true" },
		svg("line", { x1: 0, x2: 22, y1: 4, y2: 4, class: `line-${number}`, "stroke-dasharray": dash }));

function render(value) {
	if (value === "")
		return [];
	if (value == null)
		return [el("span", { class: "none" }, "–")];
	if (Array.isArray(value))
		return value.flatMap(render);
	if (typeof value !== "object")
		return [String(value)];
	if ("number" in value)
		return [el("span", { class: "number" }, value.number), "\u00a0",
			el("span", { class: "unit" }, value.unit)];
	if ("icon" in value)
		return [el("span", { class: `mark tone-${value.tone}` }, icon(value.icon),
			el("span", {}, value.word))];
	if ("href" in value)
		return [el("a", { href: value.href }, el("bdi", {}, value.text))];
	if ("small" in value)
		return [el("small", {}, el("bdi", {}, value.small))];
	return [el("bdi", {}, value.name)];
}

/**
 * put() - show a value in an element
 * @value: text, a quantity { number, unit }, a mark { icon, tone, word }, a link
 *	{ href, text }, a { name } from another node, what is { small }, null, or a list of them
 */
export function put(node, value) {
	const key = JSON.stringify(value) ?? "";

	if (shown.get(node) === key)
		return;
	shown.set(node, key);
	node.replaceChildren(...render(value));
}

/** Shows a value in a new element. */
export function cell(tag, attributes, value) {
	const node = el(tag, attributes);

	put(node, value);
	return node;
}

/** A part of a view; @title is its heading, or a list of that and what stands beside it. */
export function panel(title, attributes, ...children) {
	const [heading, ...beside] = [title].flat();

	return el("section", { ...attributes, class: `panel ${attributes.class ?? ""}` },
		el("div", { class: "head" }, el("h2", {}, heading), beside), ...children);
}

/** Names and values; the same names keep their elements. */
export class Facts {
	constructor(attributes = {}) {
		this.root = el("dl", { ...attributes, class: `facts ${attributes.class ?? ""}` });
		this.places = new Map();
	}

	/** Shows [label, value] pairs. */
	show(pairs) {
		const labels = pairs.map(([label]) => label);

		if (labels.join("\n") !== [...this.places.keys()].join("\n")) {
			this.places = new Map(labels.map((label) => [label, el("dd")]));
			this.root.replaceChildren(...labels.map((label) =>
				el("div", {}, el("dt", {}, label), this.places.get(label))));
		}
		for (const [label, value] of pairs)
			put(this.places.get(label), value);
	}
}
