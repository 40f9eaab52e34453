// SPDX-License-Identifier: GPL-2.0-or-later
// What has happened, newest first.

import { el } from "../dom.js";
import * as log from "../log.js";
import { Table } from "../table.js";
import { count } from "../units.js";

const LEVELS = ["info", "warning", "critical"];
const CHOICES = [["info", "all"], ["warning", "warning and worse"], ["critical", "critical only"]];

export class Events {
	title = "Events";

	constructor(_id, query) {
		this.table = new Table({ label: "Events", columns: log.columns, none: "No event matches." });
		this.severity = el("select", { "aria-label": "Severity", onchange: () => this.change() },
			CHOICES.map(([value, label]) => el("option", { value }, label)));
		this.filter = el("input", {
			type: "search", placeholder: "Text, kind or node", "aria-label": "Filter",
			spellcheck: "false", autocomplete: "off", oninput: () => this.change(),
		});
		this.number = el("span", { class: "range" });
		this.root = el("div", {}, el("h1", {}, "Events"),
			el("div", { class: "tools", role: "search" }, this.severity, this.filter, this.number),
			el("div", { class: "panel", role: "log", "aria-label": "Events", "aria-live": "off" }, this.table.root));
		this.turn(query);
	}

	/** The address has changed. */
	turn(query) {
		this.severity.value = LEVELS.includes(query.severity) ? query.severity : "info";
		if (document.activeElement !== this.filter)
			this.filter.value = query.filter ?? "";
		this.show();
	}

	change() {
		const query = Object.entries({ severity: this.severity.value, filter: this.filter.value.trim() })
			.filter(([, v]) => v && v !== "info");

		history.replaceState(null, "", `#/events${query.length ? "?" : ""}${new URLSearchParams(query)}`);
		this.show();
	}

	show() {
		const least = LEVELS.indexOf(this.severity.value);
		const text = this.filter.value.trim().toLowerCase();
		const found = log.events.filter((e) => LEVELS.indexOf(e.severity) >= least &&
			`${e.node} ${e.kind} ${e.text} ${e.rule ?? ""}`.toLowerCase().includes(text));

		this.table.show(found.toReversed(), (e) => e.severity === "critical" ? "critical" : "");
		this.number.textContent = `${count(found.length)} of ${count(log.events.length)}`;
	}

	async look() {
		await log.refresh();
		this.show();
	}
}
