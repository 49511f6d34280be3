/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segments that are not present, of the wrong kind, or of another ring: what each
 * load says by the manual. The host forwards such faults to the guest, and must not
 * take one for an instruction that it emulates, nor for its own hiding of the
 * segment of ring 3 (it makes data of that while an interrupt waits).
 */
#include "micro.h"

#define SEL		(FREE_ENTRY * 8)

BEGIN
	/* Not present: #NP for data and code, #SS for a stack. */
	GDT_SET	FREE_ENTRY, FLAT(((D_DATA & ~0x80) | D_DPL(1)))
	movl	$(SEL + 1), %eax
	TRY	movl %eax, %ds
	WANT_FAULT 11, SEL, "ds, not present"
	TRY	movl %eax, %gs
	WANT_FAULT 11, SEL, "gs, not present"
	GDT_SET	FREE_ENTRY, FLAT(((D_DATA & ~0x80) | D_DPL(1)))
	movl	$(SEL + 1), %eax
	TRY	movl %eax, %ss
	WANT_FAULT 12, SEL, "ss, not present"
	GDT_SET	FREE_ENTRY, FLAT(((D_CODE & ~0x80) | D_DPL(1)))
	TRY	ljmp $(SEL + 1), $0
	WANT_FAULT 11, SEL, "far jump, not present"

	/* Wrong kind. */
	movl	$KCS, %eax
	TRY	movl %eax, %ss
	WANT_FAULT 13, (KCS & ~3), "code as a stack"
	movl	$UDS, %eax
	TRY	movl %eax, %ss
	WANT_FAULT 13, (UDS & ~3), "a stack of ring 3"
	xorl	%eax, %eax
	TRY	movl %eax, %ss
	WANT_FAULT 13, 0, "a null stack"
	TRY	ljmp $KDS, $0
	WANT_FAULT 13, (KDS & ~3), "a jump to data"
	TRY	ljmp $UCS, $0
	WANT_FAULT 13, (UCS & ~3), "a jump to ring 3"
	TRY	ljmp $0, $0
	WANT_FAULT 13, 0, "a jump to null"

	/* Execute-only code is no data; read-only data is no stack. */
	GDT_SET	FREE_ENTRY, FLAT(((D_CODE & ~2) | D_DPL(1)))
	movl	$(SEL + 1), %eax
	TRY	movl %eax, %es
	WANT_FAULT 13, SEL, "execute-only code as data"
	GDT_SET	FREE_ENTRY, FLAT(((D_DATA & ~2) | D_DPL(1)))
	movl	$(SEL + 1), %eax
	TRY	movl %eax, %ss
	WANT_FAULT 13, SEL, "a read-only stack"
	movl	$SEL, %eax
	TRY	movl %eax, %ss
	WANT_FAULT 13, SEL, "a read-only stack by RPL 0"
	HC	LGUEST_HC_SET_STACK, $(SEL + 1), $micro_trap_stack
	CHECK	%eax, -22, "SET_STACK of a read-only stack"
	HC	LGUEST_HC_SET_STACK, $UDS, $micro_trap_stack
	CHECK	%eax, -22, "SET_STACK of ring 3's"
	HC	LGUEST_HC_SET_STACK, $0x108, $micro_trap_stack
	CHECK	%eax, -22, "SET_STACK of the switcher's"
	HC	LGUEST_HC_SET_STACK, $(KDS | 4), $micro_trap_stack
	CHECK	%eax, -22, "SET_STACK of an LDT"

	/* What ring 0 code says works: RPL 0 for data of ring 1. */
	movl	$(KDS & ~3), %eax
	TRY	movl %eax, %ss
	WANT_NO_FAULT "ss of RPL 0"
	PASS
