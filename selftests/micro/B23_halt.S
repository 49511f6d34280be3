/* SPDX-License-Identifier: GPL-2.0 */
/*
 * LGUEST_HC_HALT sets the flag itself, so that an interrupt that is pending ends the
 * wait, and none is taken before it begins and then slept over. Without it the
 * guest has halted for ever.
 */
#include "micro.h"

EXPECT "time=5"
EXPECT "status=13 halted for ever"

BEGIN
	INTERRUPTS
	movl	$100, %ebp
1:	RAISE_IRQ
	HC_OK	LGUEST_HC_HALT, $EFLAGS_IF
	CHECK	micro_shared, EFLAGS_IF, "the flag"
	IRQ_OFF
	decl	%ebp
	jnz	1b
	CHECK	irq_count, 100, "interrupts"
	HC	LGUEST_HC_HALT, $0
	FAIL	"still alive"
