/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The reason why a guest was killed names its own numbers only: here an exception without
 * a handler, with the error code, CR2 and %eip that the guest has. CR2 is that of the
 * last fault that the guest got, which is none. The processor's is another one: that of
 * a program of the host that ran while the guest slept, and whose memory is where is
 * nobody else's business.
 */
#include "micro.h"

	EXPECT	"killed=triple fault: no handler for vector 6 (error 0x0, cr2 0x0), at eip 0x"

#define SLEEPS	5
#define STEP_NS	20000000

BEGIN
	INTERRUPTS
	HC_OK	LGUEST_HC_LOAD_IDT_ENTRY, $6, $0, $0
	/* The first time there are fills of the guest's own. */
1:	addl	$STEP_NS, next
	HC_OK	LGUEST_HC_SET_TIMER, next, $0
	HANDLER	VECTOR_IRQ, woken
	movl	$LGUEST_HC_HALT, %eax
	IRQ_ON
halt:	int	$LGUEST_HYPERCALL
	IRQ_OFF
	decl	sleeps
	jnz	1b
	ud2
	FAIL	"still alive"

woken:	xorl	%eax, %eax
	xchgl	%eax, micro_shared + SHARED_IRQS
	cmpl	$halt, FRAME_EIP(%ebp)
	jne	2f
	addl	$2, FRAME_EIP(%ebp)
2:	ret

	.data
next:	.long	0
sleeps:	.long	SLEEPS
