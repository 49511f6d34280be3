/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bits that are reserved in an entry of three levels: NX while EFER.NXE is clear, bits
 * 52 to 62 always. An access is a page fault with P and RSVD, whatever the rights.
 * EFER.NXE changes what NX means at once, for what the shadow has already, too.
 *
 * A broken host ignores them, or goes round in circles: the shadow's entry is never
 * what the processor wants.
 */
#include "micro.h"

EXPECT	"result=SUCCESS"

#include "pae.inc"

#define HERE	0x800000
#define FRAME	0x380000
#define PDE	(PD(0) + (HERE >> 21) * 8)

.macro RESERVED text:req
	TRY	movl HERE, %eax
	WANT_FAULT 14, 9, "\text: read"
	CHECK	fault_cr2, HERE, "\text: CR2"
	TRY	movl %eax, HERE
	WANT_FAULT 14, 0xb, "\text: write"
	RING3	read
	WANT_FAULT 14, 0xd, "\text: read in ring 3"
	RING3	write
	WANT_FAULT 14, 0xf, "\text: write in ring 3"
.endm

BEGIN
	PAE
	movl	$0x1234, FRAME
	movl	$(PT2 + P_ALL), PDE
	movl	$(FRAME + P_ALL), PT2
	CHECK	HERE, 0x1234, "without reserved bits"
	movl	$P_NX, PT2 + 4
	invlpg	HERE
	RESERVED "NX without NXE"
	RING3	fetch
	WANT_FAULT 14, 0xd, "NX without NXE: fetch"
	CHECK	PT2, (FRAME + P_ALL + P_ACCESSED), "the entry then"
	movl	$0, PT2 + 4
	CHECK	HERE, 0x1234, "without NX"
	movl	$P_NX, PDE + 4
	invlpg	HERE
	RESERVED "NX without NXE in the upper entry"
	movl	$0, PDE + 4

	/* NXE on and off, with NX in the entry. */
	movl	$P_NX, PT2 + 4
	movl	$0x80000001, %eax
	cpuid
	btl	$20, %edx
	jnc	no_nx
	movl	$5, rounds
1:	call	nxe_on
	CHECK	HERE, 0x1234, "NX with NXE: read"
	RING3	fetch
	WANT_FAULT 14, 0x15, "NX with NXE: fetch"
	call	nxe_off
	RESERVED "NX with NXE off again"
	decl	rounds
	jnz	1b
	call	nxe_on
no_nx:	movl	$0, PT2 + 4

	/* Bits 52 to 62, each alone: of a page, of a table, of 2M. */
	movl	$(1 << 20), bit
1:	movl	bit, %eax
	movl	%eax, PT2 + 4
	invlpg	HERE
	RESERVED "bits 52 to 62"
	movl	$0, PT2 + 4
	movl	bit, %eax
	movl	%eax, PDE + 4
	invlpg	HERE
	RESERVED "bits 52 to 62 in the upper entry"
	movl	$(0x200000 + P_ALL + P_LARGE), PDE
	invlpg	HERE
	RESERVED "bits 52 to 62 of 2M"
	movl	$(PT2 + P_ALL), PDE
	movl	$0, PDE + 4
	invlpg	HERE
	CHECK	HERE, 0x1234, "without them"
	shll	$1, bit
	cmpl	$0x80000000, bit
	jne	1b

	/* Of an entry that is not present nothing is reserved. */
	movl	$-2, PT2
	movl	$-1, PT2 + 4
	invlpg	HERE
	TRY	movl HERE, %eax
	WANT_FAULT 14, 0, "not present, all other bits"
	PASS

read:	movl	HERE, %eax
	BACK
write:	movl	%eax, HERE
	BACK
fetch:	movl	$HERE, %eax
	jmp	*%eax

	.data
	.balign	4
bit:	.long	0
rounds:	.long	0
