/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Privileged instructions behind the end of the code segment, and across it: #GP(0) at
 * their %eip, and they are not executed; the host must not do them. Nor an IRET to code
 * of ring 3 that ends before its %eip, while an interrupt waits, when it is the host that
 * would complete it.
 */
#include "micro.h"
#include "iret.inc"

#define SEL	(FREE_ENTRY * 8)
#define UCS_END	(SEL + 8 + 3)		/* code of ring 3, of 4096 bytes */

/* Go there; the fault is to be at AT. */
.macro GO label:req, at:req, text:req
	CATCH	.Lgone\@
	pushl	$2
	pushl	$(KCS & ~3)
	pushl	$executed
	ljmp	$(SEL + 1), $(\label - IMAGE)
.Lgone\@:
	NO_CATCH
	WANT_FAULT 13, 0, "\text"
	CHECK	fault_eip, (\at - IMAGE), "\text: eip"
.endm

BEGIN
	CODE_UP_TO (one + 1)
	GO	one, one_cli, "cli behind the end"
	CODE_UP_TO (two + 1)
	GO	two, two_iret, "iret behind the end"
	CODE_UP_TO (three + 1)
	GO	three, three_lret, "lret behind the end"
	CODE_UP_TO (four + 1)
	GO	four, four, "mov from cr0 across the end"
	CODE_UP_TO (five + 1)
	GO	five, five, "cli with a prefix, across the end"

	GDT_SET	(FREE_ENTRY + 1), DESC_LOW(0, 0xfff), DESC_HIGH(0, 0xfff, 0x40fb)
	movl	$UCS_END, micro_shared + SHARED_USER_CS
	INTERRUPTS
	RAISE_IRQ
	BAD	13, 0, UCS_END
	CHECK	irq_count, 0, "interrupts"
	PASS

one:	nop
one_cli: cli
	ud2
two:	nop
two_iret: iret
	ud2
three:	nop
three_lret: lret
	ud2
four:	movl	%cr0, %eax
	ud2
five:	.byte	0x3e, 0xfa
	ud2
executed:
	FAIL	"an instruction behind the end was executed"

	IRET_ENDS
