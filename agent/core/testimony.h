/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What nodes tell each other of nodes, besides what is in the log: as structs and as
 * frames.  Big-endian, no gaps, in the order of the structs.
 */
#ifndef _CL_CORE_TESTIMONY_H
#define _CL_CORE_TESTIMONY_H

#include "entry.h"

/* Types of frames, after those of cluster.h. */
enum cl_testimony_frame {
	CL_TESTIMONY_NO_CONFIDENCE = 22, /* any member to all voters */
	CL_TESTIMONY_ACCUSE, /* a voter to the leader */
	CL_TESTIMONY_REPORT, /* the same */
	CL_TESTIMONY_FRAMES,
};

#define CL_TESTIMONY_MAX 36 /* bytes of the longest */

/**
 * struct cl_testimony - one of them
 * @type: enum cl_testimony_frame; tells which member counts
 * @term: NO_CONFIDENCE: leader of that term is not believed
 * @node: ACCUSE, REPORT: the node that is spoken of
 * @accusation: ACCUSE; its accuser is the sender, which is not in the frame
 * @report: REPORT; its voter is the sender, which is not in the frame
 */
struct cl_testimony {
	u8 type;
	u32 term;
	u32 node;
	struct cl_accusation accusation;
	struct cl_report report;
};

size_t cl_testimony_encode(const struct cl_testimony *t, u8 *buf);
int cl_testimony_decode(struct cl_testimony *t, u32 from, u8 type,
			const u8 *data, size_t len);

#endif /* _CL_CORE_TESTIMONY_H */
