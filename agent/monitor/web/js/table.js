// SPDX-License-Identifier: GPL-2.0-or-later
// Tables that are shown again and again: rows and cells stay, what has changed changes.

import { el, put } from "./dom.js";

const ARIA = { asc: "ascending", desc: "descending" };

export class Table {
	/**
	 * @label: what it is a table of
	 * @columns: { head, value(row), numeric?, look?, sort?, hint? }; sort is the key to
	 *	sort by, look a class of the cells: nowrap; title, wide
	 *	or full, in a card
	 * @none: what to say if there are no rows
	 * @onsort: called with the key of a heading that was pressed
	 */
	constructor({ label, columns, none, onsort }) {
		this.columns = columns;
		this.none = none;
		this.heads = columns.map((c) => this.head(c, onsort));
		this.body = el("tbody", { role: "rowgroup" });
		this.root = el("div", { class: "scroll" }, el("table", { role: "table", "aria-label": label },
			el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, this.heads)), this.body));
		this.rows = [];
	}

	head(column, onsort) {
		const label = column.sort
			? el("button", { type: "button", class: "sort", onclick: () => onsort(column.sort) }, column.head)
			: column.head;

		return el("th", {
			scope: "col", role: "columnheader", title: column.hint,
			class: column.numeric ? "right" : null,
		}, label);
	}

	/** Shows by what the rows are sorted. */
	sorted(key, order) {
		this.columns.forEach((c, i) => {
			if (c.sort === key)
				this.heads[i].setAttribute("aria-sort", ARIA[order]);
			else
				this.heads[i].removeAttribute("aria-sort");
		});
	}

	row() {
		const cells = this.columns.map((c) => el("td", {
			role: "cell", "data-head": c.head, class: `${c.numeric ? "right" : ""} ${c.look ?? ""}`.trim() || null,
		}));

		return { root: el("tr", { role: "row" }, cells), cells };
	}

	/** Shows rows; @look may give the class of one. */
	show(rows, look = () => "") {
		while (this.rows.length < rows.length)
			this.rows.push(this.row());
		this.rows.length = rows.length;
		rows.forEach((row, i) => {
			this.rows[i].root.className = look(row);
			this.columns.forEach((c, k) => put(this.rows[i].cells[k], c.value(row)));
		});
		const roots = rows.length ? this.rows.map((r) => r.root)
			: [el("tr", { role: "row", class: "empty" }, el("td", { role: "cell", colspan: this.columns.length }, this.none))];

		if (roots.length !== this.body.children.length || roots.some((r, i) => r !== this.body.children[i]))
			this.body.replaceChildren(...roots);
	}
}
