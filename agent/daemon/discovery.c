// SPDX-License-Identifier: GPL-2.0-or-later
#include "discovery.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "kmod/core/fixed.h"
#include "log.h"

/* Datagrams per call: others of the daemon want their turn. */
#define BATCH 64

#define PREFIX_SRV "srv:"
#define PREFIX_MULTICAST "multicast:"

static const char *after(const char *spec, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(spec, prefix, len) ? NULL : spec + len;
}

static int open_srv(struct cl_discovery *d, const char *domain, char *error)
{
	int err = cl_srv_open(&d->srv, domain);

	d->kind = CL_DISCOVERY_SRV;
	if (err == -EINVAL)
		snprintf(error, CL_DISCOVERY_ERROR_SIZE,
			 "srv: '%s' is no domain", domain);
	else if (err)
		snprintf(error, CL_DISCOVERY_ERROR_SIZE, "srv:%s: %s", domain,
			 strerror(-err));
	return err;
}

static int open_multicast(struct cl_discovery *d, const char *device,
			  bool member, char *error)
{
	unsigned int ifindex = if_nametoindex(device);
	int err;

	d->kind = CL_DISCOVERY_MULTICAST;
	if (!ifindex) {
		snprintf(error, CL_DISCOVERY_ERROR_SIZE,
			 "multicast: there is no network device '%s'", device);
		return -ENODEV;
	}
	err = cl_multicast_open(&d->multicast, ifindex, CL_BEACON_PORT, member);
	if (err)
		snprintf(error, CL_DISCOVERY_ERROR_SIZE, "multicast:%s: %s",
			 device, strerror(-err));
	return err;
}

static int wrong_spec(const char *spec, char *error)
{
	snprintf(error, CL_DISCOVERY_ERROR_SIZE,
		 "'%s' is neither srv:DOMAIN nor multicast:DEVICE", spec);
	return -EINVAL;
}

/**
 * cl_discovery_open() - look for members from now on
 * @d: to be filled
 * @ops: calls; must outlive @d
 * @ctx: their argument
 * @cluster: cluster id
 * @node: own node id
 * @spec: where, as in the comment at the top of the header
 * @error: on failure what is wrong
 *
 * Return: 0; -EINVAL: @spec is malformed; -ENODEV: there is no such device;
 * -errno.  On failure nothing is open.
 */
int cl_discovery_open(struct cl_discovery *d,
		      const struct cl_discovery_ops *ops, void *ctx,
		      u32 cluster, u32 node, const char *spec,
		      char error[CL_DISCOVERY_ERROR_SIZE])
{
	const char *domain = after(spec, PREFIX_SRV);
	const char *device = after(spec, PREFIX_MULTICAST);

	*d = (struct cl_discovery){
		.ops = ops,
		.ctx = ctx,
		.cluster = cluster,
		.node = node,
		.next = S64_MIN,
		.retry_ns = CL_DISCOVERY_RETRY_MIN_NS,
	};
	if (domain)
		return open_srv(d, domain, error);
	if (device)
		return open_multicast(d, device, false, error);
	return wrong_spec(spec, error);
}

/**
 * cl_discovery_answer() - let others find this node
 * @d: to be filled
 * @cluster: cluster id
 * @node: own node id; a member
 * @at: where its streams are, as others see it
 * @spec: multicast:DEVICE
 * @error: on failure what is wrong
 *
 * Return: as cl_discovery_open(); -EOPNOTSUPP: nobody asks there.
 */
int cl_discovery_answer(struct cl_discovery *d, u32 cluster, u32 node,
			const struct cl_tcp_address *at, const char *spec,
			char error[CL_DISCOVERY_ERROR_SIZE])
{
	const char *device = after(spec, PREFIX_MULTICAST);

	*d = (struct cl_discovery){
		.cluster = cluster,
		.node = node,
		.at = *at,
		.next = CL_DISCOVERY_NEVER,
		.free_at = S64_MIN,
	};
	if (device)
		return open_multicast(d, device, true, error);
	if (!after(spec, PREFIX_SRV))
		return wrong_spec(spec, error);
	snprintf(error, CL_DISCOVERY_ERROR_SIZE, "%s: answered by the DNS",
		 spec);
	return -EOPNOTSUPP;
}

/**
 * cl_discovery_close() - look no more
 * @d: the discovery
 */
void cl_discovery_close(struct cl_discovery *d)
{
	if (d->kind == CL_DISCOVERY_SRV)
		cl_srv_close(&d->srv);
	else
		cl_multicast_close(&d->multicast);
}

/**
 * cl_discovery_fd() - what to wait for
 * @d: the discovery
 *
 * Return: descriptor; when it is readable, call cl_discovery_handle().
 */
int cl_discovery_fd(const struct cl_discovery *d)
{
	return d->kind == CL_DISCOVERY_SRV ? d->srv.fd[0] :
					     d->multicast.epoll_fd;
}

/**
 * cl_discovery_deadline() - when to call cl_discovery_run()
 * @d: the discovery
 *
 * Return: instant of the caller's clock, ns; CL_DISCOVERY_NEVER.
 */
s64 cl_discovery_deadline(const struct cl_discovery *d)
{
	return d->next;
}

/* Log the first of several failures. */
static void fail(struct cl_discovery *d, const char *where, const char *why)
{
	if (!d->failing)
		cl_log(CL_IO_WARNING, "cannot look for members by %s: %s",
		       where, why);
	d->failing = true;
}

