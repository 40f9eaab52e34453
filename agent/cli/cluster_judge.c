// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "agent/lib/units.h"
#include "cluster.h"
#include "output.h"

static const char *milli(char *buf, u32 v)
{
	snprintf(buf, CL_UNITS_SIZE, "%.3g", v / 1000.0);
	return buf;
}

static void milli_cell(struct cl_table *t, u32 v)
{
	char buf[CL_UNITS_SIZE];

	cl_table_cell(t, milli(buf, v));
}

/* How much of what there may be. */
static void share_cell(struct cl_table *t, u32 v, u32 limit)
{
	char buf[2 * CL_UNITS_SIZE], a[CL_UNITS_SIZE], b[CL_UNITS_SIZE];

	snprintf(buf, sizeof(buf), "%s/%s", milli(a, v), milli(b, limit));
	cl_table_cell(t, buf);
}

static void node_cell(struct cl_table *t, u32 node)
{
	char buf[16];

	snprintf(buf, sizeof(buf), "%u", node);
	cl_table_cell(t, buf);
}

static enum cl_exit list(struct cl_cli *cli, u8 cmd, const char *what,
			 void (*print)(const struct cl_nl_msg *all, size_t n),
			 const char *none)
{
	struct cl_nl_msg *all;
	json_t *array;
	size_t n;

	if (cl_ctlsocket_dump(&cli->control, cmd, &all, &n))
		return cl_cli_refused(cli, "cannot read the %s", what);
	if (cli->opts.json) {
		array = json_array();
		for (size_t i = 0; i < n; i++)
			json_array_append_new(array, cl_json_object(&all[i]));
		cl_output_print_json(array);
	} else if (n) {
		print(all, n);
	} else {
		puts(none);
	}
	free(all);
	return CL_EXIT_OK;
}

/* Why it is thought of as it is. */
static void why_cell(struct cl_table *t, const struct cl_ctl_reputation *r)
{
	char buf[256], when[CL_UNITS_SIZE], off[CL_UNITS_SIZE];
	char limit[CL_UNITS_SIZE];

	if (!cl_ctl_has(r, REPUTATION_RULE)) {
		cl_table_cell(t, "-");
		return;
	}
	snprintf(buf, sizeof(buf), "%s, %s ago: off by %s, might be %s",
		 r->rule, cl_units_duration(when, r->changed_ns),
		 cl_units_offset(off, r->offset_ns),
		 cl_units_bound(limit, r->limit_ns));
	cl_table_cell(t, buf);
}

static void print_reputations(const struct cl_nl_msg *all, size_t n)
{
	static const char *const head[] = { "NODE",	  "NAME",    "JUDGED",
					    "WEIGHT",	  "STRIKES", "PROOFS",
					    "CUSUM",	  "EXCESS",  "SEEN",
					    "LAST CHANGE" };
	struct cl_table t = { .columns = 10, .right = 0x1f9 };
	const struct cl_ctl_reputation *r;
	char buf[CL_UNITS_SIZE];

	cl_table_row(&t, head);
	for (size_t i = 0; i < n; i++) {
		r = &all[i].reputation;
		node_cell(&t, r->node);
		cl_table_cell(&t, r->name);
		cl_table_cell(&t, r->state);
		milli_cell(&t, r->weight_m);
		share_cell(&t, r->strikes_m, r->strikes_limit_m);
		share_cell(&t, r->proofs_m, r->proofs_limit_m);
		share_cell(&t, r->cusum_m, r->cusum_limit_m);
		share_cell(&t, r->excess_m, r->excess_limit_m);
		cl_table_cell(&t, cl_units_duration(buf, r->seen_ns));
		why_cell(&t, r);
	}
	cl_table_print(&t, stdout);
}

/**
 * cl_cluster_show_reputation() - what the own judge thinks of each node
 * @cli: the run
 *
 * Return: exit status; what is wrong is printed.
 */
enum cl_exit cl_cluster_show_reputation(struct cl_cli *cli)
{
	return list(cli, CL_CTL_REPUTATION_GET, "reputations",
		    print_reputations,
		    "nobody is judged here: no vote, no clock, or nobody else");
}

