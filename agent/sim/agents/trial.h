/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is done to a cluster, and what is measured of it.
 */
#ifndef _CS_TRIAL_H
#define _CS_TRIAL_H

#include "town.h"

/* The order of their names in trial.c. */
enum cs_trial_kind {
	CS_TRIAL_CALM, /* nothing */
	CS_TRIAL_NAMED, /* nothing, and no cluster: node 1 leads by the settings */
	CS_TRIAL_JOIN, /* nodes join and leave, each other second one */
	CS_TRIAL_ATTACK, /* some lie */
	CS_TRIAL_FAILOVER, /* the leader fails, again and again */
	CS_TRIAL_MINORITY, /* less than half is cut off, and comes back */
	CS_TRIAL_RESTART, /* all daemons are started again */
	CS_TRIAL_FAULTS, /* what cs_schedule_draw() gives */
	CS_TRIALS
};

enum cs_network { CS_LAN, CS_WAN, CS_WAN_GAMMA, CS_LAN_NOISE, CS_NETWORKS };

enum cs_failure { CS_FAIL_CRASH, CS_FAIL_CUT, CS_FAIL_PAUSE, CS_FAILURES };

/**
 * struct cs_trial - a trial
 * @plan: of the cluster
 * @kind: what is done
 * @network: between the nodes
 * @time_ns: how long
 * @lie: of liars
 * @size_ns: of their lies
 * @liars: how many
 * @leader_lies: the leader is one of them
 * @failure: of failovers
 * @cost: what the run has taken is printed as well, which no run repeats
 */
struct cs_trial {
	struct cs_plan plan;
	enum cs_trial_kind kind;
	enum cs_network network;
	s64 time_ns;
	enum cs_lie lie;
	s64 size_ns;
	u32 liars;
	bool leader_lies;
	enum cs_failure failure;
	bool cost;
};

int cs_trial_find(const char *name);
int cs_network_find(const char *name);
int cs_failure_find(const char *name);
bool cs_trial_run(const struct cs_trial *trial);

#endif /* _CS_TRIAL_H */
