/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints clocklink:clocklink_*; Documentation/tracing.rst has all fields and
 * what to do with them.  Names, types and numbers of fields are kept.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM clocklink

#if !defined(_CL_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _CL_TRACE_H

#include <linux/clocklink.h>
#include <linux/tracepoint.h>

#include "core/fixed.h"
#include "core/session.h"
#include "core/wire.h"
#include "instance.h"
#include "txring.h"

/* clang-format off */

/* For tools that read the raw data: the values of the names below. */
TRACE_DEFINE_ENUM(CLOCKLINK_STATE_UNSYNCED);
TRACE_DEFINE_ENUM(CLOCKLINK_STATE_JOINING);
TRACE_DEFINE_ENUM(CLOCKLINK_STATE_SYNCED);
TRACE_DEFINE_ENUM(CLOCKLINK_STATE_UNVERIFIED);
TRACE_DEFINE_ENUM(CLOCKLINK_STATE_HOLDOVER);
TRACE_DEFINE_ENUM(CLOCKLINK_STATE_VOID);
TRACE_DEFINE_ENUM(CLOCKLINK_STATE_GONE);
TRACE_DEFINE_ENUM(CL_STEER_STEPPED);
TRACE_DEFINE_ENUM(CL_STEER_SLEWED);
TRACE_DEFINE_ENUM(CL_STEER_LIMITED);
TRACE_DEFINE_ENUM(CL_WIRE_REQUEST);
TRACE_DEFINE_ENUM(CL_WIRE_RESPONSE);
TRACE_DEFINE_ENUM(CL_WIRE_UPDATE);
TRACE_DEFINE_ENUM(CL_WIRE_UPDATE_REQUEST);
TRACE_DEFINE_ENUM(CL_WIRE_REPORT);
TRACE_DEFINE_ENUM(CLOCKLINK_DEVICE_STATE_MEASURING);
TRACE_DEFINE_ENUM(CLOCKLINK_DEVICE_STATE_HARDWARE);
TRACE_DEFINE_ENUM(CLOCKLINK_DEVICE_STATE_IN_USE);
TRACE_DEFINE_ENUM(CLOCKLINK_DEVICE_STATE_UNSUPPORTED);
TRACE_DEFINE_ENUM(CLOCKLINK_A_STATS_DROP_SHORT);
TRACE_DEFINE_ENUM(CLOCKLINK_A_STATS_DROP_LONG);
TRACE_DEFINE_ENUM(CLOCKLINK_A_STATS_DROP_VERSION);
TRACE_DEFINE_ENUM(CLOCKLINK_A_STATS_DROP_TYPE);
TRACE_DEFINE_ENUM(CLOCKLINK_A_STATS_DROP_LENGTH);
TRACE_DEFINE_ENUM(CLOCKLINK_A_STATS_DROP_FIELD);
TRACE_DEFINE_ENUM(CLOCKLINK_A_STATS_DROP_TLV);
TRACE_DEFINE_ENUM(CLOCKLINK_A_STATS_DROP_CLUSTER);
TRACE_DEFINE_ENUM(CLOCKLINK_A_STATS_DROP_RECEIVER);
TRACE_DEFINE_ENUM(CLOCKLINK_A_STATS_DROP_PEER);
TRACE_DEFINE_ENUM(CLOCKLINK_A_STATS_DROP_SOURCE);
TRACE_DEFINE_ENUM(CLOCKLINK_A_STATS_DROP_KEY);
TRACE_DEFINE_ENUM(CLOCKLINK_A_STATS_DROP_TERM);
TRACE_DEFINE_ENUM(CLOCKLINK_A_STATS_DROP_SEQ);
TRACE_DEFINE_ENUM(CLOCKLINK_A_STATS_DROP_RATE);
TRACE_DEFINE_ENUM(CLOCKLINK_A_STATS_DROP_ASK);
TRACE_DEFINE_ENUM(CLOCKLINK_A_STATS_DROP_MEMORY);

