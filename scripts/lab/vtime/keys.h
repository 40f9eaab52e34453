/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The KEY=VALUE words of a scenario.
 */
#ifndef _VT_KEYS_H
#define _VT_KEYS_H

#include "scenario.h"

/* Where names of clocks, programs and files stand on a command line. */
#define VT_NAME_CHARS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

/**
 * struct vt_keys - what the words of a line are read with
 * @traces: files that were read
 * @seed: of what is drawn here
 * @node: the node that the words are about, if they are about one
 * @back: the path is the way back of a link
 * @asym: the line may say how a link's directions differ
 * @why: what a value's own reader complained about
 * @text: the whole complaint
 */
struct vt_keys {
	struct vt_traces *traces;
	u64 seed;
	unsigned int node;
	bool back;
	bool asym;
	char why[256];
	char text[512];
};

const char *vt_keys_complain(struct vt_keys *k, const char *word,
			     const char *what);
const char *vt_keys_node(struct vt_keys *k, const char *word,
			 struct vt_node_spec *node);
const char *vt_keys_phc(struct vt_keys *k, const char *word,
			struct vt_phc *phc);
const char *vt_keys_path(struct vt_keys *k, const char *word,
			 struct vt_path *path);

#endif /* _VT_KEYS_H */
