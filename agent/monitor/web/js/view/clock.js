// SPDX-License-Identifier: GPL-2.0-or-later
// Error and bound of the own clock over time.

import { get } from "../api.js";
import { panel } from "../dom.js";
import * as log from "../log.js";
import { Plot, spans } from "../plot.js";
import { duration, offset } from "../units.js";

export const POINTS = 300;
// Histories have steps of seconds: every look would be too much.
export const LOOKS = 2;

export class ClockPlots {
	constructor() {
		this.span = 600;
		this.looks = 0;
		this.error = new Plot({
			title: "Steering error", figure: offset, kind: "signed", least: 10,
			series: [{ key: "error_ns", label: "target minus clock", line: 1 }],
		});
		this.bound = new Plot({
			title: "Bound", figure: duration, kind: "log", least: 100, height: 170,
			series: [{ key: "bound_ns", label: "bound", line: 1, fill: true },
				{ key: "hard_ns", label: "hard bound", line: 2, dash: "dashed" }],
		});
		this.delay = new Plot({
			title: "Delay to all peers", figure: duration, kind: "log", least: 1000, height: 130,
			series: [{ key: "p50_ns", label: "median", line: 3 },
				{ key: "p99_ns", label: "99 %", line: 4, dash: "dotted" }],
		});
		this.root = panel(["This clock", spans(this.span, (span) => {
			this.span = span;
			this.looks = 0;
			this.look();
		})], {}, this.error.root, this.bound.root, this.delay.root);
	}

	async look() {
		if (this.looks++ % LOOKS)
			return;
		const history = await get("history", { span: this.span, points: POINTS });

		this.error.mark(log.marks(["leader", "state", "quorum"]));
		for (const plot of [this.error, this.bound, this.delay])
			plot.show(history);
	}

	end() {
		for (const plot of [this.error, this.bound, this.delay])
			plot.end();
	}
}
