// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "agent/watch/json.h"
#include "commands.h"
#include "screen.h"
#include "view.h"
#include "watching.h"

/**
 * struct live - the view and where it is shown
 * @o: options
 * @view: what is known
 * @screen: where it goes, but JSON does not
 * @err: no memory
 */
struct live {
	const struct cl_stats_options *o;
	struct cl_view view;
	struct cl_screen screen;
	int err;
};

static void take_event(void *ctx, s64 utc_ns, const struct cl_nl_msg *m)
{
	struct live *l = ctx;

	(void)utc_ns;
	if (!l->err && m->cmd == CLOCKLINK_CMD_SAMPLE_NTF)
		l->err = cl_view_sample(&l->view, &m->sample);
}

static void show(struct live *l)
{
	FILE *f = cl_screen_begin(&l->screen);

	if (!f)
		return;
	cl_view_print(&l->view, f);
	if (l->screen.reads_keys)
		fprintf(f, "\nsorted by %s; s: another order, q: end\n",
			cl_view_order_name(l->view.order));
	cl_screen_show(&l->screen);
}

static bool take_look(void *ctx, struct cl_look *look)
{
	struct live *l = ctx;

	if (!l->err)
		l->err = cl_view_look(&l->view, look);
	if (l->err)
		return true;
	/* Rates take two looks. */
	if (l->o->once && l->view.looks < 2)
		return false;
	if (l->o->json)
		cl_json_print_line(cl_view_json(&l->view));
	else
		show(l);
	return l->o->once;
}

static bool take_key(void *ctx, char key)
{
	struct live *l = ctx;

	if (key == 's') {
		l->view.order = (l->view.order + 1) % __CL_VIEW_ORDERS;
		if (l->view.now)
			show(l);
	}
	return key == 'q';
}

/**
 * cl_stats_live() - the live view
 * @o: options
 *
 * Return: exit status; what is wrong is printed.
 */
enum cl_stats_exit cl_stats_live(const struct cl_stats_options *o)
{
	static struct live l;
	struct cl_watcher w = {
		.look = take_look,
		.event = take_event,
		.ctx = &l,
	};
	struct cl_source *s;
	int err;

	if (cl_stats_open(&s, o->play, true))
		return CL_STATS_FAILURE;
	l.o = o;
	cl_view_init(&l.view);
	if (!o->json && !o->once)
		cl_screen_open(&l.screen);
	if (l.screen.reads_keys)
		w.key = take_key;
	err = cl_watching(s, o->play && o->once ? 0 : o->interval_ns, &w);
	cl_screen_close(&l.screen);
	if (err)
		cl_stats_fail("cannot look any more", s->error);
	if (l.err)
		cl_stats_fail("cannot show it", "out of memory");
	cl_view_free(&l.view);
	cl_source_close(s);
	return err || l.err ? CL_STATS_FAILURE : CL_STATS_OK;
}
