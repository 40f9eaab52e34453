// SPDX-License-Identifier: GPL-2.0-or-later
#include "event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "network.h"
#include "value.h"

/* Words before what happens: "at TIME". */
#define HEAD 2

/**
 * struct verb - what may happen
 * @name: its word
 * @form: the words after it
 * @min: how many words at least, with @name
 * @max: how many words at most
 * @kind: of the event
 * @read: reads them; adds the event or changes oscillators
 */
struct verb {
	const char *name;
	const char *form;
	unsigned int min;
	unsigned int max;
	enum vt_event_kind kind;
	const char *(*read)(struct vt_scenario *s, struct vt_keys *k,
			    const struct vt_words *line,
			    const struct verb *verb, s64 at);
};

/* Keep events in order of time, those of one instant in order of the lines. */
static const char *insert(struct vt_scenario *s, const struct vt_event *e)
{
	struct vt_event *more =
		reallocarray(s->event, s->events + 1, sizeof(*more));
	unsigned int i = s->events;

	if (!more)
		return "out of memory";
	s->event = more;
	for (; i && more[i - 1].at > e->at; i--)
		more[i] = more[i - 1];
	more[i] = *e;
	s->events++;
	return NULL;
}

static const char *insert_text(struct vt_scenario *s, struct vt_event *e,
			       const char *text)
{
	if (strlen(text) >= sizeof(e->text))
		return "too long";
	strcpy(e->text, text);
	return insert(s, e);
}

static const char *read_network(struct vt_scenario *s, struct vt_keys *k,
				const struct vt_words *line,
				const struct verb *verb, s64 at)
{
	struct vt_event e = { .at = at, .kind = verb->kind };
	const char *bad;

	bad = vt_network_check(s, k, line->word + HEAD, line->count - HEAD);
	return bad ? bad : insert_text(s, &e, vt_words_from(line, HEAD));
}

static const char *read_nodes(struct vt_scenario *s, struct vt_keys *k,
			      const char *word, struct vt_event *e)
{
	const char *bad = vt_value_nodes(word, s->nodes, &e->first, &e->last);

	return bad ? vt_keys_complain(k, word, bad) : NULL;
}

/* Nodes, and a command if there is one. */
static const char *read_exec(struct vt_scenario *s, struct vt_keys *k,
			     const struct vt_words *line,
			     const struct verb *verb, s64 at)
{
	struct vt_event e = { .at = at, .kind = verb->kind };
	const char *text = verb->min > 2 ? vt_words_from(line, HEAD + 2) : "";
	const char *bad = read_nodes(s, k, line->word[HEAD + 1], &e);

	return bad ? bad : insert_text(s, &e, text);
}

static const char *read_leap(struct vt_scenario *s, struct vt_keys *k,
			     const struct vt_words *line,
			     const struct verb *verb, s64 at)
{
	struct vt_event e = { .at = at, .kind = verb->kind };
	const char *bad = read_nodes(s, k, line->word[HEAD + 1], &e);
	const char *leap = line->word[HEAD + 2];

	if (bad)
		return bad;
	if (strcmp(leap, "+1") && strcmp(leap, "-1") && strcmp(leap, "0"))
		return vt_keys_complain(k, leap, "+1, -1 or 0 expected");
	snprintf(e.text, sizeof(e.text), "vtguest leap %s", leap);
	return insert(s, &e);
}

static const char *read_lose(struct vt_scenario *s, struct vt_keys *k,
			     const struct vt_words *line,
			     const struct verb *verb, s64 at)
{
	struct vt_event e = { .at = at, .kind = verb->kind };
	const char *bad = read_nodes(s, k, line->word[HEAD + 1], &e);
	const char *word = line->word[HEAD + 2];

	if (bad)
		return bad;
	bad = vt_value_probability(word, &e.lose);
	if (bad)
		return vt_keys_complain(k, word, bad);
	return insert_text(s, &e, word);
}

static const char *add_change(struct vt_osc_model *m,
			      const struct vt_osc_change *c)
{
	struct vt_osc_change *more =
		reallocarray(m->change, m->changes + 1, sizeof(*more));

	if (!more)
		return "out of memory";
	m->change = more;
	m->change[m->changes++] = *c;
	return NULL;
}

