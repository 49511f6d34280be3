/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SSE exceptions are the guest's: #XM (19) for one that is not masked, #GP for reserved
 * bits of MXCSR by LDMXCSR and FXRSTOR, #GP for an operand that is not aligned. A
 * faulting FXRSTOR leaves nothing that the host's own would trip over.
 */
#include "micro.h"

EXPECT "cpu=sse2"

BEGIN
	SKIP_IF_TCG "this emulator has no SSE exceptions and checks"
	movl	$0x600, %eax
	movl	%eax, %cr4
	movl	$0, word		/* nothing is masked */
	ldmxcsr	word
	movl	$0x3f800000, word
	movss	word, %xmm1
	xorps	%xmm0, %xmm0
	TRY	divss %xmm0, %xmm1
	WANT_VECTOR 19, "division by zero"
	stmxcsr	word
	CHECK_BITS word, 0x3f, 4, "mxcsr: the flag"

	movl	$0xffff0000, word
	TRY	ldmxcsr word
	WANT_FAULT 13, 0, "ldmxcsr of reserved bits"
	TRY	movaps micro_pages + 4, %xmm0
	WANT_FAULT 13, 0, "movaps, not aligned"
	fxsave	micro_pages
	movl	$0xffffffff, micro_pages + 24
	TRY	fxrstor micro_pages
	WANT_FAULT 13, 0, "fxrstor of a bad mxcsr"
	HC	LGUEST_HC_IRQ_WINDOW
	TRY	fxsave micro_pages + 8
	WANT_FAULT 13, 0, "fxsave, not aligned"
	/* Still whole. */
	fninit
	fldpi
	HC	LGUEST_HC_IRQ_WINDOW
	fldpi
	fucompp
	fnstsw	%ax
	movzwl	%ax, %eax
	CHECK_BITS %eax, 0x4500, 0x4000, "pi is pi"
	PASS

	.data
word:	.long	0
