// SPDX-License-Identifier: GPL-2.0-or-later
#include "report.h"

#include <errno.h>
#include <jansson.h>

static const char *const ends[] = {
	[VT_END_RUNNING] = "running",
	[VT_END_KILLED] = "killed",
	[VT_END_EXITED] = "exited",
	[VT_END_FAILED] = "failed",
};

static const char *const kinds[] = {
	[VT_EVENT_KILL] = "kill",   [VT_EVENT_RESTART] = "restart",
	[VT_EVENT_PAUSE] = "pause", [VT_EVENT_RESUME] = "resume",
	[VT_EVENT_LOSE] = "lose",   [VT_EVENT_EXEC] = "exec",
};

static double seconds(s64 ps)
{
	return (double)ps / VT_PS_PER_SEC;
}

/* The event as a scenario line without its time. */
static json_t *event_text(const struct vt_event *e)
{
	if (e->kind == VT_EVENT_NETWORK)
		return json_string(e->text);
	if (e->first == e->last)
		return json_sprintf("%s %u%s%s", kinds[e->kind], e->first,
				    *e->text ? " " : "", e->text);
	return json_sprintf("%s %u-%u%s%s", kinds[e->kind], e->first, e->last,
			    *e->text ? " " : "", e->text);
}

static json_t *events(const struct vt_scenario *s)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < s->events; i++)
		json_array_append_new(list,
				      json_pack("{s:f, s:o}", "t_s",
						seconds(s->event[i].at), "text",
						event_text(&s->event[i])));
	return list;
}

static json_t *expectations(const struct vt_scenario *s)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < s->expects; i++)
		json_array_append_new(list, json_string(s->expect[i]));
	return list;
}

static void set(json_t *object, const char *key, u64 value)
{
	json_object_set_new(object, key, json_integer(value));
}

static json_t *nodes(const struct vt_calendar *c)
{
	json_t *list = json_array(), *j;

	for (unsigned int i = 0; i < c->scenario->nodes; i++) {
		const struct vt_node *n = &c->node[i];

		j = json_object();
		json_object_set_new(j, "program", json_string(n->program));
		json_object_set_new(j, "end", json_string(ends[n->end]));
		set(j, "tx_frames", n->frames);
		set(j, "tx_bytes", n->bytes);
		set(j, "rx_frames", n->received);
		set(j, "lost", n->lost);
		set(j, "tx_frames_eval", c->net->tx_frames[i]);
		set(j, "tx_bytes_eval", c->net->tx_bytes[i]);
		json_array_append_new(list, j);
	}
	return list;
}

/* Equal runs have equal digests. */
static u64 digest(const struct vt_calendar *c)
{
	u64 d = 0;

	for (unsigned int i = 0; i < c->scenario->nodes; i++)
		d = (d ^ c->node[i].digest) * 0x9e3779b97f4a7c15ULL;
	return d;
}

/**
 * vt_report_write() - write the summary
 * @path: file
 * @c: run that has ended
 * @program: what the nodes were told to run, NULL: what the scenario says
 * @wall_s: how long it took
 *
 * Return: 0 or -errno.
 */
int vt_report_write(const char *path, const struct vt_calendar *c,
		    const char *program, double wall_s)
{
	const struct vt_scenario *s = c->scenario;
	u64 messages = 0, frames = 0;
	json_t *j = json_object();
	char hex[17];
	int bad;

	for (unsigned int i = 0; i < s->nodes; i++) {
		messages += c->node[i].messages;
		frames += c->node[i].frames;
	}
	snprintf(hex, sizeof(hex), "%016llx", (unsigned long long)digest(c));
	json_object_set_new(j, "scenario", json_string(s->name));
	json_object_set_new(j, "program",
			    json_string(program ? program :
						  c->node[0].program));
	set(j, "seed", s->seed);
	set(j, "nodes", s->nodes);
	json_object_set_new(j, "duration_s", json_real(seconds(s->duration)));
	json_object_set_new(j, "warmup_s", json_real(seconds(s->warmup)));
	json_object_set_new(j, "digest", json_string(hex));
	json_object_set_new(j, "wall_s", json_real(wall_s));
	set(j, "messages", messages);
	set(j, "frames", frames);
	set(j, "windows", c->windows);
	set(j, "runs", c->runs);
	set(j, "tod_base_ns", c->node[0].machine->tod_base);
	json_object_set_new(j, "event", events(s));
	json_object_set_new(j, "expect", expectations(s));
	json_object_set_new(j, "node", nodes(c));
	bad = json_dump_file(j, path, JSON_INDENT(1));
	json_decref(j);
	return bad ? -EIO : 0;
}
