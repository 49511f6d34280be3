/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lies about the identity and the generation of address spaces: three roots, and
 * with each load of CR3 any of a few identities and generations, true or not, while
 * the page tables change without a flush. A guest that does this sees stale
 * translations, but of its own pages only, and only of what the entry has said some
 * time. A flush of everything sets it right.
 *
 * A broken host gives the shadow of one address space to another, keeps a table of
 * a root that is gone, or trips over its own lists.
 */
#include "micro.h"

EXPECT	"time=60"

#define ALL	(P_PRESENT | P_WRITE)
#define USER_HERE	0x800000
#define KERNEL_HERE	0xc0800000
#define FRAMES	0x200000		/* 16 of them, marked 0xa00 and on */
#define ROOTS	0x300000		/* 3 */
#define TABLES	0x310000		/* 3 for the user half, 3 for the kernel's */
#define ROUNDS	3000

BEGIN
	xorl	%ecx, %ecx
1:	movl	%ecx, %eax
	shll	$12, %eax
	leal	0xa00(%ecx), %edx
	movl	%edx, FRAMES(%eax)
	incl	%ecx
	cmpl	$16, %ecx
	jb	1b
	movl	$0xc0000000, micro_shared + SHARED_KERNEL_START
	PAGING
	INTERRUPTS
	movl	%cr4, %eax
	orl	$0x80, %eax		/* PGE */
	movl	%eax, %cr4
	/* Three directories with a user table each, and one kernel table. */
	xorl	%ecx, %ecx
2:	movl	%ecx, %eax
	shll	$12, %eax
	movl	micro_page_dir, %edx
	movl	%edx, ROOTS(%eax)
	leal	(TABLES + ALL)(%eax), %edx
	movl	%edx, ROOTS + (USER_HERE >> 22) * 4(%eax)
	movl	$(TABLES + 3 * PAGE_SIZE + ALL), ROOTS + (KERNEL_HERE >> 22) * 4(%eax)
	incl	%ecx
	cmpl	$3, %ecx
	jb	2b

	movl	$ROUNDS, %ebp
	/* Change an entry of each table, to a frame that belongs to it. */
next:	xorl	%edi, %edi
3:	call	random
	andl	$3, %eax
	leal	(%eax, %edi, 4), %eax	/* frame: 4 for each table */
	movl	%eax, now(, %edi, 4)
	shll	$12, %eax
	addl	$(FRAMES + ALL), %eax
	movl	%edi, %edx
	shll	$12, %edx
	movl	%eax, TABLES(%edx)
	incl	%edi
	cmpl	$4, %edi
	jb	3b

	/* Load a root with an identity that may be true. */
	call	random
	movl	%eax, %ebx
	andl	$3, %eax
	movl	%eax, micro_shared + SHARED_NEXT_CTX
	movl	%ebx, %eax
	shrl	$2, %eax
	andl	$1, %eax
	movl	%eax, micro_shared + SHARED_NEXT_GEN
	shrl	$3, %ebx
	testl	$0x10, %ebx
	jz	4f
	movl	%eax, micro_shared + SHARED_GEN
4:	call	random
	xorl	%edx, %edx
	movl	$3, %ecx
	divl	%ecx
	movl	%edx, root
	shll	$12, %edx
	addl	$ROOTS, %edx
	movl	%edx, micro_shared + SHARED_NEXT_CR3
	testl	$0x20, %ebx
	jz	5f
	HC_OK	LGUEST_HC_SWITCH, $LGUEST_SWITCH_CR3
	jmp	6f
5:	HC_OK	LGUEST_HC_LOAD_CR3, %edx

	/* What is seen is one of the four frames that belong there. */
6:	movl	USER_HERE, %eax
	movl	%eax, %edx
	shrl	$2, %edx
	subl	$(0xa00 / 4), %edx
	subl	root, %edx
	CHECK	%edx, 0, "user page of another root: number of the root differs by"
	movl	KERNEL_HERE, %edx
	shrl	$2, %edx
	CHECK	%edx, (0xa0c / 4), "kernel page, its frame / 4"

	/* Every 16th time the truth. */
	testl	$15, %ebp
	jnz	7f
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	call	truth
	/* And so it is in the two others, though they may be known: no lie now. */
	movl	$2, others
8:	movl	root, %edx
	incl	%edx
	cmpl	$3, %edx
	jb	9f
	xorl	%edx, %edx
9:	movl	%edx, root
	shll	$12, %edx
	addl	$ROOTS, %edx
	HC_OK	LGUEST_HC_LOAD_CR3, %edx
	call	truth
	decl	others
	jnz	8b
7:	decl	%ebp
	jnz	next
	PASS

truth:	movl	root, %ecx
	movl	now(, %ecx, 4), %eax
	addl	$0xa00, %eax
	subl	USER_HERE, %eax
	CHECK	%eax, 0, "user page after a flush of everything differs by"
	movl	now + 3 * 4, %eax
	addl	$0xa00, %eax
	subl	KERNEL_HERE, %eax
	CHECK	%eax, 0, "kernel page after a flush of everything differs by"
	ret

random:	movl	seed, %eax
	imull	$1664525, %eax, %eax
	addl	$1013904223, %eax
	movl	%eax, seed
	bswap	%eax
	andl	$0x7fffffff, %eax
	ret

	.data
	.balign	4
seed:	.long	1
root:	.long	0
others:	.long	0
now:	.long	0, 0, 0, 0
