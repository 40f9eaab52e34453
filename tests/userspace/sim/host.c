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
	struct vt_rng reading;

	h->spec = &s->node[id];
	make_oscillator(&h->osc, s, &h->spec->osc, VT_STREAM_OSC, id);
	if (h->spec->phc.on)
		make_oscillator(&h->card.osc, s, &h->spec->phc.osc,
				VT_STREAM_PHC, id);
	vt_rng_init(&reading, s->seed, VT_STREAM_GUEST, id, 0);
	sim_card_init(&h->card, &h->spec->phc, &h->osc, reading);
	vt_rng_init(&h->noise, s->seed, VT_STREAM_NOISE, id, s->nodes);
}

/**
 * sim_host_free() - give its memory back
 * @h: node
 */
void sim_host_free(struct sim_host *h)
{
	vt_osc_free(&h->osc);
	vt_osc_free(&h->card.osc);
}

/**
 * sim_host_stamp() - stamp of a packet
 * @h: node
 * @wire_ps: when it passes the card, global ps
 * @seen_ps: when the kernel sees it, global ps
 *
 * Return: the card's if it has a clock, else the kernel's.
 */
struct cl_stamped sim_host_stamp(struct sim_host *h, s64 wire_ps, s64 seen_ps)
{
	if (!h->spec->phc.on)
		return cl_stamped_sw(sim_host_raw(h, seen_ps));
	return cl_stamped_hw(sim_card_stamp(&h->card, wire_ps));
}