#define cl_show_state(state)						\
	__print_symbolic(state,						\
			 { CLOCKLINK_STATE_UNSYNCED, "unsynced" },	\
			 { CLOCKLINK_STATE_JOINING, "joining" },	\
			 { CLOCKLINK_STATE_SYNCED, "synced" },		\
			 { CLOCKLINK_STATE_UNVERIFIED, "unverified" },	\
			 { CLOCKLINK_STATE_HOLDOVER, "holdover" },	\
			 { CLOCKLINK_STATE_VOID, "void" },		\
			 { CLOCKLINK_STATE_GONE, "gone" })

#define cl_show_done(done)						\
	__print_symbolic(done,						\
			 { CL_STEER_STEPPED, "stepped" },		\
			 { CL_STEER_SLEWED, "slewed" },			\
			 { CL_STEER_LIMITED, "limited" })

#define cl_show_type(type)						\
	__print_symbolic(type,						\
			 { CL_WIRE_REQUEST, "request" },		\
			 { CL_WIRE_RESPONSE, "response" },		\
			 { CL_WIRE_UPDATE, "update" },			\
			 { CL_WIRE_UPDATE_REQUEST, "update-request" },	\
			 { CL_WIRE_REPORT, "report" })

#define cl_show_device(device)						\
	__print_symbolic(device,					\
			 { CLOCKLINK_DEVICE_STATE_MEASURING, "measuring" },	\
			 { CLOCKLINK_DEVICE_STATE_HARDWARE, "hardware" },	\
			 { CLOCKLINK_DEVICE_STATE_IN_USE, "in-use" },	\
			 { CLOCKLINK_DEVICE_STATE_UNSUPPORTED, "unsupported" })

#define cl_show_drop(drop)						\
	__print_symbolic(drop,						\
			 { CLOCKLINK_A_STATS_DROP_SHORT, "short" },	\
			 { CLOCKLINK_A_STATS_DROP_LONG, "long" },	\
			 { CLOCKLINK_A_STATS_DROP_VERSION, "version" },	\
			 { CLOCKLINK_A_STATS_DROP_TYPE, "type" },	\
			 { CLOCKLINK_A_STATS_DROP_LENGTH, "length" },	\
			 { CLOCKLINK_A_STATS_DROP_FIELD, "field" },	\
			 { CLOCKLINK_A_STATS_DROP_TLV, "tlv" },		\
			 { CLOCKLINK_A_STATS_DROP_CLUSTER, "cluster" },	\
			 { CLOCKLINK_A_STATS_DROP_RECEIVER, "receiver" },	\
			 { CLOCKLINK_A_STATS_DROP_PEER, "peer" },	\
			 { CLOCKLINK_A_STATS_DROP_SOURCE, "source" },	\
			 { CLOCKLINK_A_STATS_DROP_KEY, "key" },		\
			 { CLOCKLINK_A_STATS_DROP_TERM, "term" },	\
			 { CLOCKLINK_A_STATS_DROP_SEQ, "seq" },		\
			 { CLOCKLINK_A_STATS_DROP_RATE, "rate" },	\
			 { CLOCKLINK_A_STATS_DROP_ASK, "ask" },		\
			 { CLOCKLINK_A_STATS_DROP_MEMORY, "memory" })

