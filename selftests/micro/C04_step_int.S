/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TF and INT n: the handler runs without TF, and after its IRET the next #DB comes
 * behind one more instruction. That is so for a hypercall (which has no handler), for
 * a gate of the guest's, for INT3, and from ring 3 for a system call that goes straight
 * to ring 1: there no host is in between that would clear TF.
 */
#include "micro.h"

.macro STEPS_TO label:req, text:req
	pushl	$2
	popfl
	CHECK	first, \label, "\text: eip of the first #DB"
	movl	$0, first
.endm
.macro STEP
	pushl	$(EFLAGS_TF | 2)
	popfl
.endm

BEGIN
	HANDLER	1, step
	GATE	0x50, handler
	GATE	0x80, handler, dpl=3
	GATE	3, handler, dpl=3

	movl	$LGUEST_HC_IRQ_WINDOW, %eax
	STEP
	int	$LGUEST_HYPERCALL
	nop
1:	STEPS_TO 1b, "hypercall"
	STEP
	int	$0x50
	nop
1:	STEPS_TO 1b, "int 0x50"
	STEP
	int3
	nop
1:	STEPS_TO 1b, "int3"
	STEP
	int	$0x80
	nop
1:	STEPS_TO 1b, "int 0x80 in ring 1"
	RING3	program, eflags=(EFLAGS_IF | EFLAGS_TF)
	WANT_VECTOR VECTOR_BACK, "ring 3"
	CHECK	first, in3, "int 0x80 in ring 3: eip of the first #DB"
	CHECK	handled, 4, "handlers"
	PASS

program:
	int	$0x80
	nop
in3:	BACK

handler:
	pushfl
	popl	%ecx
	testl	$EFLAGS_TF, %ecx
	jnz	1f
	incl	handled
	iret
1:	FAIL	"TF is set in a handler"

/* The first #DB since it was zero; and no more of them. */
step:	cmpl	$0, first
	jne	1f
	movl	fault_eip, %eax
	movl	%eax, first
1:	andl	$~EFLAGS_TF, FRAME_EFLAGS(%ebp)
	ret

	.data
first:	.long	0
handled: .long	0
