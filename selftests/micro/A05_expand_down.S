/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Expand-down data: valid offsets lie above the limit, so cutting the limit to keep
 * the guest below the window would give it more. The host refuses such segments for
 * ring 1 and keeps those of ring 3, where paging alone stands before the window.
 */
#include "micro.h"

#define SEL		(FREE_ENTRY * 8)
#define D_DOWN		(D_DATA | 0x4)
#define KEPT		(((D_DOWN | D_DPL(3)) & 0xff) << 8 | 0xc00000)

.macro LOAD flags:req
	GDT_SET	FREE_ENTRY, FLAT(\flags)
	READ_ACCESS $SEL
.endm

BEGIN
	LOAD	D_DOWN
	CHECK	%eax, 0, "expand down, DPL 0: LAR"
	LOAD	(D_DOWN | D_DPL(1))
	CHECK	%eax, 0, "expand down, DPL 1: LAR"
	LOAD	(D_DOWN | D_DPL(2))
	CHECK	%eax, 0, "expand down, DPL 2: LAR"
	movl	$(SEL + 1), %eax
	TRY	movl %eax, %ss
	WANT_FAULT 13, SEL, "expand down as a stack of ring 1"

	/* With strict_segments it is refused like the others. */
	LOAD	(D_DOWN | D_DPL(3))
	testl	%eax, %eax
	jz	strict
	CHECK	%eax, KEPT, "expand down, DPL 3: LAR"
	READ_LIMIT $SEL
	CHECK	%eax, 0xffffffff, "its limit"
	GDT_SET	FREE_ENTRY, DESC_LOW(0, 0x300), DESC_HIGH(0, 0x300, D_DOWN | D_DPL(3))
	READ_LIMIT $SEL
	CHECK	%eax, 0x300fff, "a low limit"

	/* It reaches the window; as ring 3 the page tables say no. */
	PAGING
	RING3	program
	WANT_FAULT 14, 4, "reading the window in ring 3"
	CHECK	fault_cr2, (WINDOW + 0x3ffff0), "cr2"
strict:
	PASS

program:
	movl	$(SEL + 3), %eax
	movl	%eax, %es
	movl	%es:(WINDOW + 0x3ffff0), %eax
	BACK
