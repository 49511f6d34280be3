/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reserved bit is set in the upper entry of a page of 4M that is in use, and nothing
 * else is changed: after a flush of any kind the next access is a page fault with RSVD,
 * in the user half and in the kernel half. When it is clear again all is as before.
 *
 * A broken host looks at what its translation was made from, and finds it unchanged.
 */
#include "micro.h"

EXPECT	"time=60"

#define LARGE	(P_PRESENT | P_WRITE | P_USER | P_ACCESSED | P_DIRTY | P_LARGE)
#define PLACE	0x200000		/* there in the page of 4M */

BEGIN
	PAGING_4M
	movl	$0xc0000000, micro_shared + SHARED_KERNEL_START
	INTERRUPTS
	movl	$0x1234, PLACE
	movl	$halves, %esi
1:	movl	(%esi), %eax
	movl	%eax, here
	movl	$kinds, kind
2:	movl	$13, bit
3:	call	one
	incl	bit
	cmpl	$21, bit
	jbe	3b
	addl	$4, kind
	cmpl	$kinds_end, kind
	jb	2b
	addl	$4, %esi
	cmpl	$halves_end, %esi
	jb	1b
	PASS

one:	movl	here, %edi
	shrl	$22, %edi
	leal	micro_page_dir(, %edi, 4), %edi
	movl	%edi, entry
	movl	$LARGE, (%edi)
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	movl	here, %edx
	movl	$0x1234, PLACE(%edx)
	call	toggle
	movl	here, %edx
	pushl	%esi
	TRY	movl PLACE(%edx), %eax
	popl	%esi
	WANT_FAULT 14, 9, "read with a reserved bit"
	call	toggle
	movl	here, %edx
	movl	PLACE(%edx), %eax
	CHECK	%eax, 0x1234, "read without it"
	movl	entry, %edi
	movl	$0, (%edi)
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	ret

/* The bit, and a flush. */
toggle:	movl	entry, %edi
	movl	bit, %ecx
	btcl	%ecx, (%edi)
	movl	kind, %eax
	jmp	*(%eax)

by_all:	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	ret
by_invlpg:
	movl	here, %edx
	invlpg	PLACE(%edx)
	ret
by_cr3:	movl	%cr3, %eax
	movl	%eax, %cr3
	ret
by_other_place:
	movl	here, %edx
	invlpg	0x300000(%edx)
	ret

	.data
	.balign	4
halves:	.long	0x800000, 0xc0800000
halves_end:
kinds:	.long	by_all, by_invlpg, by_cr3, by_other_place
kinds_end:
here:	.long	0
entry:	.long	0
kind:	.long	0
bit:	.long	0
