/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames above 4G. No guest has such memory, so entries that lead there do no harm
 * while they are only neighbours of one that is used, and the use of one kills. A
 * broken host drops the upper half on the way: the guest has a page then that it did
 * not ask for, or a check is passed by the lower half alone.
 */
#include "micro.h"

EXPECT	"killed=address 0x805000 is mapped to frame 0x100380, which is not RAM"

#include "pae.inc"

#define HERE	0x800000
#define FRAME	0x380000
#define USED	(P_ALL | P_ACCESSED | P_DIRTY)

BEGIN
	PAE
	movl	$(PT2 + P_ALL), PD(0) + (HERE >> 21) * 8
	movl	$(FRAME + USED), PT2 + 4 * 8
	movl	$(FRAME + USED), PT2 + 5 * 8
	movl	$1, PT2 + 5 * 8 + 4
	movl	$(FRAME + USED), PT2 + 6 * 8
	movl	$0x800, PT2 + 6 * 8 + 4
	movl	$(FRAME + USED), PT2 + 7 * 8
	movl	$0xfffff, PT2 + 7 * 8 + 4
	movl	$0x1234, FRAME
	CHECK	(HERE + 4 * PAGE_SIZE), 0x1234, "a page next to them"
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	RELOAD_CR3
	DIES
	movl	HERE + 5 * PAGE_SIZE, %eax
	FAIL	"still alive with a frame above 4G"
