/* SPDX-License-Identifier: MIT */
/*
 * The contract of policies/policy.h, run over every policy that lies in policies/ (a new one is
 * found by itself): what its descriptor must say, that its answers make sense on generated events,
 * and that equal events get equal answers. What each policy is about has its own test below.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policies/policy.h"
#include "sim/base/rng.h"

#define NODES	   4
#define PROCESSORS 8
#define PAGES	   64
#define EVENTS	   20000

/* A machine that does what the policy says, in memory. */
struct world {
	const struct policy *policy;
	void *params, *global;
	uint8_t node_of[PROCESSORS];
	uint32_t distance[NODES * NODES];
	uint64_t free_frames[NODES];
	uint64_t now;
	struct {
		uint64_t copies;
		unsigned home;
		uint32_t misses[PROCESSORS], writes, migrations;
		void *state;
	} page[PAGES];
	uint64_t transcript; /* a hash of all answers */
};

static void *filled(size_t bytes)
{
	void *p = calloc(1, bytes ? bytes : 1);

	assert_non_null(p);
	return p;
}

static void world_init(struct world *w, const struct policy *policy)
{
	*w = (struct world){.policy = policy};
	w->params = filled(policy->params_bytes);
	w->global = filled(policy->global_bytes);
	if (policy->params)
		params_default(policy->params, w->params);
	for (unsigned i = 0; i < PROCESSORS; i++)
		w->node_of[i] = (uint8_t)(i * NODES / PROCESSORS);
	for (unsigned i = 0; i < NODES * NODES; i++)
		w->distance[i] = i / NODES == i % NODES ? 300 : 900;
	for (unsigned n = 0; n < NODES; n++)
		w->free_frames[n] = n == 3 ? 0 : 1000; /* one node is full */
	for (unsigned i = 0; i < PAGES; i++)
		w->page[i].state = filled(policy->page_bytes);
}

static void world_release(struct world *w)
{
	for (unsigned i = 0; i < PAGES; i++)
		free(w->page[i].state);
	free(w->params);
	free(w->global);
}

static struct policy_machine machine_of(const struct world *w)
{
	return (struct policy_machine){.nodes = NODES,
				       .processors = PROCESSORS,
				       .node_of = w->node_of,
				       .distance_ns = w->distance,
				       .free_frames = w->free_frames,
				       .now_ns = w->now};
}

static struct policy_page page_of(const struct world *w, unsigned i)
{
	return (struct policy_page){.number = i,
				    .home = w->page[i].home,
				    .copies = w->page[i].copies,
				    .misses = w->page[i].misses,
				    .writes = w->page[i].writes,
				    .migrations = w->page[i].migrations,
				    .state = w->page[i].state};
}

static void note(struct world *w, unsigned action, unsigned node)
{
	w->transcript = (w->transcript ^ (action << 8 | node)) * 0x100000001b3ull;
}

static unsigned place(struct world *w, unsigned i, unsigned processor)
{
	struct policy_machine machine = machine_of(w);
	struct policy_page page = page_of(w, i);
	unsigned node = w->policy->place(w->params, w->global, &machine, &page, processor);

	assert_true(node < NODES);
	note(w, 99, node);
	return node;
}

static enum policy_outcome perform(struct world *w, unsigned i, struct policy_decision d)
{
	uint64_t bit = 1ull << d.node;

	switch (d.action) {
	case POLICY_MIGRATE:
		if (w->page[i].home == d.node)
			return POLICY_REFUSED;
		if (!w->free_frames[d.node])
			return POLICY_NO_MEMORY;
		w->page[i].copies = bit;
		w->page[i].home = d.node;
		w->page[i].migrations++;
		return POLICY_DONE;
	case POLICY_REPLICATE:
		if (w->page[i].copies & bit)
			return POLICY_REFUSED;
		if (!w->free_frames[d.node])
			return POLICY_NO_MEMORY;
		w->page[i].copies |= bit;
		return POLICY_DONE;
	case POLICY_COLLAPSE:
		if (!(w->page[i].copies & bit))
			return POLICY_REFUSED;
		w->page[i].copies = bit;
		w->page[i].home = d.node;
		return POLICY_DONE;
	default:
		return POLICY_DONE;
	}
}

