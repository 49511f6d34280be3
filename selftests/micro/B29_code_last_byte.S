/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An instruction that the host emulates is the last of its code segment: it is executed,
 * and then there is #GP(0) behind it, which the guest's handler gets. And an IRET to code
 * of ring 3 that ends before its %eip: #GP(0) at the IRET, not in ring 3.
 */
#include "micro.h"
#include "iret.inc"

#define SEL	(FREE_ENTRY * 8)
#define UCS_END	(SEL + 8 + 3)		/* code of ring 3, of 4096 bytes */

BEGIN
	SKIP_IF_TCG "this emulator does not look at segment limits"
	GDT_SET	(FREE_ENTRY + 1), DESC_LOW(0, 0xfff), DESC_HIGH(0, 0xfff, 0x40fb)
	movl	$UCS_END, micro_shared + SHARED_USER_CS
	INTERRUPTS
	IRQ_ON
	CODE_UP_TO 1f
	CATCH	2f
	ljmp	$(SEL + 1), $(cli - IMAGE)
cli:	cli
1:	ud2
2:	NO_CATCH
	WANT_FAULT 13, 0, "behind cli"
	CHECK	fault_eip, (1b - IMAGE), "eip"
	CHECK	fault_cs, SEL, "cs"
	CHECK	micro_shared + LGUEST_SHARED_IRQ_ENABLED, 0, "the interrupt flag"

	BAD	13, 0, UCS_END
	PASS

	IRET_ENDS