static void print_events(const struct cl_nl_msg *all, size_t n)
{
	static const char *const head[] = { "WHEN (UTC OF THE HOST)",
					    "NODE",
					    "NAME",
					    "WAS",
					    "IS",
					    "RULE",
					    "OFF BY",
					    "MIGHT BE",
					    "EVIDENCE" };
	struct cl_table t = { .columns = 9, .right = 0x1c2 };
	const struct cl_ctl_event *e;
	char buf[CL_UNITS_SIZE];

	cl_table_row(&t, head);
	for (size_t i = 0; i < n; i++) {
		e = &all[i].event;
		cl_table_cell(&t, cl_units_time(buf, e->utc_ns));
		node_cell(&t, e->node);
		cl_table_cell(&t, e->name);
		cl_table_cell(&t, e->from);
		cl_table_cell(&t, e->to);
		cl_table_cell(&t, e->rule);
		cl_table_cell(&t, cl_units_offset(buf, e->offset_ns));
		cl_table_cell(&t, cl_units_bound(buf, e->limit_ns));
		if (e->evidence_limit_m)
			share_cell(&t, e->evidence_m, e->evidence_limit_m);
		else
			milli_cell(&t, e->evidence_m);
	}
	cl_table_print(&t, stdout);
}

/**
 * cl_cluster_show_events() - when the own judge has changed its mind, and why
 * @cli: the run
 *
 * Return: exit status; what is wrong is printed.
 */
enum cl_exit cl_cluster_show_events(struct cl_cli *cli)
{
	return list(cli, CL_CTL_EVENT_GET, "events", print_events,
		    "this node has changed its mind of nobody");
}

static void print_voters(const struct cl_nl_msg *all, size_t n)
{
	static const char *const head[] = { "VOTER",	 "NAME",  "SHARE",
					    "WEIGHT",	 "S",	  "RESIDUAL",
					    "FREQUENCY", "LEARNT" };
	struct cl_table t = { .columns = 8, .right = 0xf9 };
	const struct cl_ctl_voter *v;
	char buf[CL_UNITS_SIZE];

	cl_table_row(&t, head);
	for (size_t i = 0; i < n; i++) {
		v = &all[i].voter;
		node_cell(&t, v->node);
		cl_table_cell(&t, v->name);
		cl_table_cell(&t, cl_ctl_share_name(v));
		milli_cell(&t, v->weight_m);
		cl_table_cell(&t, cl_units_bound(buf, v->rms_ns));
		cl_table_cell(&t, cl_ctl_has(v, VOTER_RESIDUAL) ?
					  cl_units_offset(buf, v->residual_ns) :
					  "-");
		/* As everywhere: that of the oscillator. */
		cl_table_cell(&t, cl_units_freq(buf, -v->freq_ppt));
		cl_table_cell(&t, cl_units_duration(buf, v->age_ns));
	}
	cl_table_print(&t, stdout);
}

static void print_scale(const struct cl_ctl_scale *s)
{
	char a[CL_UNITS_SIZE], b[CL_UNITS_SIZE];

	if (!s->leading) {
		puts("another node makes cluster time; what it has told of the oscillators:");
		return;
	}
	printf("this node makes cluster time: %llu steps, %u other voters measured",
	       (unsigned long long)s->steps, s->measured);
	printf(", learnt for %s\n", cl_units_duration(a, s->age_ns));
	printf("loop of T = %s, ensemble minus line %s",
	       cl_units_duration(a, s->constant_ns),
	       cl_units_offset(b, s->mean_ns));
	printf(", frequency %s, pulled by %s\n", cl_units_freq(a, s->freq_ppt),
	       cl_units_freq(b, s->steer_ppt));
}

/**
 * cl_cluster_show_timescale() - whose oscillators make cluster time
 * @cli: the run
 *
 * Return: exit status; what is wrong is printed.
 */
enum cl_exit cl_cluster_show_timescale(struct cl_cli *cli)
{
	const struct cl_nl_msg req = { .cmd = CL_CTL_SCALE_GET };
	struct cl_nl_msg scale, *voters;
	json_t *j, *array;
	size_t n;

	if (cl_ctlsocket_call(&cli->control, &req, &scale) ||
	    cl_ctlsocket_dump(&cli->control, CL_CTL_VOTER_GET, &voters, &n))
		return cl_cli_refused(cli, "cannot read the time scale");
	if (cli->opts.json) {
		j = cl_json_object(&scale);
		array = json_array();
		for (size_t i = 0; i < n; i++)
			json_array_append_new(array,
					      cl_json_object(&voters[i]));
		json_object_set_new(j, "voter", array);
		cl_output_print_json(j);
	} else {
		print_scale(&scale.scale);
		if (n)
			print_voters(voters, n);
	}
	free(voters);
	return CL_EXIT_OK;
}
