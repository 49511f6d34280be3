/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IRET to the code segment that the guest has named for its programs, with a stack
 * segment that ring 3 may not have. The fault names that segment and is at the IRET, with
 * the frame still on the stack: while an interrupt waits, when it is the host that would
 * complete the IRET, as well as while none does.
 */
#include "micro.h"
#include "iret.inc"

#define SEL	(FREE_ENTRY * 8)	/* read-only data, DPL 3 */
#define SS_NP	(SEL + 8)		/* not present data, DPL 3 */

BEGIN
	movl	$UCS, micro_shared + SHARED_USER_CS
	INTERRUPTS
	HANDLER	VECTOR_IRQ, note
	GDT_SET	FREE_ENTRY, FLAT(((D_DATA & ~0x2) | D_DPL(3)))
	GDT_SET	(FREE_ENTRY + 1), FLAT(((D_DATA & ~0x80) | D_DPL(3)))

	/* First with nothing pending, then with an interrupt. */
again:	BAD	13, 0, UCS, 0
	BAD	13, 0, UCS, 3
	BAD	13, 0x18, UCS, KDS
	BAD	13, 0x18, UCS, 0x1b
	BAD	13, 0x28, UCS, 0x28
	BAD	13, 0x20, UCS, UCS
	BAD	13, SEL, UCS, (SEL + 3)
	BAD	13, 0x108, UCS, 0x10b
	BAD	13, 0x2c, UCS, 0x2f
	BAD_STACK_NOT_PRESENT SS_NP

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

	IRET_ENDS

	.data
rounds:	.long	0
irqs:	.long	0
