/* SPDX-License-Identifier: MIT */
/*
 * RAYTRACE: a ray tracer organised like that of SPLASH-2 (Woo et al., ISCA'95, section 3; Singh,
 * Gupta, Levoy, IEEE Computer 1994), written from its description: rays walk a uniform grid of
 * cells over spheres and triangles, with shadows and reflections; the image is cut into tiles, each
 * processor has a queue of neighbouring tiles and steals from the others when its own is empty.
 *
 * Processor 0 reads the scene and builds the grid, so first touch puts all of it on one node, and
 * everybody then reads it in an order that nobody can predict. Written are the image, the queues
 * and a table of each processor's own (the last ray that met a primitive).
 * Region: the tracing. The image does not depend on the number of processors; its checksum is
 * printed, and some pixels are traced again to see whether they come out the same.
 *
 * The scene is text, a keyword and its numbers on each line; see parse_line, and scene.c for a
 * program that makes one.
 */
#include "traces/guests/libos/libos.h"

#define EPSILON	   1e-6
#define FAR	   1e30
#define MAX_DEPTH  5
#define MIN_WEIGHT 0.02
#define MAX_LIGHTS 8

struct vec {
	double x, y, z;
};

struct material {
	struct vec colour;
	double diffuse, specular, reflect;
	unsigned shininess;
};

/* A sphere: centre a, radius b.x. A triangle: corner a, edges b and c. */
struct primitive {
	uint32_t is_triangle, material;
	struct vec a, b, c, normal;
};

struct grid {
	double low[3], high[3], cell[3];
	int n[3];
	uint32_t *start; /* items of cell i: items[start[i]] .. items[start[i + 1] - 1] */
	uint32_t *items;
};

struct scene {
	struct vec eye, forward, right, up, background;
	double tangent; /* of half the vertical field of view */
	struct vec light[MAX_LIGHTS], light_colour[MAX_LIGHTS];
	struct material *materials;
	struct primitive *primitives;
	struct vec *vertices;
	unsigned n_lights, n_materials, n_primitives, n_vertices;
	struct grid grid;
};

struct queue {
	struct lock lock;
	uint32_t head, tail; /* tiles that are left */
} OWN_LINE;

struct picture {
	const struct scene *scene;
	unsigned width, height, samples, tile, threads;
	unsigned tiles_across, tiles;
	uint8_t *pixels;
	struct queue queues[MAX_PROCESSORS];
	volatile uint32_t tiles_done, rays OWN_LINE;
};

/* What a processor has of its own. */
struct tracer {
	const struct scene *scene;
	uint32_t *last_ray; /* by primitive */
	uint32_t ray;
};

struct ray {
	struct vec from, to; /* to: direction of length 1 */
};

static inline struct vec vec(double x, double y, double z)
{
	return (struct vec){x, y, z};
}

static inline struct vec add(struct vec a, struct vec b)
{
	return vec(a.x + b.x, a.y + b.y, a.z + b.z);
}

static inline struct vec sub(struct vec a, struct vec b)
{
	return vec(a.x - b.x, a.y - b.y, a.z - b.z);
}

static inline struct vec scale(struct vec a, double s)
{
	return vec(a.x * s, a.y * s, a.z * s);
}

static inline struct vec times(struct vec a, struct vec b)
{
	return vec(a.x * b.x, a.y * b.y, a.z * b.z);
}

static inline double dot(struct vec a, struct vec b)
{
	return a.x * b.x + a.y * b.y + a.z * b.z;
}

static inline struct vec cross(struct vec a, struct vec b)
{
	return vec(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);
}

static inline struct vec normalised(struct vec a)
{
	return scale(a, 1 / __builtin_sqrt(dot(a, a)));
}

/* ---- the scene ---- */

static bool is_keyword(const char *line, const char *word)
{
	size_t n = *line == *word ? strlen(word) : 0;

	return n && !strncmp(line, word, n) && (line[n] == ' ' || line[n] == '\t');
}

