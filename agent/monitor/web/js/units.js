// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers for people. A quantity is { number, unit }, both text.

const MINUS = "\u2212";
const DURATIONS = [[3.6e12, "h"], [6e10, "min"], [1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]];
const FREQUENCIES = [[1e3, "ppm"], [1, "ppb"]];

// Three digits that count, none after the point of whole numbers of the last unit.
function digits(value, whole) {
	const size = Math.abs(value);

	return value.toFixed(whole || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

function quantity(value, units, sign) {
	const size = Math.abs(value);
	// What would be printed as 1000 of a unit is 1.00 of the next.
	const [scale, unit] = units.find(([s]) => size >= s * 0.9995) ?? units.at(-1);
	const whole = unit === "ns" && Number.isInteger(value);
	const text = digits(size / scale, whole);
	const zero = Number(text) === 0;

	return { number: (zero ? "" : value < 0 ? MINUS : sign ? "+" : "") + text, unit };
}

const known = (v) => typeof v === "number" && Number.isFinite(v);

/** A length of time or a bound, ns. */
export const duration = (ns) => known(ns) ? quantity(ns, DURATIONS, false) : null;

/** A difference, ns: it always has a sign. */
export const offset = (ns) => known(ns) ? quantity(ns, DURATIONS, true) : null;

/** A difference of frequency, ppb. */
export const frequency = (ppb, sign = true) =>
	known(ppb) ? quantity(ppb, FREQUENCIES, sign) : null;

/** How much a frequency walks, ppb per root of a second. */
export function wander(ppb) {
	const q = frequency(ppb, false);

	return q && { ...q, unit: `${q.unit}/√s` };
}

/** A share of one as a percentage. */
export function share(part) {
	if (!known(part))
		return null;
	const percent = part * 100;

	return {
		number: percent === 0 || percent >= 9.95 ? percent.toFixed(0)
			: percent < 0.05 ? "<0.1" : percent.toFixed(1),
		unit: "%",
	};
}

/** A number without unit: thousands are set apart. */
export function count(value) {
	if (!known(value))
		return null;
	const [whole, part] = String(Math.abs(value)).split(".");

	return (value < 0 ? MINUS : "") + whole.replace(/\B(?=(\d{3})+$)/g, ",") +
		(part ? `.${part}` : "");
}

/** A weight or a sum of evidence. */
export const decimal = (value, places = 2) => known(value) ? value.toFixed(places) : null;

/** A quantity, or what stands for none, as text. */
export const text = (q, none = "–") =>
	q == null ? none : typeof q === "string" ? q : `${q.number}\u00a0${q.unit}`;

/** UTC hours to seconds, or to milliseconds. */
export const clock = (ms, fine = false) =>
	known(ms) ? new Date(ms).toISOString().slice(11, fine ? 23 : 19) : "–";

/** UTC date and time. */
export const instant = (ms, fine = false) =>
	known(ms) ? `${new Date(ms).toISOString().slice(0, 10)} ${clock(ms, fine)}` : "–";

/** A quantity without the zeros that only say how exact it is: for axes. */
export const plain = (q) => typeof q !== "object" || q === null ? text(q)
	: text({ ...q, number: q.number.includes(".") ? q.number.replace(/\.?0+$/, "") : q.number });

// What the end of a key says of its number.
const SUFFIXES = [
	["_utc_ms", (v) => instant(v)],
	["_ms", (v) => duration(v * 1e6)],
	["_ns", (v) => duration(v)],
	["_ppb", (v) => frequency(v, false)],
	["_s", (v) => duration(v * 1e9)],
	["_c", (v) => ({ number: v.toFixed(1), unit: "°C" })],
];

// Numbers that are names; what 0 means where it is no length of time.
const IDS = /^(id|node|port|leader|parent|accuser)$|index$/;
const ZEROS = { asymmetry_ns: "automatic", interval_max_ns: "off" };
// Frequencies per root of a second.
const WANDERS = ["wander_ppb"];
// Instants, TAI, among lengths of time.
const INSTANTS = ["isolated_ns", "readmitted_ns"];

/**
 * figure() - a field of an object, by its key
 *
 * Returns [label, quantity or text].
 */
export function figure(key, value) {
	const [suffix, format] = SUFFIXES.find(([s]) => key.endsWith(s)) ?? ["", count];
	const label = key.slice(0, key.length - suffix.length).replaceAll("_", " ");

	if (value === null || value === undefined)
		return [label, suffix === "_ns" ? "without limit" : null];
	if (INSTANTS.includes(key))
		return [label, value ? `${instant(value / 1e6)} TAI` : null];
	if (WANDERS.includes(key))
		return [label, wander(value)];
	if (typeof value === "boolean")
		return [label, value ? "yes" : "no"];
	if (typeof value === "number")
		return [label, key === "cluster" || key === "gen" ? hex(value) : IDS.test(key) ? String(value)
			: value === 0 && key in ZEROS ? ZEROS[key] : format(value)];
	if (typeof value === "object")
		return [label, JSON.stringify(value)];
	return [label, value];
}

/** Ids of clusters are hexadecimal everywhere. */
export const hex = (v) =>
	known(v) ? `0x${v.toString(16).padStart(8, "0")}` : v == null ? "–" : String(v);
