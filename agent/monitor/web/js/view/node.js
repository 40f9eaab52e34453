// SPDX-License-Identifier: GPL-2.0-or-later
// One node: how well it is measured, what is thought of it, and why.

import { get } from "../api.js";
import { cell, el, Facts, icon, panel, put } from "../dom.js";
import { Histogram } from "../histogram.js";
import * as log from "../log.js";
import { Plot, spans } from "../plot.js";
import { Table } from "../table.js";
import * as units from "../units.js";
import { Warnings } from "../warnings.js";
import * as words from "../words.js";
import { ClockPlots, LOOKS, POINTS } from "./clock.js";

const EVENTS = 20;
const EVIDENCE = ["strikes", "proofs", "cusum", "excess"];
// Parts of an answer that are shown in full, with their headings.
const OBJECTS = [["peer", "As measured"], ["member", "As a member"], ["reputation", "As judged"],
	["voter", "As a voter of the time scale"]];

const ACCUSATIONS = [
	{ head: "Accuser", look: "title", value: (a) => ({ href: `#/node/${a.accuser}`, text: `node ${a.accuser}` }) },
	{ head: "Rule", look: "wide", value: (a) => [{ name: a.rule }, ": ", { small: words.rule(a.rule) }] },
	{ head: "Off by", numeric: true, value: (a) => units.offset(a.offset_ns) },
	{ head: "Might be", numeric: true, value: (a) => units.duration(a.limit_ns) },
	{ head: "Term", numeric: true, value: (a) => units.count(a.term) },
	{ head: "Round", numeric: true, value: (a) => units.count(a.round) },
];

const isObject = (v) => v !== null && typeof v === "object";

export class Node {
	title = "Node";

	constructor(id) {
		this.id = id;
		this.span = 600;
		this.looks = 0;
		this.name = el("bdi");
		this.marks = el("p", { class: "marks" });
		this.facts = new Facts({ class: "wide" });
		this.evidence = el("div", { class: "evidence" });
		this.warnings = new Warnings(true);
		this.accusations = new Table({ label: "Accusations", columns: ACCUSATIONS, none: "Nobody accuses it." });
		this.events = new Table({
			label: "Events of this node", none: "Nothing has happened yet.",
			columns: log.columns.filter((c) => c.head !== "Node"),
		});
		this.all = OBJECTS.map(([key, title]) => ({ key, title, facts: new Facts({ class: "all" }) }));
		this.details = el("details", { class: "panel" }, el("summary", {}, "All figures"));
		this.history = el("div");
		this.latency = el("div");
		this.hero = el("section", { class: "panel hero" }, el("div", {}, el("h1", {}, this.name), this.marks),
			this.facts.root);
		this.root = el("div", { class: "node" },
			el("p", { class: "back" }, el("a", { href: "#/nodes" }, "Nodes")),
			this.hero, el("div", { class: "halves" }, this.history,
				el("div", {}, this.latency, panel("Warnings", {}, this.warnings.root),
					panel("Reputation", {}, this.evidence))),
			panel("Accusations", {}, this.accusations.root),
			panel("Events", {}, this.events.root), this.details);
	}

	// A peer is measured; the own clock is steered.
	measured() {
		this.plots = [
			new Plot({
				title: "Offset", figure: units.offset, kind: "signed", least: 10,
				series: [{ key: "offset_ns", label: "its cluster time minus ours", line: 1 }],
			}),
			new Plot({
				title: "Bound and queue", figure: units.duration, kind: "log", least: 100,
				series: [{ key: "bound_ns", label: "its bound", line: 1, fill: true },
					{ key: "excess_ns", label: "mean excess of the round trip", line: 2, dash: "dashed" }],
			}),
			new Plot({
				title: "Weight and loss", figure: units.share, least: 1, height: 130,
				series: [{ key: "weight", label: "weight of its clock", line: 3, step: true, fill: true },
					{ key: "loss", label: "loss", line: 2, dash: "dashed" }],
			}),
		];
		this.histogram = new Histogram("Round trips");
		this.history.replaceChildren(panel(["History", spans(this.span, (span) => {
			this.span = span;
			this.looks = 0;
			this.past();
		})], {}, this.plots.map((p) => p.root)));
		this.latency.replaceChildren(panel("Latency", {}, this.histogram.root));
	}

	start(node) {
		this.started = true;
		if (!node.self) {
			this.measured();
			return;
		}
		this.clock = new ClockPlots();
		this.history.replaceChildren(this.clock.root);
	}