/* A part of the members that grows from ask to ask. */
static u16 share_of(unsigned int looks)
{
	unsigned int less = looks * CL_DISCOVERY_SHARE_STEP;

	return CL_BEACON_SHARE_ALL >> (less < CL_DISCOVERY_SHARE_SHIFT ?
					       CL_DISCOVERY_SHARE_SHIFT - less :
					       0);
}

static void ask(struct cl_discovery *d)
{
	struct cl_beacon b = {
		.type = CL_BEACON_ASK,
		.share = share_of(d->looks),
		.cluster = d->cluster,
		.node = d->node,
	};
	u8 buf[CL_BEACON_LEN];
	int err;

	d->token = d->ops->random(d->ctx);
	b.token = d->token;
	cl_beacon_encode(&b, buf);
	err = cl_multicast_send(&d->multicast, buf, sizeof(buf));
	if (err)
		fail(d, "multicast", strerror(-err));
	else
		d->failing = false;
}

/**
 * cl_discovery_run() - look, if it is time to
 * @d: the discovery
 * @now: the caller's clock, ns
 */
void cl_discovery_run(struct cl_discovery *d, s64 now)
{
	int err;

	if (now < d->next)
		return;
	d->next = now + d->retry_ns;
	d->retry_ns = cl_min_s64(2 * d->retry_ns, CL_DISCOVERY_RETRY_MAX_NS);
	/* A lookup that takes its time is waited for. */
	if (d->kind == CL_DISCOVERY_SRV && d->srv.busy)
		return;
	d->n = 0;
	if (d->kind == CL_DISCOVERY_MULTICAST) {
		ask(d);
	} else {
		err = cl_srv_ask(&d->srv);
		if (err)
			fail(d, d->srv.name, strerror(-err));
	}
	if (d->looks < CL_DISCOVERY_SHARE_SHIFT)
		d->looks++;
}

/* Each once, and no more of them than there is room for. */
static void find(struct cl_discovery *d, const struct cl_tcp_address *at)
{
	for (unsigned int i = 0; i < d->n; i++) {
		if (cl_tcp_same(&d->found[i], at))
			return;
	}
	if (d->n == CL_DISCOVERY_MAX)
		return;
	d->found[d->n++] = *at;
	d->ops->found(d->ctx, at);
}

static void take_result(struct cl_discovery *d)
{
	struct cl_srv_result r;

	if (cl_srv_result(&d->srv, &r))
		return;
	if (r.error)
		fail(d, d->srv.name, cl_srv_error(&r));
	else
		d->failing = false;
	for (unsigned int i = 0; i < r.n; i++)
		find(d, &r.at[i]);
}

/* May one more be answered? A flood of asks does not become one of answers. */
static bool may_answer(struct cl_discovery *d, s64 now)
{
	s64 oldest = now - CL_DISCOVERY_ANSWERS * CL_DISCOVERY_ANSWER_NS;

	if (d->free_at < oldest)
		d->free_at = oldest;
	if (d->free_at > now - CL_DISCOVERY_ANSWER_NS)
		return false;
	d->free_at += CL_DISCOVERY_ANSWER_NS;
	return true;
}

static void take_ask(struct cl_discovery *d, s64 now, const struct cl_beacon *b,
		     const struct cl_multicast_from *from)
{
	const struct cl_beacon answer = {
		.type = CL_BEACON_ANSWER,
		.cluster = d->cluster,
		.node = d->node,
		.token = b->token,
		.at = d->at,
	};
	u8 buf[CL_BEACON_LEN];

	if (!cl_beacon_chosen(b, d->node) || !may_answer(d, now))
		return;
	cl_beacon_encode(&answer, buf);
	cl_multicast_answer(from, buf, sizeof(buf));
}

static void take_answer(struct cl_discovery *d, struct cl_beacon *b)
{
	if (b->token != d->token || !d->looks)
		return;
	if (IN6_IS_ADDR_LINKLOCAL(&b->at.addr))
		b->at.scope = d->multicast.ifindex;
	find(d, &b->at);
}

/* Of the link: anybody may have sent it. */
static void take_datagram(struct cl_discovery *d, s64 now, const u8 *data,
			  size_t len, const struct cl_multicast_from *from)
{
	struct cl_beacon b;

	if (cl_beacon_decode(&b, data, len) || b.cluster != d->cluster ||
	    b.node == d->node)
		return;
	if (!d->ops && b.type == CL_BEACON_ASK)
		take_ask(d, now, &b, from);
	else if (d->ops && b.type == CL_BEACON_ANSWER)
		take_answer(d, &b);
}

/**
 * cl_discovery_handle() - take what has come
 * @d: the discovery
 * @now: the caller's clock, ns
 *
 * To be called when the descriptor is readable; at other times it does no harm.
 */
void cl_discovery_handle(struct cl_discovery *d, s64 now)
{
	struct cl_multicast_from from;
	u8 buf[CL_BEACON_LEN + 1];

	if (d->kind == CL_DISCOVERY_SRV) {
		take_result(d);
		return;
	}
	for (int i = 0; i < BATCH; i++) {
		ssize_t n = cl_multicast_receive(&d->multicast, buf,
						 sizeof(buf), &from);

		if (n == -EAGAIN)
			return;
		if (n >= 0)
			take_datagram(d, now, buf, (size_t)n, &from);
	}
}
