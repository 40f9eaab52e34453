// SPDX-License-Identifier: GPL-2.0-or-later
#include "keys.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agent/lib/units.h"
#include "value.h"

#define PPM_MAX (VT_OSC_PPT_MAX / 10 / 1000000)
/* Random walk, ppb per sqrt(s). */
#define WANDER_MAX 10000

/* What is drawn of a node: each has a stream, whatever else is given. */
enum draw {
	DRAW_PPM,
	DRAW_OFFSET,
	DRAW_PHC_PPM,
};

/**
 * struct key - a key of a line
 * @name: before the =
 * @field: where its value goes
 * @read: reads a value to its field; returns NULL or what is wrong
 */
struct key {
	const char *name;
	size_t field;
	const char *(*read)(struct vt_keys *k, const char *value, void *field);
};

/* -1 to 1, the same for this node and key whatever else is drawn. */
static double draw(const struct vt_keys *k, enum draw what)
{
	struct vt_rng rng;

	vt_rng_init(&rng, k->seed, VT_STREAM_SETUP, k->node, what);
	return 2 * vt_rng_uniform(&rng) - 1;
}

/* Skip "uniform:" if @value starts with it. */
static bool is_uniform(const char **value)
{
	static const char prefix[] = "uniform:";
	size_t n = sizeof(prefix) - 1;

	if (strncmp(*value, prefix, n))
		return false;
	*value += n;
	return true;
}

static const char *any_ppm(struct vt_keys *k, const char *value, void *field,
			   enum draw what)
{
	bool uniform = is_uniform(&value);
	const char *bad;
	double v;

	bad = vt_value_number(value, uniform ? 0 : -PPM_MAX, PPM_MAX, &v);
	if (!bad)
		*(s64 *)field =
			llround(v * 1e6 * (uniform ? draw(k, what) : 1));
	return bad;
}

static const char *read_ppm(struct vt_keys *k, const char *value, void *field)
{
	return any_ppm(k, value, field, DRAW_PPM);
}

static const char *read_phc_ppm(struct vt_keys *k, const char *value,
				void *field)
{
	return any_ppm(k, value, field, DRAW_PHC_PPM);
}

static const char *read_offset(struct vt_keys *k, const char *value,
			       void *field)
{
	bool uniform = is_uniform(&value);
	const char *bad;
	s64 v;

	bad = vt_value_duration(value, uniform ? 0 : -VT_NEVER, VT_NEVER, &v);
	if (bad)
		return bad;
	v /= VT_PS_PER_NS;
	*(s64 *)field = uniform ? llround(v * draw(k, DRAW_OFFSET)) : v;
	return NULL;
}

static const char *read_wander(struct vt_keys *k, const char *value,
			       void *field)
{
	const char *bad;
	double v;

	(void)k;
	bad = vt_value_number(value, 0, WANDER_MAX, &v);
	if (!bad)
		*(double *)field = v * 1000;
	return bad;
}

static const char *read_trace(struct vt_keys *k, const char *value, void *field)
{
	struct vt_osc_model *osc = field;
	const struct vt_trace *t;

	t = vt_traces_get(k->traces, value, k->why, sizeof(k->why));
	if (!t)
		return k->why;
	if (t->min < -VT_OSC_PPT_MAX / 10 || t->max > VT_OSC_PPT_MAX / 10)
		return "a frequency out of range";
	osc->trace = t->value;
	osc->trace_len = t->len;
	return NULL;
}

static const char *read_program(struct vt_keys *k, const char *value,
				void *field)
{
	size_t n = strspn(value, VT_NAME_CHARS);

	(void)k;
	if (!n || value[n])
		return "not a name of letters, digits and -_.";
	if (n >= VT_NAME_SIZE)
		return "too long";
	strcpy(field, value);
	return NULL;
}

static const char *read_delay(struct vt_keys *k, const char *value, void *field)
{
	if (vt_delay_parse(value, k->traces, field, k->why, sizeof(k->why)))
		return k->why;
	return NULL;
}

static const char *read_probability(struct vt_keys *k, const char *value,
				    void *field)
{
	(void)k;
	return vt_value_probability(value, field);
}

static const char *read_granularity(struct vt_keys *k, const char *value,
				    void *field)
{
	const char *bad;
	s64 v;

	(void)k;
	bad = vt_value_duration(value, VT_PS_PER_NS, VT_PS_PER_SEC, &v);
	if (!bad)
		*(s64 *)field = v / VT_PS_PER_NS;
	return bad;
}

static const char *read_extra(struct vt_keys *k, const char *value, void *field)
{
	(void)k;
	return vt_value_duration(value, -VT_VALUE_HOUR, VT_VALUE_HOUR, field);
}

static const char *read_asym(struct vt_keys *k, const char *value, void *field)
{
	const char *bad;
	s64 v;

	if (!k->asym)
		return "for link lines only";
	bad = vt_value_duration(value, -VT_VALUE_HOUR, VT_VALUE_HOUR, &v);
	if (!bad)
		*(s64 *)field = k->back ? -v / 2 : v / 2;
	return bad;
}

