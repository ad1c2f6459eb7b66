/* SPDX-License-Identifier: MIT */
#include "sim/replay_show.h"

#include <inttypes.h>

#include "sim/replay/replay.h"

static double number(const json_t *point, const char *name)
{
	return (double)json_integer_value(json_object_get(json_object_get(point, "machine"), name));
}

static double config(const json_t *point, const char *name)
{
	return json_number_value(json_object_get(json_object_get(point, "config"), name));
}

static double per(double part, double whole)
{
	return whole ? part / whole : 0;
}

static void show_times(const json_t *point, FILE *out)
{
	const json_t *processor = json_object_get(point, "processor");
	double time = number(point, "time_cycles");
	size_t n = json_array_size(json_object_get(processor, "user_cycles"));

	fprintf(out, "\ntime, %zu processor%s: %.0f cycles each\n", n, n == 1 ? "" : "s", time);
#define X(name, unit, help)                                                                    \
	{                                                                                      \
		const json_t *values = json_object_get(processor, #name);                      \
		double sum = 0;                                                                \
		for (size_t i = 0; i < n; i++)                                                 \
			sum += (double)json_integer_value(json_array_get(values, i));          \
		if (sum)                                                                       \
			fprintf(out, "  %6.2f %%  %-26s %s\n", 100 * sum / (time * (double)n), \
				#name, help);                                                  \
	}
	TIME_CATEGORIES(X)
#undef X
}

void replay_show(const json_t *point, FILE *out)
{
	double data = number(point, "loads") + number(point, "stores");
	double local = number(point, "l2_local_data") + number(point, "l2_local_code");
	double remote = number(point, "l2_remote_data") + number(point, "l2_remote_code");

	fprintf(out, "%s\n", json_string_value(json_object_get(point, "label")));
	fprintf(out,
		"%.6f ms simulated, %.4g %% of the first-level data references and "
		"%.4g %% of all miss, %.4g %% of those are local\n",
		number(point, "time_cycles") / config(point, "cpu.mhz") / 1000,
		100 * per(number(point, "l1d_misses"), data),
		100 * per(local + remote, data + number(point, "instructions")),
		100 * per(local, local + remote));
	show_times(point, out);
	fprintf(out, "\n");
	for (size_t i = 0; replay_machine_rows[i].name; i++) {
		const struct counter_row *row = &replay_machine_rows[i];
		double value = number(point, row->name);

		if (value)
			fprintf(out, "  %14.0f  %-22s %s%s%s\n", value, row->name, row->help,
				row->unit[0] == '1' ? "" : ", ",
				row->unit[0] == '1' ? "" : row->unit);
	}
}

void replay_show_speed(const json_t *point, double seconds, FILE *out)
{
	double data = number(point, "loads") + number(point, "stores");
	double all = data + number(point, "instructions");

	fprintf(out, "replay: %.2f s, %.1f million references a second, %.1f million of data\n",
		seconds, all / seconds / 1e6, data / seconds / 1e6);
}
