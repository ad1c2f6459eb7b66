/* SPDX-License-Identifier: MIT */
/*
 * From counters to results. The machine's numbers are its own and the sums of its processors'
 * counters (not of the time categories, whose sum over processors is no time of the run).
 */
#include "sim/replay/report.h"

#include "sim/replay/machine.h"

const struct counter_row replay_machine_rows[] = {
	MACHINE_COUNTERS(COUNTER_ROW) PROCESSOR_COUNTERS(COUNTER_ROW) COUNTER_END};
const struct counter_row replay_processor_rows[] = {TIME_CATEGORIES(COUNTER_ROW) PROCESSOR_COUNTERS(
	COUNTER_ROW) PLACE_COUNTERS(COUNTER_ROW) COUNTER_END};
const struct counter_row replay_node_rows[] = {MEMORY_COUNTERS(COUNTER_ROW)
						       NODE_COUNTERS(COUNTER_ROW) COUNTER_END};

static void put(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

static json_t *machine_numbers(const struct machine *m)
{
	json_t *object = json_object();
	struct processor_counters sum = {0};

	for (unsigned i = 0; i < m->processors; i++) {
#define X(name, unit, help) sum.name += m->processor[i].count.name;
		PROCESSOR_COUNTERS(X)
#undef X
	}
#define X(name, unit, help) put(object, #name, m->count.name);
	MACHINE_COUNTERS(X)
#undef X
#define X(name, unit, help) put(object, #name, sum.name);
	PROCESSOR_COUNTERS(X)
#undef X
	return object;
}

/* A counter struct is an array of uint64_t in the order of its rows. */
static json_t *arrays(const struct counter_row *rows, const uint64_t *first, size_t stride,
		      unsigned n)
{
	json_t *object = json_object();

	for (size_t r = 0; rows[r].name; r++) {
		json_t *values = json_array();

		for (unsigned i = 0; i < n; i++) {
			const uint64_t *counters =
				(const uint64_t *)((const char *)first + i * stride);

			json_array_append_new(values, json_integer((json_int_t)counters[r]));
		}
		json_object_set_new(object, rows[r].name, values);
	}
	return object;
}

static json_t *node_numbers(struct machine *m)
{
	struct {
		struct memory_counters memory;
		struct node_counters own;
	} node[MAX_NODES] = {0};

	for (unsigned n = 0; n < m->nodes; n++)
		node[n].memory = m->queue[n].counters;
	for (uint32_t i = 0; i < m->guest_pages; i++) {
		const struct page *p = m->pages.page[i];

		for (uint64_t rest = p ? p->replicas : 0; rest; rest &= rest - 1) {
			unsigned n = (unsigned)__builtin_ctzll(rest);

			++*(n == p->home ? &node[n].own.pages : &node[n].own.replicas);
		}
	}
	return arrays(replay_node_rows, (const uint64_t *)node, sizeof(node[0]), m->nodes);
}

json_t *report(struct machine *m)
{
	json_t *result = json_object();

	json_object_set_new(result, "machine", machine_numbers(m));
	json_object_set_new(result, "processor",
			    arrays(replay_processor_rows, (const uint64_t *)&m->processor->count,
				   sizeof(*m->processor), m->processors));
	json_object_set_new(result, "node", node_numbers(m));
	return result;
}
