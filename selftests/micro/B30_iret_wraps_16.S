/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IRET and RETF, which the host completes, with a frame that a stack of 16 bits has in two
 * parts, at its end and at its beginning. The host does not put them together (nor does it
 * push so: B27): #SS(0). What it must not do is to take what lies behind the segment.
 */
#include "micro.h"

#define SEL	(FREE_ENTRY * 8)
#define BASE	0x300000
#define END	(BASE + 0x10000)

.macro BAD insn:req
	movl	$.Lfault\@, resume
	movl	$-1, BASE + 0xffec
	movl	$(SEL + 1), %eax
	movl	%eax, %ss
	movl	$0xfffc, %esp
.Lat\@:	\insn
	jmp	behind
.Lfault\@:
	CHECK	BASE+0xffec, 0, "\insn: error code"
	CHECK	BASE+0xfff0, .Lat\@, "\insn: eip"
.endm

BEGIN
	movl	%esp, stack
	GDT_SET	FREE_ENTRY, DESC_LOW(BASE, 0xffff), DESC_HIGH(BASE, 0xffff, 0x0093)
	GATE	12, fault
	movl	$behind, END - 4
	movl	$(KCS & ~3), END
	movl	$2, END + 4
	BAD	iret
	BAD	lret
	PASS

/* Not that of the runtime: it knows no such stacks. */
fault:	movl	$KDS, %eax
	movl	%eax, %ss
	movl	stack, %esp
	jmp	*resume

behind:	movl	$KDS, %eax
	movl	%eax, %ss
	movl	stack, %esp
	FAIL	"no fault"

	.data
stack:	.long	0
resume:	.long	0
