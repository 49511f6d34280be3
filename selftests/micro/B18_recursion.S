/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A handler that faults, each time anew, until the stack is at its end: frame by
 * frame, some five thousand in all, down to a page that is not there. Then the guest
 * is dead. Nothing piles up in the host, and it takes no time to speak of.
 */
#include "micro.h"

#define BOTTOM	0x200000
#define TOP	0x210000

EXPECT "killed=double fault: stack at 0x1ffff"

BEGIN
	PAGING
	SET_PTE	(BOTTOM - PAGE_SIZE), 0
	GATE	6, again
	movl	$TOP, %esp
again:
	ud2
