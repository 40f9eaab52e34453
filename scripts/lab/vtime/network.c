// SPDX-License-Identifier: GPL-2.0-or-later
#include "network.h"

#include <stdio.h>
#include <string.h>

#include "value.h"

enum verb {
	VERB_LINK,
	VERB_PATH,
	VERB_CUT,
	VERB_HEAL,
	VERBS,
};

/**
 * struct change - a line that was read
 * @verb: what to do
 * @a: first and last node on one side
 * @b: first and last node on the other side
 * @word: KEY=VALUE words
 * @words: how many
 */
struct change {
	enum verb verb;
	unsigned int a[2];
	unsigned int b[2];
	char *const *word;
	unsigned int words;
};

static bool has_keys(enum verb v)
{
	return v == VERB_LINK || v == VERB_PATH;
}

/* All of a line but its keys. */
static const char *read_line(const struct vt_scenario *s, struct vt_keys *k,
			     char *const word[], unsigned int words,
			     struct change *c)
{
	static const char *const verbs[VERBS] = {
		[VERB_LINK] = "link",
		[VERB_PATH] = "path",
		[VERB_CUT] = "cut",
		[VERB_HEAL] = "heal",
	};
	const char *bad;
	bool keys;

	*c = (struct change){};
	while (strcmp(verbs[c->verb], word[0]))
		c->verb++;
	keys = words > 3;
	if (words < 3 || has_keys(c->verb) != keys) {
		snprintf(k->text, sizeof(k->text), "%s NODES NODES%s expected",
			 word[0], has_keys(c->verb) ? " KEY=VALUE..." : "");
		return k->text;
	}
	c->word = word + 3;
	c->words = words - 3;
	bad = vt_value_nodes(word[1], s->nodes, &c->a[0], &c->a[1]);
	if (bad)
		return vt_keys_complain(k, word[1], bad);
	bad = vt_value_nodes(word[2], s->nodes, &c->b[0], &c->b[1]);
	if (bad)
		return vt_keys_complain(k, word[2], bad);
	if (c->a[0] == c->a[1] && c->b[0] == c->b[1] && c->a[0] == c->b[0])
		return "a node has no path to itself";
	return NULL;
}

/**
 * vt_network_check() - look for errors in a line
 * @s: the scenario, with its number of nodes
 * @k: what words are read with; its traces get the files of the line
 * @word: the line, which starts with link, path, cut or heal
 * @words: how many words it has
 *
 * Return: NULL, and vt_network_do() will succeed; else what is wrong.
 */
const char *vt_network_check(const struct vt_scenario *s, struct vt_keys *k,
			     char *const word[], unsigned int words)
{
	struct vt_path scratch = {};
	const char *bad;
	struct change c;

	bad = read_line(s, k, word, words, &c);
	k->asym = c.verb == VERB_LINK;
	for (unsigned int i = 0; !bad && i < c.words; i++)
		bad = vt_keys_path(k, c.word[i], &scratch);
	return bad;
}

static void change_path(struct vt_keys *k, const struct change *c,
			struct vt_path *p, bool back)
{
	k->asym = c->verb == VERB_LINK;
	k->back = back;
	if (has_keys(c->verb))
		for (unsigned int i = 0; i < c->words; i++)
			vt_keys_path(k, c->word[i], p);
	else
		p->cut = c->verb == VERB_CUT;
}

static bool within(unsigned int x, const unsigned int range[2])
{
	return x >= range[0] && x <= range[1];
}

/* Of a pair that is met twice, as in "link * *", the lower node is the first. */
static bool is_second(const struct change *c, unsigned int a, unsigned int b)
{
	return a > b && c->verb != VERB_PATH && within(b, c->a) &&
	       within(a, c->b);
}

/**
 * vt_network_do() - change paths as a line says
 * @s: the scenario
 * @k: what words are read with
 * @word: the line; vt_network_check() found nothing wrong
 * @words: how many words it has
 */
void vt_network_do(struct vt_scenario *s, struct vt_keys *k, char *const word[],
		   unsigned int words)
{
	struct change c;

	if (read_line(s, k, word, words, &c))
		return;
	for (unsigned int a = c.a[0]; a <= c.a[1]; a++) {
		for (unsigned int b = c.b[0]; b <= c.b[1]; b++) {
			if (a == b || is_second(&c, a, b))
				continue;
			change_path(k, &c, vt_scenario_path(s, a, b), false);
			if (c.verb != VERB_PATH)
				change_path(k, &c, vt_scenario_path(s, b, a),
					    true);
		}
	}
}
