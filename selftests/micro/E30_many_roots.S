/* SPDX-License-Identifier: GPL-2.0 */
/*
 * 600 address spaces, each with an identity of its own, three times round: more
 * than the host keeps shadow roots for, and than it keeps tables for in a guest of
 * this size. It has to let the oldest go, and what is loaded is right again. All
 * share one kernel table, which changes on the way. A broken host runs out of tables
 * and says so by a kill, or takes one that is still linked.
 */
#include "micro.h"

EXPECT	"memory=8"
EXPECT	"time=60"

#define ALL	(P_PRESENT | P_WRITE)
#define HERE	0x8000000
#define KERNEL_HERE	0xc0800000
#define ROOTS	0x200000
#define NUMBER	600
#define TABLES	0x480000		/* one for each, too */
#define KERNEL	micro_pages

BEGIN
	movl	$0xc0000000, micro_shared + SHARED_KERNEL_START
	PAGING_4M
	movl	$(0x400000 + P_LARGE + ALL), micro_page_dir + 4
	movl	%cr3, %eax
	movl	%eax, %cr3
	INTERRUPTS
	movl	%cr4, %eax
	orl	$0x80, %eax
	movl	%eax, %cr4
	xorl	%ecx, %ecx
1:	movl	%ecx, %edx
	shll	$12, %edx
	movl	micro_page_dir, %eax
	movl	%eax, ROOTS(%edx)
	movl	micro_page_dir + 4, %eax
	movl	%eax, ROOTS + 4(%edx)
	leal	TABLES + ALL(%edx), %eax
	movl	%eax, ROOTS + (HERE >> 22) * 4(%edx)
	movl	$(KERNEL + ALL), ROOTS + (KERNEL_HERE >> 22) * 4(%edx)
	/* Its table maps the directory itself, with a mark. */
	leal	ROOTS + ALL(%edx), %eax
	movl	%eax, TABLES(%edx)
	movl	%ecx, ROOTS + 0xffc(%edx)
	incl	%ecx
	cmpl	$NUMBER, %ecx
	jb	1b

	movl	$(NUMBER * 3), %ebp
2:	movl	%ebp, %eax
	xorl	%edx, %edx
	movl	$NUMBER, %ecx
	divl	%ecx
	movl	%edx, %edi
	/* The kernel page moves. */
	movl	%edi, %eax
	shll	$12, %eax
	leal	ROOTS + ALL(%eax), %eax
	movl	%eax, KERNEL
	leal	1(%edi), %eax
	movl	%eax, micro_shared + SHARED_NEXT_CTX
	movl	$7, micro_shared + SHARED_NEXT_GEN
	shll	$12, %edx
	addl	$ROOTS, %edx
	HC_OK	LGUEST_HC_LOAD_CR3, %edx
	invlpg	KERNEL_HERE
	movl	HERE + 0xffc, %eax
	subl	%edi, %eax
	CHECK	%eax, 0, "mark of the address space differs by"
	movl	KERNEL_HERE + 0xffc, %eax
	subl	%edi, %eax
	CHECK	%eax, 0, "mark in the kernel half differs by"
	decl	%ebp
	jnz	2b
	PASS
