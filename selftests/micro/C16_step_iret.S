/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An IRET whose frame has TF: the first #DB comes behind the instruction that it goes
 * to. Done by the host (CS of RPL 0) and by the processor (RPL 1; ring 3), and by the
 * host to ring 3 with an interrupt on the way, whose handler runs without TF.
 */
#include "micro.h"

.macro STEP_FROM cs:req, label:req
	pushl	$(EFLAGS_TF | 2)
	pushl	$(\cs)
	pushl	$\label
	iret
.endm

BEGIN
	movl	$UCS, micro_shared + SHARED_USER_CS
	INTERRUPTS
	HANDLER	1, step
	STEP_FROM (KCS & ~3), 1f
1:	nop
2:	CHECK	first, 2b, "the host"
	movl	$0, first
	STEP_FROM KCS, 3f
3:	nop
4:	CHECK	first, 4b, "the processor"
	movl	$0, first
	RING3	program, eflags=(EFLAGS_IF | EFLAGS_TF)
	CHECK	first, in3, "the processor, to ring 3"
	movl	$0, first

	RAISE_IRQ
	CHECK	irq_count, 0, "interrupts in ring 1"
	RING3	program, eflags=(EFLAGS_IF | EFLAGS_TF)
	WANT_VECTOR VECTOR_BACK, "ring 3"
	CHECK	irq_count, 1, "interrupts"
	CHECK	first, in3, "the host, to ring 3, with an interrupt"
	PASS

program:
	nop
in3:	BACK

step:	cmpl	$0, first
	jne	1f
	movl	fault_eip, %eax
	movl	%eax, first
1:	andl	$~EFLAGS_TF, FRAME_EFLAGS(%ebp)
	ret

	.data
first:	.long	0