/* A message was taken; else there is a drop. */
TRACE_EVENT(clocklink_receive,
	    TP_PROTO(const struct cl_instance *inst,
		     const struct cl_wire_msg *m,
		     const struct cl_stamped *stamp),
	    TP_ARGS(inst, m, stamp),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(u32, peer)
			     __field(u32, type)
			     __field(u32, seq)
			     __field(u32, term)
			     __field(u32, round)
			     __field(bool, group)
			     __field(bool, hardware)
			     __field(s64, stamp_ns)),
	    TP_fast_assign(__entry->id = inst->page->id;
			   __entry->peer = m->hdr.sender;
			   __entry->type = m->hdr.type;
			   __entry->seq = m->hdr.seq;
			   __entry->term = m->hdr.term;
			   __entry->round = m->hdr.round;
			   __entry->group = m->hdr.receiver == CL_NODE_ALL;
			   __entry->hardware = stamp && stamp->hardware;
			   __entry->stamp_ns = stamp ? stamp->t.ns : 0;),
	    TP_printk("id=%u peer=%u type=%s seq=%u term=%u round=%u group=%d hardware=%d stamp_ns=%lld",
		      __entry->id, __entry->peer,
		      cl_show_type(__entry->type),
		      __entry->seq, __entry->term, __entry->round,
		      __entry->group, __entry->hardware, __entry->stamp_ns));

/* A packet was dropped. */
TRACE_EVENT(clocklink_drop,
	    TP_PROTO(const struct cl_instance *inst,
		     const struct cl_packet *pkt, u32 peer, enum cl_stat why),
	    TP_ARGS(inst, pkt, peer, why),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(u32, peer)
			     __field(u32, reason)
			     __array(u8, addr, 16)
			     __field(u32, port)
			     __field(u32, len)),
	    TP_fast_assign(__entry->id = inst->page->id;
			   __entry->peer = peer;
			   __entry->reason = CLOCKLINK_A_STATS_RX + why;
			   memcpy(__entry->addr, &pkt->from.addr, 16);
			   __entry->port = ntohs(pkt->from.port);
			   __entry->len = pkt->len;),
	    TP_printk("id=%u peer=%u reason=%s addr=%pI6c port=%u len=%u",
		      __entry->id, __entry->peer,
		      cl_show_drop(__entry->reason),
		      __entry->addr, __entry->port, __entry->len));

/* A message was given to the network stack, or could not be. */
TRACE_EVENT(clocklink_send,
	    TP_PROTO(struct cl_instance *inst, const struct cl_wire_msg *m,
		     int err),
	    TP_ARGS(inst, m, err),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(u32, peer)
			     __field(u32, type)
			     __field(u32, seq)
			     __field(u32, term)
			     __field(u32, round)
			     __field(int, err)
			     __field(s64, raw_ns)),
	    TP_fast_assign(__entry->id = inst->page->id;
			   __entry->peer = m->hdr.receiver;
			   __entry->type = m->hdr.type;
			   __entry->seq = m->hdr.seq;
			   __entry->term = m->hdr.term;
			   __entry->round = m->hdr.round;
			   __entry->err = err;
			   __entry->raw_ns = cl_output_raw(&inst->output).ns;),
	    TP_printk("id=%u peer=%u type=%s seq=%u term=%u round=%u err=%d raw_ns=%lld",
		      __entry->id, __entry->peer,
		      cl_show_type(__entry->type),
		      __entry->seq, __entry->term, __entry->round,
		      __entry->err, __entry->raw_ns));

/* A transmit stamp has come. */
TRACE_EVENT(clocklink_tx_stamp,
	    TP_PROTO(const struct cl_instance *inst, const struct cl_tx *tx,
		     const struct cl_stamped *stamp),
	    TP_ARGS(inst, tx, stamp),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(u32, peer)
			     __field(u32, type)
			     __field(u32, seq)
			     __field(bool, hardware)
			     __field(s64, stamp_ns)),
	    TP_fast_assign(__entry->id = inst->page->id;
			   __entry->peer = tx->node;
			   __entry->type = tx->kind == CL_TX_REQUEST ||
					   tx->kind == CL_TX_GROUP_REQUEST ?
						   CL_WIRE_REQUEST :
						   CL_WIRE_RESPONSE;
			   __entry->seq = tx->seq;
			   __entry->hardware = tx->ifindex;
			   __entry->stamp_ns = stamp ? stamp->t.ns : 0;),
	    TP_printk("id=%u peer=%u type=%s seq=%u hardware=%d stamp_ns=%lld",
		      __entry->id, __entry->peer,
		      cl_show_type(__entry->type),
		      __entry->seq, __entry->hardware, __entry->stamp_ns));

