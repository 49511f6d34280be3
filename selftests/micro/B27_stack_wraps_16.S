/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A stack of 16 bits with %sp at 8: the frame would go on at the segment's other end, and
 * not behind it. The host does not split it: it ends the guest.
 */
#include "micro.h"

EXPECT "killed=double fault: stack at 0xfffc not writable for vector 6 "

#define SEL	(FREE_ENTRY * 8)
#define BASE	0x300000

BEGIN
	GDT_SET	FREE_ENTRY, DESC_LOW(BASE, 0xffff), DESC_HIGH(BASE, 0xffff, 0x0093)
	movl	$(SEL + 1), %eax
	movl	%eax, %ss
	movl	$8, %esp
	ud2
