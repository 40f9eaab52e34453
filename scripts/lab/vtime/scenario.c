// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "network.h"
#include "value.h"

#define DEFAULT_DELAY_PS (100 * VT_PATH_MIN_PS)
#define DEFAULT_PROGRAM "idle"
/* Delays may go on for an hour after the end. */
#define DURATION_MAX ((VT_OSC_SECONDS_MAX - 3600) * VT_PS_PER_SEC)

enum setting {
	SETTING_NODES,
	SETTING_DURATION,
	SETTING_WARMUP,
	SETTING_SEED,
	SETTING_TRUTH,
	SETTINGS,
};

/*
 * Lines that are read before all others, as these need them. Number or duration in
 * ps; without a preset they must be given.
 */
static const struct setting_spec {
	const char *name;
	bool duration;
	s64 min;
	s64 max;
	s64 preset;
} settings[SETTINGS] = {
	[SETTING_NODES] = { "nodes", false, 1, VT_NODES_MAX, -1 },
	[SETTING_DURATION] = { "duration", true, VT_PS_PER_SEC, DURATION_MAX,
			       -1 },
	[SETTING_WARMUP] = { "warmup", true, 0, DURATION_MAX, 0 },
	[SETTING_SEED] = { "seed", false, 1, S64_MAX, 1 },
	[SETTING_TRUTH] = { "truth", true, VT_PATH_MIN_PS, DURATION_MAX,
			    97 * VT_PS_PER_SEC / 1000 },
};

/**
 * struct parser - a scenario that is being read
 * @s: the scenario
 * @lines: its lines
 * @file: name of its file
 * @keys: what words are read with
 * @why: gets what is wrong, and where
 * @why_len: size of @why
 */
struct parser {
	struct vt_scenario *s;
	struct vt_lines lines;
	const char *file;
	struct vt_keys keys;
	char *why;
	size_t why_len;
};

static int fail(struct parser *p, const char *what)
{
	snprintf(p->why, p->why_len, "%s: %s", p->file, what);
	return -EINVAL;
}

static int fail_at(struct parser *p, const struct vt_line *l, const char *what)
{
	snprintf(p->why, p->why_len, "%s%s%u: %s", l->extra ? "-x" : p->file,
		 l->extra ? " " : ":", l->nr, what);
	return -EINVAL;
}

static enum setting find_setting(const char *word)
{
	enum setting i = 0;

	while (i < SETTINGS && strcmp(settings[i].name, word))
		i++;
	return i;
}

static const char *read_setting(struct parser *p, const struct setting_spec *t,
				const struct vt_words *w, s64 *ret)
{
	const char *bad;

	if (w->count != 2) {
		snprintf(p->keys.text, sizeof(p->keys.text), "%s %s expected",
			 t->name, t->duration ? "DURATION" : "NUMBER");
		return p->keys.text;
	}
	if (t->duration)
		bad = vt_value_duration(w->word[1], t->min, t->max, ret);
	else
		bad = vt_value_integer(w->word[1], t->min, t->max, ret);
	return bad ? vt_keys_complain(&p->keys, w->word[1], bad) : NULL;
}

/* Of a setting, a line of the command line counts instead of that of the file. */
static int read_settings(struct parser *p, s64 value[SETTINGS])
{
	bool given[SETTINGS] = {};

	for (enum setting i = 0; i < SETTINGS; i++)
		value[i] = settings[i].preset;
	for (unsigned int i = 0; i < p->lines.count; i++) {
		const struct vt_line *l = &p->lines.line[i];
		enum setting n = find_setting(l->words.word[0]);
		const char *bad;

		if (n == SETTINGS)
			continue;
		bad = read_setting(p, &settings[n], &l->words, &value[n]);
		if (!bad && !l->extra && given[n])
			bad = vt_keys_complain(&p->keys, settings[n].name,
					       "given twice");
		if (bad)
			return fail_at(p, l, bad);
		given[n] = true;
	}
	for (enum setting i = 0; i < SETTINGS; i++)
		if (value[i] < 0)
			return fail(p,
				    vt_keys_complain(&p->keys, settings[i].name,
						     "missing"));
	if (value[SETTING_WARMUP] >= value[SETTING_DURATION])
		return fail(p, "warmup is not shorter than duration");
	return 0;
}

static const char *read_node(struct parser *p, const struct vt_words *w)
{
	unsigned int first, last;
	const char *bad;

	if (w->count < 3)
		return "node NODES KEY=VALUE... expected";
	bad = vt_value_nodes(w->word[1], p->s->nodes, &first, &last);
	if (bad)
		return vt_keys_complain(&p->keys, w->word[1], bad);
	for (unsigned int i = first; !bad && i <= last; i++) {
		p->keys.node = i;
		for (unsigned int n = 2; !bad && n < w->count; n++)
			bad = vt_keys_node(&p->keys, w->word[n],
					   &p->s->node[i]);
	}
	return bad;
}