/* An exchange is complete. */
TRACE_EVENT(clocklink_sample,
	    TP_PROTO(const struct cl_instance *inst,
		     const struct cl_measured *m),
	    TP_ARGS(inst, m),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(u32, peer)
			     __field(u32, seq)
			     __field(bool, hardware)
			     __field(bool, taken)
			     __field(s64, out_tx_ns)
			     __field(s64, out_rx_ns)
			     __field(s64, in_tx_ns)
			     __field(s64, in_rx_ns)
			     __field(s64, rtt_ns)
			     __field(u64, excess_ns)),
	    TP_fast_assign(__entry->id = inst->page->id;
			   __entry->peer = m->node;
			   __entry->seq = m->x->seq;
			   __entry->hardware = m->x->hardware;
			   __entry->taken = m->taken;
			   __entry->out_tx_ns = m->x->out_tx.ns;
			   __entry->out_rx_ns = m->x->out_rx.ns;
			   __entry->in_tx_ns = m->x->in_tx.ns;
			   __entry->in_rx_ns = m->x->in_rx.ns;
			   __entry->rtt_ns = m->x->in_rx.ns - m->x->out_tx.ns -
					     m->x->in_tx.ns + m->x->out_rx.ns;
			   __entry->excess_ns = m->excess_ns;),
	    TP_printk("id=%u peer=%u seq=%u hardware=%d taken=%d out_tx_ns=%lld out_rx_ns=%lld in_tx_ns=%lld in_rx_ns=%lld rtt_ns=%lld excess_ns=%llu",
		      __entry->id, __entry->peer, __entry->seq,
		      __entry->hardware, __entry->taken, __entry->out_tx_ns,
		      __entry->out_rx_ns, __entry->in_tx_ns, __entry->in_rx_ns,
		      __entry->rtt_ns, __entry->excess_ns));

/* The raw clock of a peer is another one now. */
TRACE_EVENT(clocklink_peer_gen,
	    TP_PROTO(const struct cl_instance *inst, u32 peer, u32 gen),
	    TP_ARGS(inst, peer, gen),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(u32, peer)
			     __field(u32, gen)),
	    TP_fast_assign(__entry->id = inst->page->id;
			   __entry->peer = peer;
			   __entry->gen = gen;),
	    TP_printk("id=%u peer=%u gen=%u",
		      __entry->id, __entry->peer, __entry->gen));

/* The requests or the updates of a round have been sent. */
TRACE_EVENT(clocklink_round,
	    TP_PROTO(const struct cl_instance *inst, u32 type, u32 sent),
	    TP_ARGS(inst, type, sent),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(u32, term)
			     __field(u32, round)
			     __field(u32, type)
			     __field(u32, sent)),
	    TP_fast_assign(__entry->id = inst->page->id;
			   __entry->term = inst->steering.term;
			   __entry->round = inst->steering.round;
			   __entry->type = type;
			   __entry->sent = sent;),
	    TP_printk("id=%u term=%u round=%u type=%s sent=%u",
		      __entry->id, __entry->term, __entry->round,
		      cl_show_type(__entry->type),
		      __entry->sent));

