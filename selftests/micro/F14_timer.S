/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SET_TIMER for all kinds of times. In the past is at once; ~0 is never, and takes
 * back what was set; far away is far away, also where a signed number of nanoseconds
 * ends. A broken host computes a delay that is negative, and has a timer that fires
 * for ever, or divides by it.
 */
#include "micro.h"

.macro SET high:req, low:req, want:req
	movl	$0, irq_count
	HC_OK	LGUEST_HC_SET_TIMER, $\low, $\high
	call	wait
	CHECK	irq_count, \want, "interrupts by \high, \low"
.endm

BEGIN
	INTERRUPTS
	IRQ_ON
	SET	0, 0, 1
	SET	0, 1, 1
	SET	0xffffffff, 0xffffffff, 0
	SET	0xffffffff, 0xfffffffe, 0
	SET	0x80000000, 0, 0
	SET	0x7fffffff, 0xffffffff, 0
	SET	0x40000000, 0, 0
	SET	0x3fffffff, 0xffffffff, 0
	SET	0x00000100, 0, 0
	SET	0, 0, 1
	/* Set and taken back, many times: no more than one is left. */
	movl	$0, irq_count
	movl	$2000, %ebp
1:	HC_OK	LGUEST_HC_SET_TIMER, $0, $1
	HC_OK	LGUEST_HC_SET_TIMER, %ebp, $0x100
	decl	%ebp
	jnz	1b
	HC_OK	LGUEST_HC_SET_TIMER, $-1, $-1
	call	wait
	/* 4 seconds of the clock may be over by now. */
	cmpl	$0, irq_count
	je	2f
	PRINT_HEX "interrupts while the timer was set again and again", irq_count
2:	PASS

/* Some ms, as one may hope, with exits. */
wait:	movl	$2000000, %ecx
	loop	.
	HC_OK	LGUEST_HC_IRQ_WINDOW
	ret
