// SPDX-License-Identifier: GPL-2.0-or-later
// The oscillators that make cluster time: how much each counts, and how steady it is.

import { get } from "../api.js";
import { el, Facts, panel, put } from "../dom.js";
import { Table } from "../table.js";
import * as units from "../units.js";
import * as words from "../words.js";

const number = (head, value, hint) => ({ head, value, hint, numeric: true });

const COLUMNS = [
	number("Node", (v) => String(v.node)),
	{
		head: "Name", look: "title",
		value: (v) => [{ href: `#/node/${v.node}`, text: v.name || `node ${v.node}` },
			...v.self ? [" ", { small: "this node" }] : []],
	},
	{ head: "Part", value: (v) => words.part(v.share), hint: "in cluster time" },
	number("Weight", (v) => units.share(v.weight), "of its oscillator in cluster time"),
	number("Deviation", (v) => units.duration(v.rms_ns), "root mean square of its prediction minus the ensemble: the less, the steadier"),
	number("Residual", (v) => units.offset(v.residual_ns), "the same at its last measurement; only the leader knows it"),
	number("Frequency", (v) => units.frequency(v.freq_ppb), "of its oscillator against cluster time"),
	number("Wander", (v) => units.wander(v.wander_ppb), "of the frequency between its oscillator and this node's, as this node has learnt it"),
	number("Learnt for", (v) => units.duration(v.age_ns)),
];

// Whose figures these are; a list as put() takes it.
function source(now, voters) {
	if (now.scale?.leading)
		return ["This node makes cluster time: once a second it measures the voters' oscillators, and its line follows their weighted mean."];
	if (voters.some((v) => v.share !== "unknown"))
		return [...now.leader ? words.node(now.leader, now.leader_name) : ["Who leads"],
			" makes cluster time and tells the voters this every ten seconds. Residuals, and how its loop runs, only its own monitor shows."];
	if (now.quorum === null)
		return ["Nobody votes here: the leader's oscillator alone makes the time."];
	return [now.role === "follower" ? "Only voters are told of the oscillators, and this node does not vote: see the monitor of a voter. "
		: "Nothing has been told of the oscillators yet."];
}

export class Voters {
	title = "Voters";

	constructor() {
		this.lead = el("p", { class: "lead" });
		this.loop = new Facts({ class: "wide" });
		this.loopPanel = panel("Loop", { hidden: true }, this.loop.root);
		this.table = new Table({ label: "Voters", columns: COLUMNS, none: "No voter is known." });
		this.root = el("div", {}, el("h1", {}, "Voters"), this.lead, this.loopPanel,
			el("div", { class: "panel" }, this.table.root));
	}

	status(now) {
		this.now = now;
	}

	async look() {
		const { voters } = await get("voters");

		put(this.lead, source(this.now, voters));
		this.table.show(voters, (v) => v.share === "isolated" ? "isolated" : v.self ? "self" : "");
		this.showLoop(this.now.scale);
	}

	showLoop(scale) {
		this.loopPanel.hidden = !scale?.leading;
		if (!scale?.leading)
			return;
		this.loop.show([
			["Steps", units.count(scale.steps)],
			["Others measured", units.count(scale.measured)],
			["Learnt for", units.duration(scale.age_ns)],
			["Time constant", units.duration(scale.constant_ns)],
			["Ensemble minus line", units.offset(scale.mean_ns)],
			["Frequency", units.frequency(scale.freq_ppb)],
			["Pulled by", units.frequency(scale.steer_ppb)],
		]);
	}
}