static const char *read_phc(struct parser *p, const struct vt_words *w)
{
	unsigned int first, last;
	const char *bad;

	if (w->count < 2)
		return "phc NODES KEY=VALUE... expected";
	bad = vt_value_nodes(w->word[1], p->s->nodes, &first, &last);
	if (bad)
		return vt_keys_complain(&p->keys, w->word[1], bad);
	for (unsigned int i = first; !bad && i <= last; i++) {
		struct vt_phc *phc = &p->s->node[i].phc;

		p->keys.node = i;
		phc->on = true;
		for (unsigned int n = 2; !bad && n < w->count; n++)
			bad = vt_keys_phc(&p->keys, w->word[n], phc);
	}
	return bad;
}

static const char *read_network(struct parser *p, const struct vt_words *w)
{
	const char *bad;

	bad = vt_network_check(p->s, &p->keys, w->word, w->count);
	if (!bad)
		vt_network_do(p->s, &p->keys, w->word, w->count);
	return bad;
}

static const char *read_at(struct parser *p, const struct vt_words *w)
{
	return vt_event_add(p->s, &p->keys, w);
}

/* "from T", "to T" and "nodes NODES" of an expect line, in any order. */
static const char *check_range(struct parser *p, const struct vt_words *w)
{
	unsigned int first, last;
	const char *bad = NULL;
	s64 t;

	for (unsigned int i = 4; !bad && i < w->count; i += 2) {
		const char *word = w->word[i];
		const char *value = w->word[i + 1];

		if (i + 1 == w->count)
			return vt_keys_complain(&p->keys, word,
						"a value must follow");
		if (!strcmp(word, "from") || !strcmp(word, "to"))
			bad = vt_value_duration(value, 0, p->s->duration, &t);
		else if (!strcmp(word, "nodes"))
			bad = vt_value_nodes(value, p->s->nodes, &first, &last);
		else
			return vt_keys_complain(&p->keys, word,
						"from, to or nodes expected");
		if (bad)
			bad = vt_keys_complain(&p->keys, value, bad);
	}
	return bad;
}

static const char *check_expect(struct parser *p, const struct vt_words *w)
{
	double number;
	s64 t;

	if (w->count < 4)
		return "expect METRIC < VALUE expected";
	if (!isalpha((unsigned char)w->word[1][0]))
		return vt_keys_complain(&p->keys, w->word[1], "not a name");
	if (strcmp(w->word[2], "<") && strcmp(w->word[2], ">"))
		return vt_keys_complain(&p->keys, w->word[2],
					"< or > expected");
	if (vt_value_number(w->word[3], -1e18, 1e18, &number) &&
	    vt_value_duration(w->word[3], -VT_NEVER, VT_NEVER, &t))
		return vt_keys_complain(&p->keys, w->word[3],
					"not a number or duration");
	return check_range(p, w);
}

static const char *read_expect(struct parser *p, const struct vt_words *w)
{
	const char *bad = check_expect(p, w);
	struct vt_scenario *s = p->s;
	const char *text;
	void *more;

	if (bad)
		return bad;
	text = vt_words_from(w, 1);
	if (strlen(text) >= VT_TEXT_MAX)
		return "too long";
	more = reallocarray(s->expect, s->expects + 1, sizeof(*s->expect));
	if (!more)
		return "out of memory";
	s->expect = more;
	strcpy(s->expect[s->expects++], text);
	return NULL;
}

static const struct {
	const char *name;
	const char *(*read)(struct parser *p, const struct vt_words *w);
} kinds[] = {
	{ "node", read_node },	  { "phc", read_phc },
	{ "link", read_network }, { "path", read_network },
	{ "cut", read_network },  { "heal", read_network },
	{ "at", read_at },	  { "expect", read_expect },
};

static const char *read_line(struct parser *p, const struct vt_words *w)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].name, w->word[0]))
			return kinds[i].read(p, w);
	return vt_keys_complain(&p->keys, w->word[0], "unknown line");
}

static int read_lines(struct parser *p)
{
	for (unsigned int i = 0; i < p->lines.count; i++) {
		const struct vt_line *l = &p->lines.line[i];
		const char *bad;

		if (find_setting(l->words.word[0]) != SETTINGS)
			continue;
		bad = read_line(p, &l->words);
		if (bad)
			return fail_at(p, l, bad);
	}
	return 0;
}

