/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of a scenario that change paths: link, path, cut, heal.
 */
#ifndef _VT_NETWORK_H
#define _VT_NETWORK_H

#include "keys.h"

const char *vt_network_check(const struct vt_scenario *s, struct vt_keys *k,
			     char *const word[], unsigned int words);
void vt_network_do(struct vt_scenario *s, struct vt_keys *k, char *const word[],
		   unsigned int words);

#endif /* _VT_NETWORK_H */
