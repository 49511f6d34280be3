/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A stack segment of 16 bits in ring 1: the processor uses %sp alone, whatever the
 * upper half of %esp holds, for a push and for the frame of a trap. (The upper half is
 * not even kept: an IRET to such a stack, as the switcher's, leaves there what the inner
 * ring had.) Where the host pushes and pops frames it must use the same place.
 */
#include "micro.h"

EXPECT "time=5"

#define SEL		(FREE_ENTRY * 8)
#define BASE		0x300000
#define D_DATA16	0x0093

BEGIN
	GDT_SET	FREE_ENTRY, DESC_LOW(BASE, 0xffff), DESC_HIGH(BASE, 0xffff, D_DATA16)
	GATE	6, handler
	movl	%esp, %edi
	movl	$(SEL + 1), %eax
	movl	%eax, %ss
	movl	$0x00018000, %esp
	pushl	%eax
	movl	%esp, %ebx
	ud2
back:	movl	%esp, %ecx
	movl	$KDS, %edx
	movl	%edx, %ss
	movl	%edi, %esp
	CHECK_BITS %ebx, 0xffff, 0x7ffc, "sp after a push"
	CHECK	BASE+0x7ffc, (SEL + 1), "what was pushed"
	CHECK_BITS %ecx, 0xffff, 0x7ffc, "sp after the trap"
	PASS

handler:
	movl	%esp, inside
	movl	$KDS, %edx
	movl	%edx, %ss
	movl	%edi, %esp
	CHECK	BASE+0x7ff4, (KCS & ~3), "cs where the frame should be"
	CHECK_BITS inside, 0xffff, 0x7ff0, "sp in the handler"
	movl	$back, BASE+0x7ff0
	movl	$(SEL + 1), %edx
	movl	%edx, %ss
	movw	inside, %sp
	iret

	.data
inside:	.long	0
