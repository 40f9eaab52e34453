/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints clocklink:clocklink_sample, clocklink_steer, clocklink_state.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM clocklink

#if !defined(_CL_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _CL_TRACE_H

#include <linux/tracepoint.h>

#include "core/session.h"
#include "instance.h"

/* clang-format off */
TRACE_EVENT(clocklink_sample,
	    TP_PROTO(const struct cl_instance *inst, u32 peer,
		     const struct cl_exchange *x),
	    TP_ARGS(inst, peer, x),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(u32, peer)
			     __field(u32, seq)
			     __field(s64, out_tx)
			     __field(s64, out_rx)
			     __field(s64, in_tx)
			     __field(s64, in_rx)),
	    TP_fast_assign(__entry->id = inst->page->id;
			   __entry->peer = peer;
			   __entry->seq = x->seq;
			   __entry->out_tx = x->out_tx.ns;
			   __entry->out_rx = x->out_rx.ns;
			   __entry->in_tx = x->in_tx.ns;
			   __entry->in_rx = x->in_rx.ns;),
	    TP_printk("id=%u peer=%u seq=%u out_tx=%lld out_rx=%lld in_tx=%lld in_rx=%lld",
		      __entry->id, __entry->peer, __entry->seq,
		      __entry->out_tx, __entry->out_rx, __entry->in_tx,
		      __entry->in_rx));

TRACE_EVENT(clocklink_steer,
	    TP_PROTO(const struct cl_instance *inst,
		     const struct cl_change *c),
	    TP_ARGS(inst, c),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(u32, parent)
			     __field(u32, term)
			     __field(u32, round)
			     __field(int, done)
			     __field(s64, error_ns)
			     __field(u64, left_ns)
			     __field(u64, bound_ns)
			     __field(s64, rate_q48)),
	    TP_fast_assign(__entry->id = inst->page->id;
			   __entry->parent = inst->steering.basis.parent;
			   __entry->term = inst->steering.basis.term;
			   __entry->round = inst->steering.basis.round;
			   __entry->done = c->done;
			   __entry->error_ns = c->steer.error_ns;
			   __entry->left_ns = c->steer.left_ns;
			   __entry->bound_ns = c->bound.bound_ns;
			   __entry->rate_q48 = c->target->rate_q48;),
	    TP_printk("id=%u parent=%u term=%u round=%u %s error_ns=%lld left_ns=%llu bound_ns=%llu rate_q48=%lld",
		      __entry->id, __entry->parent, __entry->term,
		      __entry->round,
		      __print_symbolic(__entry->done,
				       { CL_STEER_STEPPED, "stepped" },
				       { CL_STEER_SLEWED, "slewed" },
				       { CL_STEER_LIMITED, "limited" }),
		      __entry->error_ns, __entry->left_ns,
		      __entry->bound_ns, __entry->rate_q48));

#define cl_show_state(state)						\
	__print_symbolic(state,						\
			 { CLOCKLINK_STATE_UNSYNCED, "unsynced" },	\
			 { CLOCKLINK_STATE_JOINING, "joining" },	\
			 { CLOCKLINK_STATE_SYNCED, "synced" },		\
			 { CLOCKLINK_STATE_UNVERIFIED, "unverified" },	\
			 { CLOCKLINK_STATE_HOLDOVER, "holdover" },	\
			 { CLOCKLINK_STATE_VOID, "void" },		\
			 { CLOCKLINK_STATE_GONE, "gone" })

TRACE_EVENT(clocklink_state,
	    TP_PROTO(const struct cl_instance *inst, u32 from, u32 to),
	    TP_ARGS(inst, from, to),
	    TP_STRUCT__entry(__field(u32, id)
			     __field(u32, from)
			     __field(u32, to)),
	    TP_fast_assign(__entry->id = inst->page->id;
			   __entry->from = from;
			   __entry->to = to;),
	    TP_printk("id=%u %s -> %s", __entry->id,
		      cl_show_state(__entry->from),
		      cl_show_state(__entry->to)));
/* clang-format on */

#endif /* _CL_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
