// SPDX-License-Identifier: GPL-2.0-or-later
// Settings of this node's instance and of its rounds. The page only shows them.

import { get } from "../api.js";
import { el, Facts, panel } from "../dom.js";
import { figure } from "../units.js";

const TITLES = { instance: "Instance", round: "Agreed on by the cluster" };

export class Settings {
	title = "Settings";

	constructor() {
		this.parts = new Map();
		this.panels = el("div", { class: "pair" });
		this.root = el("div", {}, el("h1", {}, "Settings"),
			el("p", { class: "lead" }, "Read only here: ",
				el("code", {}, "clocklinkctl cluster set"), " and the daemon's file change them."), this.panels);
	}

	async look() {
		for (const [key, values] of Object.entries(await get("settings"))) {
			if (values === null || typeof values !== "object")
				continue;
			if (!this.parts.has(key)) {
				const facts = new Facts({ class: "all" });

				this.parts.set(key, facts);
				this.panels.append(panel(TITLES[key] ?? key, {}, facts.root));
			}
			this.parts.get(key).show(Object.entries(values).map(([k, v]) => figure(k, v)));
		}
	}
}
