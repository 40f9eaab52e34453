// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sample.h"
#include "scripts/lab/vtime/scenario.h"
#include "unit.h"

#define US 1000000LL
#define MS 1000000000LL
#define SEC VT_PS_PER_SEC
#define PPM 1000000LL
#define FILE_NAME "t.scenario"
#define HEAD "nodes 4\nduration 600s\n"
#define NO_DURATION "not a duration of ns, us, ms, s, min or h"
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static char dir[32];

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static struct vt_scenario load_more(const char *text, u64 seed,
				    char *const extra[], unsigned int extras)
{
	struct vt_scenario s;
	char why[256] = "";
	int err;

	write_file(FILE_NAME, text);
	err = vt_scenario_load(&s, FILE_NAME, seed, extra, extras, why,
			       sizeof(why));
	assert_string_equal(why, "");
	assert_int_equal(err, 0);
	return s;
}

static struct vt_scenario load(const char *text)
{
	return load_more(text, 0, NULL, 0);
}

static s64 base(const struct vt_scenario *s, unsigned int a, unsigned int b)
{
	return vt_scenario_path(s, a, b)->delay.base_ps;
}

static void test_defaults(void **state)
{
	struct vt_scenario s = load("nodes 3\nduration 10s");

	(void)state;
	assert_string_equal(s.name, "t");
	assert_int_equal(s.nodes, 3);
	assert_int_equal(s.duration, 10 * SEC);
	assert_int_equal(s.warmup, 0);
	assert_int_equal(s.seed, 1);
	assert_int_equal(s.truth_every, 97 * MS);
	assert_int_equal(s.events, 0);
	assert_int_equal(s.expects, 0);
	for (int i = 0; i < 3; i++) {
		const struct vt_node_spec *n = &s.node[i];

		assert_int_equal(n->osc.ppt, 0);
		assert_int_equal(n->osc.changes, 0);
		assert_null(n->osc.trace);
		assert_int_equal(n->offset_ns, 0);
		assert_int_equal(vt_delay_min(&n->rx), 0);
		assert_int_equal(vt_delay_min(&n->tx), 0);
		assert_false(n->phc.on);
		assert_string_equal(n->program, "idle");
		for (int j = 0; j < 3; j++)
			assert_int_equal(base(&s, i, j), 100 * US);
	}
	vt_scenario_free(&s);
	assert_null(s.node);
}

static void test_settings(void **state)
{
	struct vt_scenario s = load("# a comment\n\n"
				    "  truth 1ms # another\r\n"
				    "link 0 1 delay=1ms\n"
				    "seed 0x10\n"
				    "warmup 1min\n"
				    "duration 0.5h\n"
				    "nodes 2");

	(void)state;
	assert_int_equal(s.nodes, 2);
	assert_int_equal(s.duration, 1800 * SEC);
	assert_int_equal(s.warmup, 60 * SEC);
	assert_int_equal(s.seed, 16);
	assert_int_equal(s.truth_every, MS);
	assert_int_equal(base(&s, 0, 1), MS);
	vt_scenario_free(&s);
}

static void test_more_lines_come_later(void **state)
{
	char *const extra[] = { "nodes 5", "duration 60s", "nodes 6",
				"link 0 1 delay=3ms", "# nothing" };
	struct vt_scenario s = load_more(HEAD "seed 9\nlink 0 1 delay=2ms\n"
					      "link 0 5 delay=1ms",
					 77, extra, COUNT(extra));

	(void)state;
	assert_int_equal(s.nodes, 6);
	assert_int_equal(s.duration, 60 * SEC);
	assert_int_equal(s.seed, 77);
	assert_int_equal(base(&s, 0, 1), 3 * MS);
	assert_int_equal(base(&s, 5, 0), MS);
	vt_scenario_free(&s);
}

