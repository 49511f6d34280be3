/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every upper entry below the window in use, in one address space, with 500 page
 * tables behind them: far more than the host keeps for a guest of this size. It has
 * to let go of tables of the loaded root. In user half and kernel half, and all in
 * one: with the kernel half known, some tables have hundreds of links. A broken host
 * lets go of the one that it has just filled, for ever, or leaves a link to a table
 * that is another's now.
 */
#include "micro.h"

EXPECT	"time=60"

#define ALL	(P_PRESENT | P_WRITE)
#define TABLES	0x140000
#define NUMBER	500
#define MARKS	0x350000

BEGIN
	PAGING
	/* Table n has one entry, n: to the page of marks. */
	xorl	%ecx, %ecx
1:	movl	%ecx, %eax
	shll	$12, %eax
	movl	$(MARKS + ALL), TABLES(%eax, %ecx, 4)
	leal	0x1000(%ecx), %eax
	movl	%eax, MARKS(, %ecx, 4)
	incl	%ecx
	cmpl	$NUMBER, %ecx
	jb	1b

	call	all
	call	all
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	call	all
	movl	$0x40000000, micro_shared + SHARED_KERNEL_START
	INTERRUPTS
	call	all
	movl	%cr3, %eax
	movl	%eax, %cr3
	call	all
	/* One table behind all of the kernel half. */
	movl	$1, only
	call	all
	movl	$0, only
	call	all
	PASS

/* Fill in upper entries from 1 on, and look at each behind them. */
all:	movl	$1, %ebp
1:	movl	%ebp, %eax
	xorl	%edx, %edx
	movl	$NUMBER, %ecx
	divl	%ecx
	cmpl	$0, only
	je	2f
	cmpl	$0x100, %ebp
	jb	2f
	movl	$7, %edx
2:	movl	%edx, %edi		/* the table's number */
	shll	$12, %edx
	leal	TABLES + ALL(%edx), %eax
	movl	%eax, micro_page_dir(, %ebp, 4)
	movl	%ebp, %ebx
	shll	$22, %ebx
	cmpl	$0, only
	je	3f
	invlpg	(%ebx)
3:	movl	%edi, %eax
	shll	$12, %eax
	addl	%eax, %ebx
	movl	(%ebx, %edi, 4), %eax
	subl	%edi, %eax
	CHECK	%eax, 0x1000, "mark of a table"
	/* And one that is not there. */
	pushal
	TRY	movl PAGE_SIZE(%ebx), %eax
	popal
	WANT_FAULT 14, 0, "next page"
	incl	%ebp
	cmpl	$1023, %ebp
	jb	1b
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_USER
	ret

	.data
	.balign	4
only:	.long	0
