/* SPDX-License-Identifier: MIT */
/*
 * What is at the other end of a guest's cable: an Ethernet with one more host on it, which has the
 * addresses and habits of QEMU's user network when that is restricted (-netdev user,restrict=on):
 * it gives the guest 10.0.2.15/24 by DHCP, has the addresses 10.0.2.2 and 10.0.2.3 as far as ARP
 * and ping can tell, refuses TCP connections to them, and leaves everything else unanswered. No
 * frame ever reaches the host.
 *
 * It has no state: an answer depends on its frame alone. So there is nothing to save in a snapshot,
 * nothing to drive by a clock, and nothing that a guest could fill.
 */
#ifndef SIM_BOARD_SUBNET_H
#define SIM_BOARD_SUBNET_H

#include <stdint.h>

#define SUBNET_FRAME 1514u /* bytes of the longest frame, without checksum */

/* Makes the answer to a frame of any bytes. Returns its length, or 0 when there is none. */
uint32_t subnet_answer(const uint8_t *frame, uint32_t bytes, uint8_t answer[SUBNET_FRAME]);

#endif