/* Puts the line's entry into the scene; without the arrays (materials NULL) it only counts. */
static void parse_line(struct scene *s, const char *line, const char *place, unsigned line_number)
{
	static const struct {
		const char *word;
		unsigned numbers;
	} keywords[] = {
		{"camera", 10}, /* eye, point looked at, upward direction, tangent */
		{"background", 3}, {"light", 6}, /* position, colour */
		{"material", 7},		 /* colour, diffuse, specular, reflect, shininess */
		{"sphere", 4},			 /* centre, radius */
		{"vertex", 3},	   {"triangle", 3}, /* three vertices, counted from 0 */
	};
	bool store = s->materials;
	double n[10];
	unsigned k = 0;
	struct primitive *p;

	while (k < sizeof(keywords) / sizeof(*keywords) && !is_keyword(line, keywords[k].word))
		k++;
	if (k == sizeof(keywords) / sizeof(*keywords))
		die("%s:%u: unknown keyword", place, line_number);
	line += strlen(keywords[k].word);
	for (unsigned i = 0; store && i < keywords[k].numbers; i++) {
		const char *end;

		n[i] = number(line, &end);
		if (end == line)
			die("%s:%u: '%s' wants %u numbers", place, line_number, keywords[k].word,
			    keywords[k].numbers);
		line = end;
	}
	switch (k) {
	case 0:
		if (!store)
			break;
		s->eye = vec(n[0], n[1], n[2]);
		s->forward = normalised(sub(vec(n[3], n[4], n[5]), s->eye));
		s->right = normalised(cross(s->forward, vec(n[6], n[7], n[8])));
		s->up = cross(s->right, s->forward);
		s->tangent = n[9];
		break;
	case 1:
		if (store)
			s->background = vec(n[0], n[1], n[2]);
		break;
	case 2:
		if (s->n_lights == MAX_LIGHTS)
			die("%s:%u: more than %d lights", place, line_number, MAX_LIGHTS);
		if (store) {
			s->light[s->n_lights] = vec(n[0], n[1], n[2]);
			s->light_colour[s->n_lights] = vec(n[3], n[4], n[5]);
		}
		s->n_lights++;
		break;
	case 3:
		if (store)
			s->materials[s->n_materials] = (struct material){
				vec(n[0], n[1], n[2]), n[3], n[4], n[5], (unsigned)n[6] & 1023};
		s->n_materials++;
		break;
	case 5:
		if (store)
			s->vertices[s->n_vertices] = vec(n[0], n[1], n[2]);
		s->n_vertices++;
		break;
	default:
		if (!s->n_materials)
			die("%s:%u: no material above", place, line_number);
		p = &s->primitives[s->n_primitives++];
		if (!store)
			break;
		p->is_triangle = k == 6;
		p->material = s->n_materials - 1;
		p->a = vec(n[0], n[1], n[2]);
		p->b = vec(n[3], 0, 0);
		if (k == 6) {
			for (int i = 0; i < 3; i++)
				if (!(n[i] >= 0 && n[i] < s->n_vertices))
					die("%s:%u: no such vertex", place, line_number);
			p->a = s->vertices[(unsigned)n[0]];
			p->b = sub(s->vertices[(unsigned)n[1]], p->a);
			p->c = sub(s->vertices[(unsigned)n[2]], p->a);
			p->normal = normalised(cross(p->b, p->c));
		}
		break;
	}
}

static void parse(struct scene *s, char *text, const char *place)
{
	unsigned line_number = 1;

	s->n_lights = s->n_materials = s->n_primitives = s->n_vertices = 0;
	while (*text) {
		char *end = strchr(text, '\n');

		if (end)
			*end = 0;
		if (*text && *text != '#')
			parse_line(s, text, place, line_number);
		if (!end)
			break;
		*end = '\n';
		text = end + 1;
		line_number++;
	}
}

