/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TF and an instruction that the host emulates: it is one step, too, so the #DB comes
 * behind it and not one instruction later. DR6 keeps the bits that were set before.
 */
#include "micro.h"

/* Step over it; DR6 to %eax. */
.macro STEP insn:req
	movl	$micro_pages, where
	pushl	$(EFLAGS_TF | 2)
	popfl
	\insn
	pushl	$2
	popfl
	movl	%dr6, %eax
.endm

BEGIN
	HANDLER	1, step

	movl	$micro_pages, where
	pushl	$(EFLAGS_TF | 2)
	popfl
	movl	%cr0, %eax
s1:	cli
s2:	nop
s3:	pushl	$2
	popfl
	CHECK	micro_pages, s1, "eip of the first #DB, behind mov from cr0"
	CHECK	micro_pages+4, s2, "eip of the second #DB, behind cli"
	CHECK	micro_pages+8, s3, "eip of the third #DB, behind nop"
	movl	%dr6, %eax
	CHECK	%eax, 0xffff4ff0, "dr6"

	/* What is fixed in it is, and what is set stays: a step clears no more than these 4. */
	xorl	%eax, %eax
	movl	%eax, %dr6
	movl	%dr6, %eax
	CHECK	%eax, 0xffff0ff0, "dr6 when 0 has been written"
	movl	$0xffff8ff0, %eax	/* BT */
	movl	%eax, %dr6
	STEP	nop
	CHECK	%eax, 0xffffcff0, "dr6 with BT before, after a nop"
	movl	$0xffff2ff0, %eax	/* BD */
	movl	%eax, %dr6
	STEP	cli
	CHECK	%eax, 0xffff6ff0, "dr6 with BD before, after cli"
	PASS

step:	movl	where, %edi
	movl	fault_eip, %eax
	stosl
	movl	%edi, where
	ret

	.data
where:	.long	0
