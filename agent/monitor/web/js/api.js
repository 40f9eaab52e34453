// SPDX-License-Identifier: GPL-2.0-or-later
// The monitor's HTTP API.

import { headers } from "./token.js";

// Beyond this an answer is as good as none.
const TIMEOUT_MS = 5000;

/** The monitor has answered, and said no: a text for the place that asked. */
export class Refused extends Error {
	constructor(code, text) {
		super(text);
		this.code = code;
	}
}

/**
 * get() - one answer
 * @path: below api/v1/
 * @query: parameters; empty ones are left out
 *
 * Throws Refused if the monitor says no, anything else if it says nothing.
 */
export async function get(path, query = {}) {
	const given = Object.entries(query).filter(([, v]) => v !== "" && v != null);
	const url = `api/v1/${path}${given.length ? "?" : ""}${new URLSearchParams(given)}`;
	const answer = await fetch(url, {
		signal: AbortSignal.timeout(TIMEOUT_MS),
		cache: "no-store",
		headers: headers(),
	});
	if (answer.ok)
		return answer.json();
	if (answer.status >= 502 && answer.status <= 504)
		throw new Error(`HTTP ${answer.status}`);
	const body = await answer.json().catch(() => ({}));
	throw new Refused(answer.status, body.error
		? `${body.error.where}: ${body.error.text}` : `HTTP ${answer.status}`);
}