/* Nodes and paths as they are if nothing is said of them. */
static int make_nodes(struct vt_scenario *s)
{
	s->node = calloc(s->nodes, sizeof(*s->node));
	s->path = calloc(s->nodes * s->nodes, sizeof(*s->path));
	if (!s->node || !s->path)
		return -ENOMEM;
	for (unsigned int i = 0; i < s->nodes; i++) {
		strcpy(s->node[i].program, DEFAULT_PROGRAM);
		s->node[i].phc.granularity_ns = 1;
		for (unsigned int j = 0; j < s->nodes; j++) {
			struct vt_path *p = vt_scenario_path(s, i, j);

			p->delay.base_ps = DEFAULT_DELAY_PS;
			vt_rng_init(&p->rng, s->seed, VT_STREAM_PATH, i, j);
		}
	}
	return 0;
}

/* Name and directory of the file. */
static int take_name(struct parser *p)
{
	struct vt_scenario *s = p->s;
	const char *slash = strrchr(p->file, '/');
	const char *base = slash ? slash + 1 : p->file;
	const char *dot = strrchr(base, '.');
	size_t n = dot && dot != base ? (size_t)(dot - base) : strlen(base);

	if (!n || n >= sizeof(s->name) || strspn(base, VT_NAME_CHARS) < n)
		return fail(p, "not a short name of letters, digits, -_.");
	memcpy(s->name, base, n);
	s->name[n] = '\0';
	s->dir = slash ? strndup(p->file, slash - p->file + 1) : strdup(".");
	s->traces.dir = s->dir;
	return s->dir ? 0 : fail(p, "out of memory");
}

static int load(struct parser *p, u64 seed)
{
	struct vt_scenario *s = p->s;
	s64 value[SETTINGS];
	int err;

	err = take_name(p);
	if (!err)
		err = read_settings(p, value);
	if (err)
		return err;
	s->nodes = value[SETTING_NODES];
	s->duration = value[SETTING_DURATION];
	s->warmup = value[SETTING_WARMUP];
	s->seed = seed ? seed : (u64)value[SETTING_SEED];
	s->truth_every = value[SETTING_TRUTH];
	if (make_nodes(s))
		return fail(p, "out of memory");
	p->keys = (struct vt_keys){ .traces = &s->traces, .seed = s->seed };
	return read_lines(p);
}

/**
 * vt_scenario_load() - read a scenario
 * @s: to be filled
 * @file: its file
 * @seed: of all random streams; 0 for that of the file
 * @extra: lines after those of the file; settings among them count instead of
 *	the file's
 * @extras: how many
 * @why: gets what is wrong, as "file:line: what" or "-x N: what"
 * @why_len: size of @why
 *
 * Return: 0; -EINVAL if anything is wrong, with a text in @why, and @s is empty.
 */
int vt_scenario_load(struct vt_scenario *s, const char *file, u64 seed,
		     char *const extra[], unsigned int extras, char *why,
		     size_t why_len)
{
	struct parser p = {
		.s = s, .file = file, .why = why, .why_len = why_len
	};
	int err;

	*s = (struct vt_scenario){};
	err = vt_lines_read(&p.lines, file, extra, extras, why, why_len);
	if (err)
		return err;
	err = load(&p, seed);
	vt_lines_free(&p.lines);
	if (err)
		vt_scenario_free(s);
	return err;
}

/**
 * vt_scenario_free() - free what a scenario holds
 * @s: the scenario; empty afterwards
 */
void vt_scenario_free(struct vt_scenario *s)
{
	for (unsigned int i = 0; s->node && i < s->nodes; i++)
		free(s->node[i].osc.change);
	free(s->node);
	free(s->path);
	free(s->event);
	free(s->expect);
	vt_traces_free(&s->traces);
	free(s->dir);
	*s = (struct vt_scenario){};
}

/**
 * vt_scenario_apply() - let a network event happen
 * @s: the scenario, whose paths change
 * @e: one of its events of VT_EVENT_NETWORK
 *
 * A new delay starts its process anew.
 */
void vt_scenario_apply(struct vt_scenario *s, const struct vt_event *e)
{
	struct vt_keys k = { .traces = &s->traces, .seed = s->seed };
	char text[VT_TEXT_MAX];
	char *word[VT_TEXT_MAX / 2];
	unsigned int words = 0;
	char *save;

	strcpy(text, e->text);
	for (char *w = strtok_r(text, VT_BLANKS, &save); w;
	     w = strtok_r(NULL, VT_BLANKS, &save))
		word[words++] = w;
	vt_network_do(s, &k, word, words);
}

/**
 * vt_scenario_path() - one direction between two nodes
 * @s: the scenario
 * @from: sender
 * @to: receiver
 *
 * Return: the path; that of a node to itself is there, but means nothing.
 */
struct vt_path *vt_scenario_path(const struct vt_scenario *s, unsigned int from,
				 unsigned int to)
{
	return &s->path[from * s->nodes + to];
}
