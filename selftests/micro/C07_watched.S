/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host has watchpoints on all CPUs at linear addresses that the guest uses for
 * memory of its own: of its program, and at the top of what the segments allow. They
 * are taken out while a guest runs: neither does the guest see a #DB nor the host a
 * hit; afterwards the host's work as before (the runner tries).
 */
#include "micro.h"

#define HIGH	0xbf800000

EXPECT "watch=0x200000"
EXPECT "watch=0xbf800010"
EXPECT "time=20"

BEGIN
	PAGING
	movl	$(0x200000 | P_PRESENT | P_WRITE | P_USER), pages + 4 * ((HIGH >> 12) & 0x3ff)
	movl	$(pages + (P_PRESENT | P_WRITE | P_USER)), micro_page_dir + 4 * (HIGH >> 22)
	movl	$2000, %ebp
next:
	movl	$1, 0x200000
	addl	$1, HIGH
	movl	$2, HIGH+0x10
	movl	HIGH+0x10, %eax
	movl	0x200000, %eax
	HC	LGUEST_HC_IRQ_WINDOW
	decl	%ebp
	jnz	next
	RING3	program
	WANT_VECTOR VECTOR_BACK, "ring 3"
	movl	%dr6, %eax
	CHECK	%eax, 0xffff0ff0, "dr6"
	movl	%dr7, %eax
	CHECK	%eax, 0x400, "dr7"
	PASS

program:
	movl	$1000, %ecx
1:	movl	%ecx, 0x200000
	movl	%ecx, HIGH+0x10
	movl	0x200000, %eax
	loop	1b
	BACK

	.bss
	.balign	PAGE_SIZE
pages:	.skip	PAGE_SIZE