static void test_nodes(void **state)
{
	static const char text[] = HEAD
		"node * ppm=-20.5 program=clocklink wander=1.5\n"
		"node 1-2 ppm=7 offset=-500us rx=2us+exp:1us tx=3us\n"
		"node 2 ppm=8 program=chrony-8hz_x.y\n"
		"phc 3 ppm=1 wander=2 granularity=8ns read=1us lose=1%\n"
		"phc 2\n";
	struct vt_scenario s = load(text);

	(void)state;
	assert_int_equal(s.node[0].osc.ppt, -20500000);
	assert_int_equal(s.node[1].osc.ppt, 7 * PPM);
	assert_int_equal(s.node[2].osc.ppt, 8 * PPM);
	assert_near(s.node[3].osc.wander_ppt, 1500, 0);
	assert_int_equal(s.node[1].offset_ns, -500000);
	assert_int_equal(s.node[3].offset_ns, 0);
	assert_int_equal(s.node[2].rx.law, VT_LAW_EXP);
	assert_int_equal(vt_delay_min(&s.node[2].rx), 2 * US);
	assert_int_equal(vt_delay_min(&s.node[2].tx), 3 * US);
	assert_string_equal(s.node[1].program, "clocklink");
	assert_string_equal(s.node[2].program, "chrony-8hz_x.y");
	assert_false(s.node[1].phc.on);
	assert_true(s.node[2].phc.on);
	assert_int_equal(s.node[2].phc.granularity_ns, 1);
	assert_int_equal(s.node[3].phc.osc.ppt, PPM);
	assert_near(s.node[3].phc.osc.wander_ppt, 2000, 0);
	assert_int_equal(s.node[3].phc.granularity_ns, 8);
	assert_int_equal(s.node[3].phc.read.base_ps, US);
	assert_near(s.node[3].phc.lose, 0.01, 0);
	vt_scenario_free(&s);
}

#define MANY 100
#define RANDOM_CLOCKS "node * ppm=uniform:20 offset=uniform:500us\n"

static void test_random_clocks(void **state)
{
	struct vt_scenario s = load("nodes 100\nduration 1s\n" RANDOM_CLOCKS
				    "phc * ppm=uniform:20");
	double ppm[MANY], us[MANY], phc[MANY], both[MANY], card[MANY];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		ppm[i] = s.node[i].osc.ppt / 1e6;
		us[i] = s.node[i].offset_ns / 1e3;
		phc[i] = s.node[i].phc.osc.ppt / 1e6;
		both[i] = ppm[i] / 20 * us[i] / 500;
		card[i] = ppm[i] / 20 * phc[i] / 20;
		assert_true(fabs(ppm[i]) <= 20 && fabs(us[i]) <= 500);
	}
	assert_near(sample_mean(ppm, MANY), 0, 5);
	assert_near(sample_sd(ppm, MANY), 20 / sqrt(3), 2.6);
	assert_near(sample_mean(us, MANY), 0, 125);
	assert_near(sample_sd(us, MANY), 500 / sqrt(3), 65);
	assert_near(sample_sd(phc, MANY), 20 / sqrt(3), 2.6);
	assert_near(sample_mean(both, MANY), 0, 5.0 / 3 / 10);
	assert_near(sample_mean(card, MANY), 0, 5.0 / 3 / 10);
	vt_scenario_free(&s);
}

static void test_random_clocks_depend_on_seed_and_node(void **state)
{
	struct vt_scenario a = load(HEAD RANDOM_CLOCKS);
	struct vt_scenario b = load(HEAD "node 3 offset=uniform:500us\n"
					 "node 3 ppm=uniform:10 wander=1\n");
	struct vt_scenario c = load_more(HEAD RANDOM_CLOCKS, 2, NULL, 0);

	(void)state;
	assert_int_equal(a.node[3].offset_ns, b.node[3].offset_ns);
	assert_near(a.node[3].osc.ppt, 2 * b.node[3].osc.ppt, 1);
	assert_true(a.node[3].osc.ppt != c.node[3].osc.ppt);
	assert_true(a.path[1].rng.s == b.path[1].rng.s);
	assert_true(a.path[1].rng.s != c.path[1].rng.s);
	assert_true(a.path[1].rng.s != a.path[4].rng.s);
	assert_true(a.path[1].rng.s != a.path[9].rng.s);
	vt_scenario_free(&a);
	vt_scenario_free(&b);
	vt_scenario_free(&c);
}

