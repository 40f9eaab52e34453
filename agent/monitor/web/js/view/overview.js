// SPDX-License-Identifier: GPL-2.0-or-later
// Is time right: this node's clock and its cluster at a glance.

import { get } from "../api.js";
import { cell, el, Facts, icon, panel, put } from "../dom.js";
import * as log from "../log.js";
import { Table } from "../table.js";
import * as units from "../units.js";
import { Warnings } from "../warnings.js";
import * as words from "../words.js";
import { ClockPlots } from "./clock.js";

const EVENTS = 6;

// What the daemon does with a clock of the host, as Facts take it.
function steered(label, clock) {
	if (!clock || clock.state === "off")
		return [[label, clock && "not steered"]];
	return [
		[label, clock.state === "steered" ? words.good(true, clock.state, "") : words.warning(clock.state)],
		...clock.owner ? [["Set by", { name: clock.owner }]] : [],
		...clock.why ? [["Why", { name: clock.why }]] : [],
		...clock.offset_ns === null ? [] : [["Offset", units.offset(clock.offset_ns)],
			["Frequency set", units.frequency(clock.freq_ppb)]],
		...clock.stepped_ns ? [["Stepped by", units.offset(clock.stepped_ns)]] : [],
		...clock.yields ? [["Left to others", `${units.count(clock.yields)} ×`]] : [],
	];
}

export class Overview {
	title = "Overview";

	constructor() {
		this.word = el("h1", { class: "state" });
		this.bound = el("p", { class: "bound" });
		this.gloss = el("p", { class: "gloss" });
		this.facts = new Facts({ class: "wide" });
		this.hero = el("section", { class: "panel hero", "aria-label": "State of this clock" },
			el("div", {}, this.word, this.bound, this.gloss), this.facts.root);
		this.missing = el("p", { class: "panel missing", role: "status", hidden: true });
		this.bar = el("div", { class: "census", "aria-hidden": "true" });
		this.states = el("ul", { class: "states" });
		this.cluster = new Facts();
		this.warnings = new Warnings();
		this.system = new Facts();
		this.device = new Facts({ class: "second" });
		this.whose = el("p", { class: "lead" });
		this.plots = new ClockPlots();
		this.events = new Table({ label: "Latest events", columns: log.columns.slice(0, 5), none: "Nothing has happened yet." });
		this.root = el("div", { class: "overview" }, this.hero, this.missing, this.whose,
			el("div", {}, this.plots.root, panel("Latest events", {}, this.events.root,
				el("p", { class: "more" }, el("a", { href: "#/events" }, "All events")))),
			el("div", { class: "side" }, panel("Cluster", {}, this.bar, this.states, this.cluster.root),
				panel("Warnings", {}, this.warnings.root),
				panel("Clocks of this host", {}, this.system.root, this.device.root)));
	}

	status(now) {
		const mark = words.state(now.state);

		this.hero.className = `panel hero tone-${mark.tone}`;
		if (this.shown !== mark.word) {
			this.shown = mark.word;
			this.word.replaceChildren(icon(mark.icon), mark.word);
			this.gloss.textContent = words.meaning(now.state);
		}
		put(this.bound, now.bound_ns === null ? "no bound" : ["± ", units.duration(now.bound_ns)]);
		this.missing.hidden = !now.missing?.length;
		put(this.missing, ["Not all can be shown. ", ...(now.missing ?? []).map((m) => ({ name: `${m} ` }))]);
		this.showFacts(now);
		this.showCluster(now);
		put(this.whose, words.viewpoint(now));
		this.system.show(steered("System clock", now.system_clock));
		this.device.show(now.device_clock?.device
			? steered(`Clock of ${now.device_clock.device}`, now.device_clock) : []);
	}

	showFacts(now) {
		this.facts.show([
			["Leader", now.leader ? { href: `#/node/${now.leader}`, text: now.leader_name || `node ${now.leader}` }
				: words.good(false, "", "nobody")],
			["This node", now.node ? `${now.node}, ${now.role}` : null],
			["Term", now.term ? units.count(now.term) : null],
			["Round", now.round == null ? null : [units.count(now.round), ", every ", units.duration(now.interval_ns)]],
			["Quorum", now.quorum === null ? null
				: [words.good(now.quorum, "yes", "no"), " ",
					{ small: `${now.reachable} of ${now.voters} voters, ${now.needed} needed` }]],
			["Error", units.offset(now.error_ns)],
			["Hard bound", units.duration(now.hard_ns)],
			["Bound grows by", units.frequency(now.drift_ppb, false)],
			["Rate", units.frequency(now.rate_ppb)],
			["TAI − UTC", [now.tai_offset_s ? `${now.tai_offset_s} s` : "not known",
				...now.leap && now.leap !== "none" ? [" ", words.warning(`leap second: ${now.leap}`)] : []]],
		]);
	}

	showCluster(now) {
		const counts = words.STATE_ORDER.map((name) => [name, now.nodes?.[name] ?? 0]).filter(([, n]) => n);
		const key = JSON.stringify(counts);

		if (this.counts !== key) {
			this.counts = key;
			this.bar.replaceChildren(...counts.map(([name, n]) => {
				const part = el("span", { class: `tone-${words.state(name).tone}` });

				part.style.flexGrow = n;
				return part;
			}));
			this.states.replaceChildren(...counts.map(([name, n]) => el("li", {},
				el("a", { href: `#/nodes?state=${name}` }, cell("span", {}, words.state(name)),
					el("span", { class: "number" }, units.count(n))))));
		}
		const none = { icon: "tick", tone: "ok", word: "none" };

		this.cluster.show([
			["Members", units.count(now.members)],
			["Isolated", now.isolated === null ? null : now.isolated === 0 ? none
				: { icon: "cross", tone: "bad", word: units.count(now.isolated) }],
			["Suspicious", !now.sources.daemon ? null : now.suspicious ? words.warning(units.count(now.suspicious)) : none],
		]);
	}

	async look() {
		const [list] = await Promise.all([get("warnings"), log.refresh(), this.plots.look()]);

		this.warnings.show(list.warnings);
		this.events.show(log.events.slice(-EVENTS).reverse());
	}

	end() {
		this.plots.end();
	}
}
