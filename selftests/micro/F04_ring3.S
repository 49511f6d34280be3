/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hypercalls from ring 3, of all numbers. The gate has DPL 1, so INT gives #GP with
 * the vector, at the instruction, and the guest's kernel gets that. Even if the
 * kernel has a gate of DPL 3 at this number: then the program gets there, and no
 * hypercall is made. A broken host runs the program's hypercalls, and gives it
 * its kernel's rights.
 */
#include "micro.h"

BEGIN
	INTERRUPTS
	movl	$0x200000, %eax
	movl	$0, number
1:	RING3	program
	WANT_FAULT 13, (LGUEST_HYPERCALL * 8 + 2), "hypercall from ring 3"
	CHECK	fault_eip, hypercall, "eip"
	CHECK	fault_cs, UCS, "cs"
	movl	fault_eax, %eax
	subl	number, %eax
	CHECK	%eax, 0, "eax differs by"
	incl	number
	cmpl	$20, number
	jb	1b
	CHECK	irq_count, 0, "interrupts"

	/* A gate of the kernel's own. */
	movb	$0xef, micro_idt + LGUEST_HYPERCALL * 8 + 5
	HC_OK	LGUEST_HC_LOAD_IDT, $micro_idt, $256
	HANDLER	LGUEST_HYPERCALL, count
	movl	$LGUEST_HC_SHUTDOWN, number
	RING3	program
	WANT_VECTOR VECTOR_BACK, "back from ring 3"
	CHECK	calls, 1, "handlers called"
	CHECK	fault_eax, LGUEST_HC_SHUTDOWN, "eax"
	/* In ring 1 it is a hypercall nevertheless. */
	HC	999
	CHECK	%eax, -95, "hypercall from ring 1"
	CHECK	calls, 1, "handlers called then"
	PASS

program:
	movl	number, %eax
	/* SHUTDOWN 1, FLUSH_ONE, a page for INIT: good arguments for most */
	movl	$1, %ebx
	xorl	%ecx, %ecx
hypercall:
	int	$LGUEST_HYPERCALL
	BACK

count:	incl	calls
	ret

	.data
	.balign	4
number:	.long	0
calls:	.long	0