static void test_path_keys(void **state)
{
	static const char text[] = HEAD
		"path 0 1 delay=500us+gamma:10us/2 extra=-3us loss=10%\n"
		"path 0 1 dup=0.02 reorder=1%/100us rate=2.5Mbit\n"
		"path 0 1 queue=10ms fifo=yes\n"
		"path 0 2-3 rate=100kbit\n"
		"path 0 3 rate=0\n"
		"path 1 2 rate=1Gbit\n";
	struct vt_scenario s = load(text);
	struct vt_path *p = vt_scenario_path(&s, 0, 1);

	(void)state;
	assert_int_equal(p->delay.law, VT_LAW_GAMMA);
	assert_int_equal(p->delay.base_ps, 500 * US);
	assert_near(p->delay.scale_ps, 10 * US, 0);
	assert_near(p->delay.shape, 2, 0);
	assert_int_equal(p->extra_ps, -3 * US);
	assert_near(p->loss, 0.1, 0);
	assert_near(p->dup, 0.02, 0);
	assert_near(p->reorder, 0.01, 0);
	assert_int_equal(p->reorder_ps, 100 * US);
	assert_near(p->rate, 2.5e6, 0);
	assert_int_equal(p->queue_ps, 10 * MS);
	assert_true(p->fifo);
	assert_false(p->cut);
	assert_near(vt_scenario_path(&s, 0, 2)->rate, 1e5, 0);
	assert_near(vt_scenario_path(&s, 0, 3)->rate, 0, 0);
	assert_near(vt_scenario_path(&s, 1, 2)->rate, 1e9, 0);
	assert_near(vt_scenario_path(&s, 1, 0)->loss, 0, 0);
	vt_scenario_free(&s);
}

/* link is both ways, path one; of two nodes in both groups the lower is first. */
static void test_links_and_paths(void **state)
{
	struct vt_scenario s = load(HEAD "link * * delay=1ms asym=20us\n"
					 "link 3 0 asym=40us\n"
					 "path * * loss=1%\n"
					 "path 2-3 1-2 delay=2ms\n");

	(void)state;
	assert_ptr_equal(vt_scenario_path(&s, 1, 2), &s.path[6]);
	assert_int_equal(vt_scenario_path(&s, 0, 1)->asym_ps, 10 * US);
	assert_int_equal(vt_scenario_path(&s, 1, 0)->asym_ps, -10 * US);
	assert_int_equal(vt_scenario_path(&s, 2, 3)->asym_ps, 10 * US);
	assert_int_equal(vt_scenario_path(&s, 3, 2)->asym_ps, -10 * US);
	assert_int_equal(vt_scenario_path(&s, 3, 0)->asym_ps, 20 * US);
	assert_int_equal(vt_scenario_path(&s, 0, 3)->asym_ps, -20 * US);
	for (int a = 0; a < 4; a++)
		for (int b = 0; b < 4; b++)
			if (a != b)
				assert_int_equal(base(&s, a, b),
						 (a >= 2 &&
						  (b == 1 || b == 2)) ?
							 2 * MS :
							 MS);
	assert_near(vt_scenario_path(&s, 1, 3)->loss, 0.01, 0);
	assert_near(vt_scenario_path(&s, 3, 1)->loss, 0.01, 0);
	assert_int_equal(base(&s, 2, 2), 100 * US);
	vt_scenario_free(&s);
}

