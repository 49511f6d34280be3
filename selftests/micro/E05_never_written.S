/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages that nobody has written yet, behind entries that are writable. The host
 * has no page of the launcher's behind them but the zero page that all processes
 * share. A read must not make it writable, a write must bring a page of the
 * guest's own, and every other address that leads to it must see that one then.
 *
 * A broken host maps what it got for reading as writable: the guest writes to the
 * zero page of the machine (the runner looks). This was a real hole of the old
 * hypervisor. Or an alias goes on showing zeros.
 */
#include "micro.h"

#define FRAMES	0x200000
#define HERE	0x800000
#define ALIAS	0x900000
#define PAGES	64

BEGIN
	movl	$(micro_pages + (P_PRESENT | P_WRITE | P_USER)), micro_page_dir + (HERE >> 22) * 4
	movl	$kinds, %esi
	movl	$FRAMES, %ebp
	PAGING
1:	movl	(%esi), %eax
	testl	%eax, %eax
	jz	done
	/* PAGES pages of this kind at HERE, and read-only ones at ALIAS */
	xorl	%ecx, %ecx
2:	leal	(%ecx), %edx
	shll	$12, %edx
	addl	%ebp, %edx
	leal	P_PRESENT(%edx), %ebx
	movl	%ebx, micro_pages + (ALIAS - HERE) / 1024(, %ecx, 4)
	orl	%eax, %edx
	movl	%edx, micro_pages(, %ecx, 4)
	incl	%ecx
	cmpl	$PAGES, %ecx
	jb	2b
	movl	%cr3, %eax
	movl	%eax, %cr3

	/* Read all, by one way or both; write each second; look at all. */
	xorl	%ecx, %ecx
2:	movl	%ecx, %edx
	shll	$12, %edx
	testl	$1, 4(%esi)
	jz	3f
	CHECK	ALIAS(%edx), 0, "fresh memory, by the alias"
3:	testl	$2, 4(%esi)
	jz	3f
	CHECK	HERE + 8(%edx), 0, "fresh memory"
	movl	micro_pages(, %ecx, 4), %eax
	CHECK_BITS %eax, P_ACCESSED, P_ACCESSED, "A after a read"
	testb	$P_DIRTY, (%esi)
	jnz	3f
	movl	micro_pages(, %ecx, 4), %eax
	CHECK_BITS %eax, P_DIRTY, 0, "D after a read"
3:	incl	%ecx
	cmpl	$PAGES, %ecx
	jb	2b

	movl	$1, %ecx
2:	movl	%ecx, %edx
	shll	$12, %edx
	movl	%ecx, HERE(%edx)
	lock incl HERE + 0xffc(%edx)
	movl	micro_pages(, %ecx, 4), %eax
	CHECK_BITS %eax, P_DIRTY, P_DIRTY, "D after a write"
	addl	$2, %ecx
	cmpl	$PAGES, %ecx
	jb	2b

	xorl	%ecx, %ecx
2:	movl	%ecx, %edx
	shll	$12, %edx
	movl	%ecx, %eax
	testl	$1, %ecx
	jnz	3f
	xorl	%eax, %eax
3:	subl	HERE(%edx), %eax
	CHECK	%eax, 0, "memory differs from what was written by"
	movl	HERE(%edx), %eax
	subl	ALIAS(%edx), %eax
	CHECK	%eax, 0, "the alias differs by"
	movl	HERE + 0xffc(%edx), %eax
	subl	ALIAS + 0xffc(%edx), %eax
	CHECK	%eax, 0, "the last word of the alias differs by"
	incl	%ecx
	cmpl	$PAGES, %ecx
	jb	2b

	addl	$(PAGES * PAGE_SIZE), %ebp
	addl	$8, %esi
	jmp	1b
done:	PASS

	.section .rodata
	.balign	4
	/* Bits of the entries, and what is read before: 1 alias, 2 itself */
kinds:	.long	P_PRESENT | P_WRITE | P_ACCESSED, 3
	.long	P_PRESENT | P_WRITE | P_ACCESSED | P_DIRTY, 1
	.long	P_PRESENT | P_WRITE | P_ACCESSED | P_DIRTY, 3
	.long	P_PRESENT | P_WRITE | P_USER, 2
	.long	P_PRESENT | P_WRITE | P_ACCESSED, 0
	.long	P_PRESENT | P_WRITE | P_DIRTY, 1
	.long	0
