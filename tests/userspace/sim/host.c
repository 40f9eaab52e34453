// SPDX-License-Identifier: GPL-2.0-or-later
#include "host.h"

#include "options.h"

/* Oscillators go on behind the end, as those of the lab do. */
#define OSC_MARGIN_S 100

static void make_oscillator(struct vt_osc *o, const struct vt_scenario *s,
			    const struct vt_osc_model *model,
			    enum vt_stream stream, unsigned int id)
{
	struct vt_rng rng;

	vt_rng_init(&rng, s->seed, stream, id, 0);
	if (vt_osc_init(o, model, rng,
			s->duration / VT_PS_PER_SEC + OSC_MARGIN_S))
		sim_die("node %u: no memory for its oscillator, or too far off",
			id);
}

/**
 * sim_host_init() - make a node
 * @h: to be filled
 * @s: scenario; must live as long
 * @id: number of the node
 *
 * It has the oscillators that it has in the lab.
 */
void sim_host_init(struct sim_host *h, const struct vt_scenario *s,
		   unsigned int id)
{
	h->spec = &s->node[id];
	make_oscillator(&h->osc, s, &h->spec->osc, VT_STREAM_OSC, id);
	if (h->spec->phc.on)
		make_oscillator(&h->phc, s, &h->spec->phc.osc, VT_STREAM_PHC,
				id);
	vt_rng_init(&h->noise, s->seed, VT_STREAM_NOISE, id, s->nodes);
}

/**
 * sim_host_free() - give its memory back
 * @h: node
 */
void sim_host_free(struct sim_host *h)
{
	vt_osc_free(&h->osc);
	vt_osc_free(&h->phc);
}

/**
 * sim_host_stamp() - stamp of a packet
 * @h: node
 * @wire_ps: when it passes the card, global ps
 * @seen_ps: when the kernel sees it, global ps
 *
 * The card's stamp is converted to raw time without error but for its
 * granularity; errors of readings of the card's clock are not modelled.
 *
 * Return: the card's if it has a clock, else the kernel's.
 */
struct cl_stamped sim_host_stamp(const struct sim_host *h, s64 wire_ps,
				 s64 seen_ps)
{
	s64 grain = h->spec->phc.granularity_ns;
	s64 lost;

	if (!h->spec->phc.on)
		return cl_stamped_sw(sim_host_raw(h, seen_ps));
	lost = vt_osc_local_ns(&h->phc, wire_ps) % grain;
	return cl_stamped_hw(cl_raw_add(sim_host_raw(h, wire_ps), -lost));
}
