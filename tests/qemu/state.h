/* SPDX-License-Identifier: MIT */
/*
 * What the differential test of the core compares: the result of one step as it lies in the
 * guest's memory and in its output. Shared by the guest (runner.S, runner.c) and compare.py,
 * which reads the offsets from here.
 */
#define STATE_GPR      0
#define STATE_HI       128
#define STATE_LO       132
#define STATE_FCSR     136
#define STATE_STATUS   140
#define STATE_EPC      144
#define STATE_CAUSE    148
#define STATE_BADVADDR 152
#define STATE_ENTRYHI  156
#define STATE_CONTEXT  160
#define STATE_VECTOR   164
#define STATE_INDEX    168
#define STATE_ENTRYLO0 172
#define STATE_ENTRYLO1 176
#define STATE_PAGEMASK 180
#define STATE_FULL     184
#define STATE_FPR      192
#define STATE_MEMORY   448
#define STATE_BYTES    512
