/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IRET to code and stack segments that are null, of the wrong kind or ring, beyond the
 * table, not present. Each fault has the selector as its error code and is seen at the
 * IRET, with the frame still on the stack; whether it is the processor's or the host's
 * emulation that refuses. The upper half of the word that holds CS is ignored.
 */
#include "micro.h"
#include "iret.inc"

#define SEL	(FREE_ENTRY * 8)	/* not present code, DPL 1 */
#define SEL3	(SEL + 8)		/* not present code, DPL 3 */
#define SS_NP	(SEL + 16)		/* not present data, DPL 3 */
#define SS_RO	(SEL + 24)		/* read-only data, DPL 3 */

BEGIN
	GDT_SET	FREE_ENTRY, FLAT(((D_CODE & ~0x80) | D_DPL(1)))
	GDT_SET	(FREE_ENTRY + 1), FLAT(((D_CODE & ~0x80) | D_DPL(3)))
	GDT_SET	(FREE_ENTRY + 2), FLAT(((D_DATA & ~0x80) | D_DPL(3)))
	GDT_SET	(FREE_ENTRY + 3), FLAT(((D_DATA & ~0x2) | D_DPL(3)))

	BAD	13, 0, 0
	BAD	13, 0, 1
	BAD	13, 0, 3
	BAD	13, 0x18, 0x18
	BAD	13, 0x18, KDS
	BAD	13, 0x20, 0x20
	BAD	13, 0x20, 0x21
	BAD	13, 0x20, 0x22
	BAD	13, 0x10, 0x12
	BAD	13, 0x10, 0x13
	BAD	13, 0x28, UDS
	BAD	13, 0x14, 0x14		/* LDT */
	BAD	13, 0x14, 0x15
	BAD	13, 0x24, 0x27
	BAD	13, 0x100, 0x100
	BAD	13, 0x100, 0x103
	BAD	13, 0x110, 0x111
	BAD	13, 0xfff8, 0xfffb
	BAD	11, SEL, (SEL + 1)
	BAD	11, SEL3, (SEL3 + 3)
	/* The stack of ring 3. */
	BAD	13, 0, UCS, 0
	BAD	13, 0, UCS, 3
	BAD	13, 0x28, UCS, 0x28
	BAD	13, 0x28, UCS, 0x29
	BAD	13, 0x18, UCS, 0x1b
	BAD	13, 0x20, UCS, UCS
	BAD	13, SS_RO, UCS, (SS_RO + 3)
	BAD	13, 0x108, UCS, 0x10b
	BAD	13, 0x2c, UCS, 0x2f

	BAD_STACK_NOT_PRESENT SS_NP

	/* Flags of the guest's own above CS. */
	pushl	$2
	pushl	$(0xdead0000 | (KCS & ~3))
	pushl	$1f
	TRY	iret
1:	WANT_NO_FAULT "an upper half of CS, by the host"
	movl	%cs, %eax
	CHECK	%eax, KCS, "cs"
	pushl	$2
	pushl	$(0xdead0000 | KCS)
	pushl	$2f
	TRY	iret
2:	WANT_NO_FAULT "an upper half of CS"
	PASS

	IRET_ENDS
