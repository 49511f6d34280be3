/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Buffers that lie in the guest's GDT and IDT. The host has copies of both, so what an
 * answer stores there (0x80000001) has no effect before the table is loaded again; then
 * it is checked like anything else. And the entry behind it, which the guest makes a
 * call gate by the length of a section, is refused.
 */
#include "micro.h"

#define CONSOLE	0x9e044
#define SEL	(20 * 8)
#define ENTRY	(micro_gdt + SEL)
#define GATE_60	(micro_idt + 0x60 * 8)

BEGIN
	GDT_SET	20, DESC_LOW(0, 0xfffff), DESC_HIGH(0, 0xfffff, D_DATA)
	/* Structure at ENTRY: used, sections, address and length of the first. */
	movl	$1, ENTRY + 4
	movl	$newline, ENTRY + 8
	movl	$1, ENTRY + 12
	HC_OK	LGUEST_HC_SEND_DMA, $CONSOLE, $ENTRY
	CHECK	ENTRY, 0x80000001, "the guest's table"
	/* The copy is still the good one. */
	movl	$(SEL + 1), %eax
	TRY	movl %eax, %fs
	WANT_NO_FAULT "the host's copy"

	/* Now the section's words are a call gate to the host's code. */
	movl	$0x00600000, ENTRY + 8
	movl	$0x0000ec00, ENTRY + 12
	HC_OK	LGUEST_HC_SEND_DMA, $CONSOLE, $ENTRY
	CHECK	ENTRY, 0x80000000, "used"
	HC_OK	LGUEST_HC_LOAD_GDT, $micro_gdt, $32
	TRY	lcall $(SEL + 8), $0
	WANT_FAULT 13, (SEL + 8), "the gate"
	movl	$(SEL + 1), %eax
	TRY	movl %eax, %gs
	/* 0x0000_0001_8000_ec00: not present */
	WANT_FAULT 13, SEL, "the entry that the answer has changed"

	/* And the same in the IDT: vector 0x60 is not present afterwards. */
	movl	$1, GATE_60 + 4
	movl	$newline, GATE_60 + 8
	movl	$1, GATE_60 + 12
	HC_OK	LGUEST_HC_SEND_DMA, $CONSOLE, $GATE_60
	TRY	int $0x60
	WANT_VECTOR 0x60, "the copy of the IDT"
	HC_OK	LGUEST_HC_LOAD_IDT, $micro_idt, $256
	TRY	int $0x60
	WANT_FAULT 13, (0x60 * 8 + 2), "the new IDT"
	PASS

	.data
newline: .ascii	"\n"
