/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lies about where the kernel half begins: odd addresses, 0, the window, and others
 * once it has been said, when it does not count any more. Whatever it is, memory is
 * as the page tables say, through loads of CR3, flushes, and new page tables.
 *
 * A broken host takes a page table for one of the kernel half here and of the user
 * half there, or computes with an entry behind the last.
 */
#include "micro.h"

#define ALL	(P_PRESENT | P_WRITE)
#define DIR2	micro_pages
#define T1	(micro_pages + PAGE_SIZE)
#define T2	(micro_pages + 2 * PAGE_SIZE)
#define A	0x200000
#define B	0x201000

BEGIN
	movl	$0xaaaa, A
	movl	$0xbbbb, B
	movl	$(A + ALL), T1
	movl	$(B + ALL), T2
	PAGING
	INTERRUPTS			/* 0: not known */
	movl	micro_page_dir, %eax
	movl	%eax, DIR2
	movl	$values, %esi
1:	movl	(%esi), %eax
	movl	%eax, micro_shared + SHARED_KERNEL_START
	call	try_all
	/* With PGE too, where the kernel half of another root is kept. */
	movl	%cr4, %eax
	xorl	$0x80, %eax
	movl	%eax, %cr4
	call	try_all
	movl	%cr4, %eax
	xorl	$0x80, %eax
	movl	%eax, %cr4
	addl	$4, %esi
	cmpl	$values_end, %esi
	jb	1b
	PASS

/* At each address: T1 in one directory, T2 in the other, honestly flushed. */
try_all:
	movl	$addresses, %edi
1:	movl	(%edi), %edx
	movl	%edx, %ebp
	shrl	$22, %ebp
	movl	$(T1 + ALL), micro_page_dir(, %ebp, 4)
	movl	$(T2 + ALL), DIR2(, %ebp, 4)
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	movl	(%edi), %edx
	movl	(%edx), %eax
	CHECK	%eax, 0xaaaa, "by the first directory"
	incl	micro_shared + SHARED_NEXT_CTX
	HC_OK	LGUEST_HC_LOAD_CR3, $DIR2
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	movl	(%edi), %edx
	movl	(%edx), %eax
	CHECK	%eax, 0xbbbb, "by the second directory"
	movl	$0x4444, (%edx)
	CHECK	B, 0x4444, "written by the second directory"
	movl	$0xbbbb, (%edx)
	movl	$(A + ALL), T2
	invlpg	(%edx)
	movl	(%edx), %eax
	CHECK	%eax, 0xaaaa, "by the second directory, changed"
	movl	$(B + ALL), T2
	movl	$micro_page_dir, %eax
	movl	%eax, %cr3
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	movl	(%edi), %edx
	movl	(%edx), %eax
	CHECK	%eax, 0xaaaa, "by the first directory again"
	movl	$0, micro_page_dir(, %ebp, 4)
	movl	$0, DIR2(, %ebp, 4)
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	movl	(%edi), %edx
	pushal
	TRY	movl (%edx), %eax
	popal
	WANT_FAULT 14, 0, "when it is gone"
	addl	$4, %edi
	cmpl	$addresses_end, %edi
	jb	1b
	ret

	.section .rodata
	.balign	4
	/* The first four are as good as 0, the fifth counts; but not for those to come. */
values:	.long	0, 1, 0xfff, 0x1fffff, 0xfffffffd, 0x800000, 0xffffffff, 0xc0000000, 0
values_end:
addresses:
	.long	0x400000, 0x800000, 0x80000000, 0xc0000000, 0xff800000
addresses_end:
