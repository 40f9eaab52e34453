// SPDX-License-Identifier: GPL-2.0-or-later
// What states and judgements look like: a symbol, a tone and always the word.

// Of a clock: symbol, tone, and what that means.
const STATES = [
	["unsynced", "ring", "off", "There is no cluster time here yet."],
	["joining", "half", "note", "The leader is being measured."],
	["synced", "check", "ok", "Steered; cluster time lies within the bound."],
	["unverified", "diamond", "note", "Steered, but too few peers to check the leader."],
	["holdover", "triangle", "warn", "No longer steered: the bound grows until it is too wide."],
	["void", "cross", "bad", "The bound is too wide: this clock is not to be used."],
	["gone", "dash", "bad", "The module is gone: there is no clock."],
	["unknown", "ring", "off", "Nobody has told its state yet."],
];
const REPUTATIONS = {
	good: ["tick", "ok"],
	cleared: ["tick", "note"],
	suspicious: ["warn", "warn"],
	demoted: ["down", "warn"],
	accused: ["triangle", "bad"],
	isolated: ["cross", "bad"],
};
const SEVERITIES = {
	info: ["info", "note"],
	warning: ["warn", "warn"],
	critical: ["cross", "bad"],
};
// What a voter's oscillator has to do with cluster time.
const PARTS = {
	counts: ["tick", "ok", "counts"],
	trial: ["half", "note", "on trial"],
	absent: ["dash", "warn", "absent"],
	isolated: ["cross", "bad", "isolated"],
	unknown: ["ring", "off", "not known"],
};
// By which rule a judge changed its mind.
const RULES = {
	strikes: "wrong in three exchanges in a row, beyond what queues can do",
	proofs: "wrong in single exchanges, again and again",
	cusum: "its offset stayed too far from the median",
	excess: "its offset was too far from the median, again and again",
	clean: "no evidence left",
	decision: "decided by the voters",
};

/** States from good to bad, for a bar of them. */
export const STATE_ORDER = ["synced", "unverified", "joining", "holdover", "unsynced", "void", "gone", "unknown"];

const pick = (table, key, none = ["ring", "off"]) => {
	const [icon, tone, word = key] = table[key] ?? none;

	return key ? { icon, tone, word } : null;
};

/** Mark of a clock's state. */
export function state(value) {
	const [word, icon, tone] = STATES.find(([name]) => name === value) ?? STATES.at(-1);

	return { icon, tone, word };
}

/** What a state means. */
export const meaning = (value) => STATES.find(([name]) => name === value)?.[3] ?? "";

/** Mark of a reputation. */
export const reputation = (word) => pick(REPUTATIONS, word);

/** Mark of a voter's part in cluster time. */
export const part = (word) => pick(PARTS, word);

/** Mark of an event's severity. */
export const severity = (word) => pick(SEVERITIES, word);

/** What a rule means, its name where that is not known. */
export const rule = (name) => RULES[name] ?? name;

/** Mark of something that is or is not as it should be. */
export const good = (is, yes, no) =>
	is ? { icon: "tick", tone: "ok", word: yes } : { icon: "cross", tone: "bad", word: no };

/** Mark of a warning. */
export const warning = (word) => ({ icon: "warn", tone: "warn", word });

/** A node by its number and its name, as put() takes it. */
export const node = (id, name) => name ? [{ name }, ` (node ${id})`] : [`node ${id}`];

/** Whose view this is, and what of the cluster only others know, as put() takes it. */
export function viewpoint(now) {
	const who = ["Seen by ", ...node(now.node, now.name), ": offsets, delays and warnings are those of its own links"];
	const host = now.leader_address?.replace(/:\d+$/, "");
	const leader = ["the leader, ", ...node(now.leader, now.leader_name), ...host ? [" at ", { name: host }] : []];

	if (!now.node)
		return [];
	if (now.quorum === null || now.role === "leader")
		return [...who, now.role === "leader" ? "; it leads and makes cluster time." : "."];
	if (!now.leader)
		return [...who, "; nobody is known to lead."];
	return [...who, now.role === "follower" ? "; it does not vote, so it judges nobody. " : ", judgements its own. ",
		"How cluster time is made, and what members lack of the log, only ", ...leader,
		", knows: a monitor there would show it."];
}