static void read_scene(struct scene *s, const char *path)
{
	size_t bytes;
	char *text = file_slurp(path, &bytes);

	parse(s, text, path);
	if (!s->n_primitives)
		die("%s: no primitives", path);
	s->vertices = need(PAGE_BYTES, (s->n_vertices + 1) * sizeof(*s->vertices));
	s->primitives = need(PAGE_BYTES, s->n_primitives * sizeof(*s->primitives));
	s->materials = need(PAGE_BYTES, s->n_materials * sizeof(*s->materials));
	parse(s, text, path);
	if (s->tangent <= 0)
		die("%s: no camera, or its tangent is not positive", path);
	free(s->vertices);
	free(text);
}

/* ---- the grid ---- */

static void bounds(const struct primitive *p, double low[3], double high[3])
{
	const double *a = &p->a.x, *b = &p->b.x, *c = &p->c.x;

	for (int i = 0; i < 3; i++) {
		double reach = p->b.x * (1 + EPSILON);

		if (!p->is_triangle) {
			low[i] = a[i] - reach;
			high[i] = a[i] + reach;
			continue;
		}
		low[i] = (b[i] < c[i] ? b[i] : c[i]);
		low[i] = a[i] + (low[i] < 0 ? low[i] : 0) - EPSILON;
		high[i] = (b[i] > c[i] ? b[i] : c[i]);
		high[i] = a[i] + (high[i] > 0 ? high[i] : 0) + EPSILON;
	}
}

static int cell_of(const struct grid *g, int axis, double at)
{
	double c = (at - g->low[axis]) / g->cell[axis];

	return c <= 0 ? 0 : c >= g->n[axis] ? g->n[axis] - 1 : (int)c;
}

/* Counts a primitive in every cell its bounds touch, or (with fill) enters it there. */
static void enter_primitive(struct grid *g, const struct primitive *p, uint32_t index, bool fill)
{
	double low[3], high[3];
	int from[3], to[3];

	bounds(p, low, high);
	for (int i = 0; i < 3; i++) {
		from[i] = cell_of(g, i, low[i]);
		to[i] = cell_of(g, i, high[i]);
	}
	for (int z = from[2]; z <= to[2]; z++)
		for (int y = from[1]; y <= to[1]; y++)
			for (int x = from[0]; x <= to[0]; x++) {
				uint32_t *at = &g->start[(z * g->n[1] + y) * g->n[0] + x];

				if (fill)
					g->items[--*at] = index;
				else
					++*at;
			}
}

/* About `density` cells for each primitive, as cubic as can be. */
static void build_grid(struct scene *s, unsigned density)
{
	struct grid *g = &s->grid;
	double volume = 1, edge = 1;
	double wanted = (double)density * s->n_primitives;
	uint32_t cells = 1, sum = 0;

	for (int i = 0; i < 3; i++) {
		g->low[i] = FAR;
		g->high[i] = -FAR;
	}
	for (unsigned p = 0; p < s->n_primitives; p++) {
		double low[3], high[3];

		bounds(&s->primitives[p], low, high);
		for (int i = 0; i < 3; i++) {
			g->low[i] = low[i] < g->low[i] ? low[i] : g->low[i];
			g->high[i] = high[i] > g->high[i] ? high[i] : g->high[i];
		}
	}
	for (int i = 0; i < 3; i++)
		volume *= g->high[i] - g->low[i];
	while (volume / (edge * edge * edge) < wanted)
		edge *= 0.99;
	while (volume / (edge * edge * edge) > wanted)
		edge *= 1.01;
	for (int i = 0; i < 3; i++) {
		double n = (g->high[i] - g->low[i]) / edge;

		g->n[i] = n < 1 ? 1 : n > 256 ? 256 : (int)n;
		g->cell[i] = (g->high[i] - g->low[i]) / g->n[i];
		cells *= g->n[i];
	}
	g->start = need(PAGE_BYTES, (cells + 1) * sizeof(*g->start));
	memset(g->start, 0, (cells + 1) * sizeof(*g->start));
	for (unsigned p = 0; p < s->n_primitives; p++)
		enter_primitive(g, &s->primitives[p], p, false);
	for (uint32_t i = 0; i <= cells; i++) {
		sum += g->start[i];
		g->start[i] = sum;
	}
	g->items = need(PAGE_BYTES, (sum + 1) * sizeof(*g->items));
	for (unsigned p = s->n_primitives; p-- > 0;)
		enter_primitive(g, &s->primitives[p], p, true);
}

