/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An x87 exception that is not masked waits in the registers until the next x87
 * instruction. The guest leaves it there over exits and while it sleeps: the host, which
 * saves and restores the registers, must not trip over it, nor may another guest or a
 * program of the host's; the guest gets its #MF when it asks for it, and not before.
 */
#include "micro.h"

#define STEP_NS	1000000

EXPECT "time=20"

BEGIN
	INTERRUPTS
	HANDLER	VECTOR_IRQ, woken
	movl	$100, %ebp
next:
	fninit
	movl	$0x340, word		/* nothing is masked */
	fldcw	word
	fld1
	fldz
	fdivrp	%st, %st(1)		/* 1 / 0: the exception waits */
	HC	LGUEST_HC_IRQ_WINDOW
	movl	%cr0, %eax
	addl	$STEP_NS, when
	adcl	$0, when + 4
	HC_OK	LGUEST_HC_SET_TIMER, when, when+4
	movl	$LGUEST_HC_HALT, %eax
	IRQ_ON
halt:	int	$LGUEST_HYPERCALL
	IRQ_OFF
	TRY	fwait
	WANT_VECTOR 16, "fwait"
	fnstsw	%ax
	movzwl	%ax, %eax
	CHECK_BITS %eax, 0x84, 0x84, "status: summary, division by zero"
	fnclex
	TRY	fwait
	WANT_NO_FAULT "fwait after fnclex"
	decl	%ebp
	jnz	next
	PASS

woken:	movl	$0, micro_shared + SHARED_IRQS
	cmpl	$halt, FRAME_EIP(%ebp)
	jne	1f
	addl	$2, FRAME_EIP(%ebp)
1:	ret

	.data
	.balign	8
when:	.quad	0
word:	.long	0
