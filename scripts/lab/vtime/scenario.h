/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scenario: nodes, their clocks, the network between them, what happens when,
 * and what must come out.  The language is described in
 * Documentation/lab.rst.
 */
#ifndef _VT_SCENARIO_H
#define _VT_SCENARIO_H

#include "osc.h"
#include "path.h"

/* Node numbers are bytes of addresses: 10.0.0.(n + 1), 02:00:00:00:00:(n + 1). */
#define VT_NODES_MAX 100
#define VT_TEXT_MAX 256
#define VT_NAME_SIZE 64

/**
 * struct vt_phc - hardware clock of a node's network card
 * @on: there is one
 * @osc: its oscillator
 * @granularity_ns: stamps are multiples of it
 * @read: how much a reading of it from the host is off, one side
 * @lose: probability that a transmit stamp is lost
 */
struct vt_phc {
	bool on;
	struct vt_osc_model osc;
	s64 granularity_ns;
	struct vt_delay read;
	double lose;
};

/**
 * struct vt_node_spec - a node as the scenario describes it
 * @osc: oscillator of CLOCK_MONOTONIC_RAW, with its steps and ramps
 * @offset_ns: initial error of CLOCK_REALTIME
 * @rx: from the arrival of a frame at the card to its software stamp
 * @tx: from the software stamp of a frame to its departure from the card
 * @phc: hardware clock of its card
 * @program: name of what it runs
 */
struct vt_node_spec {
	struct vt_osc_model osc;
	s64 offset_ns;
	struct vt_delay rx;
	struct vt_delay tx;
	struct vt_phc phc;
	char program[VT_NAME_SIZE];
};

enum vt_event_kind {
	VT_EVENT_NETWORK, /* vt_scenario_apply() does it */
	VT_EVENT_KILL,
	VT_EVENT_RESTART,
	VT_EVENT_PAUSE,
	VT_EVENT_RESUME,
	VT_EVENT_LOSE, /* cards lose more or fewer stamps */
	VT_EVENT_EXEC, /* run a command in the nodes */
};

/**
 * struct vt_event - something that happens in a run
 * @at: global ps
 * @kind: what
 * @first: first node, if it is about nodes
 * @last: last node
 * @lose: probability of VT_EVENT_LOSE
 * @text: command of VT_EVENT_EXEC; @lose as it was given; the line of VT_EVENT_NETWORK
 *        ("cut 0 1-3", "heal 0 1-3", "path 1 0 extra=200us", "link ..."), checked at load
 */
struct vt_event {
	s64 at;
	enum vt_event_kind kind;
	unsigned int first;
	unsigned int last;
	double lose;
	char text[VT_TEXT_MAX];
};

/**
 * struct vt_scenario - all of it
 * @name: file name without directories and suffix
 * @seed: of all random streams
 * @nodes: number of nodes
 * @duration: of the run, global ps
 * @warmup: errors count from here on, global ps
 * @truth_every: interval of the truth's samples, global ps
 * @node: the nodes
 * @path: path[from * nodes + to]
 * @event: ordered by time, those of one instant as in the file
 * @events: how many
 * @expect: the "expect" lines without that word, for the evaluation
 * @expects: how many
 * @traces: the files that clocks and paths use
 * @dir: directory of the scenario file
 */
struct vt_scenario {
	char name[VT_NAME_SIZE];
	u64 seed;
	unsigned int nodes;
	s64 duration;
	s64 warmup;
	s64 truth_every;
	struct vt_node_spec *node;
	struct vt_path *path;
	struct vt_event *event;
	unsigned int events;
	char (*expect)[VT_TEXT_MAX];
	unsigned int expects;
	struct vt_traces traces;
	char *dir;
};

int vt_scenario_load(struct vt_scenario *s, const char *file, u64 seed,
		     char *const extra[], unsigned int extras, char *why,
		     size_t why_len);
void vt_scenario_free(struct vt_scenario *s);
void vt_scenario_apply(struct vt_scenario *s, const struct vt_event *e);
struct vt_path *vt_scenario_path(const struct vt_scenario *s, unsigned int from,
				 unsigned int to);

#endif /* _VT_SCENARIO_H */
