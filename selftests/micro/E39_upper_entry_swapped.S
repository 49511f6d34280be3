/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An upper entry of the kernel half names another table, in all page directories at
 * once, and then a page that it covers is used before the one that is flushed: what the
 * host finds at the flush is right already, in the directory that is loaded. It has to
 * forget what it keeps for the others, too; the flush of an address of the kernel half
 * is for all address spaces.
 */
#include "micro.h"

#define ALL	(P_PRESENT | P_WRITE | P_ACCESSED | P_DIRTY)
#define DIR2	micro_pages
#define DIR3	(micro_pages + PAGE_SIZE)
#define T1	(micro_pages + 2 * PAGE_SIZE)
#define T2	(micro_pages + 3 * PAGE_SIZE)
#define HERE	0xc0800000
#define ENTRY	((HERE >> 22) * 4)
#define COLD	300			/* a page too far away to come along */
#define A	0x200000
#define B	0x201000

.macro LOAD dir:req, ctx:req
	movl	$\ctx, micro_shared + SHARED_NEXT_CTX
	movl	$7, micro_shared + SHARED_NEXT_GEN
	HC_OK	LGUEST_HC_LOAD_CR3, $\dir
.endm

.macro READS addr:req, want:req, text:req
	movl	\addr, %eax
	CHECK	%eax, \want, "\text"
.endm

.macro ENTRIES value:req
	movl	$(\value), micro_page_dir + ENTRY
	movl	$(\value), DIR2 + ENTRY
.endm

BEGIN
	movl	$0xaaaa, A
	movl	$0xbbbb, B
	movl	$(A + ALL), T1
	movl	$(A + ALL), T1 + COLD * 4
	movl	$(B + ALL), T2
	movl	$(B + ALL), T2 + COLD * 4
	movl	$0xc0000000, micro_shared + SHARED_KERNEL_START
	PAGING
	INTERRUPTS
	movl	%cr4, %eax
	orl	$0x80, %eax		/* PGE: CR3 does not flush the kernel half */
	movl	%eax, %cr4
	movl	micro_page_dir, %eax
	movl	%eax, DIR2
	movl	%eax, DIR3

	/* Both directories have a link of the old table. */
	ENTRIES	(T1 + ALL)
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	LOAD	micro_page_dir, 1
	READS	HERE, 0xaaaa, "by the first directory"
	LOAD	DIR2, 2
	READS	HERE, 0xaaaa, "by the second directory"
	ENTRIES	(T2 + ALL)
	READS	(HERE + COLD * PAGE_SIZE), 0xbbbb, "another page by the new table"
	invlpg	HERE
	READS	HERE, 0xbbbb, "by the second directory, flushed"
	LOAD	micro_page_dir, 1
	READS	HERE, 0xbbbb, "by the first directory, flushed in the second"

	/* The same with rights: the table is the same, and read-only. */
	LOAD	DIR2, 2
	READS	HERE, 0xbbbb, "by the second directory again"
	LOAD	micro_page_dir, 1
	movl	$0xbbbb, HERE		/* written to, by the first */
	LOAD	DIR2, 2
	ENTRIES	(T2 + ALL - P_WRITE)
	TRY	movl $0, (HERE + COLD * PAGE_SIZE)
	invlpg	HERE
	LOAD	micro_page_dir, 1
	TRY	movl $0xcccc, HERE
	WANT_FAULT 14, 3, "a write by the first directory, flushed in the second"
	READS	HERE, 0xbbbb, "not written"

	/* The second has no link: all was flushed by a third, which has no entry. */
	ENTRIES	(T1 + ALL)
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	READS	HERE, 0xaaaa, "by the first directory once more"
	LOAD	DIR3, 3
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	LOAD	micro_page_dir, 1
	READS	HERE, 0xaaaa, "by the first directory, after all is flushed"
	ENTRIES	(T2 + ALL)
	LOAD	DIR2, 4
	READS	(HERE + COLD * PAGE_SIZE), 0xbbbb, "another page by a new address space"
	invlpg	HERE
	LOAD	micro_page_dir, 1
	READS	HERE, 0xbbbb, "by the first directory, flushed in a new one"
	PASS
