/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Debug registers are the host's. What a guest writes is remembered and has no effect:
 * breakpoints on its own memory and code, on I/O, and on addresses of the host's, with
 * all kinds, sizes and the general detect bit, never fire. Ring 3 may not touch them.
 */
#include "micro.h"

#define PLACE	0x200000

.macro KEEPS reg:req, value:req
	movl	$\value, %eax
	movl	%eax, %\reg
	xorl	%eax, %eax
	movl	%\reg, %eax
	CHECK	%eax, \value, "\reg"
.endm

BEGIN
	movl	%dr7, %eax
	CHECK	%eax, 0x400, "dr7 at the start"
	movl	%dr6, %eax
	CHECK	%eax, 0xffff0ff0, "dr6 at the start"
	HANDLER	1, hit
	KEEPS	dr0, PLACE
	KEEPS	dr1, here
	KEEPS	dr2, 0xffc01000
	KEEPS	dr3, 0xc1000000
	KEEPS	dr7, 0xdfd007ff		/* all on; RW, execute, I/O; GD below */
	HC	LGUEST_HC_IRQ_WINDOW
	movl	$1, PLACE
	movl	PLACE, %eax
here:	nop
	RING3	program
	WANT_VECTOR VECTOR_BACK, "ring 3"
	KEEPS	dr7, 0x000024ff		/* general detect, all execute */
	HC	LGUEST_HC_IRQ_WINDOW
	jmp	1f
1:	nop
	movl	%dr7, %eax
	CHECK	%eax, 0x24ff, "dr7"
	CHECK	hits, 0, "hits"

	RING3	read
	WANT_FAULT 13, 0, "reading dr0 in ring 3"
	RING3	write
	WANT_FAULT 13, 0, "writing dr7 in ring 3"
	PASS

program:
	movl	$1, PLACE
	movl	PLACE, %eax
	BACK
read:	movl	%dr0, %eax
	BACK
write:	xorl	%eax, %eax
	movl	%eax, %dr7
	BACK
hit:	incl	hits
	movl	$2, FRAME_EFLAGS(%ebp)
	ret

	.data
hits:	.long	0
