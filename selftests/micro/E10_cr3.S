/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CR3 with its lower 12 bits set in all ways. PWT and PCD mean caches, the rest is
 * ignored: the same directory each time, and each load a flush. A broken host takes
 * them for a part of the address, or sees another root, whose shadow is old.
 *
 * At the end CR3 leads out of RAM, which kills the guest.
 */
#include "micro.h"

EXPECT	"killed=CR3 0xfffff000 is not RAM, at eip 0x"

#define HERE	0x200000

BEGIN
	/* With paging off any value will do. */
	movl	$0xfffff000, %eax
	movl	%eax, %cr3
	HC_OK	LGUEST_HC_LOAD_CR3, $0x7fffffff
	PAGING
	movl	$0, number
	movl	$0xaaaa, HERE
	movl	$0xbbbb, HERE + PAGE_SIZE
1:	/* Change the entry: what it was, and what it becomes */
	xorl	$PAGE_SIZE, micro_page_table + (HERE >> 12) * 4
	movl	$micro_page_dir, %eax
	orl	number, %eax
	movl	%eax, %cr3
	movl	HERE, %eax
	movl	$0xbbbb, %ecx
	testl	$1, number
	jz	2f
	movl	$0xaaaa, %ecx
2:	subl	%ecx, %eax
	CHECK	%eax, 0, "read after a load of CR3 differs by"
	/* Each bit alone, and many mixtures, by turns even and odd. */
	addl	$5, number
	cmpl	$0x1000, number
	jb	1b
	HC_OK	LGUEST_HC_LOAD_CR3, $(micro_page_dir + 0xfff)
	CHECK	HERE, 0xaaaa, "after a hypercall that loads it"

	DIES
	movl	$0xfffff000, %eax
	movl	%eax, %cr3
	FAIL	"still alive without a page directory"

	.data
	.balign	4
number:	.long	0
