/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random descriptors, 3000 of them, by LOAD_GDT_ENTRY. Of whatever is in the
 * processor's table after that (LAR and LSL tell) must be true: it is code or data,
 * present, not of ring 0, accessed, without the L bit; and it ends below the window,
 * unless it is data that wraps, or expands down and belongs to ring 3.
 */
#include "micro.h"

EXPECT "time=30"

#define SEL	(FREE_ENTRY * 8)
#define COUNT	3000

.macro RANDOM
	imull	$1664525, seed, %eax
	addl	$1013904223, %eax
	movl	%eax, seed
	shrl	$16, %eax
.endm

BEGIN
	movl	$COUNT, %ebp
next:
	RANDOM
	movl	%eax, low
	RANDOM
	movl	%eax, low + 2
	RANDOM
	movl	%eax, high
	RANDOM
	movw	%ax, high + 2
	/* Every other one is present; every fourth has a base near the top. */
	testl	$1, %ebp
	jz	1f
	orl	$0x8000, high
1:	testl	$2, %ebp
	jz	1f
	orl	$0xff0000e0, high
1:	HC_OK	LGUEST_HC_LOAD_GDT_ENTRY, $FREE_ENTRY, low, high
	READ_ACCESS $SEL, %esi
	testl	%esi, %esi
	jz	good
	testl	$0x8000, %esi
	jz	good			/* not present: of no use to anybody */
	incl	seen
	/* S, accessed; not L. */
	movl	%esi, %eax
	andl	$0x201100, %eax
	cmpl	$0x1100, %eax
	jne	bad
	testl	$0x6000, %esi
	jz	bad
	movl	%esi, %eax
	andl	$0xc00, %eax
	cmpl	$0x400, %eax
	je	down

	READ_LIMIT $SEL, %edi
	movl	low + 2, %eax		/* the base */
	movl	high, %edx
	andl	$0xff, %edx
	shll	$16, %edx
	movw	%ax, %dx
	movl	high, %eax
	andl	$0xff000000, %eax
	orl	%eax, %edx
	cmpl	$WINDOW, %edx
	jae	in_window
	addl	%edi, %edx
	jc	wraps
	cmpl	$WINDOW, %edx
	jae	bad
good:
	decl	%ebp
	jnz	next
	PRINT_HEX "descriptors that were taken", seen
	cmpl	$200, seen
	jb	few
	PASS

	/* There only what wraps may begin. */
in_window:
	addl	%edi, %edx
	jnc	bad
wraps:
	testl	$0x800, %esi
	jnz	bad			/* code */
	jmp	good
down:
	movl	%esi, %eax
	andl	$0x6000, %eax
	cmpl	$0x6000, %eax
	je	good
bad:
	PRINT_HEX "descriptor, low", low
	PRINT_HEX "high", high
	PRINT_HEX "LAR", %esi
	PRINT_HEX "LSL", %edi
	FAIL	"a descriptor that no guest may have"
few:	ERROR	"nearly all are refused"

	.data
seed:	.long	12345
seen:	.long	0
low:	.long	0
high:	.long	0, 0