/* "1%/100us": how often, by how much. */
static const char *read_reorder(struct vt_keys *k, const char *value,
				void *field)
{
	const char *slash = strchr(value, '/');
	struct vt_path *path = field;
	const char *bad;
	char often[32];

	(void)k;
	if (!slash || slash - value >= (int)sizeof(often))
		return "PROBABILITY/DURATION expected";
	memcpy(often, value, slash - value);
	often[slash - value] = '\0';
	bad = vt_value_probability(often, &path->reorder);
	if (bad)
		return bad;
	return vt_value_duration(slash + 1, 0, VT_VALUE_HOUR,
				 &path->reorder_ps);
}

static const char *read_rate(struct vt_keys *k, const char *value, void *field)
{
	(void)k;
	return vt_value_rate(value, field);
}

static const char *read_queue(struct vt_keys *k, const char *value, void *field)
{
	(void)k;
	return vt_value_duration(value, 0, VT_VALUE_HOUR, field);
}

static const char *read_bool(struct vt_keys *k, const char *value, void *field)
{
	(void)k;
	return cl_units_parse_bool(value, field) ? "yes or no expected" : NULL;
}

#define AT(object, member) offsetof(struct object, member)

static const struct key node_keys[] = {
	{ "ppm", AT(vt_node_spec, osc.ppt), read_ppm },
	{ "offset", AT(vt_node_spec, offset_ns), read_offset },
	{ "wander", AT(vt_node_spec, osc.wander_ppt), read_wander },
	{ "trace", AT(vt_node_spec, osc), read_trace },
	{ "program", AT(vt_node_spec, program), read_program },
	{ "rx", AT(vt_node_spec, rx), read_delay },
	{ "tx", AT(vt_node_spec, tx), read_delay },
	{},
};

static const struct key phc_keys[] = {
	{ "ppm", AT(vt_phc, osc.ppt), read_phc_ppm },
	{ "wander", AT(vt_phc, osc.wander_ppt), read_wander },
	{ "granularity", AT(vt_phc, granularity_ns), read_granularity },
	{ "read", AT(vt_phc, read), read_delay },
	{ "lose", AT(vt_phc, lose), read_probability },
	{},
};

static const struct key path_keys[] = {
	{ "delay", AT(vt_path, delay), read_delay },
	{ "asym", AT(vt_path, asym_ps), read_asym },
	{ "extra", AT(vt_path, extra_ps), read_extra },
	{ "loss", AT(vt_path, loss), read_probability },
	{ "dup", AT(vt_path, dup), read_probability },
	{ "reorder", 0, read_reorder },
	{ "rate", AT(vt_path, rate), read_rate },
	{ "queue", AT(vt_path, queue_ps), read_queue },
	{ "fifo", AT(vt_path, fifo), read_bool },
	{},
};

/**
 * vt_keys_complain() - say what is wrong with a word
 * @k: gets the text
 * @word: the word
 * @what: what is wrong with it
 *
 * Return: "WORD: WHAT", in @k.
 */
const char *vt_keys_complain(struct vt_keys *k, const char *word,
			     const char *what)
{
	snprintf(k->text, sizeof(k->text), "%s: %s", word, what);
	return k->text;
}

static const char *read_word(struct vt_keys *k, const struct key *key,
			     const char *word, void *object)
{
	size_t n = strcspn(word, "=");
	const char *bad;

	if (!word[n])
		return vt_keys_complain(k, word, "KEY=VALUE expected");
	for (; key->name; key++) {
		if (strncmp(key->name, word, n) || key->name[n])
			continue;
		bad = key->read(k, word + n + 1, (char *)object + key->field);
		return bad ? vt_keys_complain(k, word, bad) : NULL;
	}
	return vt_keys_complain(k, word, "unknown key");
}

/**
 * vt_keys_node() - read a word about a node
 * @k: what it is read with
 * @word: KEY=VALUE
 * @node: the node
 *
 * Return: NULL; else what is wrong, in @k, and @node is unspecified.
 */
const char *vt_keys_node(struct vt_keys *k, const char *word,
			 struct vt_node_spec *node)
{
	return read_word(k, node_keys, word, node);
}

/**
 * vt_keys_phc() - read a word about a hardware clock
 * @k: what it is read with
 * @word: KEY=VALUE
 * @phc: the clock
 *
 * Return: NULL; else what is wrong, in @k, and @phc is unspecified.
 */
const char *vt_keys_phc(struct vt_keys *k, const char *word, struct vt_phc *phc)
{
	return read_word(k, phc_keys, word, phc);
}

/**
 * vt_keys_path() - read a word about a path
 * @k: what it is read with
 * @word: KEY=VALUE
 * @path: the path
 *
 * Return: NULL; else what is wrong, in @k, and @path is unspecified.
 */
const char *vt_keys_path(struct vt_keys *k, const char *word,
			 struct vt_path *path)
{
	return read_word(k, path_keys, word, path);
}
