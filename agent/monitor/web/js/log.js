// SPDX-License-Identifier: GPL-2.0-or-later
// The monitor's events, as far as this page has seen them; views share them.

import { get } from "./api.js";
import { rule, severity } from "./words.js";
import { duration, instant, offset } from "./units.js";

// So many are kept, and fetched at once later on.
const KEEP = 1000, CHUNK = 200;

/** Newest last. */
export let events = [];

let last = 0;

/** Fetches what is new. */
export async function refresh() {
	for (;;) {
		// Without a number the last ones come.
		const answer = await get("events", last ? { after: last, limit: CHUNK } : { limit: KEEP });

		// The monitor was started again and counts from the beginning.
		if (answer.last < last) {
			events = [];
			last = 0;
			continue;
		}
		const fresh = answer.events.filter((e) => e.number > last);

		if (!fresh.length)
			return;
		events = events.concat(fresh).slice(-KEEP);
		last = events.at(-1).number;
		if (last >= answer.last)
			return;
	}
}

function why(e) {
	if (!e.rule || e.rule === "none")
		return null;
	return [{ name: e.rule }, ": ", { small: rule(e.rule) },
		...e.offset_ns == null ? [] : ["; off by ", offset(e.offset_ns)],
		...e.limit_ns ? [", might be ", duration(e.limit_ns)] : []];
}

/** Events of some kinds, and of a node if one is given, as marks of a plot. */
export const marks = (kinds, node) => events
	.filter((e) => kinds.includes(e.kind) && (node === undefined || e.node === node))
	.map((e) => ({ seconds: e.utc_ms / 1000, tone: severity(e.severity)?.tone ?? "off",
		word: e.rule && e.rule !== "none" ? e.rule : e.kind }));

/** Columns of a table of events. */
export const columns = [
	{ head: "Time (UTC)", look: "nowrap title", value: (e) => instant(e.utc_ms, true) },
	{ head: "Severity", value: (e) => severity(e.severity) },
	{ head: "Kind", look: "nowrap", value: (e) => e.kind },
	{ head: "Node", value: (e) => e.node ? { href: `#/node/${e.node}`, text: String(e.node) } : null },
	{ head: "What", look: "wide", value: (e) => ({ name: e.text }) },
	{ head: "Why", look: "wide", value: why },
];