static void test_network_events(void **state)
{
	struct vt_scenario s = load(HEAD
				    "at 300s  heal 0 1-2\n"
				    "at 200s cut 0 1-2 # comment\n"
				    "at 300s path 1 0   extra=200us loss=1%\n"
				    "at 1ms link 1 0 delay=7ms asym=2us\n");

	(void)state;
	assert_int_equal(s.events, 4);
	assert_int_equal(s.event[0].at, MS);
	assert_string_equal(s.event[0].text, "link 1 0 delay=7ms asym=2us");
	assert_int_equal(s.event[1].at, 200 * SEC);
	assert_string_equal(s.event[1].text, "cut 0 1-2");
	assert_string_equal(s.event[2].text, "heal 0 1-2");
	assert_string_equal(s.event[3].text, "path 1 0   extra=200us loss=1%");
	/* nothing has happened yet */
	assert_int_equal(base(&s, 0, 1), 100 * US);
	vt_scenario_apply(&s, &s.event[0]);
	assert_int_equal(base(&s, 0, 1), 7 * MS);
	assert_int_equal(base(&s, 1, 0), 7 * MS);
	assert_int_equal(vt_scenario_path(&s, 1, 0)->asym_ps, US);
	assert_int_equal(vt_scenario_path(&s, 0, 1)->asym_ps, -US);
	vt_scenario_apply(&s, &s.event[1]);
	for (int a = 0; a < 4; a++)
		for (int b = 0; b < 4; b++)
			assert_int_equal(vt_scenario_path(&s, a, b)->cut,
					 (!a && (b == 1 || b == 2)) ||
						 (!b && (a == 1 || a == 2)));
	vt_scenario_apply(&s, &s.event[2]);
	for (int i = 0; i < 16; i++)
		assert_false(s.path[i].cut);
	vt_scenario_apply(&s, &s.event[3]);
	assert_int_equal(vt_scenario_path(&s, 1, 0)->extra_ps, 200 * US);
	assert_near(vt_scenario_path(&s, 1, 0)->loss, 0.01, 0);
	assert_int_equal(vt_scenario_path(&s, 0, 1)->extra_ps, 0);
	vt_scenario_free(&s);
}

static void test_node_events(void **state)
{
	struct vt_scenario s =
		load(HEAD "at 0 kill 1-3\n"
			  "at 5s restart 1\n"
			  "at 6s pause *\n"
			  "at 7.5s resume 2\n"
			  "at 8s exec 0-1 echo  'a  #b' '$x'; true # end\n"
			  "at 9s lose 1-2 25%\n"
			  "at 600s leap 0 -1\n");
	static const struct {
		s64 at;
		enum vt_event_kind kind;
		unsigned int first;
		unsigned int last;
		const char *text;
	} want[] = {
		{ 0, VT_EVENT_KILL, 1, 3, "" },
		{ 5 * SEC, VT_EVENT_RESTART, 1, 1, "" },
		{ 6 * SEC, VT_EVENT_PAUSE, 0, 3, "" },
		{ 7500 * MS, VT_EVENT_RESUME, 2, 2, "" },
		{ 8 * SEC, VT_EVENT_EXEC, 0, 1, "echo  'a" },
		{ 9 * SEC, VT_EVENT_LOSE, 1, 2, "25%" },
		{ 600 * SEC, VT_EVENT_EXEC, 0, 0, "vtguest leap -1" },
	};

	(void)state;
	assert_int_equal(s.events, COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++) {
		assert_int_equal(s.event[i].at, want[i].at);
		assert_int_equal(s.event[i].kind, want[i].kind);
		assert_int_equal(s.event[i].first, want[i].first);
		assert_int_equal(s.event[i].last, want[i].last);
		assert_string_equal(s.event[i].text, want[i].text);
	}
	assert_near(s.event[5].lose, 0.25, 0);
	vt_scenario_free(&s);
}

static void test_commands_keep_their_blanks(void **state)
{
	struct vt_scenario s =
		load(HEAD "at 1s exec 1  echo  'a  b' | sed s#a#b# #\n"
			  "at 1s leap 1 +1\nat 1s leap 1 0\n");

	(void)state;
	assert_string_equal(s.event[0].text, "echo  'a  b' | sed s#a#b#");
	assert_string_equal(s.event[1].text, "vtguest leap +1");
	assert_string_equal(s.event[2].text, "vtguest leap 0");
	vt_scenario_free(&s);
}

