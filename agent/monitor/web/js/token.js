// SPDX-License-Identifier: GPL-2.0-or-later
// The word that a monitor which others can reach wants to hear. It is kept as long as the
// tab is open, and told to nobody else.

import { el, panel } from "./dom.js";

const KEY = "clocklink-token";

/** Headers of a request. */
export function headers() {
	const token = sessionStorage.getItem(KEY);

	return token ? { Authorization: `Bearer ${token}` } : {};
}

/** A form that asks for the token, and calls @done when it has one. */
export function form(done) {
	const input = el("input", { type: "password", id: "token", autocomplete: "current-password", required: true });
	const wrong = sessionStorage.getItem(KEY) !== null;

	return panel("Token", { class: "token" }, el("form", {
		onsubmit: (event) => {
			event.preventDefault();
			sessionStorage.setItem(KEY, input.value.trim());
			done();
		},
	}, el("label", { for: "token" }, wrong ? "The monitor does not take this token."
		: "This monitor shows itself to those who know its token."),
	el("div", { class: "tools" }, input, el("button", {}, "Show"))));
}
