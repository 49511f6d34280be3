/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the virtual interrupt flag goes: cleared by an interrupt gate, kept by a trap
 * gate, put back by the IRET that the host completes, left alone by one with RPL 1 and
 * by POPF; in frames from ring 1 it is IF, in frames from ring 3 IF is always set.
 * The page is the guest's: other bits in it, and odd callback vectors, harm nobody.
 */
#include "micro.h"

#define FLAG	micro_shared + LGUEST_SHARED_IRQ_ENABLED

BEGIN
	INTERRUPTS
	GATE	0x50, by_interrupt, type=0x8e00
	GATE	0x51, by_trap
	IRQ_ON
	int	$0x50
	CHECK	seen, 0, "in an interrupt gate"
	CHECK	FLAG, EFLAGS_IF, "after it"
	int	$0x51
	CHECK	seen, EFLAGS_IF, "in a trap gate"
	CHECK	FLAG, EFLAGS_IF, "after it"
	CHECK_BITS flags, EFLAGS_IF, EFLAGS_IF, "IF in the frame"
	IRQ_OFF
	int	$0x51
	CHECK	FLAG, 0, "off, after a trap gate"
	CHECK_BITS flags, EFLAGS_IF, 0, "IF in the frame, off"

	/* RPL 1: the processor's IRET, whose IF says nothing. */
	pushl	$2
	pushl	$KCS
	pushl	$1f
	IRQ_ON
	iret
1:	CHECK	FLAG, EFLAGS_IF, "after IRET with RPL 1"
	pushl	$2
	popfl
	CHECK	FLAG, EFLAGS_IF, "after POPF"
	cli
	CHECK	FLAG, 0, "after CLI"
	sti
	CHECK	FLAG, EFLAGS_IF, "after STI"

	/* From ring 3, with the flag in either state. */
	IRQ_OFF
	RING3	program, eflags=0
	CHECK_BITS fault_eflags, EFLAGS_IF, EFLAGS_IF, "IF in a frame from ring 3"
	CHECK	fault_cs, UCS, "cs in it"
	CHECK	fault_ss, UDS, "ss in it"
	IRQ_ON
	RING3	program, eflags=0
	CHECK_BITS fault_eflags, EFLAGS_IF, EFLAGS_IF, "IF in a frame from ring 3, on"

	/* Other bits mean nothing. */
	movl	$~EFLAGS_IF, FLAG
	RAISE_IRQ
	CHECK	irq_count, 0, "interrupts with all bits but IF"
	movl	$-1, FLAG
	HC_OK	LGUEST_HC_IRQ_WINDOW
	CHECK	irq_count, 1, "interrupts with all bits"
	/* Masked ones do not come. */
	movl	$-1, micro_shared + SHARED_MASKED
	RAISE_IRQ
	CHECK	irq_count, 1, "interrupts when all are masked"
	PASS

program:
	BACK
by_interrupt:
by_trap:
	movl	FLAG, %eax
	movl	%eax, seen
	movl	8(%esp), %eax
	movl	%eax, flags
	iret

	.data
seen:	.long	-1
flags:	.long	0
