/* SPDX-License-Identifier: GPL-2.0 */
/*
 * NX, with EFER.NXE: a fetch from a page with the bit set in any level is a page
 * fault with the bits P and I/D (and U in ring 3). Reads and writes do not mind. It
 * comes and goes with a flush.
 *
 * A broken host loses the bit on the way to the shadow, so that what a kernel has
 * made data is code; or the shadow's tables, shared by upper entries, share it.
 */
#include "micro.h"

EXPECT	"result=SUCCESS"

#include "pae.inc"

#define HERE	0x800000
#define ALIAS	0xa00000		/* the same table, by another upper entry */
#define LARGE	0xc00000
#define FRAME	0x380000
#define PDE(a)	(PD(0) + ((a) >> 21) * 8)

/* Fetch at ADDRESS, in both rings. */
.macro CODE address:req, text:req
	movl	$(\address), target
	RING3	jump
	WANT_VECTOR VECTOR_BACK, "\text, ring 3"
	TRY	call by_target
	WANT_NO_FAULT "\text, ring 1"
.endm
.macro NO_CODE address:req, text:req
	movl	$(\address), target
	RING3	jump
	WANT_FAULT 14, 0x15, "\text, ring 3"
	CHECK	fault_cr2, (\address), "\text, ring 3: CR2"
	CHECK	fault_eip, (\address), "\text, ring 3: eip"
	TRY	call by_target
	WANT_FAULT 14, 0x11, "\text, ring 1"
	CHECK	fault_cr2, (\address), "\text, ring 1: CR2"
.endm

BEGIN
	/* ring 1 returns, ring 3 does int: by the flag CF */
	movl	$0xcdc30173, FRAME	/* jnc 1f; ret; 1: int */
	movb	$VECTOR_BACK, FRAME + 4
	PAE_NX
	movl	$MSR_EFER, %ecx
	rdmsr
	CHECK	%eax, EFER_NXE, "EFER"
	CHECK	%edx, 0, "EFER, upper half"
	movl	$(PT2 + P_ALL), PDE(HERE)
	movl	$(PT2 + P_ALL), PDE(ALIAS)
	movl	$(0x200000 + P_ALL + P_LARGE), PDE(LARGE)
	movl	$(FRAME + P_ALL), PT2
	CODE	HERE, "no NX"
	CODE	ALIAS, "no NX, other address"
	CODE	(LARGE + FRAME - 0x200000), "no NX, 2M"

	/* In the entry of the page: both addresses. */
	movl	$P_NX, PT2 + 4
	invlpg	HERE
	invlpg	ALIAS
	NO_CODE	HERE, "NX in the entry"
	NO_CODE	ALIAS, "NX in the entry, other address"
	CHECK	HERE, 0xcdc30173, "read with NX"
	TRY	movl $0xcdc30173, HERE
	WANT_NO_FAULT "write with NX"
	CHECK	(PT2 + 4), P_NX, "the bit then"
	movl	$0, PT2 + 4
	invlpg	HERE
	invlpg	ALIAS
	CODE	HERE, "no NX any more"

	/* In one of the upper entries. */
	movl	$P_NX, PDE(HERE) + 4
	invlpg	HERE
	NO_CODE	HERE, "NX in the upper entry"
	CODE	ALIAS, "no NX in the other upper entry"
	NO_CODE	HERE, "NX in the upper entry still"
	movl	$0, PDE(HERE) + 4
	RELOAD_CR3
	CODE	HERE, "no NX in the upper entry any more"

	/* A page of 2M; the one that maps the same without NX is used, too. */
	movl	$P_NX, PDE(LARGE) + 4
	invlpg	LARGE
	NO_CODE	(LARGE + FRAME - 0x200000), "NX in 2M"
	CODE	HERE, "the same without NX"
	TRY	movl LARGE, %eax
	WANT_NO_FAULT "read of 2M with NX"

	/* A fetch from a page that is not there, or not for ring 3. */
	movl	$0, PT2
	invlpg	HERE
	movl	$HERE, target
	RING3	jump
	WANT_FAULT 14, 0x14, "fetch, not present"
	movl	$(FRAME + P_PRESENT), PT2
	RING3	jump
	WANT_FAULT 14, 0x15, "fetch of ring 3, supervisor page"
	PASS

by_target:
	movl	target, %eax
	stc
	jmp	*%eax
jump:	movl	target, %eax
	clc
	jmp	*%eax

	.data
	.balign	4
target:	.long	0
