/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The switch between the nodes: which path a frame takes and when it arrives.
 */
#ifndef _VT_NET_H
#define _VT_NET_H

#include "node.h"
#include "scenario.h"

/**
 * struct vt_net - the network
 * @scenario: paths and noise of the hosts
 * @node: the nodes
 * @noise_tx: streams of the senders' noise, one a node
 * @noise_rx: streams of the receivers' noise, one a path: so a draw does not
 *            depend on who ran first
 * @near: near[from * nodes + to]: shortest time in which anything can get from
 *        one node to another by any way, ps
 * @tx_frames: frames a node has sent from the end of the warm-up on
 * @tx_bytes: their bytes
 */
struct vt_net {
	struct vt_scenario *scenario;
	struct vt_node *node;
	struct vt_rng *noise_tx;
	struct vt_rng *noise_rx;
	s64 *near;
	u64 *tx_frames;
	u64 *tx_bytes;
};

int vt_net_init(struct vt_net *net, struct vt_scenario *s,
		struct vt_node *node);
void vt_net_free(struct vt_net *net);
void vt_net_changed(struct vt_net *net);
s64 vt_net_sent(void *ctx, struct vt_node *from, const u8 *frame, size_t len);
int vt_net_exec(struct vt_node *n, s64 at, const char *command);

#endif /* _VT_NET_H */
