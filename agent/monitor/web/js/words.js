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

const pick = (table, word, none = ["ring", "off"]) => {
	const [icon, tone] = table[word] ?? none;

	return word ? { icon, tone, word } : null;
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

/** Mark of an event's severity. */
export const severity = (word) => pick(SEVERITIES, word);

/** What a rule means, its name where that is not known. */
export const rule = (name) => RULES[name] ?? name;

/** Mark of something that is or is not as it should be. */
export const good = (is, yes, no) =>
	is ? { icon: "tick", tone: "ok", word: yes } : { icon: "cross", tone: "bad", word: no };

/** Mark of a warning. */
export const warning = (word) => ({ icon: "warn", tone: "warn", word });
