// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/core/raft_conf.h"
#include "cluster.h"

static bool is_lost(const struct cs_cluster *c, u32 id)
{
	return c->slot[id].node && c->slot[id].node->lost;
}

/* Make of a member what is wanted, if it is not that. */
static bool adjust(struct cl_raft_conf *conf, u32 id, enum cs_wish wish)
{
	bool votes = cl_raft_conf_votes(conf, id);
	bool learns = cl_raft_conf_learns(conf, id);

	if (votes ? wish == CS_VOTER : learns ? wish == CS_LEARNER : !wish)
		return false;
	if (!learns && wish != CS_GONE &&
	    conf->learners == CL_RAFT_LEARNERS_MAX)
		return false;
	if (votes)
		cl_raft_conf_take_out(conf->voter, &conf->voters, id);
	if (learns)
		cl_raft_conf_take_out(conf->learner, &conf->learners, id);
	/* Who comes learns first. */
	if (wish == CS_VOTER && learns)
		cl_raft_conf_insert(conf->voter, &conf->voters, id);
	else if (wish != CS_GONE)
		cl_raft_conf_insert(conf->learner, &conf->learners, id);
	return true;
}

/* There is room for a voter more; the last one stays. */
static bool may(const struct cl_raft_conf *conf, u32 id, enum cs_wish wish)
{
	if (cl_raft_conf_votes(conf, id))
		return conf->voters > 1;
	return wish != CS_VOTER || !cl_raft_conf_learns(conf, id) ||
	       conf->voters < CL_RAFT_VOTERS_MAX;
}

/* The next change towards what is wanted: lost ones go, others come, others go. */
static u32 next_change(const struct cs_cluster *c, struct cl_raft_conf *conf)
{
	const struct cs_slot *s = c->slot;

	for (u32 id = 1; id < c->ids; id++)
		if (is_lost(c, id) && adjust(conf, id, CS_GONE))
			return id;
	for (u32 id = 1; id < c->ids; id++)
		if (s[id].wish != CS_GONE && !cl_raft_conf_votes(conf, id) &&
		    may(conf, id, s[id].wish) && adjust(conf, id, s[id].wish))
			return id;
	for (u32 id = 1; id < c->ids; id++)
		if (may(conf, id, s[id].wish) && adjust(conf, id, s[id].wish))
			return id;
	return 0;
}

/**
 * cs_operator_step() - ask for the next change of the members
 * @c: run
 */
void cs_operator_step(struct cs_cluster *c)
{
	struct cs_node *leader = cs_cluster_leader(c);
	struct cl_raft_conf conf;
	u32 id;
	int err;

	if (!leader)
		return;
	conf = *cl_raft_conf(leader->raft);
	id = next_change(c, &conf);
	if (!id)
		return;
	err = cs_node_change(leader, &conf);
	cs_trace(&c->world, "operator: node %u changes node %u: %d", leader->id,
		 id, err);
}

/**
 * cs_operator_done() - are the members as wanted?
 * @c: run
 * @leader: whose members count
 *
 * Return: yes.
 */
bool cs_operator_done(const struct cs_cluster *c, const struct cs_node *leader)
{
	struct cl_raft_conf conf = *cl_raft_conf(leader->raft);

	return !next_change(c, &conf);
}

static u32 alive_without(const struct cs_cluster *c,
			 const struct cl_raft_conf *conf, u32 victim)
{
	u32 alive = 0;

	for (u32 i = 0; i < conf->voters; i++)
		alive += conf->voter[i] != victim &&
			 !is_lost(c, conf->voter[i]);
	return alive;
}

static bool names_lost(const struct cs_cluster *c,
		       const struct cl_raft_conf *conf)
{
	for (u32 id = 1; id < c->ids; id++)
		if (is_lost(c, id) && cl_raft_conf_has(conf, id))
			return true;
	return false;
}

/**
 * cs_operator_spares() - may the disk of a node be lost for good?
 * @c: run
 * @id: of the node
 *
 * More lost disks than a minority of the voters would be the end of any cluster.  So
 * one is lost at a time, when all others run and know no members among which the
 * one before still is.
 *
 * Return: yes.
 */
bool cs_operator_spares(const struct cs_cluster *c, u32 id)
{
	for (u32 i = 1; i < c->ids; i++) {
		const struct cs_node *n = c->slot[i].node;
		const struct cl_raft_conf *conf;

		if (n->lost)
			continue;
		if (!cs_node_awake(n))
			return false;
		conf = cl_raft_conf(n->raft);
		if (!conf->voters)
			continue;
		if (conf->voters < 3 || names_lost(c, conf) ||
		    2 * alive_without(c, conf, id) <= conf->voters)
			return false;
	}
	return true;
}
