/* SPDX-License-Identifier: MIT */
/*
 * Makes a scene for RAYTRACE: a flake of mirroring spheres (each carries nine a third its size, as
 * in the `balls` scenes of ray tracing benchmarks), a torus of triangles around it, on a floor.
 * -l 4 -u 96 are 7,381 spheres and 9,218 triangles, 1.7 MB of primitives in RAYTRACE's memory.
 */
#include "traces/guests/libos/libos.h"

#define PI	   3.14159265358979323846
#define LINE_ROOM  128
#define DIRECTIONS 9

struct text {
	char *at;
	size_t used, room;
};

struct vec {
	double x, y, z;
};

__attribute__((format(printf, 2, 3))) static void add_line(struct text *t, const char *format, ...)
{
	va_list ap;

	if (t->room - t->used < LINE_ROOM) {
		char *larger = need(4, t->room * 2);

		memcpy(larger, t->at, t->used);
		free(t->at);
		t->at = larger;
		t->room *= 2;
	}
	va_start(ap, format);
	t->used += vsnprintf(t->at + t->used, LINE_ROOM, format, ap);
	va_end(ap);
}

static double sine(double x)
{
	double term, sum;

	while (x > PI)
		x -= 2 * PI;
	while (x < -PI)
		x += 2 * PI;
	term = sum = x;
	for (int n = 2; n < 30; n += 2) {
		term *= -x * x / (n * (n + 1));
		sum += term;
	}
	return sum;
}

static double cosine(double x)
{
	return sine(x + PI / 2);
}

static struct vec combine(struct vec a, double s, struct vec b, double t, struct vec c, double u)
{
	return (struct vec){a.x * s + b.x * t + c.x * u, a.y * s + b.y * t + c.y * u,
			    a.z * s + b.z * t + c.z * u};
}

static struct vec cross(struct vec a, struct vec b)
{
	return (struct vec){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

static struct vec normalised(struct vec a)
{
	double length = __builtin_sqrt(a.x * a.x + a.y * a.y + a.z * a.z);

	return (struct vec){a.x / length, a.y / length, a.z / length};
}

/* A sphere, and on it six around its equator and three above, seen along `axis`. */
static void flake(struct text *t, struct vec centre, double radius, struct vec axis, unsigned level)
{
	struct vec side =
		__builtin_fabs(axis.z) < 0.5 ? (struct vec){0, 0, 1} : (struct vec){1, 0, 0};
	struct vec u = normalised(cross(axis, side)), v = cross(axis, u);

	add_line(t, "sphere %g %g %g %g\n", centre.x, centre.y, centre.z, radius);
	for (int i = 0; level && i < DIRECTIONS; i++) {
		double turn = i < 6 ? i * PI / 3 : i * 2 * PI / 3 + PI / 6;
		double rise = i < 6 ? 0 : PI / 3, flat = cosine(rise);
		struct vec to =
			combine(u, flat * cosine(turn), v, flat * sine(turn), axis, sine(rise));

		flake(t, combine(centre, 1, to, radius * 4 / 3, to, 0), radius / 3, to, level - 1);
	}
}

/* segments around, half as many across. */
static void torus(struct text *t, double around, double across, double height, unsigned segments)
{
	unsigned half = segments / 2;

	for (unsigned i = 0; i < segments; i++)
		for (unsigned j = 0; j < half; j++) {
			double a = i * 2 * PI / segments, b = j * 2 * PI / half;
			double reach = around + across * cosine(b);

			add_line(t, "vertex %g %g %g\n", reach * cosine(a), reach * sine(a),
				 height + across * sine(b));
		}
	for (unsigned i = 0; i < segments; i++)
		for (unsigned j = 0; j < half; j++) {
			unsigned here = i * half + j, up = i * half + (j + 1) % half;
			unsigned next = (i + 1) % segments * half + j;
			unsigned both = (i + 1) % segments * half + (j + 1) % half;

			add_line(t, "triangle %u %u %u\ntriangle %u %u %u\n", here, next, both,
				 here, both, up);
		}
}

int main(int argc, char **argv)
{
	struct text t = {.at = need(4, 65536), .room = 65536};
	unsigned level = 4, segments = 96, floor;
	const char *path;
	const struct option table[] = {
		{'l', &level, 0, 6},
		{'u', &segments, 6, 2000},
		{0},
	};

	options(argc, argv, table, &path, 1, "scene [-l LEVEL_OF_FLAKE] [-u TORUS_SEGMENTS] FILE");
	floor = segments * (segments / 2);
	add_line(&t, "# flake of level %u, torus of %u segments\n", level, segments);
	add_line(&t, "camera 2.1 1.3 1.7 0 0 -0.1 0 0 1 0.41\n");
	add_line(&t, "background 0.08 0.36 0.72\n");
	add_line(&t, "light 4 3 4 0.5 0.5 0.5\n");
	add_line(&t, "light 1 -4 4 0.4 0.35 0.3\n");
	add_line(&t, "light -3 1 5 0.3 0.35 0.4\n");
	add_line(&t, "material 0.9 0.6 0.35 0.55 0.4 0.35 30\n");
	flake(&t, (struct vec){0, 0, 0}, 0.5, (struct vec){0, 0, 1}, level);
	add_line(&t, "material 0.35 0.7 0.5 0.7 0.3 0.25 12\n");
	torus(&t, 1.25, 0.2, -0.3, segments);
	add_line(&t, "material 0.8 0.75 0.7 0.8 0.1 0.1 4\n");
	add_line(&t,
		 "vertex -2 -2 -0.51\nvertex 2 -2 -0.51\nvertex 2 2 -0.51\nvertex -2 2 -0.51\n");
	add_line(&t, "triangle %u %u %u\ntriangle %u %u %u\n", floor, floor + 1, floor + 2, floor,
		 floor + 2, floor + 3);
	file_spill(path, t.at, t.used);
	printf("scene: %s: %zu bytes, checksum %08x\n", path, t.used,
	       checksum(CHECKSUM_START, t.at, t.used));
	return 0;
}