static void test_clock_events_are_changes(void **state)
{
	struct vt_scenario s = load(HEAD "at 100s freq 1-2 +2ppm\n"
					 "at 50s freq 2 -300ppb\n"
					 "at 10s ramp 2 1ppm over 1min\n");
	const struct vt_osc_model *m = &s.node[2].osc;

	(void)state;
	assert_int_equal(s.events, 0);
	assert_int_equal(s.node[0].osc.changes, 0);
	assert_int_equal(s.node[1].osc.changes, 1);
	assert_int_equal(m->changes, 3);
	assert_int_equal(m->change[0].at_s, 100);
	assert_int_equal(m->change[0].ppt, 2 * PPM);
	assert_int_equal(m->change[0].over_s, 0);
	assert_int_equal(m->change[1].at_s, 50);
	assert_int_equal(m->change[1].ppt, -300000);
	assert_int_equal(m->change[2].at_s, 10);
	assert_int_equal(m->change[2].ppt, PPM);
	assert_int_equal(m->change[2].over_s, 60);
	vt_scenario_free(&s);
}

static void test_traces_are_beside_the_scenario(void **state)
{
	struct vt_scenario s;
	char path[64], why[256] = "";

	(void)state;
	write_file("ppm", "1\n-2.5\n");
	write_file("us", "10\n20\n");
	write_file(FILE_NAME, HEAD "node 1 trace=ppm\n"
				   "link 0 1 delay=1ms+trace:us\n"
				   "at 5s path 0 2 delay=trace:us\n");
	snprintf(path, sizeof(path), "%s/%s", dir, FILE_NAME);
	assert_int_equal(chdir("/"), 0);
	vt_scenario_load(&s, path, 0, NULL, 0, why, sizeof(why));
	assert_string_equal(why, "");
	assert_string_equal(s.name, "t");
	assert_int_equal(s.node[1].osc.trace_len, 2);
	assert_int_equal(s.node[1].osc.trace[1], -2500000);
	assert_int_equal(vt_path_min(vt_scenario_path(&s, 1, 0)), 1010 * US);
	vt_scenario_apply(&s, &s.event[0]);
	assert_int_equal(vt_path_min(vt_scenario_path(&s, 0, 2)), 10 * US);
	assert_int_equal(chdir(dir), 0);
	vt_scenario_free(&s);
}

static void test_expectations(void **state)
{
	struct vt_scenario s =
		load(HEAD "expect p99  < 1us\n"
			  "expect violations < 1 nodes 1-3 from 10s to 600s\n"
			  "expect rate > -0.5\n");

	(void)state;
	assert_int_equal(s.expects, 3);
	assert_string_equal(s.expect[0], "p99  < 1us");
	assert_string_equal(s.expect[1],
			    "violations < 1 nodes 1-3 from 10s to 600s");
	assert_string_equal(s.expect[2], "rate > -0.5");
	vt_scenario_free(&s);
}

static void check_bad(const char *text, char *extra, const char *want)
{
	struct vt_scenario s;
	char why[256] = "";

	write_file(FILE_NAME, text);
	assert_int_equal(vt_scenario_load(&s, FILE_NAME, 0, &extra,
					  extra ? 1 : 0, why, sizeof(why)),
			 -EINVAL);
	assert_string_equal(why, want);
	assert_null(s.node);
	assert_null(s.dir);
}

static void test_bad_settings_are_refused(void **state)
{
	(void)state;
	check_bad("duration 1s", NULL, "t.scenario: nodes: missing");
	check_bad("nodes 3", NULL, "t.scenario: duration: missing");
	check_bad("nodes 3\nnodes 3\nduration 1s", NULL,
		  "t.scenario:2: nodes: given twice");
	check_bad(HEAD "seed 1\n\nseed 2", NULL,
		  "t.scenario:5: seed: given twice");
	check_bad("nodes", NULL, "t.scenario:1: nodes NUMBER expected");
	check_bad("nodes 3 4", NULL, "t.scenario:1: nodes NUMBER expected");
	check_bad("nodes x", NULL, "t.scenario:1: x: not an integer");
	check_bad("nodes 0", NULL, "t.scenario:1: 0: out of range");
	check_bad("nodes 101", NULL, "t.scenario:1: 101: out of range");
	check_bad("duration", NULL, "t.scenario:1: duration DURATION expected");
	check_bad("duration x", NULL, "t.scenario:1: x: " NO_DURATION);
	check_bad("duration -1s", NULL, "t.scenario:1: -1s: negative");
	check_bad("duration 0s", NULL, "t.scenario:1: 0s: out of range");
	check_bad("duration 9000000s", NULL,
		  "t.scenario:1: 9000000s: out of range");
	check_bad("seed 0", NULL, "t.scenario:1: 0: out of range");
	check_bad("truth 0s", NULL, "t.scenario:1: 0s: out of range");
	check_bad(HEAD "warmup 600s", NULL,
		  "t.scenario: warmup is not shorter than duration");
	check_bad(HEAD "warmup 60s", "duration 60s",
		  "t.scenario: warmup is not shorter than duration");
	check_bad(HEAD, "duration x", "-x 1: x: " NO_DURATION);
	check_bad(HEAD "at 300s cut 0 1", "duration 60s",
		  "t.scenario:3: 300s: after the end of the run");
	check_bad(HEAD "link 0 3 loss=1", "nodes 2",
		  "t.scenario:3: 3: no such node");
	check_bad(HEAD, "link 0 4 loss=1", "-x 1: 4: no such node");
}

