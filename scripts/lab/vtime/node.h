/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One node: a User Mode Linux kernel that takes its time from us.
 *
 * With time-travel=ext a kernel does not use the host's time.  It asks to be woken
 * at a local time and waits; nothing but our messages makes time pass for it
 * (<linux/um_timetravel.h>, and what kernel/virtual-time.patch makes of it: no
 * acknowledgements, the wish comes with WAIT, interrupts come with RUN).
 */
#ifndef _VT_NODE_H
#define _VT_NODE_H

#include <sys/types.h>

#include "card.h"
#include "inbox.h"
#include "osc.h"

/**
 * struct vt_machine - what all nodes are made of
 * @kernel: file name of the kernel
 * @root: directory that is their read-only root file system
 * @preload: library that makes getrandom() repeatable, NULL: none
 * @scenario: name of the scenario, for the guests
 * @nodes: number of nodes, for the guests
 * @seed: of the run
 * @tod_base: CLOCK_REALTIME at the start but for the nodes' errors, ns
 * @phc_addr: address of vtime_phc in the kernel
 */
struct vt_machine {
	const char *kernel;
	const char *root;
	const char *preload;
	const char *scenario;
	unsigned int nodes;
	u64 seed;
	s64 tod_base;
	u64 phc_addr;
};

enum vt_node_end {
	VT_END_RUNNING,
	VT_END_KILLED, /* by the scenario */
	VT_END_EXITED, /* powered off */
	VT_END_FAILED, /* panic or another abnormal end */
};

/* Which descriptor of a node a message is on. */
enum vt_node_fd {
	VT_FD_TIME,
	VT_FD_LISTENER,
	VT_FD_CARD,
	VT_FDS,
};

struct vt_node;

/**
 * struct vt_node_ops - what the network is told
 * @sent: a frame leaves the node at its present time; returns the earliest time
 *        at which the node may see something that this frame caused, global ps
 */
struct vt_node_ops {
	s64 (*sent)(void *ctx, struct vt_node *n, const u8 *frame, size_t len);
};

/**
 * struct vt_node - a node
 * @id: number from 0
 * @machine: what it is made of
 * @program: what its guest runs
 * @ops: callbacks
 * @ctx: their argument
 * @osc: its oscillator
 * @phc: counter of its card's clock, if it has one
 * @has_phc: it has one
 * @phc_granularity_ns: stamps of the card are multiples of it
 * @phc_read_ns: error of a reading of the card's clock
 * @tod_error: initial error of CLOCK_REALTIME, ns
 * @pid: leader of its process group, 0: down
 * @end: how it ended, RUNNING while @pid is not 0
 * @time: socket of the time-travel protocol, -1: down
 * @card: its network card
 * @inbox: frames on their way to it
 * @paused: gets no processor, while its clocks run
 * @waiting: it waits for us to run it
 * @interrupt: its card has something for it
 * @now: its present, global ps; nothing of it happens before
 * @now_local: the same on its own clock, ns
 * @wish: when it wants to run, VT_NEVER: only by an interrupt
 * @wish_local: the same on its own clock, ns
 * @horizon: nothing but the frames in @inbox can reach it before, global ps
 * @limit: how far it may run on its own, global ps, at most @horizon
 * @free_local: what it was told of @limit, its clock, 0: nothing
 * @digest: of all frames it sent and when
 * @messages: messages exchanged with it
 * @frames: frames sent
 * @bytes: their bytes
 * @received: frames delivered
 * @lost: frames to it that were lost on the way or had no buffer
 */
struct vt_node {
	unsigned int id;
	const struct vt_machine *machine;
	const char *program;
	const struct vt_node_ops *ops;
	void *ctx;
	struct vt_osc osc;
	struct vt_osc phc;
	bool has_phc;
	s64 phc_granularity_ns;
	s64 phc_read_ns;
	s64 tod_error;

	pid_t pid;
	enum vt_node_end end;
	int time;
	struct vt_card card;
	struct vt_inbox inbox;
	bool paused;

	bool waiting;
	bool interrupt;
	s64 now;
	s64 now_local;
	s64 wish;
	s64 wish_local;
	s64 horizon;
	s64 limit;
	s64 free_local;

	u64 digest;
	u64 messages;
	u64 frames;
	u64 bytes;
	u64 received;
	u64 lost;
};

int vt_node_start(struct vt_node *n, s64 now);
void vt_node_kill(struct vt_node *n, enum vt_node_end end);
int vt_node_fd(const struct vt_node *n, enum vt_node_fd which);
int vt_node_message(struct vt_node *n, enum vt_node_fd which);
int vt_node_step(struct vt_node *n);
s64 vt_node_next(const struct vt_node *n);

/* Is it up and has not come to a wait yet? */
static inline bool vt_node_busy(const struct vt_node *n)
{
	return n->pid && !n->waiting;
}

#endif /* _VT_NODE_H */
