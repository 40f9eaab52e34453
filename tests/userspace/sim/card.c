// SPDX-License-Identifier: GPL-2.0-or-later
#include "card.h"

#include <math.h>

/* As agent/daemon/hwstamp.c at the default interval, and agent/daemon/phcread.c. */
#define READ_PS (50 * VT_PS_PER_SEC / 1000)
#define READINGS 10

/* The card's counter at an instant. */
static s64 counter(const struct sim_card *c, s64 at_ps)
{
	s64 ns = vt_osc_local_ns(&c->osc, at_ps);

	return ns - ns % c->spec->granularity_ns;
}

/*
 * The mean of some readings: the card's clock is latched at any time of each, and what
 * is taken for that instant is the middle, as in the lab.
 */
static void read_clock(struct sim_card *c)
{
	const struct vt_delay *read = &c->spec->read;
	s64 width = read->base_ps + (s64)read->scale_ps;
	s64 first = counter(c, c->next);
	struct cl_line line;
	s64 late, sum = 0;

	for (int i = 0; i < READINGS; i++) {
		late = (s64)(vt_rng_uniform(&c->noise) * (double)width);
		sum += counter(c, c->next + late) - first;
	}
	cl_linefit_add(&c->fit, first + sum / READINGS,
		       vt_osc_local_ns(c->host, c->next + width / 2));
	c->next += READ_PS;
	if (cl_linefit_get(&c->fit, &line))
		return;
	c->line[1] = c->lines ? c->line[0] : line;
	c->line[0] = line;
	c->lines++;
}

/**
 * sim_card_init() - make the card of a node
 * @c: to be filled, but for the oscillator, which the caller makes
 * @spec: as the scenario describes it; must live as long
 * @host: oscillator of the node's raw clock; must live as long
 * @noise: stream of the errors of readings
 */
void sim_card_init(struct sim_card *c, const struct vt_phc *spec,
		   const struct vt_osc *host, struct vt_rng noise)
{
	c->spec = spec;
	c->host = host;
	c->noise = noise;
	cl_linefit_init(&c->fit);
	c->next = 0;
	c->lines = 0;
}

/**
 * sim_card_stamp() - raw time of the card's stamp of a packet
 * @c: card
 * @at_ps: when the packet passes it, global ps; less than READ_PS before the
 *	latest of all calls
 *
 * Return: what the last line before makes of it; the truth before there is one.
 */
struct cl_raw sim_card_stamp(struct sim_card *c, s64 at_ps)
{
	s64 stamp = counter(c, at_ps);
	const struct cl_line *l = &c->line[0];
	s64 d;

	while (c->next <= at_ps)
		read_clock(c);
	if (!c->lines)
		return cl_raw(vt_osc_local_ns(c->host, at_ps));
	if (stamp < l->x)
		l = &c->line[1];
	d = stamp - l->x;
	return cl_raw(l->y + d + llround((double)d * l->rate));
}
