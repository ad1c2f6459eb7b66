/* SPDX-License-Identifier: MIT */
#include "sim/guest.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/param.h"
#include "sim/base/progress.h"

#define SLICE 2000000 /* instructions between two looks at the clock and at Ctrl-C */

/* clang-format off */
static const char *const models[] = {[CPU_24KF] = "24Kf", [CPU_34KF] = "34Kf", NULL};

static const struct param rows[] = {
	{.key = "--processors", .type = PARAM_COUNT, .value = 1, .min = 1, .max = BOARD_MAX_PROCESSORS,
	 .offset = offsetof(struct guest_options, processors), .unit = "1", .help = "processors"},
	{.key = "--ram", .type = PARAM_COUNT, .value = 0, .min = 1 << 20, .max = BOARD_MAX_RAM,
	 .offset = offsetof(struct guest_options, ram_bytes), .unit = "bytes", .help = "RAM"},
	{.key = "--tlb-entries", .type = PARAM_COUNT, .value = 64, .min = 16, .max = 64,
	 .offset = offsetof(struct guest_options, tlb_entries), .unit = "1", .help = "TLB entries"},
	{.key = "--model", .type = PARAM_CHOICE, .value = CPU_24KF, .choices = models,
	 .offset = offsetof(struct guest_options, model), .unit = "1", .help = "processors' model"},
	{.key = "--max-insns", .type = PARAM_COUNT, .value = 0, .min = 1, .max = 1e18,
	 .offset = offsetof(struct guest_options, max_insns), .unit = "1", .help = "limit"},
	{.key = NULL},
};

enum { OPT_BOARD = 256, OPT_FROM, OPT_INITRD, OPT_DISK, OPT_NET, OPT_MODEL, OPT_RAM, OPT_TLB, OPT_ROOT,
       OPT_MAX, OPT_STATS };

static const struct argp_option options[] = {
	{"from", OPT_FROM, "SNAPSHOT", 0,
	 "start the machine that run --snapshot has saved; --disk says where its images lie now, when "
	 "they have moved", 0},
	{"board", OPT_BOARD, "NAME", 0, "kind of machine: bare (default), or malta, which boots Linux", 0},
	{"initrd", OPT_INITRD, "FILE", 0, "malta: initial RAM disk of the kernel", 0},
	{"processors", 'c', "N", 0, "processors, 1 to 64 (default 1)", 0},
	{"model", OPT_MODEL, "NAME", 0,
	 "24Kf (default), or 34Kf: with the MT extension, at most 16 processors", 0},
	{"ram", OPT_RAM, "SIZE", 0, "memory, 1M to 512M (default 64M, malta: 256M)", 0},
	{"tlb-entries", OPT_TLB, "N", 0, "TLB entries (pairs of pages), 16 to 64 (default 64)", 0},
	{"disk", OPT_DISK, "IMAGE[,HOW]", 0,
	 "a disk (repeatable); what the guest writes is thrown away at the end, or with HOW "
	 "overlay=FILE kept there when the guest switches off, or private: written to IMAGE itself", 0},
	{"net", OPT_NET, "user", 0,
	 "a network device, with a DHCP server and nothing else behind it", 0},
	{"root", OPT_ROOT, "DIR", 0, "the guest may open files below this folder (default: none)", 0},
	{"max-insns", OPT_MAX, "N", 0, "stop a guest that has executed N instructions", 0},
	{"stats", OPT_STATS, NULL, 0, "instructions, time, speed and TLB refills on stderr", 0},
	{"quiet", 'q', NULL, 0, "no progress", 0},
	{0},
};
/* clang-format on */

