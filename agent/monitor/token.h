/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The word that clients have to know.
 */
#ifndef _CL_MONITOR_TOKEN_H
#define _CL_MONITOR_TOKEN_H

#include <stdbool.h>

#define CL_TOKEN_MIN 16
#define CL_TOKEN_MAX 128
#define CL_TOKEN_ERROR_SIZE 256

/**
 * struct cl_token - a token
 * @text: the token, "": everybody may ask
 */
struct cl_token {
	char text[CL_TOKEN_MAX + 1];
};

int cl_token_load(struct cl_token *t, const char *path,
		  char error[CL_TOKEN_ERROR_SIZE]);
bool cl_token_allows(const struct cl_token *t, const char *authorization);

#endif /* _CL_MONITOR_TOKEN_H */