/* The daemon has given an order. */
TRACE_EVENT(clocklink_order,
	    TP_PROTO(const struct cl_instance *inst, const struct cl_order *o,
		     int err),
	    TP_ARGS(inst, o, err),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(u32, parent)
			     __field(u32, term)
			     __field(u32, round)
			     __field(bool, hold)
			     __field(bool, keep)
			     __field(bool, force)
			     __field(bool, unverified)
			     __field(int, err)
			     __field(s64, interval_ns)
			     __field(s64, expiry_ns)
			     __field(u64, bound_ns)),
	    TP_fast_assign(__entry->id = inst->page->id;
			   __entry->parent = o->parent;
			   __entry->term = o->term;
			   __entry->round = o->round;
			   __entry->hold = o->hold;
			   __entry->keep = o->keep;
			   __entry->force = o->force;
			   __entry->unverified = o->unverified;
			   __entry->err = err;
			   __entry->interval_ns = o->interval_ns;
			   __entry->expiry_ns = o->expiry_ns;
			   __entry->bound_ns = o->bound.bound_ns;),
	    TP_printk("id=%u parent=%u term=%u round=%u hold=%d keep=%d force=%d unverified=%d err=%d interval_ns=%lld expiry_ns=%lld bound_ns=%llu",
		      __entry->id, __entry->parent, __entry->term,
		      __entry->round, __entry->hold, __entry->keep,
		      __entry->force, __entry->unverified, __entry->err,
		      __entry->interval_ns, __entry->expiry_ns,
		      __entry->bound_ns));

/* An order was carried out. */
TRACE_EVENT(clocklink_steer,
	    TP_PROTO(const struct cl_instance *inst, const struct cl_change *c),
	    TP_ARGS(inst, c),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(u32, parent)
			     __field(u32, term)
			     __field(u32, round)
			     __field(u32, done)
			     __field(s64, error_ns)
			     __field(u64, left_ns)
			     __field(u64, bound_ns)
			     __field(s64, rate_ppt)
			     __field(u32, edges)
			     __field(u32, edges_dropped)
			     __field(s64, beside_ns)),
	    TP_fast_assign(__entry->id = inst->page->id;
			   __entry->parent = inst->steering.basis.parent;
			   __entry->term = inst->steering.basis.term;
			   __entry->round = inst->steering.basis.round;
			   __entry->done = c->done;
			   __entry->error_ns = c->steer.error_ns;
			   __entry->left_ns = c->steer.left_ns;
			   __entry->bound_ns = c->bound.bound_ns;
			   __entry->rate_ppt =
				   cl_q48_to_ppt(c->target->rate_q48);
			   __entry->edges = inst->steering.edges;
			   __entry->edges_dropped =
				   inst->steering.edges_dropped;
			   __entry->beside_ns = inst->steering.beside_ns;),
	    TP_printk("id=%u parent=%u term=%u round=%u done=%s error_ns=%lld left_ns=%llu bound_ns=%llu rate_ppt=%lld edges=%u edges_dropped=%u beside_ns=%lld",
		      __entry->id, __entry->parent, __entry->term,
		      __entry->round,
		      cl_show_done(__entry->done),
		      __entry->error_ns, __entry->left_ns, __entry->bound_ns,
		      __entry->rate_ppt, __entry->edges,
		      __entry->edges_dropped, __entry->beside_ns));

/* The clock is in another state. */
TRACE_EVENT(clocklink_state,
	    TP_PROTO(const struct cl_instance *inst, u32 from, u32 to),
	    TP_ARGS(inst, from, to),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(u32, from)
			     __field(u32, to)),
	    TP_fast_assign(__entry->id = inst->page->id;
			   __entry->from = from;
			   __entry->to = to;),
	    TP_printk("id=%u from=%s to=%s",
		      __entry->id,
		      cl_show_state(__entry->from),
		      cl_show_state(__entry->to)));

/* Stamps of before are worth nothing. */
TRACE_EVENT(clocklink_gen,
	    TP_PROTO(const struct cl_instance *inst),
	    TP_ARGS(inst),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(u32, gen)
			     __field(u32, disruptions)),
	    TP_fast_assign(__entry->id = inst->page->id;
			   __entry->gen = inst->steering.gen;
			   __entry->disruptions = inst->steering.disruptions;),
	    TP_printk("id=%u gen=%u disruptions=%u",
		      __entry->id, __entry->gen, __entry->disruptions));