static void decided(struct world *w, unsigned i, struct policy_decision d)
{
	enum policy_outcome outcome;

	note(w, d.action, d.node);
	assert_true(d.action <= POLICY_FREEZE);
	if (d.action == POLICY_LEAVE)
		return;
	if (d.action != POLICY_FREEZE)
		assert_true(d.node < NODES);
	outcome = perform(w, i, d);
	if (w->policy->outcome) {
		struct policy_machine machine = machine_of(w);
		struct policy_page page = page_of(w, i);

		w->policy->outcome(w->params, w->global, &machine, &page, d, outcome);
	}
}

static void missed(struct world *w, unsigned i, unsigned processor, bool write)
{
	uint64_t trigger = w->policy->trigger ? w->policy->trigger(w->params) : 0;
	struct policy_machine machine = machine_of(w);
	struct policy_page page;

	w->page[i].misses[processor]++;
	w->page[i].writes += write;
	page = page_of(w, i);
	if (trigger && w->policy->hot && w->page[i].misses[processor] % trigger == 0)
		decided(w, i,
			w->policy->hot(w->params, w->global, &machine, &page, processor, write));
	if (write && (w->page[i].copies & (w->page[i].copies - 1)) && w->policy->replica_write) {
		struct policy_decision d =
			w->policy->replica_write(w->params, w->global, &machine, &page, processor);

		assert_true(d.action == POLICY_COLLAPSE || d.action == POLICY_MIGRATE);
		decided(w, i, d);
	}
}

static void interval(struct world *w)
{
	struct policy_machine machine = machine_of(w);

	if (w->policy->interval)
		w->policy->interval(w->params, w->global, &machine);
	for (unsigned i = 0; i < PAGES; i++) {
		memset(w->page[i].misses, 0, sizeof(w->page[i].misses));
		w->page[i].writes = w->page[i].migrations = 0;
	}
}

/* Generated events; returns the transcript. */
static uint64_t live(const struct policy *policy, uint64_t seed)
{
	struct world w;
	struct rng rng = {seed};
	uint64_t transcript;

	world_init(&w, policy);
	for (unsigned n = 0; n < EVENTS; n++) {
		unsigned i = rng_below(&rng, PAGES) * rng_below(&rng, PAGES) / PAGES;
		unsigned processor = (i + rng_below(&rng, 1 + i % PROCESSORS)) % PROCESSORS;

		if (!w.page[i].copies) {
			w.page[i].home = place(&w, i, processor);
			w.page[i].copies = 1ull << w.page[i].home;
		}
		missed(&w, i, processor, i % 3 == 0 && rng_below(&rng, 64) == 0);
		w.now += 1000;
		if (n % 5000 == 4999)
			interval(&w);
	}
	transcript = w.transcript;
	world_release(&w);
	return transcript;
}

static void a_policy_says_what_it_is(void **state)
{
	(void)state;
	assert_non_null(policies[0]);
	for (size_t i = 0; policies[i]; i++) {
		const struct policy *p = policies[i];

		assert_int_equal(p->version, POLICY_VERSION);
		assert_int_equal(p->size, sizeof(struct policy));
		assert_non_null(p->name);
		assert_true(p->help && p->help[0] && p->source && p->source[0]);
		assert_non_null(p->place);
		assert_true(p->trigger || !p->hot);
		assert_int_equal(p->params != NULL, p->params_bytes != 0);
		for (size_t j = 0; policies[j]; j++)
			assert_true(i == j || strcmp(policies[j]->name, p->name));
	}
}

static void a_policys_parameters_have_sound_rows(void **state)
{
	(void)state;
	for (size_t i = 0; policies[i]; i++) {
		void *object = filled(policies[i]->params_bytes);

		for (const struct param *r = policies[i]->params; r && r->key; r++) {
			struct error err = {.text = ""};
			char text[64];

			assert_true(r->offset + 8 <= policies[i]->params_bytes);
			assert_true(r->unit && r->help && r->source);
			params_default(policies[i]->params, object);
			param_text(r, object, text, sizeof(text));
			if (param_set(policies[i]->params, object, r->key, text, &err))
				fail_msg("%s: its default: %s", policies[i]->name, err.text);
			for (const struct param *q = policies[i]->params; q->key; q++)
				assert_true(q == r || strcmp(q->key, r->key));
		}
		free(object);
	}
}

static void a_policy_answers_only_what_makes_sense(void **state)
{
	(void)state;
	for (size_t i = 0; policies[i]; i++)
		for (uint64_t seed = 0; seed < 5; seed++)
			live(policies[i], seed);
}

