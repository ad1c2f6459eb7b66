/* SPDX-License-Identifier: MIT */
/*
 * Decisions: a TLB refill that no traced handler did belongs to execution, as the kernel's refill
 * handlers do, and so do stalls on device registers; a latency is a whole stall, queueing included.
 * Upgrades stall as misses do without being misses: they count in the mean latencies, but not in
 * the locality of misses.
 */
#include "sim/summary.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "sim/replay/replay.h"

const char *const summary_part_names[PART_COUNT] = {
	[PART_EXECUTION] = "execution", [PART_LOCAL] = "local", [PART_REMOTE] = "remote",
	[PART_MONITOR] = "monitor",	[PART_SYNC] = "sync",	[PART_IDLE] = "idle",
};

const char *const summary_mode_names[MODE_COUNT] = {
	[SUMMARY_USER] = "user_mode",
	[SUMMARY_KERNEL] = "kernel_mode",
};

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* Which part a time category of the replay belongs to. */
static enum summary_part part_of(const char *category)
{
	if (begins(category, "monitor_"))
		return PART_MONITOR;
	if (begins(category, "sync_"))
		return PART_SYNC;
	if (begins(category, "idle_"))
		return PART_IDLE;
	if (strstr(category, "_local_"))
		return PART_LOCAL;
	return strstr(category, "_remote_") ? PART_REMOTE : PART_EXECUTION;
}

double summary_total(const json_t *point, const char *list, const char *counter)
{
	const json_t *values = json_object_get(json_object_get(point, list), counter), *v;
	double sum = 0;
	size_t i;

	if (json_is_number(values))
		return json_number_value(values);
	if (!json_is_array(values))
		return NAN;
	json_array_foreach((json_t *)values, i, v) sum += json_number_value(v);
	return sum;
}

static const char *config_text(const json_t *point, const char *key)
{
	const char *text =
		json_string_value(json_object_get(json_object_get(point, "config"), key));

	return text ? text : "";
}

static double ratio(double a, double b)
{
	return b > 0 ? a / b : NAN;
}

void summary_of(const json_t *point, struct summary *s)
{
	static const char *const categories[] = {
#define X(name, unit, help) #name,
		TIME_CATEGORIES(X)
#undef X
	};
	const json_t *config = json_object_get(point, "config");
	double mhz = json_number_value(json_object_get(config, "cpu.mhz")), local, remote;
	double local_upgrades, remote_upgrades;

	memset(s, 0, sizeof(*s));
	s->label = json_string_value(json_object_get(point, "label"));
	s->trace = config_text(point, "trace");
	s->system = config_text(point, "system");
	s->policy = config_text(point, "policy");
	s->bar = config_text(point, "configuration");
	if (!*s->bar)
		s->bar = s->label;
	for (size_t i = 0; i < sizeof(categories) / sizeof(*categories); i++) {
		double cycles = summary_total(point, "processor", categories[i]);

		s->part[part_of(categories[i])] += cycles;
		if (begins(categories[i], "user_"))
			s->mode[SUMMARY_USER] += cycles;
		if (begins(categories[i], "kernel_"))
			s->mode[SUMMARY_KERNEL] += cycles;
		s->cycles += cycles;
	}
	s->processors = (double)json_array_size(
		json_object_get(json_object_get(point, "processor"), categories[0]));
	s->milliseconds = ratio(summary_total(point, "machine", "time_cycles"), mhz * 1e3);
	local = summary_total(point, "processor", "l2_local_data") +
		summary_total(point, "processor", "l2_local_code");
	remote = summary_total(point, "processor", "l2_remote_data") +
		 summary_total(point, "processor", "l2_remote_code");
	remote_upgrades = summary_total(point, "processor", "remote_upgrades");
	local_upgrades = summary_total(point, "processor", "upgrades") - remote_upgrades;
	s->misses = local + remote;
	s->local_percent = 100 * ratio(local, s->misses);
	local += local_upgrades;
	remote += remote_upgrades;
	s->local_ns = ratio(s->part[PART_LOCAL] * 1e3, local * mhz);
	s->remote_ns = ratio(s->part[PART_REMOTE] * 1e3, remote * mhz);
	s->mean_ns =
		ratio((s->part[PART_LOCAL] + s->part[PART_REMOTE]) * 1e3, (local + remote) * mhz);
}
