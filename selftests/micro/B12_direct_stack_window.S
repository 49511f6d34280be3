/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stack for traps from ring 3 is in the window, through a data segment that
 * wraps (or flat, where limits are not checked): on the switcher's regs page, in the
 * place from which the guest's registers are popped at the next entry; then on the
 * state page, which holds the way back to the host. An "int 0x80" has the processor
 * write there. The first harms nobody, as each trap writes all of that again before
 * the host reads it. The second faults, and kills the guest.
 */
#include "micro.h"

#define SEL	(FREE_ENTRY * 8)
#define BASE	0x1000

EXPECT "killed=double fault"

BEGIN
	GDT_SET	FREE_ENTRY, DESC_LOW(BASE, 0xfffff), DESC_HIGH(BASE, 0xfffff, D_DATA)
	READ_LIMIT $SEL
	cmpl	$-1, %eax
	jne	strict
	GATE	0x80, handler, dpl=3
	sidt	table
	movl	table + 2, %edi
	andl	$-PAGE_SIZE, %edi
	leal	-BASE(%edi), %edi	/* the end of the regs page */
	movl	%edi, place
	movl	$500, rounds
again:
	/* The end of the page, then lower and lower. */
	HC_OK	LGUEST_HC_SET_STACK, $(SEL + 1), place
	RING3	program
	WANT_VECTOR VECTOR_BACK, "int 0x80"
	subl	$4, place
	decl	rounds
	jnz	again
	cmpl	$500, calls
	jne	lost

	DIES
	movl	table + 2, %edi
	andl	$-PAGE_SIZE, %edi
	leal	(256 - BASE)(%edi), %edi
	HC_OK	LGUEST_HC_SET_STACK, $(SEL + 1), %edi
	RING3	program
	FAIL	"still alive"

program:
	int	$0x80
	/* That delivers through the host, on a stack that it can write. */
	jmp	.
handler:
	incl	calls
	movl	$KDS, %eax
	movl	%eax, %ds
	movl	%eax, %ss
	movl	$micro_trap_stack, %esp
	HC_OK	LGUEST_HC_SET_STACK, $KDS, $micro_trap_stack
	pushl	$UDS
	pushl	$micro_user_stack
	pushl	$(EFLAGS_IF | 2)
	pushl	$UCS
	pushl	$back
	jmp	micro_ring3
back:	BACK

strict:	SKIP	"the host allows no segment that wraps (strict_segments)"
lost:	FAIL	"calls are lost"

	.data
table:	.long	0, 0
place:	.long	0
rounds:	.long	0
calls:	.long	0
