/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world for the agent core in virtual time: it notes what is asked of the
 * engine and fails on demand.
 */
#ifndef _CL_TEST_FAKEIO_H
#define _CL_TEST_FAKEIO_H

#include "agent/core/io.h"

#define FAKE_UTC 1700000000000000000LL
#define FAKE_TAI_OFFSET 37
#define FAKE_PEERS 64

/**
 * struct fakeio - the world
 * @io: as the core sees it
 * @engine: as the core sees it
 * @now: virtual time, ns
 * @tick: what it moves on when it is asked for, ns
 * @inst: instance of the engine
 * @clock: clock of the engine
 * @fail: returned by the calls that change something
 * @fail_get: returned by @get_instance
 * @fail_device: returned by @set_device
 * @fail_peer: number of the peer that cannot be added, counted from 1
 * @steer: last steering command
 * @steers: steering commands, those that failed too
 * @ask: last order to start a round
 * @asks: orders to start a round
 * @asked_at: when the last one came
 * @tell: last order to send an update
 * @tells: orders to send an update
 * @told_at: when the last one came
 * @adds: instances added
 * @dels: instances deleted
 * @set: last settings of the instance that were to be changed
 * @sets: times that they were, those that failed too
 * @peers: peers added, those that failed too
 * @peer_set: last settings of a peer that were to be changed
 * @peer_sets: times that they were, those that failed too
 * @peer_del: last peer deleted
 * @peer_dels: peers deleted, those that failed too
 * @device: last device set
 * @devices: devices set, those that failed too
 * @mk: last temperature set
 * @temperatures: temperatures set, those that failed too
 * @rng: state of the random numbers
 * @peer: peers of the engine, the first @inst.peers of them
 * @deaf: those that answer no probe
 * @probed: probes of each
 * @probes: probes of all
 * @update_asks: updates asked for again
 * @update_asked: node that was asked last
 * @lists: lists of peers
 * @lines: lines logged
 * @line: last line logged
 * @values: of the last line, " NAME=value" each
 * @events: lines about each kind of event
 */
struct fakeio {
	struct cl_io io;
	struct cl_engine engine;
	s64 now;
	s64 tick;
	struct cl_nl_instance inst;
	struct cl_nl_clock clock;
	int fail;
	int fail_get;
	int fail_device;
	int fail_peer;
	struct cl_nl_steer steer;
	int steers;
	struct cl_nl_round ask;
	int asks;
	s64 asked_at;
	struct cl_nl_round tell;
	int tells;
	s64 told_at;
	int adds;
	int dels;
	struct cl_nl_instance set;
	int sets;
	int peers;
	struct cl_nl_peer peer_set;
	int peer_sets;
	u32 peer_del;
	int peer_dels;
	struct cl_nl_device device;
	int devices;
	s32 mk;
	int temperatures;
	u64 rng;
	struct cl_nl_peer peer[FAKE_PEERS];
	bool deaf[FAKE_PEERS];
	int probed[FAKE_PEERS];
	int probes;
	int update_asks;
	u32 update_asked;
	int lists;
	int lines;
	char line[512];
	char values[256];
	int events[__CL_EVENTS];
};

void fakeio_init(struct fakeio *f);

#endif /* _CL_TEST_FAKEIO_H */
