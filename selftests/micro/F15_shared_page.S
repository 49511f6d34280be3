/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Nonsense in all of the shared page, of a hundred kinds, between hypercalls, traps
 * and trips to ring 3. All interrupts stay masked (else a bad callback vector ends
 * the guest, by its own fault), which is the only word that is right. Then the page
 * is put right, and an interrupt comes as ever.
 *
 * A broken host reads a word twice, the second time after it has checked the first;
 * uses one as an index; or keeps state of its own in the page.
 */
#include "micro.h"

BEGIN
	INTERRUPTS
	PAGING
	movl	$0, round
1:	/* Nothing may come meanwhile. The clock's words are spoilt, too. */
	movl	$-1, micro_shared + SHARED_MASKED
	movl	$micro_shared, %edi
	movl	$1024, %ecx
	movl	round, %eax
2:	imull	$0x9e3779b1, %eax, %eax
	addl	$0x7f4a7c15, %eax
	movl	%eax, %edx
	btl	$0, round
	jnc	3f
	sarl	$31, %edx		/* all ones, or none */
3:	cmpl	$(micro_shared + SHARED_MASKED), %edi
	je	4f
	movl	%edx, (%edi)
4:	addl	$4, %edi
	loop	2b

	HC_OK	LGUEST_HC_IRQ_WINDOW
	CHECK	(micro_shared + SHARED_FLUSH_COUNT), 0, "flush_count"
	CHECK_BITS (micro_shared + LGUEST_SHARED_IRQ_PENDING), 3, 0, "irq_pending"
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	HC_OK	LGUEST_HC_SET_TIMER, $-1, $-1
	TRY	ud2
	WANT_VECTOR 6, "ud2"
	/* The frame has the flag as it is in the page. */
	movl	micro_shared + LGUEST_SHARED_IRQ_ENABLED, %eax
	xorl	fault_eflags, %eax
	CHECK_BITS %eax, EFLAGS_IF, 0, "IF in the frame, against irq_enabled"
	cli
	CHECK	(micro_shared + LGUEST_SHARED_IRQ_ENABLED), 0, "irq_enabled after cli"
	sti
	CHECK	(micro_shared + LGUEST_SHARED_IRQ_ENABLED), EFLAGS_IF, "irq_enabled after sti"
	RING3	program
	WANT_VECTOR VECTOR_BACK, "back from ring 3"
	/* TLS from an index of nonsense: either refused, or somewhere harmless. */
	movl	micro_shared + SHARED_TLS_INDEX, %eax
	subl	$FREE_ENTRY, %eax
	cmpl	$(29 - FREE_ENTRY), %eax
	jbe	4f
	addl	$FREE_ENTRY, %eax
	cmpl	$FREE_ENTRY, %eax
	jb	4f
	HC	LGUEST_HC_SWITCH, $LGUEST_SWITCH_TLS
	CHECK	%eax, -22, "SWITCH with an index that is nonsense"
4:	TRY	movl 0xff000000, %eax
	WANT_FAULT 14, 0, "page fault"
	CHECK	(micro_shared + LGUEST_SHARED_CR2), 0xff000000, "cr2"
	incl	round
	cmpl	$100, round
	jb	1b

	movl	$0, micro_shared + SHARED_IRQS
	movl	$0, micro_shared + SHARED_MASKED
	movl	$VECTOR_IRQ, micro_shared + SHARED_CALLBACK
	movl	$0, micro_shared + SHARED_KERNEL_START
	IRQ_ON
	RAISE_IRQ
	CHECK	irq_count, 1, "interrupts"
	PASS

program:
	BACK

	.data
	.balign	4
round:	.long	0
