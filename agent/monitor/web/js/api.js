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

/** The monitor has not answered. */
export class Silence extends Error {}

/**
 * get() - one answer
 * @path: below api/v1/
 * @query: parameters; empty ones are left out
 *
 * Throws Refused if the monitor says no, Silence if it says nothing.
 */
export async function get(path, query = {}) {
	const given = Object.entries(query).filter(([, v]) => v !== "" && v != null);
	const url = `api/v1/${path}${given.length ? "?" : ""}${new URLSearchParams(given)}`;
	let answer, body;

	try {
		answer = await fetch(url, {
			signal: AbortSignal.timeout(TIMEOUT_MS),
			cache: "no-store",
			headers: headers(),
		});
		body = await answer.json();
	} catch (error) {
		throw new Silence(error.message);
	}
	if (answer.ok)
		return body;
	throw new Refused(answer.status, body.error
		? `${body.error.where}: ${body.error.text}` : `HTTP ${answer.status}`);
}
