/* SPDX-License-Identifier: MIT */
/* The clock of a PC: a Motorola MC146818 with 242 bytes of battery-backed memory. */
#ifndef SIM_BOARD_RTC_H
#define SIM_BOARD_RTC_H

#include "sim/board/device.h"

/* What the clock says at reset: Friday 2027-01-01 00:00:00. It is fixed, so that runs repeat, and
 * later than any file of the guests' packages. */
#define RTC_START 1798761600u /* seconds since 1970 */

struct device *rtc_new(struct services *, unsigned interrupt);

/* reg 0: index (0x70); 1: data (0x71); 2, 3: the same for the upper 128 bytes. */
uint8_t rtc_load(struct device *, unsigned reg);
void rtc_store(struct device *, unsigned reg, uint8_t value);

#endif