/* ---- rays ---- */

/* Distance to the primitive, or FAR. */
static double intersect(const struct primitive *p, const struct ray *r)
{
	struct vec from = sub(r->from, p->a), q, s;
	double b, d, u, v, t;

	if (!p->is_triangle) {
		b = dot(from, r->to);
		d = b * b - dot(from, from) + p->b.x * p->b.x;
		if (d < 0)
			return FAR;
		d = __builtin_sqrt(d);
		t = -b - d;
		return t > EPSILON ? t : -b + d > EPSILON ? -b + d : FAR;
	}
	q = cross(r->to, p->c);
	d = dot(p->b, q);
	if (d > -1e-12 && d < 1e-12)
		return FAR;
	d = 1 / d;
	u = dot(from, q) * d;
	if (u < 0 || u > 1)
		return FAR;
	s = cross(from, p->b);
	v = dot(r->to, s) * d;
	if (v < 0 || u + v > 1)
		return FAR;
	t = dot(p->c, s) * d;
	return t > EPSILON ? t : FAR;
}

/* The part of a ray that is inside the grid; false when there is none. */
static bool clip(const struct grid *g, const double *from, const double *to, double *enter,
		 double *leave)
{
	for (int i = 0; i < 3; i++) {
		double near, far;

		if (to[i] == 0) {
			if (from[i] < g->low[i] || from[i] > g->high[i])
				return false;
			continue;
		}
		near = (g->low[i] - from[i]) / to[i];
		far = (g->high[i] - from[i]) / to[i];
		if (near > far) {
			double swap = near;

			near = far;
			far = swap;
		}
		*enter = near > *enter ? near : *enter;
		*leave = far < *leave ? far : *leave;
	}
	return *enter <= *leave;
}

/* Finds what the ray meets first before *t, or with `any` just something. Walks the cells along
 * the ray; a primitive in many cells is tried once. */
static const struct primitive *trace(struct tracer *w, const struct ray *r, double *t, bool any)
{
	const struct scene *s = w->scene;
	const struct grid *g = &s->grid;
	const double *from = &r->from.x, *to = &r->to.x;
	const struct primitive *met = NULL;
	double enter = 0, leave = *t, next[3], delta[3];
	int at[3], step[3], end[3];

	w->ray++;
	if (!clip(g, from, to, &enter, &leave))
		return NULL;
	for (int i = 0; i < 3; i++) {
		at[i] = cell_of(g, i, from[i] + to[i] * enter);
		step[i] = to[i] < 0 ? -1 : 1;
		end[i] = to[i] < 0 ? -1 : g->n[i];
		delta[i] = to[i] == 0 ? FAR : g->cell[i] / (to[i] < 0 ? -to[i] : to[i]);
		next[i] = to[i] == 0 ? FAR
				     : (g->low[i] + (at[i] + (to[i] > 0)) * g->cell[i] - from[i]) /
					       to[i];
	}
	for (;;) {
		uint32_t cell = (at[2] * g->n[1] + at[1]) * g->n[0] + at[0];
		int axis = next[0] < next[1] ? (next[0] < next[2] ? 0 : 2)
					     : (next[1] < next[2] ? 1 : 2);

		for (uint32_t i = g->start[cell]; i < g->start[cell + 1]; i++) {
			uint32_t index = g->items[i];
			double distance;

			if (w->last_ray[index] == w->ray)
				continue;
			w->last_ray[index] = w->ray;
			distance = intersect(&s->primitives[index], r);
			if (distance < *t) {
				*t = distance;
				met = &s->primitives[index];
			}
		}
		if (met && (any || *t <= next[axis]))
			return met;
		at[axis] += step[axis];
		if (at[axis] == end[axis] || next[axis] > leave)
			return met;
		next[axis] += delta[axis];
	}
}

