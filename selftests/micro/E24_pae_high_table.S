/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A page table above 4G, whose lower half names a good one. The use kills the guest.
 * A broken host takes the good one, or has linked it in a flush because it compares
 * lower halves only.
 */
#include "micro.h"

EXPECT	"killed=page table of address 0x800000, from CR3 0x300000, cannot be read (error -14)"

#include "pae.inc"

#define HERE	0x800000
#define FRAME	0x380000
#define PDE	(PD(0) + (HERE >> 21) * 8)

BEGIN
	PAE
	movl	$(PT2 + P_ALL), PDE
	movl	$(FRAME + P_ALL), PT2
	movl	$0x1234, FRAME
	CHECK	HERE, 0x1234, "by a table below 4G"
	movl	$0x100, PDE + 4
	invlpg	HERE
	RELOAD_CR3
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	DIES
	movl	HERE, %eax
	FAIL	"still alive with a page table above 4G"