static void a_policy_answers_the_same_to_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; policies[i]; i++)
		for (uint64_t seed = 0; seed < 3; seed++)
			assert_int_equal(live(policies[i], seed), live(policies[i], seed));
}

static const struct policy *named(const char *name)
{
	for (size_t i = 0; policies[i]; i++)
		if (!strcmp(policies[i]->name, name))
			return policies[i];
	fail_msg("no policy %s", name);
	return NULL;
}

static void round_robin_deals_pages_to_all_nodes(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, named("round_robin"));
	for (unsigned i = 0; i < PAGES; i++)
		assert_int_equal(place(&w, i, 5), i % NODES);
	world_release(&w);
}

static void first_touch_takes_the_node_of_the_toucher(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, named("first_touch"));
	for (unsigned i = 0; i < PROCESSORS; i++)
		assert_int_equal(place(&w, i, i), w.node_of[i]);
	world_release(&w);
}

/* One hot event: processor 2 (node 1) reached the trigger. */
struct case_of_tree {
	const char *what;
	unsigned home, others_misses, writes, migrations, free_frames;
	enum policy_action action, migrate_only, replicate_only;
};

static void assert_answer(const struct case_of_tree *c, const char *name, enum policy_action wanted)
{
	struct world w;
	struct policy_machine machine;
	struct policy_page page;
	struct policy_decision d;

	world_init(&w, named(name));
	w.page[0].home = c->home;
	w.page[0].copies = 1ull << c->home;
	w.page[0].misses[2] = 128;
	w.page[0].misses[7] = c->others_misses;
	w.page[0].writes = c->writes;
	w.page[0].migrations = c->migrations;
	w.free_frames[1] = c->free_frames;
	machine = machine_of(&w);
	page = page_of(&w, 0);
	d = w.policy->hot(w.params, w.global, &machine, &page, 2, false);
	if (d.action != wanted)
		fail_msg("%s, %s: action %d", name, c->what, (int)d.action);
	if (d.action != POLICY_LEAVE)
		assert_int_equal(d.node, 1);
	world_release(&w);
}

/* Trigger 128, sharing 32, write 1, migrate 1. */
static void disco_and_its_halves_follow_the_decision_tree(void **state)
{
	static const struct case_of_tree cases[] = {
		{"here already", 1, 0, 0, 0, 1000, POLICY_LEAVE, POLICY_LEAVE, POLICY_LEAVE},
		{"one user", 0, 0, 50, 0, 1000, POLICY_MIGRATE, POLICY_MIGRATE, POLICY_LEAVE},
		{"others miss as much as allowed", 0, 32, 50, 0, 1000, POLICY_MIGRATE,
		 POLICY_MIGRATE, POLICY_LEAVE},
		{"one user, moved before", 0, 0, 0, 1, 1000, POLICY_LEAVE, POLICY_LEAVE,
		 POLICY_LEAVE},
		{"shared, only read", 0, 33, 0, 0, 1000, POLICY_REPLICATE, POLICY_LEAVE,
		 POLICY_REPLICATE},
		{"shared, written once", 0, 33, 1, 0, 1000, POLICY_REPLICATE, POLICY_LEAVE,
		 POLICY_REPLICATE},
		{"shared, written", 0, 33, 2, 0, 1000, POLICY_LEAVE, POLICY_LEAVE, POLICY_LEAVE},
		{"shared, memory short", 0, 33, 0, 0, 64, POLICY_LEAVE, POLICY_LEAVE, POLICY_LEAVE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct case_of_tree *c = &cases[i];

		assert_answer(c, "disco", c->action);
		assert_answer(c, "migrate_only", c->migrate_only);
		assert_answer(c, "replicate_only", c->replicate_only);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_says_what_it_is),
		cmocka_unit_test(a_policys_parameters_have_sound_rows),
		cmocka_unit_test(a_policy_answers_only_what_makes_sense),
		cmocka_unit_test(a_policy_answers_the_same_to_the_same),
		cmocka_unit_test(round_robin_deals_pages_to_all_nodes),
		cmocka_unit_test(first_touch_takes_the_node_of_the_toucher),
		cmocka_unit_test(disco_and_its_halves_follow_the_decision_tree),
	};

	return cmocka_run_group_tests_name("policies", tests, NULL, NULL);
}
