/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A stack for traps from ring 3 that ends just above W. SET_STACK takes any address.
 * The first trap from ring 3 has no place for its frame, and the host kills the
 * guest. A broken host writes the frame there with its own rights: to the page of
 * the switcher's code, or wherever the guest likes.
 */
#include "micro.h"

EXPECT	"killed=double fault: stack at 0xffc00"

BEGIN
	PAGING
	/* The page below is there, so that a part of the frame could be written. */
	movl	$(micro_pages + 7), micro_page_dir + 1022 * 4
	movl	$(0x200000 + 7), micro_pages + 1023 * 4
	HC_OK	LGUEST_HC_SET_STACK, $KDS, $(WINDOW + 0x800)
	RING3	program
	FAIL	"still alive with a stack in the window"

program:
	ud2
