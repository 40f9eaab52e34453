// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/now.h"
#include "agent/nl/schema.h"
#include "kmod/core/fixed.h"
#include "warnings.h"

static const struct cl_history_column own_columns[CL_OWN_COLUMNS] = {
	[CL_OWN_ERROR] = { "error_ns", CL_HISTORY_MEAN },
	[CL_OWN_BOUND] = { "bound_ns", CL_HISTORY_MAX },
	[CL_OWN_HARD] = { "hard_ns", CL_HISTORY_MAX },
	[CL_OWN_RATE] = { "rate_ppb", CL_HISTORY_MEAN },
	[CL_OWN_LOST] = { "lost", CL_HISTORY_MAX },
	[CL_OWN_STATE] = { "state", CL_HISTORY_LAST },
	[CL_OWN_P50] = { "p50_ns", CL_HISTORY_MEAN },
	[CL_OWN_P99] = { "p99_ns", CL_HISTORY_MAX },
};

/**
 * cl_monitor_new() - a monitor that has seen nothing
 * @ret: the monitor; to be freed
 * @metrics_peers: with more peers than that /metrics leaves them out
 *
 * Return: 0 or -ENOMEM.
 */
int cl_monitor_new(struct cl_monitor **ret, unsigned int metrics_peers)
{
	struct cl_monitor *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	if (cl_history_open(&m->own, own_columns, CL_OWN_COLUMNS)) {
		free(m);
		return -ENOMEM;
	}
	m->metrics_peers = metrics_peers;
	*ret = m;
	return 0;
}

/**
 * cl_monitor_free() - forget all
 * @m: the monitor
 */
void cl_monitor_free(struct cl_monitor *m)
{
	cl_nodes_clear(&m->nodes);
	cl_look_clear(&m->look);
	cl_changes_clear(&m->changes);
	cl_history_close(&m->own);
	free(m);
}

static float known(u64 ns)
{
	return ns < S64_MAX ? ns : NAN;
}

static void put_own(struct cl_monitor *m)
{
	const struct cl_nl_clock *c = &m->look.clock;
	float f[CL_OWN_COLUMNS];
	u64 lost = 0;

	for (unsigned int i = 0; i < CL_OWN_COLUMNS; i++)
		f[i] = NAN;
	for (size_t i = 0; i < m->look.n_peers; i++)
		lost += m->look.peers[i].lost;
	if (m->look.has_instance) {
		if (c->parent) {
			f[CL_OWN_ERROR] = c->error_ns;
			f[CL_OWN_RATE] = c->rate_ppt / 1000.0;
		}
		if (cl_nl_state_usable(c->state)) {
			f[CL_OWN_BOUND] = known(c->bound_ns);
			f[CL_OWN_HARD] = known(c->hard_ns);
		}
		f[CL_OWN_LOST] = lost > m->lost && m->looks ? lost - m->lost :
							      0;
		f[CL_OWN_STATE] = c->state;
	}
	if (m->recent.count) {
		f[CL_OWN_P50] = cl_histogram_quantile(&m->recent, 0.5);
		f[CL_OWN_P99] = cl_histogram_quantile(&m->recent, 0.99);
	}
	memset(&m->recent, 0, sizeof(m->recent));
	m->lost = lost;
	cl_history_put(&m->own, m->look.mono_ns, f);
}

/**
 * cl_monitor_look() - look at the node, and remember
 * @m: the monitor
 * @s: where to look
 *
 * Return: 0; as cl_source_look(), then all is as before; -ENOMEM: some nodes are not
 * remembered.
 */
int cl_monitor_look(struct cl_monitor *m, struct cl_source *s)
{
	s64 begin = cl_now_ns(CLOCK_MONOTONIC);
	struct cl_look look = { 0 };
	int err, compared;

	err = cl_source_look(s, &look);
	if (err)
		return err;
	m->look_ns = cl_now_ns(CLOCK_MONOTONIC) - begin;
	cl_look_clear(&m->look);
	m->look = look;
	m->overruns = s->overruns;
	m->events.utc_ns = look.utc_ns;
	if (!m->looks)
		m->delay_utc_ns = look.utc_ns;
	if (!look.has_instance || look.clock.state != CLOCKLINK_STATE_HOLDOVER)
		m->holdover_ns = 0;
	else if (!m->holdover_ns)
		m->holdover_ns = cl_max_s64(look.mono_ns, 1);
	err = cl_nodes_update(&m->nodes, &m->look);
	compared =
		cl_changes_look(&m->changes, &m->events, &m->look, m->overruns);
	cl_warnings_look(&m->nodes, &m->events, &m->look);
	cl_rounds_look(&m->rounds, &m->look);
	put_own(m);
	m->looks++;
	return err ? err : compared;
}

static void take_sample(struct cl_monitor *m, const struct cl_nl_sample *s)
{
	struct cl_node *n = cl_nodes_find(&m->nodes, s->peer);
	s64 delay = cl_nl_sample_rtt(s);

	if (delay < 0)
		return;
	cl_histogram_add(&m->delay, delay);
	cl_histogram_add(&m->recent, delay);
	if (n)
		cl_histogram_add(&n->delay, delay);
}

static void take_update(struct cl_monitor *m, const struct cl_nl_update *u)
{
	struct cl_node *n = cl_nodes_find(&m->nodes, u->sender);

	cl_rounds_update(&m->rounds, u);
	if (!n)
		return;
	n->bound_ns = u->bound_ns;
	n->update_ns = cl_max_s64(m->look.mono_ns, 1);
}

static void on_event(void *ctx, s64 utc_ns, const struct cl_nl_msg *msg)
{
	struct cl_monitor *m = ctx;

	switch (msg->cmd) {
	case CLOCKLINK_CMD_SAMPLE_NTF:
		take_sample(m, &msg->sample);
		break;
	case CLOCKLINK_CMD_UPDATE_NTF:
		take_update(m, &msg->update);
		break;
	case CLOCKLINK_CMD_STATE_NTF:
		m->events.utc_ns = utc_ns;
		cl_changes_state(&m->changes, &m->events, msg->clock.state,
				 msg->clock.bound_ns);
		break;
	}
}

/**
 * cl_monitor_events() - take what has come
 * @m: the monitor
 * @s: where from
 *
 * Return: as cl_source_events().
 */
int cl_monitor_events(struct cl_monitor *m, struct cl_source *s)
{
	return cl_source_events(s, on_event, m);
}