	async past() {
		if (this.looks++ % LOOKS)
			return;
		const [history, latency] = await Promise.all([
			get(`nodes/${this.id}/history`, { span: this.span, points: POINTS }),
			get(`nodes/${this.id}/latency`)]);

		this.plots.at(-1).mark(log.marks(["reputation"], Number(this.id)));
		for (const plot of this.plots)
			plot.show(history);
		this.histogram.show(latency);
	}

	async look() {
		const [node, list] = await Promise.all([get(`nodes/${encodeURIComponent(this.id)}`), get("warnings"),
			log.refresh()]);

		if (!this.started)
			this.start(node);
		this.show(node);
		this.warnings.show(list.warnings.filter((w) => w.node === node.node));
		await (node.self ? this.clock.look() : this.past());
	}

	show(node) {
		const judged = isObject(node.reputation) ? node.reputation : {};
		const word = judged.state ?? node.reputation;

		this.title = node.name || `node ${node.node}`;
		this.name.textContent = this.title;
		const mark = words.reputation(word);

		this.hero.className = `panel hero tone-${mark && mark.tone !== "ok" ? mark.tone : words.state(node.state).tone}`;
		put(this.marks, [words.state(node.state), ...mark ? [mark] : [],
			...node.warnings ? [words.warning(`${node.warnings} warning${node.warnings > 1 ? "s" : ""}`)] : []]);
		this.facts.show([
			["Node", String(node.node)], ["Role", node.role],
			["Address", node.address ? { name: node.address } : null],
			["Bound", units.duration(node.bound_ns)],
			...node.self ? [] : this.figures(node),
		]);
		this.judge(judged, word, node.self);
		this.accusations.show(node.accusations ?? []);
		this.events.show(log.events.filter((e) => e.node === node.node).slice(-EVENTS).reverse());
		this.everything(node);
	}

	figures(node) {
		return [
			["Offset", units.offset(node.offset_ns)],
			["Estimate ±", units.duration(node.error_ns)],
			["Floor", units.duration(node.min_rtt_ns)], ["Excess", units.duration(node.excess_ns)],
			["Asymmetry", units.offset(node.asymmetry_ns)],
			["Frequency", units.frequency(node.freq_ppb)],
			["Loss", [units.share(node.loss), `, ${units.count(node.lost) ?? "–"} in all`]],
			["Exchanges", units.count(node.exchanges)], ["Stamps", node.stamps],
			["Last heard", node.age_ns == null ? null : [units.duration(node.age_ns), " ago"]],
		];
	}

	judge(judged, word, self) {
		const limits = EVIDENCE.filter((k) => judged[`${k}_limit`] !== undefined);
		const key = JSON.stringify([judged, word, limits.map((k) => judged[k])]);

		if (this.judged === key)
			return;
		this.judged = key;
		const why = judged.rule && judged.rule !== "none" ? [
			cell("p", {}, [words.reputation(word), ` ${units.text(units.duration(judged.changed_ns))} ago by `,
				{ name: judged.rule }, ": ", { small: words.rule(judged.rule) }, "; off by ",
				units.offset(judged.offset_ns), ", might be ", units.duration(judged.limit_ns)])] : [];

		this.evidence.replaceChildren(...why, el("div", { class: "meters" }, limits.map((k) =>
			this.meter(k, judged[k], judged[`${k}_limit`]))));
		if (!limits.length)
			this.evidence.append(el("p", {}, self ? "This node: others judge it."
				: "It is not judged by this node."));
	}

	meter(name, value, limit) {
		const part = Math.min(1, Math.max(0, value / limit));
		const fill = el("span", { class: `tone-${part >= 1 ? "bad" : part >= 0.5 ? "warn" : "ok"}` });

		fill.style.width = `${part * 100}%`;
		return el("div", { class: "meter" }, el("span", {}, part >= 1 ? icon("cross") : null, name),
			el("span", { class: "number" }, `${units.decimal(value)} of ${units.decimal(limit, 0)}`),
			el("span", { class: "track", "aria-hidden": "true" }, fill));
	}

	everything(node) {
		const shown = this.all.filter(({ key }) => isObject(node[key]));
		const keys = shown.map(({ key }) => key).join();

		if (this.keys !== keys) {
			this.keys = keys;
			this.details.replaceChildren(this.details.firstChild, ...shown.flatMap(({ title, facts }) =>
				[el("h3", {}, title), facts.root]));
		}
		for (const { key, facts } of shown)
			facts.show(Object.entries(node[key]).map(([k, v]) => units.figure(k, v)));
	}

	end() {
		this.clock?.end();
		this.histogram?.end();
		for (const plot of this.plots ?? [])
			plot.end();
	}
}
