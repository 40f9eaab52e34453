// SPDX-License-Identifier: GPL-2.0-or-later
#include "seed.h"

#include <errno.h>

#define OTHER_NODE "instance %u is node %u of cluster %u: delete it first"
#define NOT_MANAGED "instance %u is not managed by a cluster: delete it first"

/* Half a seed would be taken for settings next time: take it back. */
static void undo(struct cl_io *io)
{
	if (io->engine->ops->del_instance(io->engine))
		cl_io_log(io, CL_IO_ERR, "cannot delete the instance again: %s",
			  io->engine->error);
}

static int seed_peers(struct cl_io *io, const struct cl_config *c)
{
	const struct cl_config_peer *p;
	int err;

	for (size_t i = 0; i < c->n_peers; i++) {
		p = &c->peers[i];
		err = io->engine->ops->add_peer(io->engine, &p->peer);
		if (err) {
			cl_io_log(io, CL_IO_ERR, "cannot add peer '%s': %s",
				  p->name, io->engine->error);
			return err;
		}
	}
	return 0;
}

static int seed_devices(struct cl_io *io, const struct cl_config *c)
{
	const struct cl_config_device *d;
	struct cl_nl_device device;
	int err;

	for (d = c->devices; d < c->devices + c->n_devices; d++) {
		device = d->device;
		device.have |= CL_NL_BIT(DEVICE_IFINDEX);
		device.ifindex = if_nametoindex(d->name);
		if (!device.ifindex) {
			cl_io_log(io, CL_IO_ERR,
				  "there is no network device '%s'", d->name);
			return -ENODEV;
		}
		err = io->engine->ops->set_device(io->engine, &device);
		if (err) {
			cl_io_log(io, CL_IO_ERR, "cannot set device '%s': %s",
				  d->name, io->engine->error);
			return err;
		}
	}
	return 0;
}

/* Is an instance that exists the one that the cluster of the file may manage? */
static int check_managed(struct cl_io *io, const struct cl_config *c,
			 const struct cl_nl_instance *inst)
{
	if (!c || !c->cluster.line)
		return 0;
	if (inst->node != c->node.node || inst->cluster != c->node.cluster) {
		cl_io_log(io, CL_IO_ERR, OTHER_NODE, inst->id, inst->node,
			  inst->cluster);
		return -EEXIST;
	}
	if (!inst->managed) {
		cl_io_log(io, CL_IO_ERR, NOT_MANAGED, inst->id);
		return -EEXIST;
	}
	return 0;
}

/**
 * cl_seed() - create the instance if there is none
 * @io: the world
 * @c: configuration; NULL if there is no file
 *
 * An instance that exists keeps its settings, whatever the file says; but one of
 * another node or cluster, or one that is not managed, is none for a cluster.
 *
 * Return: 0: there is an instance; -errno, then nothing was changed and the
 * reason is logged.
 */
int cl_seed(struct cl_io *io, const struct cl_config *c)
{
	struct cl_nl_instance inst = { 0 };
	int err;

	err = io->engine->ops->get_instance(io->engine, &inst);
	if (!err) {
		cl_io_log(io, CL_IO_NOTICE,
			  "instance %u exists, its settings are obeyed%s",
			  inst.id, c ? ", not those of the file" : "");
		return check_managed(io, c, &inst);
	}
	if (err != -ENODEV) {
		cl_io_log(io, CL_IO_ERR, "cannot read the instance: %s",
			  io->engine->error);
		return err;
	}
	if (!c) {
		cl_io_log(io, CL_IO_ERR, "no instance and no file to make one");
		return err;
	}
	err = io->engine->ops->add_instance(io->engine, &c->node, &inst);
	if (err) {
		cl_io_log(io, CL_IO_ERR, "cannot create the instance: %s",
			  io->engine->error);
		return err;
	}
	/* Before there are peers: what they are measured by must not change. */
	err = seed_devices(io, c);
	if (!err)
		err = seed_peers(io, c);
	if (err) {
		undo(io);
		return err;
	}
	cl_io_log(io, CL_IO_NOTICE,
		  "created instance %u: node %u, leader %u, peers: %zu",
		  inst.id, inst.node, inst.leader, c->n_peers);
	return 0;
}
