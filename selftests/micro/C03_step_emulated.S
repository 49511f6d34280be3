/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TF and an instruction that the host emulates: it is one step, too, so the #DB comes
 * behind it and not one instruction later. For what the host emulates by moving %eip,
 * and for an IRET that it completes (there the flag is that of the frame).
 */
#include "micro.h"

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
	PASS

step:	movl	where, %edi
	movl	fault_eip, %eax
	stosl
	movl	%edi, where
	ret

	.data
where:	.long	0
