/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A trap in ring 1 whose frame does not lie within the stack segment. On a processor that
 * is #SS and then a double fault; the host, which pushes the frame, must not write it
 * behind the end of the segment.
 */
#include "micro.h"

EXPECT "killed=double fault: stack at 0x10fff4 not writable for vector 6 "

#define SEL	(FREE_ENTRY * 8)

BEGIN
	GDT_SET	FREE_ENTRY, DESC_LOW(0, 0xffff), DESC_HIGH(0, 0xffff, (D_DATA & ~0x8000))
	movl	$(SEL + 1), %eax
	movl	%eax, %ss
	movl	$0x110000, %esp
	ud2
