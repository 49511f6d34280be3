/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IRET and RETF, which the host completes, to an %eip behind the end of the code segment:
 * #GP(0) at the instruction, with the frame still on the stack. And up to the very last
 * byte they go.
 */
#include "micro.h"

#define SEL	(FREE_ENTRY * 8)
#define LAST	0x10		/* what begins there is the UD2 below */

.macro BAD insn:req, eip:req
	pushl	$2
	pushl	$SEL
	pushl	$(\eip)
	.ifc \insn,lret
	/* It has no flags in its frame. */
	movl	(%esp), %eax
	movl	%eax, 4(%esp)
	movl	$SEL, 8(%esp)
	addl	$4, %esp
	.endif
	movl	%esp, %edi
	TRY	\insn
	WANT_FAULT 13, 0, "\insn to \eip"
	CHECK	fault_cs, (KCS & ~3), "cs at the fault"
	cmpl	%edi, fault_esp
	jne	moved
	leal	stack_before, %ebx
	movl	(%ebx), %esp
.endm

BEGIN
	movl	%esp, stack_before
	/* Code from "last" on, of LAST + 2 bytes. */
	movl	$last - LAST, %ecx
	movl	%ecx, %edx
	shll	$16, %ecx
	orl	$(LAST + 1), %ecx
	movl	%edx, %eax
	shrl	$16, %eax
	andl	$0xff, %eax
	orl	$((D_CODE & 0xff) << 8 | 0x400000), %eax
	andl	$0xff000000, %edx
	orl	%eax, %edx
	HC_OK	LGUEST_HC_LOAD_GDT_ENTRY, $FREE_ENTRY, %ecx, %edx
	READ_LIMIT $(SEL + 1)
	CHECK	%eax, (LAST + 1), "limit of the segment"

	BAD	iret, (LAST + 2)
	BAD	iret, 0x100000
	BAD	iret, 0xffffffff
	BAD	lret, (LAST + 2)
	BAD	lret, 0xffffffff

	pushl	$2
	pushl	$SEL
	pushl	$LAST
	TRY	iret
	WANT_VECTOR 6, "iret to the last instruction"
	CHECK	fault_cs, SEL, "cs there"
	CHECK	fault_eip, LAST, "eip there"
	PASS

last:	ud2
moved:	FAIL	"esp at the fault is not that before the instruction"

	.data
stack_before: .long 0
