/* SPDX-License-Identifier: GPL-2.0 */
/*
 * STI holds interrupts off for one more instruction, so that of "sti; hlt" no wake-up
 * gets lost: an interrupt that is pending is taken after the HLT has begun, and ends
 * it. A host that delivers between the two has the guest sleep for ever (if nothing
 * else comes).
 */
#include "micro.h"

EXPECT "time=5"

BEGIN
	INTERRUPTS
	movl	$10, %ebp
1:	RAISE_IRQ			/* pending: the flag is clear */
	sti
	hlt
	cli
	decl	%ebp
	jnz	1b
	CHECK	irq_count, 10, "interrupts"
	PASS
