// SPDX-License-Identifier: GPL-2.0-or-later
// The frame: which view is shown, when it is told to look again, and what is said while
// the monitor does not answer.

import { get, Refused, Silence } from "./api.js";
import { el, icon, put } from "./dom.js";
import { form } from "./token.js";
import * as units from "./units.js";
import * as words from "./words.js";
import { Events } from "./view/events.js";
import { Node } from "./view/node.js";
import { Nodes } from "./view/nodes.js";
import { Overview } from "./view/overview.js";
import { Rounds } from "./view/rounds.js";
import { Settings } from "./view/settings.js";
import { Voters } from "./view/voters.js";

const PERIOD_MS = 1000;
// After so many failures in a row, at most so long between two attempts.
const BACKOFF_MS = [1000, 2000, 4000, 8000, 15000];
const VIEWS = [["", "Overview", Overview], ["nodes", "Nodes", Nodes], ["voters", "Voters", Voters],
	["events", "Events", Events], ["rounds", "Rounds", Rounds], ["settings", "Settings", Settings],
	["node", null, Node]];

const at = (id) => document.getElementById(id);
const main = at("main");

let view = null, place = null, timer = 0, failures = 0, looking = false, again = false;
let status = null, heard = 0, due = 0, said = "", held = false;

/* Where */

// "#/node/7?span=60" is { name: "node", id: "7", query }.
function whereTo() {
	const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
	const [name, id = ""] = path.split("/");
	const known = VIEWS.find(([n]) => n === name) ? name : "";

	return { name: known, id, query: Object.fromEntries(new URLSearchParams(query)) };
}

function links(name) {
	for (const link of at("nav").children) {
		if (link.dataset.view === (name === "node" ? "nodes" : name))
			link.setAttribute("aria-current", "page");
		else
			link.removeAttribute("aria-current");
	}
}

function go(event) {
	const to = whereTo();

	if (place && to.name === place.name && to.id === place.id && view.turn) {
		view.turn(to.query);
		view.seen = false;
	} else {
		view?.end?.();
		place = to;
		view = new (VIEWS.find(([n]) => n === to.name)[2])(to.id, to.query);
		main.replaceChildren(view.root);
		links(to.name);
		if (event) {
			main.focus({ preventScroll: true });
			scrollTo(0, 0);
		}
		if (status)
			view.status?.(status);
	}
	head();
	look();
}

/* When */

async function look() {
	clearTimeout(timer);
	if (!view)
		return;
	if (looking) {
		again = true;
		return;
	}
	const shown = view;

	looking = true;
	again = false;
	try {
		const now = await get("status");

		heard = performance.now();
		status = now;
		head();
		shown.status?.(status);
		if (!held || !shown.seen)
			await show(shown);
		shown.seen = true;
		failures = 0;
	} catch (error) {
		if (error instanceof Refused && error.code === 401)
			ask();
		else if (error instanceof Silence)
			failures++;
		else
			console.error(error); // a fault of the page; the next look may do better
	}
	looking = false;
	contact();
	const wait = failures ? BACKOFF_MS[Math.min(failures, BACKOFF_MS.length) - 1] : PERIOD_MS;

	due = performance.now() + wait;
	timer = setTimeout(look, again ? 0 : document.hidden && !failures ? wait * 10 : wait);
}

// A view that is refused says so itself; the monitor is there.
async function show(shown) {
	try {
		await shown.look();
		shown.root.removeAttribute("data-refused");
		shown.root.querySelector(":scope > .refused")?.remove();
	} catch (error) {
		if (!(error instanceof Refused))
			throw error;
		if (shown.root.dataset.refused !== error.message) {
			shown.root.dataset.refused = error.message;
			shown.root.querySelector(":scope > .refused")?.remove();
			shown.root.prepend(el("p", { class: "refused panel", role: "alert" },
				icon("cross"), `The monitor says: ${error.message}`));
		}
	}
}

// Nothing is asked for until there is a token.
function ask() {
	view?.end?.();
	view = place = null;
	main.replaceChildren(form(go));
	main.querySelector("input").focus();
}

/* What the frame says */

function head() {
	const now = status;

	if (now) {
		const bound = now.bound_ns === null ? "" : ` ± ${units.text(units.duration(now.bound_ns))}`;

		put(at("who"), [{ name: now.name || (now.node ? `node ${now.node}` : "") }]);
		put(at("foot"), [`clocklink-monitor ${now.version} · cluster ${units.hex(now.cluster)} · `,
			{ href: "api/v1/openapi.json", text: "API" }, " · ", { href: "metrics", text: "metrics" }]);
		document.title = `${now.state}${bound} – ${view?.title ?? ""} – ${now.name} – Clocklink`;
		announce(now);
	}
}

// Changes of state, leader and quorum; not the figures.
function announce(now) {
	const text = `Clock ${now.state}. ${now.leader ? `Leader ${now.leader_name || now.leader}.` : "No leader."
	} ${now.quorum === false ? "No quorum." : ""}`;

	if (said && said !== text)
		at("say").textContent = text;
	said = text;
}

const since = () => Math.round((performance.now() - heard) / 1000);

// One late answer is not yet a silence.
function contact() {
	const lost = failures > 1 || (failures > 0 && !status);
	const box = at("lost");

	document.body.classList.toggle("stale", lost);
	put(at("pulse"), !view ? "" : lost ? { icon: "cross", tone: "bad", word: "no contact" }
		: [held ? { icon: "dash", tone: "note", word: "paused" } : { icon: "tick", tone: "ok", word: "live" },
			` ${units.clock(status?.utc_ms)}`, { small: " UTC" }]);
	if (lost && box.hidden)
		box.replaceChildren(el("p", {}, icon("triangle"),
			el("strong", {}, status ? `No contact with the monitor since ${units.instant(status.utc_ms)} UTC. `
				: "No contact with the monitor. "),
			status ? "What is shown is from then. " : "", el("span", { id: "retry", "aria-live": "off" })),
			el("button", { type: "button", onclick: look }, "Try now"));
	if (!lost && !box.hidden)
		at("say").textContent = "The monitor answers again.";
	box.hidden = !lost;
	count();
}

function count() {
	const retry = at("retry");

	if (retry && failures > 1)
		retry.textContent = `${status ? `${since()} s ago, next` : "Next"} attempt in ${
			Math.max(0, Math.ceil((due - performance.now()) / 1000))} s.`;
}

at("nav").append(...VIEWS.filter(([, label]) => label).map(([name, label]) =>
	el("a", { href: `#/${name}`, "data-view": name }, label)));
at("skip").addEventListener("click", (event) => {
	event.preventDefault();
	main.focus();
});
// Rows that move cannot be read: the view stays as it is, the frame goes on.
at("hold").addEventListener("click", () => {
	held = !held;
	at("hold").setAttribute("aria-pressed", String(held));
	at("hold").textContent = held ? "Go on" : "Pause";
	look();
});
window.addEventListener("hashchange", go);
document.addEventListener("visibilitychange", () => {
	if (!document.hidden)
		look();
});
setInterval(count, 1000);
go();
