/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where members of the cluster may be, for a node that wants to join:
 *
 *	srv:DOMAIN         SRV records _clocklink._tcp.DOMAIN
 *	multicast:DEVICE   members on the link of a network device answer
 *
 * What is found may be wrong or a lie.  That costs a dial that leads nowhere: who is
 * asked to let a node join is believed no more for having been found.
 */
#ifndef _CL_DAEMON_DISCOVERY_H
#define _CL_DAEMON_DISCOVERY_H

#include "beacon.h"
#include "multicast.h"
#include "srv.h"

#define CL_DISCOVERY_NEVER S64_MAX
#define CL_DISCOVERY_ERROR_SIZE 320

/* Addresses per look, no matter who tells how many. */
#define CL_DISCOVERY_MAX 16

/* Time between two looks: doubles from the first to the last. */
#define CL_DISCOVERY_RETRY_MIN_NS CL_NS_PER_SEC
#define CL_DISCOVERY_RETRY_MAX_NS (60 * CL_NS_PER_SEC)

/*
 * The first ask is for a 64th of the members, the second for an eighth, others for
 * all: on a full link not all answer, on others it takes 3 s.
 */
#define CL_DISCOVERY_SHARE_SHIFT 6
#define CL_DISCOVERY_SHARE_STEP 3

/* A member answers so often, and so many at once. */
#define CL_DISCOVERY_ANSWER_NS (100 * CL_NS_PER_MS)
#define CL_DISCOVERY_ANSWERS 20

enum cl_discovery_kind {
	CL_DISCOVERY_SRV,
	CL_DISCOVERY_MULTICAST,
};

/**
 * struct cl_discovery_ops - calls of a discovery
 * @found: there may be a member at this address; each once per look
 * @random: uniform over 64 bits
 *
 * They must not call in again.
 */
struct cl_discovery_ops {
	void (*found)(void *ctx, const struct cl_tcp_address *at);
	u64 (*random)(void *ctx);
};

/**
 * struct cl_discovery - one place to look, or where a member answers
 * @ops: calls; NULL: this is a member
 * @ctx: their argument
 * @kind: enum cl_discovery_kind
 * @cluster: cluster id
 * @node: own node id
 * @at: of a member: its streams
 * @srv: lookups
 * @multicast: sockets
 * @next: next look, ns; of a member never
 * @retry_ns: time between that and the one after it
 * @looks: how often
 * @token: of the last ask
 * @found: addresses of this look
 * @n: how many
 * @failing: it could not look, or found nothing, and that was logged
 * @free_at: of a member: it has answered all that was due before, ns
 */
struct cl_discovery {
	const struct cl_discovery_ops *ops;
	void *ctx;
	enum cl_discovery_kind kind;
	u32 cluster;
	u32 node;
	struct cl_tcp_address at;
	struct cl_srv srv;
	struct cl_multicast multicast;
	s64 next;
	s64 retry_ns;
	unsigned int looks;
	u64 token;
	struct cl_tcp_address found[CL_DISCOVERY_MAX];
	unsigned int n;
	bool failing;
	s64 free_at;
};

int cl_discovery_open(struct cl_discovery *d,
		      const struct cl_discovery_ops *ops, void *ctx,
		      u32 cluster, u32 node, const char *spec,
		      char error[CL_DISCOVERY_ERROR_SIZE]);
int cl_discovery_answer(struct cl_discovery *d, u32 cluster, u32 node,
			const struct cl_tcp_address *at, const char *spec,
			char error[CL_DISCOVERY_ERROR_SIZE]);
void cl_discovery_close(struct cl_discovery *d);
int cl_discovery_fd(const struct cl_discovery *d);
s64 cl_discovery_deadline(const struct cl_discovery *d);
void cl_discovery_run(struct cl_discovery *d, s64 now);
void cl_discovery_handle(struct cl_discovery *d, s64 now);

#endif /* _CL_DAEMON_DISCOVERY_H */
