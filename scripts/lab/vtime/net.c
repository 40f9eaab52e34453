// SPDX-License-Identifier: GPL-2.0-or-later
#include "net.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/vtime.h"

#define ETH_HEADER 14
/* A card reports the stamp of a frame so long after the frame has left. */
#define STAMP_DELAY_PS 1000000LL

static s64 *near(const struct vt_net *net, unsigned int from, unsigned int to)
{
	return &net->near[from * net->scenario->nodes + to];
}

/**
 * vt_net_init() - a network
 * @net: to be made
 * @s: scenario; must live as long
 * @node: its nodes; must live as long
 *
 * Return: 0 or -ENOMEM.
 */
int vt_net_init(struct vt_net *net, struct vt_scenario *s, struct vt_node *node)
{
	unsigned int n = s->nodes;

	*net = (struct vt_net){
		.scenario = s,
		.node = node,
		.noise_tx = calloc(n, sizeof(*net->noise_tx)),
		.noise_rx = calloc(n * n, sizeof(*net->noise_rx)),
		.near = calloc(n * n, sizeof(*net->near)),
		.tx_frames = calloc(n, sizeof(*net->tx_frames)),
		.tx_bytes = calloc(n, sizeof(*net->tx_bytes)),
	};
	if (!net->noise_tx || !net->noise_rx || !net->near || !net->tx_frames ||
	    !net->tx_bytes) {
		vt_net_free(net);
		return -ENOMEM;
	}
	for (unsigned int i = 0; i < n; i++) {
		/* Second number: a receiver, or beyond them the sender itself. */
		vt_rng_init(&net->noise_tx[i], s->seed, VT_STREAM_NOISE, i, n);
		for (unsigned int j = 0; j < n; j++)
			vt_rng_init(&net->noise_rx[i * n + j], s->seed,
				    VT_STREAM_NOISE, i, j);
	}
	vt_net_changed(net);
	return 0;
}

/**
 * vt_net_free() - give its memory back
 * @net: network
 */
void vt_net_free(struct vt_net *net)
{
	free(net->noise_tx);
	free(net->noise_rx);
	free(net->near);
	free(net->tx_frames);
	free(net->tx_bytes);
	*net = (struct vt_net){};
}

/**
 * vt_net_changed() - learn again how near the nodes are
 * @net: network whose paths may have changed
 *
 * All shortest ways by Floyd and Warshall: a frame can reach a node through a
 * third one sooner than directly.
 */
void vt_net_changed(struct vt_net *net)
{
	const struct vt_scenario *s = net->scenario;
	unsigned int i, j, k, n = s->nodes;

	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			*near(net, i, j) =
				i == j ?
					0 :
					vt_path_min(vt_scenario_path(s, i, j)) +
						vt_delay_min(&s->node[i].tx) +
						vt_delay_min(&s->node[j].rx);
	for (k = 0; k < n; k++)
		for (i = 0; i < n; i++)
			for (j = 0; j < n; j++)
				if (*near(net, i, k) + *near(net, k, j) <
				    *near(net, i, j))
					*near(net, i, j) = *near(net, i, k) +
							   *near(net, k, j);
}

static void must(int err)
{
	if (err) {
		fprintf(stderr, "vtime: out of memory\n");
		exit(1);
	}
}

static u64 phc_stamp(const struct vt_node *n, s64 global)
{
	s64 t = vt_osc_local_ns(&n->phc, global);

	return t - t % n->phc_granularity_ns;
}

/* The frame is at @to's card at @at; noise delays what the host sees. */
static s64 arrive(struct vt_net *net, struct vt_node *from, struct vt_node *to,
		  s64 at, const u8 *frame, size_t len)
{
	const struct vt_scenario *s = net->scenario;
	struct vt_rng *rng = &net->noise_rx[from->id * s->nodes + to->id];
	struct vtime_trailer tail = {
		.magic = htobe32(VTIME_TRAILER),
	};
	s64 seen = at + vt_delay_draw(&s->node[to->id].rx, rng, at);

	if (to->has_phc)
		tail.stamp = htobe64(phc_stamp(to, at));
	if (!to->pid)
		to->lost++;
	else
		must(vt_inbox_put(&to->inbox, seen, from->id, from->frames,
				  frame, len, &tail,
				  to->has_phc ? sizeof(tail) : 0));
	return seen;
}

