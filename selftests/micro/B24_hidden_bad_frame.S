/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IRET to the code segment that the guest has named for its programs, with a stack
 * segment that ring 3 may not have. The fault names that segment and is at the IRET, with
 * the frame still on the stack: while an interrupt waits, when it is the host that would
 * complete the IRET, as well as while none does.
 */
#include "micro.h"

#define SEL	(FREE_ENTRY * 8)	/* read-only data, DPL 3 */
#define SS_NP	(SEL + 8)		/* not present data, DPL 3 */

.macro BAD vector:req, error:req, ss:req
	pushl	$(\ss)
	pushl	$micro_user_stack
	pushl	$(EFLAGS_IF | 2)
	pushl	$UCS
	pushl	$there
	movl	%esp, %edi
	TRY	iret
	WANT_FAULT \vector, \error, "ss \ss"
	CHECK	fault_cs, (KCS & ~3), "cs at the fault"
	cmpl	%edi, fault_esp
	jne	moved
	addl	$20, %esp
.endm

BEGIN
	movl	$UCS, micro_shared + SHARED_USER_CS
	INTERRUPTS
	HANDLER	VECTOR_IRQ, note
	GDT_SET	FREE_ENTRY, FLAT(((D_DATA & ~0x2) | D_DPL(3)))
	GDT_SET	(FREE_ENTRY + 1), FLAT(((D_DATA & ~0x80) | D_DPL(3)))

	/* First with nothing pending, then with an interrupt. */
again:	BAD	13, 0, 0
	BAD	13, 0, 3
	BAD	13, 0x18, KDS
	BAD	13, 0x18, 0x1b
	BAD	13, 0x28, 0x28
	BAD	13, 0x20, UCS
	BAD	13, SEL, (SEL + 3)
	BAD	13, 0x108, 0x10b
	BAD	13, 0x2c, 0x2f
	pushl	$(SS_NP + 3)
	pushl	$micro_user_stack
	pushl	$(EFLAGS_IF | 2)
	pushl	$UCS
	pushl	$there
	TRY	iret
	cmpl	$11, fault_vector	/* some say #NP */
	je	1f
	WANT_VECTOR 12, "a stack that is not present"
1:	CHECK	fault_error, SS_NP, "a stack that is not present: error code"
	addl	$20, %esp

	incl	rounds
	cmpl	$2, rounds
	je	last
	RAISE_IRQ
	READ_ACCESS $UCS
	CHECK	%eax, 0xc0f100, "LAR of ring 3's code with an interrupt pending"
	jmp	again

	/* And it still comes. */
last:	CHECK	irqs, 0, "interrupts before a good frame"
	RING3	program
	WANT_VECTOR VECTOR_BACK, "the program"
	CHECK	irqs, 1, "interrupts"
	PASS

program:
	BACK

note:	incl	irqs
	movl	$0, micro_shared + SHARED_IRQS
	ret

moved:	FAIL	"esp at the fault is not that before the IRET"
there:	FAIL	"it got there"

	.data
rounds:	.long	0
irqs:	.long	0