/* The page was written; with the lock of the output held. */
TRACE_EVENT(clocklink_publish,
	    TP_PROTO(const struct cl_output *o),
	    TP_ARGS(o),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(u64, updates)
			     __field(u32, state)
			     __field(u32, gen)
			     __field(s64, raw_ns)
			     __field(s64, time_ns)
			     __field(s64, rate_ppt)
			     __field(s64, slew_ppt)
			     __field(s64, slew_ns)
			     __field(u64, bound_ns)
			     __field(u64, hard_ns)
			     __field(u64, drift_ppt)
			     __field(s64, valid_ns)),
	    TP_fast_assign(__entry->id = o->page->id;
			   __entry->updates = o->page->data->updates;
			   __entry->state = o->now.state;
			   __entry->gen = o->now.gen;
			   __entry->raw_ns = o->now.view.map.raw.ns;
			   __entry->time_ns = o->now.view.map.time.ns;
			   __entry->rate_ppt =
				   cl_q48_to_ppt(o->now.view.map.rate_q48);
			   __entry->slew_ppt =
				   cl_q48_to_ppt(o->now.view.slew_q48);
			   __entry->slew_ns = o->now.view.slew_ns;
			   __entry->bound_ns = o->now.bound.bound_ns;
			   __entry->hard_ns = o->now.bound.hard_ns;
			   __entry->drift_ppt = o->now.bound.drift_ppt;
			   __entry->valid_ns =
				   o->now.void_raw - o->now.view.map.raw.ns;),
	    TP_printk("id=%u updates=%llu state=%s gen=%u raw_ns=%lld time_ns=%lld rate_ppt=%lld slew_ppt=%lld slew_ns=%lld bound_ns=%llu hard_ns=%llu drift_ppt=%llu valid_ns=%lld",
		      __entry->id, __entry->updates,
		      cl_show_state(__entry->state),
		      __entry->gen, __entry->raw_ns, __entry->time_ns,
		      __entry->rate_ppt, __entry->slew_ppt, __entry->slew_ns,
		      __entry->bound_ns, __entry->hard_ns, __entry->drift_ppt,
		      __entry->valid_ns));

/* The daemon has told of the clock of a network device. */
TRACE_EVENT(clocklink_hwmap,
	    TP_PROTO(const struct cl_instance *inst,
		     const struct cl_hwmap_change *c,
		     const struct cl_hwclock *clock, int err),
	    TP_ARGS(inst, c, clock, err),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(u32, ifindex)
			     __field(u32, state)
			     __field(s32, phc)
			     __field(int, err)
			     __field(s64, phc_ns)
			     __field(s64, raw_ns)
			     __field(s64, rate_ppt)
			     __field(u32, error_ns)
			     __field(u32, steady)
			     __field(u64, breaks)
			     __field(s64, residual_ns)),
	    TP_fast_assign(__entry->id = inst->page->id;
			   __entry->ifindex = c->ifindex;
			   __entry->state = c->state;
			   __entry->phc = c->phc_index;
			   __entry->err = err;
			   __entry->phc_ns = c->line.phc_ns;
			   __entry->raw_ns = c->line.raw.ns;
			   __entry->rate_ppt = cl_q48_to_ppt(c->line.rate_q48);
			   __entry->error_ns = c->line.error_ns;
			   __entry->steady = clock->steady;
			   __entry->breaks = clock->breaks;
			   __entry->residual_ns = clock->residual_ns;),
	    TP_printk("id=%u ifindex=%u state=%s phc=%d err=%d phc_ns=%lld raw_ns=%lld rate_ppt=%lld error_ns=%u steady=%u breaks=%llu residual_ns=%lld",
		      __entry->id, __entry->ifindex,
		      cl_show_device(__entry->state),
		      __entry->phc, __entry->err, __entry->phc_ns,
		      __entry->raw_ns, __entry->rate_ppt, __entry->error_ns,
		      __entry->steady, __entry->breaks, __entry->residual_ns));
/* clang-format on */

#endif /* _CL_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