/* "freq NODES STEP" or "ramp NODES SIZE over DURATION". */
static const char *read_freq(struct vt_scenario *s, struct vt_keys *k,
			     const struct vt_words *line,
			     const struct verb *verb, s64 at)
{
	char *const *word = line->word + HEAD;
	struct vt_osc_change c = { .at_s = at / VT_PS_PER_SEC };
	struct vt_event e;
	const char *bad = read_nodes(s, k, word[1], &e);
	s64 over = 0;

	if (bad)
		return bad;
	if (at % VT_PS_PER_SEC)
		return vt_keys_complain(k, line->word[1],
					"full seconds expected");
	bad = vt_value_frequency(word[2], &c.ppt);
	if (bad)
		return vt_keys_complain(k, word[2], bad);
	if (verb->min > 3) {
		if (strcmp(word[3], "over"))
			return vt_keys_complain(k, word[3], "over expected");
		bad = vt_value_duration(word[4], VT_PS_PER_SEC, s->duration,
					&over);
		if (!bad && over % VT_PS_PER_SEC)
			bad = "full seconds expected";
		if (bad)
			return vt_keys_complain(k, word[4], bad);
	}
	c.over_s = over / VT_PS_PER_SEC;
	for (unsigned int i = e.first; !bad && i <= e.last; i++)
		bad = add_change(&s->node[i].osc, &c);
	return bad;
}

#define ANY VT_WORDS_MAX

static const struct verb verbs[] = {
	{ "link", "", 1, ANY, VT_EVENT_NETWORK, read_network },
	{ "path", "", 1, ANY, VT_EVENT_NETWORK, read_network },
	{ "cut", "", 1, ANY, VT_EVENT_NETWORK, read_network },
	{ "heal", "", 1, ANY, VT_EVENT_NETWORK, read_network },
	{ "kill", "NODES", 2, 2, VT_EVENT_KILL, read_exec },
	{ "restart", "NODES", 2, 2, VT_EVENT_RESTART, read_exec },
	{ "pause", "NODES", 2, 2, VT_EVENT_PAUSE, read_exec },
	{ "resume", "NODES", 2, 2, VT_EVENT_RESUME, read_exec },
	{ "lose", "NODES PROBABILITY", 3, 3, VT_EVENT_LOSE, read_lose },
	{ "exec", "NODES COMMAND", 3, ANY, VT_EVENT_EXEC, read_exec },
	{ "leap", "NODES +1|-1|0", 3, 3, VT_EVENT_EXEC, read_leap },
	{ "freq", "NODES FREQUENCY", 3, 3, 0, read_freq },
	{ "ramp", "NODES FREQUENCY over DURATION", 5, 5, 0, read_freq },
};

/**
 * vt_event_add() - read an "at" line
 * @s: the scenario, with nodes and duration; gets an event, or its oscillators
 *	get a change
 * @k: what words are read with
 * @line: the line, which starts with at
 *
 * Return: NULL, or what is wrong.
 */
const char *vt_event_add(struct vt_scenario *s, struct vt_keys *k,
			 const struct vt_words *line)
{
	unsigned int words = line->count - HEAD;
	const char *bad;
	s64 at;

	if (line->count <= HEAD)
		return "at TIME WHAT... expected";
	bad = vt_value_duration(line->word[1], 0, VT_NEVER, &at);
	if (bad)
		return vt_keys_complain(k, line->word[1], bad);
	if (at > s->duration)
		return vt_keys_complain(k, line->word[1],
					"after the end of the run");
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		const struct verb *v = &verbs[i];

		if (strcmp(v->name, line->word[HEAD]))
			continue;
		if (words >= v->min && words <= v->max)
			return v->read(s, k, line, v, at);
		snprintf(k->text, sizeof(k->text), "at TIME %s %s expected",
			 v->name, v->form);
		return k->text;
	}
	return vt_keys_complain(k, line->word[HEAD], "cannot happen");
}
