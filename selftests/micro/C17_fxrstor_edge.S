/* SPDX-License-Identifier: GPL-2.0 */
/*
 * FXSAVE and FXRSTOR across pages: the second page is not in the shadow (the host fills
 * it in unseen), is not there (#PF with its address), is read-only (#PF for FXSAVE).
 * The host handles a page fault in the middle of an instruction that moves the very
 * state that it has to save for that.
 */
#include "micro.h"

#define PAGE	0x300000
#define AREA	(PAGE + 0x1000 - 256)

EXPECT "cpu=sse2"

BEGIN
	movl	$0x600, %eax
	movl	%eax, %cr4
	PAGING
	fldpi
	movups	pattern, %xmm0
	movups	pattern, %xmm7
	movl	$100, %ebp
next:
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	fxsave	AREA
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	fninit
	xorps	%xmm0, %xmm0
	xorps	%xmm7, %xmm7
	fxrstor	AREA
	movups	%xmm7, word
	CHECK	word, 0x01234567, "xmm7"
	CHECK	word+12, 0x76543210, "xmm7, upper end"
	fldpi
	fucomp	%st(1)
	fnstsw	%ax
	movzwl	%ax, %eax
	CHECK_BITS %eax, 0x4500, 0x4000, "st0 is pi"
	decl	%ebp
	jnz	next

	SET_PTE	(PAGE + 0x1000), (PAGE + 0x1000 + P_PRESENT + P_USER)
	TRY	fxsave AREA
	WANT_FAULT 14, 3, "fxsave to a read-only page"
	TRY	fxrstor AREA
	WANT_NO_FAULT "fxrstor from it"
	SET_PTE	(PAGE + 0x1000), 0
	TRY	fxrstor AREA
	WANT_FAULT 14, 0, "fxrstor from a page that is not there"
	CHECK	fault_cr2, (PAGE + 0x1000), "cr2"
	movups	%xmm0, word
	CHECK	word, 0x01234567, "xmm0"
	PASS

	.data
	.balign	16
pattern: .long	0x01234567, 0x89abcdef, 0xfedcba98, 0x76543210
word:	.fill	4, 4, 0
