/* SPDX-License-Identifier: GPL-2.0 */
/*
 * FLUSH of all kinds and of none, with any address, without and with paging. Kinds
 * that are none are -EINVAL. A flush never faults, and never changes memory. A broken
 * host walks tables that are not there.
 */
#include "micro.h"

BEGIN
	call	all
	PAGING
	/* Upper entries that lead nowhere, large ones, and the directory itself. */
	movl	$micro_page_dir, %edi
	movl	$0xfffff0a7, 4(%edi)
	movl	$(RAM_SIZE + 0x27), 8(%edi)
	movl	$(micro_page_dir + 0x27), 12(%edi)
	movl	$0xffffffff, 1023 * 4(%edi)
	call	all
	movl	$0xc0000000, micro_shared + SHARED_KERNEL_START
	INTERRUPTS
	call	all
	movl	%cr4, %eax
	orl	$0x90, %eax		/* PGE, PSE */
	movl	%eax, %cr4
	call	all
	CHECK	(micro_page_dir + 4), 0xfffff0a7, "entry 1"
	CHECK	(micro_page_dir + 1023 * 4), 0xffffffff, "entry 1023"
	PASS

all:	movl	$addresses, %esi
1:	movl	$LGUEST_FLUSH_ONE, %edi
2:	HC	LGUEST_HC_FLUSH, %edi, (%esi)
	CHECK	%eax, 0, "FLUSH"
	incl	%edi
	cmpl	$LGUEST_FLUSH_QUEUE, %edi
	jbe	2b
	HC	LGUEST_HC_FLUSH, $0, (%esi)
	CHECK	%eax, -22, "FLUSH 0"
	HC	LGUEST_HC_FLUSH, $5, (%esi)
	CHECK	%eax, -22, "FLUSH 5"
	HC	LGUEST_HC_FLUSH, (%esi), $0
	cmpl	$4, (%esi)
	jbe	3f
	CHECK	%eax, -22, "FLUSH of a kind that is an address"
3:	addl	$4, %esi
	cmpl	$addresses_end, %esi
	jb	1b
	ret

	.section .rodata
	.balign	4
addresses:
	.long	0, 1, 0xfff, 0x100000, 0x3fffff, 0x400000, 0x7fffff, 0x800000, 0xc00000
	.long	0x7fffffff, 0x80000000, 0xbfffffff, 0xc0000000, WINDOW - 1, WINDOW, -1
addresses_end:
