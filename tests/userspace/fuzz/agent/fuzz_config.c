// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon's file with arbitrary content (libFuzzer): either it is accepted,
 * and then complete, or the error names the file and the line.
 */
#include <string.h>

#include "../fuzz.h"
#include "agent/daemon/config.h"

/* Lines of good files; a mutant gets one more of them now and then. */
static const char *const lines[] = {
	"[node]\n",
	"[peer b]\n",
	"[peer c]\n",
	"id = 1\n",
	"id = 2\n",
	"id = 3\n",
	"cluster = demo\n",
	"leader = 2\n",
	"port = 20319\n",
	"phc = yes\n",
	"interval = 100ms\n",
	"asymmetry = auto\n",
	"wander = 1ppb\n",
	"tai-offset = 37\n",
	"address = 10.0.0.2\n",
	"address = [2001:db8::1]:5\n",
};

#define N_LINES (sizeof(lines) / sizeof(*lines))

static void check_config(const struct cl_config *c)
{
	const struct cl_nl_peer *p;

	CHECK(c->node.node && cl_nl_has(&c->node, INSTANCE_CLUSTER));
	for (size_t i = 0; i < c->n_peers; i++) {
		p = &c->peers[i].peer;
		CHECK(p->node && p->node != c->node.node);
		CHECK(cl_nl_has(p, PEER_ADDR4) || cl_nl_has(p, PEER_ADDR6));
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed)
{
	const char *line = lines[seed / 2 % N_LINES];
	size_t length = strlen(line);

	if (seed & 1 || size + length > max_size)
		return LLVMFuzzerMutate(data, size, max_size);
	memcpy(data + size, line, length);
	return size + length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cl_config c;
	int line;
	FILE *f;

	if (!size)
		return 0;
	f = fmemopen((void *)data, size, "r");
	CHECK(f);
	if (cl_config_read(&c, "x", f))
		CHECK(sscanf(c.error, "x:%d: ", &line) == 1 && line > 0);
	else
		check_config(&c);
	cl_config_free(&c);
	fclose(f);
	return 0;
}