#define LONG "abcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefgh"

/* Each alone in line 3 of a scenario of four nodes and 600 s. */
static const struct {
	const char *line;
	const char *want;
} bad_lines[] = {
	{ "nose 1 ppm=1", "nose: unknown line" },
	{ "kill 1", "kill: unknown line" },
	/* nodes */
	{ "node 1", "node NODES KEY=VALUE... expected" },
	{ "node 4 ppm=1", "4: no such node" },
	{ "node 1-4 ppm=1", "1-4: no such node" },
	{ "node 2-1 ppm=1", "2-1: range runs backwards" },
	{ "node a ppm=1", "a: not a node, a range like 1-3, or *" },
	{ "node -1 ppm=1", "-1: not a node, a range like 1-3, or *" },
	{ "node 1- ppm=1", "1-: not a node, a range like 1-3, or *" },
	{ "node 1-2-3 ppm=1", "1-2-3: not a node, a range like 1-3, or *" },
	{ "node 99999999999999999999 ppm=1",
	  "99999999999999999999: no such node" },
	{ "node 1 ppm", "ppm: KEY=VALUE expected" },
	{ "node 1 pp=1", "pp=1: unknown key" },
	{ "node 1 ppms=1", "ppms=1: unknown key" },
	{ "node 1 =1", "=1: unknown key" },
	{ "node 1 ppm=", "ppm=: not a number" },
	{ "node 1 ppm=1ppm", "ppm=1ppm: not a number" },
	{ "node 1 ppm=inf", "ppm=inf: not a number" },
	{ "node 1 ppm=10001", "ppm=10001: out of range" },
	{ "node 1 ppm=uniform:-1", "ppm=uniform:-1: out of range" },
	{ "node 1 ppm=normal:1", "ppm=normal:1: not a number" },
	{ "node 1 wander=-1", "wander=-1: out of range" },
	{ "node 1 offset=1", "offset=1: " NO_DURATION },
	{ "node 1 offset=uniform:-1us", "offset=uniform:-1us: negative" },
	{ "node 1 trace=none", "trace=none: none: No such file or directory" },
	{ "node 1 trace=huge", "trace=huge: a frequency out of range" },
	{ "node 1 program=a/b",
	  "program=a/b: not a name of letters, digits and -_." },
	{ "node 1 program=",
	  "program=: not a name of letters, digits and -_." },
	{ "node 1 program=" LONG, "program=" LONG ": too long" },
	{ "node 1 rx=1us+x:1", "rx=1us+x:1: x: not a law of delays" },
	{ "node 1 loss=1%", "loss=1%: unknown key" },
	{ "phc", "phc NODES KEY=VALUE... expected" },
	{ "phc 9", "9: no such node" },
	{ "phc 1 granularity=0", "granularity=0: out of range" },
	{ "phc 1 lose=2", "lose=2: not a probability between 0 and 1" },
	{ "phc 1 offset=1us", "offset=1us: unknown key" },
	/* paths */
	{ "link 0 1", "link NODES NODES KEY=VALUE... expected" },
	{ "path 0", "path NODES NODES KEY=VALUE... expected" },
	{ "link", "link NODES NODES KEY=VALUE... expected" },
	{ "link 0 4 loss=1", "4: no such node" },
	{ "link x 1 loss=1", "x: not a node, a range like 1-3, or *" },
	{ "link 1 1 loss=1", "a node has no path to itself" },
	{ "link 0 1 loss=-1%", "loss=-1%: not a probability between 0 and 1" },
	{ "link 0 1 loss=101%",
	  "loss=101%: not a probability between 0 and 1" },
	{ "link 0 1 loss=1%%", "loss=1%%: not a probability like 0.01 or 1%" },
	{ "link 0 1 loss=%", "loss=%: not a probability like 0.01 or 1%" },
	{ "link 0 1 dup=x", "dup=x: not a probability like 0.01 or 1%" },
	{ "link 0 1 reorder=1%", "reorder=1%: PROBABILITY/DURATION expected" },
	{ "link 0 1 reorder=2/1us",
	  "reorder=2/1us: not a probability between 0 and 1" },
	{ "link 0 1 reorder=1%/-1us", "reorder=1%/-1us: negative" },
	{ "link 0 1 rate=5", "rate=5: not a rate of bit, kbit, Mbit or Gbit" },
	{ "link 0 1 rate=Mbit",
	  "rate=Mbit: not a rate of bit, kbit, Mbit or Gbit" },
	{ "link 0 1 rate=999bit", "rate=999bit: out of range" },
	{ "link 0 1 rate=1001Gbit", "rate=1001Gbit: out of range" },
	{ "link 0 1 rate=-1Gbit", "rate=-1Gbit: out of range" },
	{ "link 0 1 queue=-1us", "queue=-1us: negative" },
	{ "link 0 1 fifo=maybe", "fifo=maybe: yes or no expected" },
	{ "link 0 1 extra=2h", "extra=2h: out of range" },
	{ "path 0 1 asym=1us", "asym=1us: for link lines only" },
	{ "link 0 1 delay=1ms delay=5", "delay=5: 5: " NO_DURATION },
	{ "cut 0 1 loss=1", "cut NODES NODES expected" },
	{ "heal 0", "heal NODES NODES expected" },
	/* events */
	{ "at", "at TIME WHAT... expected" },
	{ "at 1s", "at TIME WHAT... expected" },
	{ "at 1 cut 0 1", "1: " NO_DURATION },
	{ "at -1s cut 0 1", "-1s: negative" },
	{ "at 601s cut 0 1", "601s: after the end of the run" },
	{ "at 1s nodes 5", "nodes: cannot happen" },
	{ "at 1s at 2s cut 0 1", "at: cannot happen" },
	{ "at 1s cut 0", "cut NODES NODES expected" },
	{ "at 1s link 0 1 loss=2",
	  "loss=2: not a probability between 0 and 1" },
	{ "at 1s path 0 1 delay=trace:none",
	  "delay=trace:none: none: No such file or directory" },
	{ "at 1s kill", "at TIME kill NODES expected" },
	{ "at 1s kill 1 2", "at TIME kill NODES expected" },
	{ "at 1s restart 4", "4: no such node" },
	{ "at 1s pause x", "x: not a node, a range like 1-3, or *" },
	{ "at 1s lose 1", "at TIME lose NODES PROBABILITY expected" },
	{ "at 1s lose 4 1%", "4: no such node" },
	{ "at 1s lose 1 2", "2: not a probability between 0 and 1" },
	{ "at 1s exec 1", "at TIME exec NODES COMMAND expected" },
	{ "at 1s leap 1 1", "1: +1, -1 or 0 expected" },
	{ "at 1s leap 1", "at TIME leap NODES +1|-1|0 expected" },
	{ "at 1s freq 1", "at TIME freq NODES FREQUENCY expected" },
	{ "at 1s freq 1 2", "2: not a frequency of ppm or ppb" },
	{ "at 1s freq 1 20000ppm", "20000ppm: out of range" },
	{ "at 1.5s freq 1 2ppm", "1.5s: full seconds expected" },
	{ "at 1s ramp 1 2ppm",
	  "at TIME ramp NODES FREQUENCY over DURATION expected" },
	{ "at 1s ramp 1 2ppm in 5s", "in: over expected" },
	{ "at 1s ramp 1 2ppm over 1500ms", "1500ms: full seconds expected" },
	{ "at 1s ramp 1 2ppm over 0s", "0s: out of range" },
	/* expectations */
	{ "expect p99 <", "expect METRIC < VALUE expected" },
	{ "expect 99 < 1us", "99: not a name" },
	{ "expect p99 = 1us", "=: < or > expected" },
	{ "expect p99 < x", "x: not a number or duration" },
	{ "expect p99 < 1us until 5s", "until: from, to or nodes expected" },
	{ "expect p99 < 1us from", "from: a value must follow" },
	{ "expect p99 < 1us from 5", "5: " NO_DURATION },
	{ "expect p99 < 1us to 601s", "601s: out of range" },
	{ "expect p99 < 1us nodes 4", "4: no such node" },
};

