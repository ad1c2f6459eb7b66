/* SPDX-License-Identifier: MIT */
/*
 * The contract of a page-placement policy: this header (with sim/base/param.h and counter.h) is
 * all that a policy sees. A policy is a `const struct policy`; every hook but `place` is
 * optional. The framework (sim/replay) owns the policy's state: it allocates and zeroes
 * global_bytes once per run and page_bytes per page, and passes them in. Hooks look and answer;
 * they change nothing but their own state. What they answer is checked, charged in simulated time
 * and reported back through `outcome`. A hook must not keep pointers beyond its return, must not
 * allocate, and must be deterministic.
 *
 * Built in: one file policies/NAME.c that defines `policy_NAME`; nothing else to edit.
 */
#ifndef POLICIES_POLICY_H
#define POLICIES_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/param.h"

#define POLICY_VERSION 1

/* The machine as a policy may see it. */
struct policy_machine {
	unsigned nodes, processors;
	const uint8_t *node_of;	     /* [processors] */
	const uint32_t *distance_ns; /* [nodes * nodes] minimum miss latency, from * nodes + to */
	const uint64_t *free_frames; /* [nodes] free page frames */
	uint64_t now_ns;	     /* simulated time */
};

/* A page as a policy may see it. Counters are since the last reset. */
struct policy_page {
	uint32_t number;	/* guest-physical page */
	unsigned home;		/* node of the master copy; undefined in `place` */
	uint64_t copies;	/* bit per node that holds a copy, the home's included */
	const uint32_t *misses; /* [processors] second-level cache misses of each on this page */
	uint32_t writes;	/* write misses and upgrades by all */
	uint32_t migrations;	/* moves so far */
	void *state;		/* the policy's own, page_bytes long, zero at first */
};

enum policy_action {
	POLICY_LEAVE,	  /* nothing */
	POLICY_MIGRATE,	  /* move the page to `node`; replicas are given back */
	POLICY_REPLICATE, /* a read-only copy on `node` */
	POLICY_COLLAPSE,  /* give all copies back but the one on `node` */
	POLICY_FREEZE,	  /* no `hot` event for this page until the next counter reset */
};

struct policy_decision {
	enum policy_action action;
	unsigned node;
};

enum policy_outcome {
	POLICY_DONE,
	POLICY_NO_MEMORY, /* no free frame on the node */
	POLICY_REFUSED,	  /* the action makes no sense here (already there, no such node) */
};

struct policy {
	uint32_t version;		  /* POLICY_VERSION */
	uint32_t size;			  /* sizeof(struct policy) */
	const char *name, *help, *source; /* source: the paper and section it follows */
	const struct param *params;	  /* rows over the params struct; NULL: none */
	size_t params_bytes, global_bytes, page_bytes;

	/* What the policy wants to be told, asked once after the parameters are known (NULL: no
	 * hot events, no intervals). trigger: misses of one processor on one page at which `hot`
	 * fires, 0 for never. interval_ns: counters are reset (and `interval` called) this often in
	 * simulated time, 0 for never. */
	uint64_t (*trigger)(const void *params);
	uint64_t (*interval_ns)(const void *params);

	/* First reference to a page, by a processor: the node it shall lie on. */
	unsigned (*place)(const void *params, void *global, const struct policy_machine *,
			  const struct policy_page *, unsigned processor);
	/* A processor's miss counter on a page reached a multiple of the trigger. */
	struct policy_decision (*hot)(const void *params, void *global,
				      const struct policy_machine *, const struct policy_page *,
				      unsigned processor, bool write);
	/* A processor writes to a page that has replicas. The answer must be COLLAPSE or MIGRATE;
	 * a missing hook collapses onto the writer's node if it has a copy, else the home. */
	struct policy_decision (*replica_write)(const void *params, void *global,
						const struct policy_machine *,
						const struct policy_page *, unsigned processor);
	/* The interval is over; the counters are about to be reset. */
	void (*interval)(const void *params, void *global, const struct policy_machine *);
	/* What came of the last decision on this page. */
	void (*outcome)(const void *params, void *global, const struct policy_machine *,
			const struct policy_page *, struct policy_decision, enum policy_outcome);
};

/* All built-in policies, NULL-terminated; written by make from the files of policies/. */
extern const struct policy *const policies[];

#endif
