/* SPDX-License-Identifier: GPL-2.0 */
/*
 * FPU and SSE registers stay the guest's: over exits of all kinds, and while it sleeps
 * and the guest beside this one, the launchers and the runner use theirs. All of
 * FXSAVE is compared, 300 times.
 */
#include "micro.h"

#define STEP_NS	1000000

EXPECT "cpu=sse2"
EXPECT "time=20"

BEGIN
	movl	$0x600, %eax
	movl	%eax, %cr4
	INTERRUPTS
	HANDLER	VECTOR_IRQ, woken

	/* Something in every register. */
	fldpi
	fldl2e
	fldl2t
	fldlg2
	fldln2
	fldz
	fld1
	fldpi
	movl	$0x3b7f, word		/* rounding to zero */
	fldcw	word
	movl	$0x7f80, word
	ldmxcsr	word
	movups	pattern, %xmm0
	movups	pattern + 4, %xmm1
	movups	pattern + 8, %xmm2
	movups	pattern + 12, %xmm3
	movups	pattern + 16, %xmm4
	movups	pattern + 20, %xmm5
	movups	pattern + 24, %xmm6
	movups	pattern + 28, %xmm7
	fxsave	micro_pages
	movl	$300, %ebp
next:
	HC	LGUEST_HC_IRQ_WINDOW
	movl	%cr0, %eax
	addl	$STEP_NS, when
	adcl	$0, when + 4
	HC_OK	LGUEST_HC_SET_TIMER, when, when+4
	movl	$LGUEST_HC_HALT, %eax
	IRQ_ON
halt:	int	$LGUEST_HYPERCALL
	IRQ_OFF
	fxsave	micro_pages + 512
	movl	$micro_pages, %esi
	movl	$(micro_pages + 512), %edi
	movl	$128, %ecx
	repe; cmpsl
	jne	differs
	decl	%ebp
	jnz	next
	PASS

differs:
	PRINT_HEX "rounds to go", %ebp
	PRINT_HEX "had", -4(%esi)
	PRINT_HEX "has", -4(%edi)
	subl	$(micro_pages + 4), %esi
	CHECK	%esi, -1, "bytes of FXSAVE: the first that differs"

woken:	movl	$0, micro_shared + SHARED_IRQS
	cmpl	$halt, FRAME_EIP(%ebp)
	jne	1f
	addl	$2, FRAME_EIP(%ebp)	/* it came before the halt */
1:	ret

	.data
	.balign	8
when:	.quad	0
word:	.long	0
pattern: .long	0x11112222, 0x33334444, 0x55556666, 0x77778888, 0x9999aaaa, 0xbbbbcccc
	.long	0xddddeeee, 0xffff0000, 0x01234567, 0x89abcdef, 0xfedcba98, 0x76543210
