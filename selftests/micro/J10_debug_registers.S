/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The debug registers that a guest reads are its own: all zero, DR6 and DR7 as after a
 * reset, although the host has a watchpoint meanwhile. What it writes stays its own as
 * well; the guest beside it has other values. A single step leaves BS in DR6, and none
 * of the bits that the host's breakpoints set.
 *
 * A host that lets the moves through, or that shows the registers as they are, gives the
 * address that somebody debugs.
 */
#include "micro.h"

	EXPECT	"watch=0x110000"

.macro DR n:req, want:req, text:req
	movl	%dr\n, %eax
	CHECK	%eax, \want, "dr\n \text"
.endm

BEGIN
	DR	0, 0, "first"
	DR	1, 0, "first"
	DR	2, 0, "first"
	DR	3, 0, "first"
	movl	%dr6, %eax
	CHECK	%eax, 0xffff0ff0, "dr6 first"
	movl	%dr7, %eax
	CHECK	%eax, 0x400, "dr7 first"

	movl	$0x110000, %eax
	movl	%eax, %dr0
	movl	$0x000f0401, %eax	/* reads and writes of 4 bytes */
	movl	%eax, %dr7
	DR	0, 0x110000, "written"
	/* Without effect: the specification says so. */
	TRY	movl 0x110004, %eax
	WANT_NO_FAULT "a breakpoint of the guest's"

	/* Two names for one register, until CR4.DE is set. */
	movl	%dr5, %eax
	CHECK	%eax, 0x000f0401, "dr5 is dr7"
	movl	$0x8, %eax		/* CR4.DE */
	movl	%eax, %cr4
	TRY	.byte 0x0f, 0x21, 0xe0		/* movl %dr4, %eax */
	WANT_FAULT 6, 0, "dr4 with CR4.DE"
	TRY	.byte 0x0f, 0x23, 0xe8		/* movl %eax, %dr5 */
	WANT_FAULT 6, 0, "dr5 with CR4.DE"

	HANDLER	1, step
	pushl	$(2 | EFLAGS_TF)
	popfl
	nop
	nop
	CHECK_BITS steps, ~7, 0, "more steps than there are"
	cmpl	$0, steps
	je	no_step
	CHECK_BITS dr6, 0x4000, 0x4000, "BS in dr6"
	CHECK_BITS dr6, 0xf, 0, "breakpoints in dr6"
	PASS

step:	incl	steps
	movl	%dr6, %eax
	movl	%eax, dr6
	andl	$~EFLAGS_TF, FRAME_EFLAGS(%ebp)
	ret

no_step: FAIL	"no single step"

	.data
steps:	.long	0
dr6:	.long	0
