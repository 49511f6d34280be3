/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TF in ring 1: a #DB after each instruction from the one behind POPF on, with BS set
 * in DR6, TF in the frame, and not in the handler. Instructions that the host has to do
 * with in secret (a page that is not in the shadow yet) are one step like others.
 */
#include "micro.h"

#define PLACE	0x300000

BEGIN
	PAGING
	HANDLER	1, step
	movl	$micro_pages, where
	pushl	$(EFLAGS_TF | 2)
	popfl
	nop
s1:	xorl	%eax, %eax
s2:	movl	$1, PLACE
s3:	pushl	$2
s4:	popfl
s5:	nop
	CHECK	steps, 5, "steps"
	CHECK	micro_pages, s1, "eip after nop"
	CHECK	micro_pages+4, s2, "eip after xor"
	CHECK	micro_pages+8, s3, "eip after a write to a new page"
	CHECK	micro_pages+12, s4, "eip after push"
	CHECK	micro_pages+16, s5, "eip after the popf that clears TF"
	PASS

step:	incl	steps
	movl	where, %edi
	movl	fault_eip, %eax
	stosl
	movl	%edi, where
	/* All but the last have TF. */
	cmpl	$5, steps
	je	1f
	CHECK_BITS fault_eflags, EFLAGS_TF, EFLAGS_TF, "TF in the frame"
1:	pushfl
	popl	%eax
	CHECK_BITS %eax, EFLAGS_TF, 0, "TF in the handler"
	movl	%dr6, %eax
	CHECK	%eax, 0xffff4ff0, "dr6"
	ret

	.data
steps:	.long	0
where:	.long	0
