/* SPDX-License-Identifier: MIT */
/* The parts of a profile, for each other only. */
#ifndef TRACES_PROFILE_PARTS_H
#define TRACES_PROFILE_PARTS_H

#include "traces/profile.h"

/* profile.c: puts an ended service into its row. */
void profile_commit(struct profile *p, const struct profile_frame *f, unsigned row);
/* Ends all services of a thread. */
void profile_close_thread(struct profile *p, struct profile_thread *t);
/* Points p->now at where costs go. */
void profile_locate(struct profile *p);

/* profile_pages.c: a load or store in a fault; the end of a fault; a MAP. */
void profile_pages_load(struct profile_frame *f);
void profile_pages_store(struct profile_frame *f, uint32_t addr, uint32_t bytes);
void profile_pages_zeroed(struct profile_frame *f, uint32_t pa);
void profile_pages_closed(struct profile *p, const struct profile_frame *f);
void profile_pages_mapped(struct profile *p, struct record r);
void profile_pages_settle(struct profile *p); /* now, if one is pending */

/* profile_threads.c */
void profile_threads_init(struct profile *p);
void profile_threads_release(struct profile *p);
void profile_threads_run(struct profile *p, struct record r);
void profile_threads_arm(struct profile *p);
void profile_threads_store(struct profile *p, uint32_t addr); /* while p->armed */
void profile_threads_load(struct profile *p, uint32_t addr);

#endif