static double power(double x, unsigned n)
{
	double p = 1;

	for (; n; n >>= 1, x *= x)
		if (n & 1)
			p *= x;
	return p;
}

static struct vec colour_of(struct tracer *w, const struct ray *r, unsigned depth, double weight)
{
	const struct scene *s = w->scene;
	double t = FAR, back;
	const struct primitive *p = trace(w, r, &t, false);
	const struct material *m;
	struct vec point, normal, mirrored, sum;

	if (!p)
		return s->background;
	m = &s->materials[p->material];
	point = add(r->from, scale(r->to, t));
	normal = p->is_triangle ? p->normal : normalised(sub(point, p->a));
	if (dot(normal, r->to) > 0)
		normal = scale(normal, -1);
	back = -2 * dot(normal, r->to);
	mirrored = add(r->to, scale(normal, back));
	point = add(point, scale(normal, EPSILON * 100));
	sum = scale(m->colour, 0.1);
	for (unsigned i = 0; i < s->n_lights; i++) {
		struct vec away = sub(s->light[i], point);
		double distance = __builtin_sqrt(dot(away, away)), lit, shine;
		struct ray shadow = {point, scale(away, 1 / distance)};

		lit = dot(shadow.to, normal);
		if (lit <= 0 || trace(w, &shadow, &distance, true))
			continue;
		sum = add(sum, scale(times(m->colour, s->light_colour[i]), lit * m->diffuse));
		shine = dot(shadow.to, mirrored);
		if (shine > 0)
			sum = add(sum, scale(s->light_colour[i],
					     m->specular * power(shine, m->shininess)));
	}
	if (depth < MAX_DEPTH && weight * m->reflect > MIN_WEIGHT) {
		struct ray again = {point, mirrored};

		sum = add(sum,
			  scale(colour_of(w, &again, depth + 1, weight * m->reflect), m->reflect));
	}
	return sum;
}

/* ---- the image ---- */

static void trace_pixel(struct tracer *w, const struct picture *pic, unsigned x, unsigned y,
			uint8_t rgb[3])
{
	const struct scene *s = pic->scene;
	unsigned n = pic->samples;
	struct vec sum = {0};
	const double *part = &sum.x;

	for (unsigned i = 0; i < n * n; i++) {
		double dx = x + (i % n + 0.5) / n - pic->width * 0.5;
		double dy = pic->height * 0.5 - (y + (i / n + 0.5) / n);
		double unit = 2 * s->tangent / pic->height;
		struct ray r = {s->eye, normalised(add(s->forward, add(scale(s->right, dx * unit),
								       scale(s->up, dy * unit))))};

		sum = add(sum, colour_of(w, &r, 0, 1));
	}
	for (int i = 0; i < 3; i++) {
		double level = part[i] / (n * n) * 255 + 0.5;

		rgb[i] = level >= 255 ? 255 : level <= 0 ? 0 : (uint8_t)(int)level;
	}
}

/* Takes a tile of one's own from the front, of another's from the back. */
static bool take_tile(struct queue *q, bool own, uint32_t *tile)
{
	bool taken = false;

	if (*(volatile uint32_t *)&q->head >= *(volatile uint32_t *)&q->tail)
		return false;
	lock_acquire(&q->lock);
	if (q->head < q->tail) {
		*tile = own ? q->head++ : --q->tail;
		taken = true;
	}
	lock_release(&q->lock);
	return taken;
}

static void trace_tile(struct tracer *w, struct picture *pic, uint32_t tile)
{
	unsigned left = tile % pic->tiles_across * pic->tile;
	unsigned top = tile / pic->tiles_across * pic->tile;

	for (unsigned y = top; y < top + pic->tile && y < pic->height; y++)
		for (unsigned x = left; x < left + pic->tile && x < pic->width; x++)
			trace_pixel(w, pic, x, y, pic->pixels + 3 * (y * pic->width + x));
}

