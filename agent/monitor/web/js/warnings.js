// SPDX-License-Identifier: GPL-2.0-or-later
// What is unusual of links, as a list.

import { cell, el } from "./dom.js";
import * as units from "./units.js";
import * as words from "./words.js";

export class Warnings {
	/** of: whether the list is of one node, which need not be named. */
	constructor(of = false) {
		this.of = of;
		this.root = el("ul", { class: "warnings" });
	}

	show(list) {
		const key = JSON.stringify(list);

		if (this.shown === key)
			return;
		this.shown = key;
		this.root.replaceChildren(...list.map((w) => el("li", {},
			cell("p", {}, [words.warning(w.kind), " ",
				...this.of ? [] : [{ href: `#/node/${w.node}`, text: `node ${w.node}` }]]),
			cell("p", {}, [{ name: w.text }, ...w.limit_in_s ? [", too much in ", units.duration(w.limit_in_s * 1e9)] : []]),
			cell("p", { class: "when" }, `since ${units.instant(w.since_utc_ms)}`))));
		if (!list.length)
			this.root.append(el("li", {}, cell("p", {}, { icon: "tick", tone: "ok", word: "none" })));
	}
}
