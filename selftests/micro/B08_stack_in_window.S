/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An interrupt is delivered while %esp is in the window, where the pages of the
 * switcher are: in the middle of its regs page, which the guest's supervisor may
 * write, and from which the host would enter the guest. The host writes frames by the
 * guest's own tables, in which nothing is there; so the guest is killed, and no
 * byte of the switcher's changes.
 */
#include "micro.h"

EXPECT "killed=double fault: stack at 0xff"

BEGIN
	INTERRUPTS
	HC_OK	LGUEST_HC_SET_TIMER, $0, $0	/* raised, and off */
	CHECK	irq_count, 0, "interrupts so far"
	sidt	table
	movl	table + 2, %esp
	andl	$-PAGE_SIZE, %esp
	subl	$0x800, %esp
	IRQ_ON
	movl	$LGUEST_HC_IRQ_WINDOW, %eax
	int	$LGUEST_HYPERCALL
	movl	$micro_stack, %esp
	FAIL	"still alive"

	.data
table:	.long	0, 0
