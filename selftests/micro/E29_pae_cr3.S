/* SPDX-License-Identifier: GPL-2.0 */
/*
 * 128 top levels in one page, 32 bytes apart, each another address space; the lower
 * five bits of CR3 do not count. Loaded by turns, with and without an identity. A
 * broken host knows a root by its page alone, and gives each the shadow of the first.
 */
#include "micro.h"

EXPECT	"result=SUCCESS"
EXPECT	"time=60"

#include "pae.inc"

#define HERE	0x40000000
#define TOPS	0x310000	/* the page of top levels */
#define DIRS	0x318000	/* 8 directories, to 8 tables, to 8 marks */
#define TABLES	0x320000
#define MARKS	0x328000

BEGIN
	PAE
	xorl	%ecx, %ecx
1:	movl	%ecx, %eax
	shll	$12, %eax
	leal	TABLES + P_ALL(%eax), %edx
	movl	%edx, DIRS(%eax)
	leal	MARKS + P_ALL(%eax), %edx
	movl	%edx, TABLES(%eax)
	leal	0x700(%ecx), %edx
	movl	%edx, MARKS(%eax)
	incl	%ecx
	cmpl	$8, %ecx
	jb	1b
	xorl	%ecx, %ecx
	movl	$TOPS, %edi
2:	movl	$(PD(0) + P_PRESENT), (%edi)
	movl	%ecx, %eax
	andl	$7, %eax
	shll	$12, %eax
	addl	$(DIRS + P_PRESENT), %eax
	movl	%eax, 8(%edi)
	addl	$32, %edi
	incl	%ecx
	cmpl	$128, %ecx
	jb	2b

	movl	$0, %ebp
3:	call	mov_cr3
	call	look
	incl	%ebp
	cmpl	$1000, %ebp
	jb	3b
	movl	$0xc0000000, micro_shared + SHARED_KERNEL_START
	INTERRUPTS
	movl	%cr4, %eax
	orl	$0x80, %eax		/* PGE */
	movl	%eax, %cr4
	movl	$0, %ebp
4:	call	load_cr3
	call	look
	incl	%ebp
	cmpl	$3000, %ebp
	jb	4b
	PASS

/* %ebp counts; the top level is its multiple with an odd number */
cr3:	imull	$37, %ebp, %eax
	andl	$127, %eax
	movl	%eax, top
	shll	$5, %eax
	movl	%ebp, %edx
	shrl	$4, %edx
	andl	$31, %edx
	leal	TOPS(%eax, %edx), %eax
	ret
mov_cr3:
	call	cr3
	movl	%eax, %cr3
	ret
load_cr3:
	call	cr3
	movl	top, %edx
	incl	%edx
	movl	%edx, micro_shared + SHARED_NEXT_CTX
	movl	%eax, %edx
	HC_OK	LGUEST_HC_LOAD_CR3, %edx
	ret
look:	movl	top, %eax
	andl	$7, %eax
	addl	$0x700, %eax
	subl	HERE, %eax
	CHECK	%eax, 0, "mark of the address space differs by"
	ret

	.data
	.balign	4
top:	.long	0