static void test_bad_lines_are_refused(void **state)
{
	char text[256], want[256];

	(void)state;
	write_file("huge", "1\n10001\n");
	for (size_t i = 0; i < COUNT(bad_lines); i++) {
		snprintf(text, sizeof(text), HEAD "%s\nnode 1 ppm=1\n",
			 bad_lines[i].line);
		snprintf(want, sizeof(want), "t.scenario:3: %s",
			 bad_lines[i].want);
		check_bad(text, NULL, want);
	}
}

static void test_long_texts_are_refused(void **state)
{
	char text[1024];
	int n;

	(void)state;
	n = snprintf(text, sizeof(text), HEAD "at 1s exec 1 ");
	memset(text + n, 'x', VT_TEXT_MAX);
	text[n + VT_TEXT_MAX] = '\0';
	check_bad(text, NULL, "t.scenario:3: too long");
	n = snprintf(text, sizeof(text), HEAD "expect p99 < 1us nodes ");
	memset(text + n, '0', VT_TEXT_MAX);
	text[n + VT_TEXT_MAX] = '\0';
	check_bad(text, NULL, "t.scenario:3: too long");
	n = snprintf(text, sizeof(text), HEAD);
	for (int i = 0; i < 129; i++)
		n += snprintf(text + n, sizeof(text) - n, "w ");
	check_bad(text, NULL, "t.scenario:3: too many words");
	check_bad(HEAD, text, "-x 1: too many words");
}

