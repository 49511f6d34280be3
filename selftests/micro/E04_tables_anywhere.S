/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page tables at odd places, which are as good as any: the directory in the last
 * page of RAM, a table in frame 0, and one in the page that is shared with the host.
 * A broken host checks for "not 0", or for a table that ends below the end of RAM
 * and not at it.
 */
#include "micro.h"

#define LAST	(RAM_SIZE - PAGE_SIZE)
#define ALL	(P_PRESENT | P_WRITE | P_USER)

BEGIN
	INTERRUPTS
	movl	$(micro_page_table + ALL), LAST
	movl	$(0 + ALL), LAST + 2 * 4
	movl	$(micro_shared + ALL), LAST + 3 * 4
	movl	$(LAST + ALL), LAST + 1022 * 4
	/* Entry 1023 of each, and one that is no field of the shared page. */
	movl	$(0x200000 + ALL), 1023 * 4
	movl	$(0x201000 + ALL), micro_shared + 1023 * 4
	movl	$(0x202000 + ALL), LAST + 1021 * 4
	movl	$0x1111, 0x200ffc
	movl	$0x2222, 0x201000
	movl	$LAST, %eax
	call	table
	movl	%eax, %cr3
	movl	%cr0, %eax
	orl	$0x80000000, %eax
	movl	%eax, %cr0
	CHECK	(0x800000 + 0x3ff000 + 0xffc), 0x1111, "by a table in frame 0"
	CHECK	(0xc00000 + 0x3ff000), 0x2222, "by the shared page"
	/* Its own last entries: the directory as a table. */
	movl	0xff800000 + 1022 * PAGE_SIZE, %eax
	CHECK_BITS %eax, 0xfffff007, (micro_page_table + ALL), "by itself"
	/* The host writes here while it is a page table. */
	RAISE_IRQ
	IRQ_ON
	HC_OK	LGUEST_HC_IRQ_WINDOW
	IRQ_OFF
	CHECK	irq_count, 1, "interrupts"
	CHECK	(0xc00000 + 0x3ff000), 0x2222, "by the shared page, later"
	PASS

/* Identity, as PAGING would make it. %eax is kept. */
table:	movl	$micro_page_table, %edi
	movl	$ALL, %edx
1:	movl	%edx, (%edi)
	addl	$PAGE_SIZE, %edx
	addl	$4, %edi
	cmpl	$(micro_page_table + PAGE_SIZE), %edi
	jb	1b
	ret
