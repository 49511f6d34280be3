/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TF and instructions after which the code goes on elsewhere: an IRET and a RETF that the
 * host completes, and HLT. TF counts as it was when the instruction began (single-step
 * exception condition, volume 3), so the #DB comes at the place where it leads, whatever
 * the flag is there; and it ends a HLT. RF is clear in each frame.
 */
#include "micro.h"

EXPECT "time=5"

.macro TF_ON
	movl	$0, steps
	pushl	$(EFLAGS_TF | 2)
	popfl
.endm

.macro TF_OFF
	pushl	$2
	popfl
.endm

BEGIN
	movl	$UCS, micro_shared + SHARED_USER_CS
	INTERRUPTS
	HANDLER	1, step

	/* The frames are there before TF is. */
	pushl	$2
	pushl	$(KCS & ~3)
	pushl	$1f
	TF_ON
	iret
	nop
1:	nop
	CHECK	steps, 1, "steps of an iret that clears TF"
	CHECK	first, 1b, "eip behind an iret that clears TF"

	pushl	$(EFLAGS_TF | 2)
	pushl	$(KCS & ~3)
	pushl	$2f
	TF_ON
	iret
2:	nop
	TF_OFF
	CHECK	first, 2b, "eip behind an iret that keeps TF"

	pushl	$(KCS & ~3)
	pushl	$3f
	TF_ON
	lret
	nop
3:	TF_OFF
	CHECK	first, 3b, "eip behind a far return"

	/* To ring 3: by the processor, then, for the interrupt that waits, by the host. */
	call	to_ring3
	CHECK	first, program, "eip behind an iret to ring 3"
	RAISE_IRQ
	call	to_ring3
	CHECK	first, program, "eip behind an iret to ring 3 that the host completes"
	CHECK	irq_count, 1, "interrupts"

	TF_ON
	hlt
4:	TF_OFF
	CHECK	first, 4b, "eip behind a hlt"
	TF_ON
	sti
5:	hlt
6:	TF_OFF
	CHECK	first, 5b, "eip behind a sti"
	CHECK	second, 6b, "eip behind the hlt after it"
	CHECK	rf, 0, "RF in frames"
	PASS

to_ring3:
	movl	%esp, ring3_esp
	movl	$back, ring3_back
	movl	$NO_FAULT, fault_vector
	pushl	$UDS
	pushl	$micro_user_stack
	pushl	$(EFLAGS_IF | 2)
	pushl	$UCS
	pushl	$program
	movl	$UDS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	$0, steps
	pushl	$(EFLAGS_TF | 2)
	popfl
	iret
back:	WANT_VECTOR VECTOR_BACK, "ring 3"
	ret

program:
	BACK

step:	movl	fault_eip, %eax
	cmpl	$1, steps
	ja	2f
	je	1f
	movl	%eax, first
1:	movl	%eax, second
2:	incl	steps
	movl	FRAME_EFLAGS(%ebp), %eax
	andl	$EFLAGS_RF, %eax
	orl	%eax, rf
	ret

	.data
steps:	.long	0
first:	.long	0
second:	.long	0
rf:	.long	0
