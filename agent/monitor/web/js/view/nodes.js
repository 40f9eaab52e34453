// SPDX-License-Identifier: GPL-2.0-or-later
// All nodes: the monitor sorts, filters and cuts the pages, there may be 10,000.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { Table } from "../table.js";
import * as units from "../units.js";
import * as words from "../words.js";

const DEFAULTS = { sort: "node", order: "asc", filter: "", state: "", offset: "0", limit: "50" };
// A page follows the typing, not every letter of it.
const TYPING_MS = 250;

const column = (head, value, more = {}) => ({ head, value, ...more });
const number = (head, value, more = {}) => column(head, value, { numeric: true, ...more });

const COLUMNS = [
	number("Node", (n) => String(n.node), { sort: "node" }),
	column("Name", (n) => [{ href: `#/node/${n.node}`, text: n.name || `node ${n.node}` },
		...n.self ? [" ", { small: "this node" }] : []], { sort: "name", look: "title" }),
	column("Role", (n) => n.role),
	column("State", (n) => words.state(n.state), { sort: "state" }),
	number("Offset", (n) => units.offset(n.offset_ns), { sort: "offset", hint: "its cluster time minus that of this node" }),
	number("Bound", (n) => units.duration(n.bound_ns), { sort: "bound" }),
	number("Floor", (n) => units.duration(n.min_rtt_ns), { sort: "rtt", hint: "smallest recent round trip" }),
	number("Excess", (n) => units.duration(n.excess_ns), { sort: "excess", hint: "mean of the round trip above the floor" }),
	number("Loss", (n) => units.share(n.loss), { sort: "loss", hint: "of the last minute" }),
	column("Reputation", (n) => n.reputation ? [words.reputation(n.reputation),
		...n.rule && n.rule !== "none" ? [" ", { small: n.rule }] : []] : null, { sort: "reputation", look: "full" }),
	number("Weight", (n) => units.decimal(n.weight)),
	number("Warnings", (n) => n.warnings ? words.warning(String(n.warnings)) : units.count(n.warnings)),
];

export class Nodes {
	title = "Nodes";

	constructor(_id, query) {
		this.table = new Table({
			label: "Nodes", columns: COLUMNS, none: "No node matches.",
			onsort: (key) => this.sort(key),
		});
		this.filter = el("input", {
			type: "search", placeholder: "Name, number or address", "aria-label": "Filter",
			spellcheck: "false", autocomplete: "off", oninput: () => this.type(),
		});
		this.state = this.choice("State", [["", "all states"], ...words.STATE_ORDER.map((s) => [s, s])],
			(state) => this.change({ state, offset: "0" }));
		this.by = this.choice("Sorted by", COLUMNS.filter((c) => c.sort).flatMap((c) =>
			[["asc", "\u2191"], ["desc", "\u2193"]].map(([order, arrow]) =>
				[`${c.sort} ${order}`, `${c.head} ${arrow}`])), (value) => {
			const [sort, order] = value.split(" ");

			this.change({ sort, order, offset: "0" });
		});
		this.by.classList.add("narrow");
		this.limit = this.choice("Rows", ["25", "50", "100", "200"].map((n) => [n, `${n} rows`]),
			(limit) => this.change({ limit, offset: "0" }));
		this.range = el("span", { class: "range", role: "status" });
		this.before = el("button", { type: "button", onclick: () => this.page(-1) }, "Previous");
		this.after = el("button", { type: "button", onclick: () => this.page(1) }, "Next");
		this.whose = el("p", { class: "lead" });
		this.root = el("div", {}, el("h1", {}, "Nodes"), this.whose,
			el("div", { class: "tools", role: "search" }, this.filter, this.state, this.by, this.limit,
				el("span", { class: "pager" }, this.range, this.before, this.after)),
			el("div", { class: "panel" }, this.table.root));
		this.turn(query);
	}

	choice(label, options, change) {
		return el("select", { "aria-label": label, onchange: (event) => change(event.target.value) },
			options.map(([value, name]) => el("option", { value }, name)));
	}

	/** The address has changed. */
	turn(query) {
		this.query = { ...DEFAULTS, ...query };
		if (document.activeElement !== this.filter)
			this.filter.value = this.query.filter;
		this.state.value = this.query.state;
		this.by.value = `${this.query.sort} ${this.query.order}`;
		this.limit.value = this.query.limit;
		this.table.sorted(this.query.sort, this.query.order);
	}

	address(changes) {
		const query = Object.entries({ ...this.query, ...changes }).filter(([k, v]) => v !== DEFAULTS[k]);

		return `#/nodes${query.length ? "?" : ""}${new URLSearchParams(query)}`;
	}

	change(changes) {
		location.hash = this.address(changes);
	}

	type() {
		clearTimeout(this.typing);
		this.typing = setTimeout(() => this.change({ filter: this.filter.value.trim(), offset: "0" }), TYPING_MS);
	}

	sort(key) {
		const order = this.query.sort === key && this.query.order === "asc" ? "desc" : "asc";

		this.change({ sort: key, order, offset: "0" });
	}

	page(step) {
		const offset = Number(this.query.offset) + step * Number(this.query.limit);

		this.change({ offset: String(Math.max(0, offset)) });
	}

	status(now) {
		put(this.whose, !now.node ? "" : ["As ", ...words.node(now.node, now.name), " measures and judges them. A bound is known of nodes that tell it: this one, and who leads."]);
	}

	async look() {
		const asked = this.query;
		const page = await get("nodes", asked);

		if (asked !== this.query)
			return;
		const end = page.offset + page.nodes.length;

		this.table.show(page.nodes, (n) => n.isolated ? "isolated" : n.self ? "self" : "");
		this.range.textContent = `${page.nodes.length ? `${units.count(page.offset + 1)}–${units.count(end)} of ` : ""}${
			units.count(page.matched)}${page.matched === page.total ? "" : ` (${units.count(page.total)} in all)`}`;
		this.before.disabled = page.offset === 0;
		this.after.disabled = end >= page.matched;
	}

	end() {
		clearTimeout(this.typing);
	}
}