static void check_file(const char *name, const char *want)
{
	struct vt_scenario s;
	char why[256] = "";

	assert_int_equal(vt_scenario_load(&s, name, 0, NULL, 0, why,
					  sizeof(why)),
			 -EINVAL);
	assert_string_equal(why, want);
}

static void test_bad_files_are_refused(void **state)
{
	(void)state;
	check_file("none", "none: No such file or directory");
	check_file("/", "/: cannot be read");
	write_file("a b", HEAD);
	check_file("a b", "a b: not a short name of letters, digits, -_.");
}

static int start(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/vtime-scenario.XXXXXX");
	return mkdtemp(dir) ? chdir(dir) : -1;
}

static int end(void **state)
{
	(void)state;
	unlink(FILE_NAME);
	unlink("ppm");
	unlink("us");
	unlink("huge");
	unlink("a b");
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_more_lines_come_later),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_random_clocks),
		cmocka_unit_test(test_random_clocks_depend_on_seed_and_node),
		cmocka_unit_test(test_path_keys),
		cmocka_unit_test(test_links_and_paths),
		cmocka_unit_test(test_network_events),
		cmocka_unit_test(test_node_events),
		cmocka_unit_test(test_commands_keep_their_blanks),
		cmocka_unit_test(test_clock_events_are_changes),
		cmocka_unit_test(test_traces_are_beside_the_scenario),
		cmocka_unit_test(test_expectations),
		cmocka_unit_test(test_bad_settings_are_refused),
		cmocka_unit_test(test_bad_lines_are_refused),
		cmocka_unit_test(test_long_texts_are_refused),
		cmocka_unit_test(test_bad_files_are_refused),
	};

	return cmocka_run_group_tests(tests, start, end);
}
