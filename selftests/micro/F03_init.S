/* SPDX-License-Identifier: GPL-2.0 */
/*
 * LGUEST_HC_INIT with other versions, pages that are not aligned, not RAM, or not
 * whole, and a second time. Errors change nothing: calls that need the page go on
 * saying -ENXIO. The last page of RAM is as good as any, and selectors in it that
 * are nonsense harm nobody.
 *
 * A broken host writes behind the page or behind RAM, or pins two of them.
 */
#include "micro.h"

#define LAST	(RAM_SIZE - PAGE_SIZE)

.macro INIT_IS page:req, version:req, want:req
	HC	LGUEST_HC_INIT, $(\page), $(\version)
	CHECK	%eax, \want, "INIT \page, \version"
	HC	LGUEST_HC_SET_TIMER, $-1, $-1
	CHECK	%eax, -6, "SET_TIMER after INIT \page, \version"
	HC	LGUEST_HC_SWITCH, $0
	CHECK	%eax, -6, "SWITCH after INIT \page, \version"
.endm

BEGIN
	INIT_IS	LAST, 0, -71
	INIT_IS	LAST, 2, -71
	INIT_IS	LAST, -1, -71
	INIT_IS	1, 0x101, -71
	INIT_IS	(LAST + 4), 1, -22
	INIT_IS	(LAST - 1), 1, -22
	INIT_IS	(LAST + 0xfff), 1, -22
	INIT_IS	RAM_SIZE, 1, -22
	INIT_IS	0x7ffff000, 1, -22
	INIT_IS	0xbffff000, 1, -22
	INIT_IS	0xc0000000, 1, -22
	INIT_IS	WINDOW, 1, -22
	INIT_IS	0xfffff000, 1, -22
	INIT_IS	0xffffffff, 1, -22
	HC_OK	LGUEST_HC_IRQ_WINDOW

	/* All ones but for the words that must be good. */
	movl	$-1, %eax
	movl	$LAST, %edi
	movl	$1024, %ecx
	rep stosl
	movl	$0, LAST + SHARED_IRQS
	movl	$VECTOR_IRQ, LAST + SHARED_CALLBACK
	HC_OK	LGUEST_HC_INIT, $LAST, $1
	CHECK	(LAST + LGUEST_SHARED_IRQ_ENABLED), 0, "irq_enabled"
	CHECK	(LAST + LGUEST_SHARED_IRQ_PENDING), 0, "irq_pending"
	CHECK	(LAST + SHARED_IRQS), 0, "irqs"
	CHECK	(LAST + SHARED_USER_CS), -1, "user_cs"
	/* irqs_masked and flush_count were nonsense, too. */
	movl	$0, LAST + SHARED_MASKED
	HC_OK	LGUEST_HC_IRQ_WINDOW
	CHECK	(LAST + SHARED_FLUSH_COUNT), 0, "flush_count"
	movl	$0, LAST + SHARED_KERNEL_START

	HC	LGUEST_HC_INIT, $LAST, $1
	CHECK	%eax, -16, "INIT twice"
	HC	LGUEST_HC_INIT, $micro_shared, $1
	CHECK	%eax, -16, "INIT of another page"
	HC	LGUEST_HC_INIT, $3, $1
	CHECK	%eax, -16, "INIT of no page"
	HC	LGUEST_HC_INIT, $LAST, $0
	CHECK	%eax, -71, "INIT of another version"

	/* It works. */
	HANDLER	VECTOR_IRQ, timer
	movl	$EFLAGS_IF, LAST + LGUEST_SHARED_IRQ_ENABLED
	HC_OK	LGUEST_HC_SET_TIMER, $0, $0
	CHECK	ticks, 1, "interrupts"
	RING3	program
	WANT_VECTOR VECTOR_BACK, "back from ring 3"
	PASS

timer:	movl	$0, LAST + SHARED_IRQS
	incl	ticks
	ret
program:
	BACK

	.data
	.balign	4
ticks:	.long	0