/* The card tells when frame @id has left. */
static s64 report(struct vt_net *net, struct vt_node *n, u32 id, s64 at)
{
	static const u8 type[2] = { VTIME_ETH_STAMP >> 8,
				    VTIME_ETH_STAMP & 0xff };
	struct vtime_trailer stamp = {
		.magic = htobe32(VTIME_TRAILER),
		.id = id,
		.stamp = htobe64(phc_stamp(n, at)),
	};
	u8 frame[60] = { 0x02, 0, 0, 0, 0, n->id + 1, 0x02 };
	const struct vt_phc *phc = &net->scenario->node[n->id].phc;

	if (vt_rng_uniform(&net->noise_tx[n->id]) < phc->lose)
		return VT_NEVER;
	memcpy(frame + 12, type, sizeof(type));
	memcpy(frame + ETH_HEADER, &stamp, sizeof(stamp));
	must(vt_inbox_put(&n->inbox, at + STAMP_DELAY_PS, n->id, n->frames,
			  frame, sizeof(frame), NULL, 0));
	return at + STAMP_DELAY_PS;
}

/* Takes the trailer off; returns the id of the stamp that is wanted, 0: none. */
static u32 take_trailer(const struct vt_node *n, const u8 *frame, size_t *len)
{
	struct vtime_trailer t;

	if (!n->has_phc || *len < ETH_HEADER + sizeof(t))
		return 0;
	memcpy(&t, frame + *len - sizeof(t), sizeof(t));
	if (be32toh(t.magic) != VTIME_TRAILER)
		return 0;
	*len -= sizeof(t);
	return t.id;
}

static bool addressed(const u8 *frame, unsigned int nodes, unsigned int to)
{
	static const u8 ours[5] = { 0x02 };

	/* Groups, everybody and strangers go to all. */
	if (memcmp(frame, ours, sizeof(ours)) || !frame[5] || frame[5] > nodes)
		return true;
	return frame[5] == to + 1;
}

/**
 * vt_net_sent() - a node sends a frame
 * @ctx: the network
 * @from: sender, at its present time
 * @frame: frame
 * @len: its bytes
 *
 * Return: when @from may first see something that this has caused, global ps.
 */
s64 vt_net_sent(void *ctx, struct vt_node *from, const u8 *frame, size_t len)
{
	struct vt_net *net = ctx;
	const struct vt_scenario *s = net->scenario;
	s64 left, at[2], seen, back = VT_NEVER;
	u32 id = take_trailer(from, frame, &len);

	if (len < ETH_HEADER)
		return back;
	if (from->now >= s->warmup) {
		net->tx_frames[from->id]++;
		net->tx_bytes[from->id] += len;
	}
	left = from->now + vt_delay_draw(&s->node[from->id].tx,
					 &net->noise_tx[from->id], from->now);
	if (id)
		back = report(net, from, id, left);
	for (unsigned int i = 0; i < s->nodes; i++) {
		struct vt_node *to = &net->node[i];
		unsigned int copies;

		if (to == from || !addressed(frame, s->nodes, i))
			continue;
		copies = vt_path_send(vt_scenario_path(s, from->id, i), left,
				      len, at);
		if (!copies)
			to->lost++;
		while (copies--) {
			seen = arrive(net, from, to, at[copies], frame, len);
			seen += *near(net, i, from->id);
			if (seen < back)
				back = seen;
		}
	}
	return back;
}

/**
 * vt_net_exec() - have a node run a command
 * @n: node that is up
 * @at: when, global ps
 * @command: for a shell in the guest
 *
 * Return: 0 or -ENOMEM.
 */
int vt_net_exec(struct vt_node *n, s64 at, const char *command)
{
	u8 frame[ETH_HEADER + VT_TEXT_MAX] = {
		0x02, 0, 0, 0, 0, n->id + 1, 0x02
	};

	frame[12] = VTIME_ETH_EXEC >> 8;
	frame[13] = VTIME_ETH_EXEC & 0xff;
	snprintf((char *)frame + ETH_HEADER, VT_TEXT_MAX, "%s", command);
	return vt_inbox_put(&n->inbox, at, n->id, n->frames, frame,
			    sizeof(frame), NULL, 0);
}