/* IMAGE[,overlay=FILE|,private]; the text is cut up in place. */
static int add_disk(struct guest_options *o, char *text)
{
	struct board_disk *disk = &o->disk[o->disks];
	char *word = strchr(text, ','), *next;

	if (o->disks == BOARD_MAX_DISKS)
		return error_usage(o->err, "--disk %s: more than %u disks", text, BOARD_MAX_DISKS);
	if (!*text || *text == ',')
		return error_usage(o->err, "--disk '%s': wanted IMAGE[,overlay=FILE|,private]",
				   text);
	*disk = (struct board_disk){.image = text};
	for (; word; word = next) {
		*word++ = '\0';
		next = strchr(word, ',');
		if (next)
			*next = '\0';
		if (!strcmp(word, "private"))
			disk->private = true;
		else if (!strncmp(word, "overlay=", 8) && word[8])
			disk->overlay = word + 8;
		else
			return error_usage(o->err,
					   "--disk %s: '%s' where overlay=FILE or private was "
					   "wanted",
					   text, word);
	}
	if (disk->private && disk->overlay)
		return error_usage(o->err,
				   "--disk %s: private and overlay=%s; wanted one of them, for "
				   "a private disk is written in place",
				   text, disk->overlay);
	o->disks++;
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct guest_options *o = state->input;
	int rc = 0;

	switch (key) {
	case OPT_BOARD:
		o->board = arg;
		o->given |= GIVEN_BOARD;
		break;
	case OPT_INITRD:
		o->initrd = arg;
		break;
	case OPT_FROM:
		o->from = arg;
		break;
	case 'c':
		o->given |= GIVEN_PROCESSORS;
		rc = param_set(rows, o, "--processors", arg, o->err);
		break;
	case OPT_MODEL:
		o->given |= GIVEN_MODEL;
		rc = param_set(rows, o, "--model", arg, o->err);
		break;
	case OPT_RAM:
		o->given |= GIVEN_RAM;
		rc = param_set(rows, o, "--ram", arg, o->err);
		if (!rc && o->ram_bytes % 4096)
			rc = error_usage(o->err, "--ram %s: wanted a multiple of 4K", arg);
		break;
	case OPT_TLB:
		o->given |= GIVEN_TLB;
		rc = param_set(rows, o, "--tlb-entries", arg, o->err);
		break;
	case OPT_DISK:
		rc = add_disk(o, arg);
		break;
	case OPT_NET:
		o->network = arg;
		if (strcmp(arg, "user"))
			rc = error_usage(o->err, "--net %s: no such network; there is: user", arg);
		break;
	case OPT_ROOT:
		o->root = arg;
		break;
	case OPT_MAX:
		rc = param_set(rows, o, "--max-insns", arg, o->err);
		break;
	case OPT_STATS:
		o->stats = true;
		break;
	case 'q':
		o->quiet = true;
		break;
	case ARGP_KEY_ARG: /* the guest; whatever follows is the guest's */
		if (o->from) {
			rc = error_usage(o->err,
					 "'%s' given with --from; wanted no GUEST: it is in the "
					 "snapshot",
					 arg);
			break;
		}
		o->guest = arg;
		o->argv = state->argv + state->next;
		o->argc = state->argc - state->next;
		state->next = state->argc;
		break;
	case ARGP_KEY_NO_ARGS:
		if (!o->from)
			rc = error_usage(
				o->err, "no guest given; wanted GUEST [ARG...] or --from SNAPSHOT");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return rc ? EINVAL : 0;
}

const struct argp guest_argp = {.options = options, .parser = parse, .args_doc = GUEST_ARGS_DOC};

void guest_options_init(struct guest_options *o, struct error *err)
{
	memset(o, 0, sizeof(*o));
	params_default(rows, o);
	o->board = "bare";
	o->err = err;
}

/* What is given again must be what the snapshot holds. */
static int check_same(const struct guest_options *o, const struct board *board, struct error *err)
{
	const struct board_config *c = board->config;

	if (o->given & GIVEN_BOARD && strcmp(o->board, board->kind->name))
		return error_usage(err, "--board %s: %s holds a %s board", o->board, o->from,
				   board->kind->name);
	if (o->given & GIVEN_PROCESSORS && o->processors != c->processors)
		return error_usage(err, "-c %" PRIu64 ": %s holds a machine with %u processors",
				   o->processors, o->from, c->processors);
	if (o->given & GIVEN_RAM && o->ram_bytes != c->ram_bytes)
		return error_usage(err, "--ram %" PRIu64 ": %s holds a machine with %u bytes",
				   o->ram_bytes, o->from, c->ram_bytes);
	if (o->given & GIVEN_TLB && o->tlb_entries != c->tlb_entries)
		return error_usage(err,
				   "--tlb-entries %" PRIu64 ": %s holds a machine with %u entries",
				   o->tlb_entries, o->from, c->tlb_entries);
	if (o->given & GIVEN_MODEL && o->model != c->model)
		return error_usage(err, "--model %s: %s holds a machine with %s processors",
				   models[o->model], o->from, models[c->model]);
	if (o->initrd)
		return error_usage(err,
				   "--initrd given with --from; wanted none: %s holds the "
				   "memory that it went to",
				   o->from);
	if (o->network && (!c->network || strcmp(o->network, c->network)))
		return error_usage(err, "--net %s: %s holds a machine with %s", o->network, o->from,
				   c->network ? c->network : "no network");
	return 0;
}

static struct board *restore(const struct guest_options *o, const struct board_config *config,
			     struct error *err)
{
	struct board *board = board_open(o->from, config, err);

	if (board && check_same(o, board, err)) {
		board_free(board);
		return NULL;
	}
	return board;
}

struct board *guest_board(const struct guest_options *o, bool region_only, struct error *err)
{
	const struct board_kind *kind = board_kind_find(o->board, err);
	struct board_config config = {
		.guest = o->guest,
		.argv = o->argv,
		.argc = o->argc,
		.processors = (unsigned)o->processors,
		.tlb_entries = (unsigned)o->tlb_entries,
		.ram_bytes = (uint32_t)o->ram_bytes,
		.model = (enum cpu_model)o->model,
		.root = o->root,
		.initrd = o->initrd,
		.input = STDIN_FILENO,
		.output = STDOUT_FILENO,
		.error = STDERR_FILENO,
		.region_only = region_only,
		.pause_at_call = o->snapshot && !o->snapshot_at,
		.pause_at = o->snapshot_at,
		.disks = o->disks,
		.network = o->network,
	};

	memcpy(config.disk, o->disk, sizeof(config.disk));
	/* A console that went away or a file that may not grow is an error, not our death. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (!kind)
		return NULL;
	if (!config.ram_bytes)
		config.ram_bytes = kind->ram_bytes;
	if (o->model == CPU_34KF && o->processors > CPU_34KF_MAX_PROCESSORS && !o->from) {
		error_usage(err, "-c %" PRIu64 ": a 34Kf has at most %u processors", o->processors,
			    CPU_34KF_MAX_PROCESSORS);
		return NULL;
	}
	return o->from ? restore(o, &config, err) : board_new(kind, &config, err);
}

/* Instructions and refills are the machine's, since it began; the speed is this run's. */
static void print_stats(const struct board *board, uint64_t before, double seconds)
{
	uint64_t refills = 0, insns = board_instructions(board);

	for (unsigned n = 0; n < board->processors; n++)
		refills += cpu_tlb_refills(cpus_get(board->cpus, n));
	fprintf(stderr,
		"instructions %" PRIu64 ", seconds %.3f, million instructions/s %.1f, "
		"TLB refills %" PRIu64 "\n",
		insns, seconds, seconds > 0 ? (double)(insns - before) / seconds / 1e6 : 0,
		refills);
	if (before)
		fprintf(stderr, "instructions since the snapshot %" PRIu64 "\n", insns - before);
	for (unsigned n = 0; n < board->processors && board->processors > 1; n++) {
		const struct cpu *cpu = cpus_get(board->cpus, n);

		fprintf(stderr, "processor %u: instructions %" PRIu64 ", TLB refills %" PRIu64 "\n",
			n, cpu_instructions(cpu), cpu_tlb_refills(cpu));
	}
}

static int step(const struct guest_options *o, struct board *board, struct error *err)
{
	uint64_t done = board_instructions(board), slice = SLICE;

	if (o->max_insns) {
		if (done >= o->max_insns)
			return error_set(err,
					 "%s: has not exited after %" PRIu64 " instructions "
					 "(--max-insns); processor 0 is at 0x%08x",
					 board->guest_name, o->max_insns,
					 cpu_pc(cpus_get(board->cpus, 0)));
		if (slice > o->max_insns - done)
			slice = o->max_insns - done;
	}
	return board_run(board, slice, err);
}

int guest_execute(const struct guest_options *o, struct board *board, const char *what,
		  int (*check)(void *owner, struct error *err), void *owner, struct error *err)
{
	/* A bar would run through a console on the same terminal. */
	bool quiet = o->quiet || (isatty(STDERR_FILENO) && isatty(STDOUT_FILENO));
	double started = seconds_now();
	uint64_t before = board_instructions(board);
	struct progress progress;
	int rc = 0;

	progress_begin(&progress, what, "instructions", o->max_insns, quiet);
	while (!rc && board->state == BOARD_RUNNING) {
		rc = step(o, board, err);
		if (interrupted() && board->state != BOARD_EXITED)
			rc = error_set(err, "%s: interrupted after %" PRIu64 " instructions",
				       board->guest_name, board_instructions(board));
		if (!rc && check)
			rc = check(owner, err);
		progress_update(&progress, board_instructions(board));
	}
	progress_end(&progress, board_instructions(board));
	if (o->stats)
		print_stats(board, before, seconds_now() - started);
	return rc;
}
