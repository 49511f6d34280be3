/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A call gate in the GDT. The host refuses it: the entry is stored as zero, and
 * the call says success. So a far call through it finds a null descriptor, which
 * is not a code segment: #GP with the selector as error code.
 *
 * The gate here has DPL 3 and leads to the code segment of the switcher (0x100). A host
 * that lets it pass has ring 1 in ring 0 with this call.
 */
#include "micro.h"

#define SEL	(FREE_ENTRY * 8)

BEGIN
	/* 0xec00: present, DPL 3, 32-bit call gate without parameters */
	GDT_SET	FREE_ENTRY, (0x100 << 16), 0xec00
	movl	$inside, %eax
	movw	%ax, micro_gdt + SEL
	shrl	$16, %eax
	movw	%ax, micro_gdt + SEL + 6
	HC_OK	LGUEST_HC_LOAD_GDT_ENTRY, $FREE_ENTRY, micro_gdt+SEL, micro_gdt+SEL+4
	TRY	lcall $SEL, $0
	WANT_FAULT 13, SEL, "call through a call gate"
	TRY	ljmp $(SEL + 3), $0
	WANT_FAULT 13, SEL, "jump through a call gate"

	/* The same by a whole table. */
	HC_OK	LGUEST_HC_LOAD_GDT, $micro_gdt, $32
	TRY	lcall $SEL, $0
	WANT_FAULT 13, SEL, "call through a call gate of LOAD_GDT"

	RING3	program
	WANT_FAULT 13, SEL, "call from ring 3"
	PASS

program:
	lcall	$SEL, $0
	BACK

inside:
	movl	%cs, %eax
	CHECK	%eax, KCS, "the gate works: cs"
	FAIL	"the gate works"
