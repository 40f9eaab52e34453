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
	[VT_EVENT_EXEC] = "exec",
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

static json_t *nodes(const struct vt_calendar *c)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < c->scenario->nodes; i++) {
		const struct vt_node *n = &c->node[i];

		json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I}",
				  "program", n->program, "end", ends[n->end],
				  "tx_frames", (json_int_t)n->frames,
				  "tx_bytes", (json_int_t)n->bytes, "rx_frames",
				  (json_int_t)n->received, "lost",
				  (json_int_t)n->lost, "tx_frames_eval",
				  (json_int_t)c->net->tx_frames[i],
				  "tx_bytes_eval",
				  (json_int_t)c->net->tx_bytes[i]));
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
	char hex[17];
	json_t *j;
	int bad;

	for (unsigned int i = 0; i < s->nodes; i++) {
		messages += c->node[i].messages;
		frames += c->node[i].frames;
	}
	snprintf(hex, sizeof(hex), "%016llx", (unsigned long long)digest(c));
	j = json_pack("{s:s, s:s, s:I, s:i, s:f, s:f, s:s, s:f, s:I, s:I, "
		      "s:I, s:I, s:I, s:o, s:o, s:o}",
		      "scenario", s->name, "program",
		      program ? program : c->node[0].program, "seed",
		      (json_int_t)s->seed, "nodes", (int)s->nodes, "duration_s",
		      seconds(s->duration), "warmup_s", seconds(s->warmup),
		      "digest", hex, "wall_s", wall_s, "messages",
		      (json_int_t)messages, "frames", (json_int_t)frames,
		      "windows", (json_int_t)c->windows, "runs",
		      (json_int_t)c->runs, "tod_base_ns",
		      (json_int_t)c->node[0].machine->tod_base, "event",
		      events(s), "expect", expectations(s), "node", nodes(c));
	if (!j)
		return -ENOMEM;
	bad = json_dump_file(j, path, JSON_INDENT(1));
	json_decref(j);
	return bad ? -EIO : 0;
}