static struct tracer tracer_new(const struct scene *s)
{
	struct tracer w = {s, need(PAGE_BYTES, s->n_primitives * sizeof(*w.last_ray)), 0};

	memset(w.last_ray, 0, s->n_primitives * sizeof(*w.last_ray));
	return w;
}

static void trace_thread(unsigned self, void *argument)
{
	struct picture *pic = argument;
	struct tracer w = tracer_new(pic->scene);
	uint32_t tile, done = 0;

	region_begin(pic->threads);
	for (unsigned i = 0; i < pic->threads; i++)
		while (take_tile(&pic->queues[(self + i) % pic->threads], i == 0, &tile)) {
			trace_tile(&w, pic, tile);
			done++;
		}
	region_end(pic->threads);
	atomic_add(&pic->tiles_done, done);
	atomic_add(&pic->rays, w.ray);
}

/* Returns the exit status. */
static int verify(const struct picture *pic)
{
	struct tracer w = tracer_new(pic->scene);
	unsigned wrong = 0, pixels = pic->width * pic->height, stride = pixels / 61 + 1;

	for (unsigned i = 0; i < pixels; i += stride) {
		uint8_t rgb[3];

		trace_pixel(&w, pic, i % pic->width, i / pic->width, rgb);
		wrong += memcmp(rgb, pic->pixels + 3 * i, 3) != 0;
	}
	if (!wrong && pic->tiles_done == pic->tiles)
		return 0;
	printf("raytrace: FAILED: %u pixels differ, %u of %u tiles done\n", wrong, pic->tiles_done,
	       pic->tiles);
	return 1;
}

static void write_image(const struct picture *pic, const char *path)
{
	size_t bytes = 3 * pic->width * pic->height;
	char *file = need(4, bytes + 32);
	int header = snprintf(file, 32, "P6\n%u %u\n255\n", pic->width, pic->height);

	memcpy(file + header, pic->pixels, bytes);
	file_spill(path, file, header + bytes);
	printf("raytrace: %u x %u pixels, %u primitives, %u x %u x %u cells, %u rays\n", pic->width,
	       pic->height, pic->scene->n_primitives, pic->scene->grid.n[0], pic->scene->grid.n[1],
	       pic->scene->grid.n[2], pic->rays);
	printf("raytrace: checksum %08x\n", checksum(CHECKSUM_START, pic->pixels, bytes));
}

int main(int argc, char **argv)
{
	static struct scene scene;
	static struct picture pic = {
		.scene = &scene, .width = 256, .height = 192, .samples = 1, .tile = 8};
	unsigned processors = processor_count(), density = 8;
	const char *words[2];
	const struct option table[] = {
		{'w', &pic.width, 1, 4096},
		{'h', &pic.height, 1, 4096},
		{'a', &pic.samples, 1, 8},
		{'t', &pic.tile, 1, 4096},
		{'p', &pic.threads, 1, processors},
		{'g', &density, 1, 100},
		{0},
	};

	pic.threads = processors;
	options(argc, argv, table, words, 2,
		"raytrace [-w WIDTH] [-h HEIGHT] [-a SAMPLES_ACROSS_A_PIXEL] [-t TILE] "
		"[-g CELLS_PER_PRIMITIVE] [-p PROCESSORS] SCENE IMAGE.ppm");
	read_scene(&scene, words[0]);
	build_grid(&scene, density);
	pic.tiles_across = (pic.width + pic.tile - 1) / pic.tile;
	pic.tiles = pic.tiles_across * ((pic.height + pic.tile - 1) / pic.tile);
	pic.pixels = need(PAGE_BYTES, 3 * pic.width * pic.height);
	for (unsigned i = 0; i < pic.threads; i++) {
		pic.queues[i].head = pic.tiles * i / pic.threads;
		pic.queues[i].tail = pic.tiles * (i + 1) / pic.threads;
	}
	parallel(pic.threads, trace_thread, &pic);
	write_image(&pic, words[1]);
	return verify(&pic);
}
