// SPDX-License-Identifier: GPL-2.0-or-later
// The last rounds, as many in a row as there were between two looks of the monitor: what
// they lost, and the bound that they told.

import { get } from "../api.js";
import { el, panel } from "../dom.js";
import { Plot } from "../plot.js";
import { Table } from "../table.js";
import * as units from "../units.js";
import * as words from "../words.js";

// In the plots, and of them in the table.
const LOOKS = 300, ROWS = 40;
const number = (head, value) => ({ head, value, numeric: true });

const COLUMNS = [
	{ head: "Time (UTC)", look: "nowrap title", value: (r) => units.clock(r.utc_ms, true) },
	number("Term", (r) => units.count(r.term)),
	number("Last round", (r) => units.count(r.round)),
	number("Rounds", (r) => units.count(r.rounds)),
	{ head: "Leader", value: (r) => r.leader ? { href: `#/node/${r.leader}`, text: `node ${r.leader}` } : null },
	{ head: "State", value: (r) => words.state(r.state) },
	number("Interval", (r) => units.duration(r.interval_ns)),
	number("Bound", (r) => units.duration(r.bound_ns)),
	number("Requests", (r) => units.count(r.requests)),
	number("Responses", (r) => units.count(r.responses)),
	number("Lost", (r) => r.lost ? words.warning(units.count(r.lost)) : units.count(r.lost)),
];

export class Rounds {
	title = "Rounds";

	constructor() {
		this.plots = [
			new Plot({
				title: "Bound of the leader", figure: units.duration, least: 100, sync: "rounds",
				series: [{ key: "bound_ns", label: "at the anchor", line: 1, fill: true }],
			}),
			new Plot({
				title: "Lost messages", figure: units.count, least: 5, height: 90, sync: "rounds",
				series: [{ key: "lost", label: "per second", line: 2, step: true, fill: true }],
			}),
		];
		this.table = new Table({ label: "Rounds", columns: COLUMNS, none: "No round yet." });
		this.root = el("div", {}, el("h1", {}, "Rounds"),
			panel("The last five minutes", {}, this.plots.map((p) => p.root)),
			el("div", { class: "panel" }, this.table.root));
	}

	async look() {
		const { rounds } = await get("rounds", { limit: LOOKS });
		const past = rounds.toSorted((a, b) => a.utc_ms - b.utc_ms);
		const seconds = past.map((r) => r.utc_ms / 1000);

		this.table.show(past.slice(-ROWS).toReversed());
		for (const plot of this.plots)
			plot.draw(seconds, plot.series.map((s) => past.map((r) => r[s.key] ?? null)));
	}

	end() {
		for (const plot of this.plots)
			plot.end();
	}
}
