/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A directory that names itself, as entry 1022 and as entry 2: all page tables of
 * the guest are visible in 4M, which is how some kernels work. Each entry of the
 * directory is an upper and a lower one at once, and A and D that the host sets in
 * one show up in the other, in the midst of a walk.
 *
 * A broken host goes round in circles (its compare and exchange meets a word that
 * it has changed itself), or forgets one of the roles of the page in a flush.
 */
#include "micro.h"

#define SELF	0xff800000
#define DIR	(SELF + 1022 * PAGE_SIZE)
#define SELF2	0x800000
#define HERE	0x200000
#define ALL	(P_PRESENT | P_WRITE)
#define AD	(P_ACCESSED | P_DIRTY)

BEGIN
	movl	$(micro_page_dir + ALL), micro_page_dir + 1022 * 4
	movl	$(micro_page_dir + ALL), micro_page_dir + 2 * 4
	PAGING
	/* The first access by entry 2 is a write, to entry 2. */
	lock orl $0x800, SELF2 + 2 * PAGE_SIZE + 2 * 4
	CHECK	(micro_page_dir + 2 * 4), (micro_page_dir + ALL + AD + 0x800), "entry 2"
	CHECK_BITS (DIR + 1022 * 4), ~AD, (micro_page_dir + ALL), "entry 1022, by itself"
	CHECK_BITS DIR, 0xfffff007, (micro_page_table + 7), "entry 0"
	CHECK_BITS (SELF + (HERE >> 10)), 0xfffff007, (HERE + 7), "an entry of the table"

	/* Change entries through it. */
	movl	$0x1111, HERE
	movl	$0x2222, HERE + PAGE_SIZE
	movl	$100, %ebp
1:	movl	$(HERE + PAGE_SIZE + ALL), SELF + (HERE >> 10)
	invlpg	HERE
	CHECK	HERE, 0x2222, "read after the entry was changed"
	movl	$(HERE + ALL), SELF2 + (HERE >> 10)
	invlpg	HERE
	CHECK	HERE, 0x1111, "read after it was changed back"
	CHECK_BITS (SELF + (HERE >> 10)), AD, P_ACCESSED, "A and D seen there"
	movl	$0x1111, HERE
	CHECK_BITS (SELF + (HERE >> 10)), AD, AD, "A and D then"
	decl	%ebp
	jnz	1b

	/* A new table by a new upper entry, and it is there at once. */
	movl	$(micro_pages + ALL), DIR + 5 * 4
	movl	$(HERE + ALL), SELF + 5 * PAGE_SIZE + 7 * 4
	CHECK	0x1407000, 0x1111, "by a new table"
	/* It goes again. */
	movl	$0, DIR + 5 * 4
	invlpg	0x1407000
	invlpg	SELF + 5 * PAGE_SIZE
	TRY	movl 0x1407000, %eax
	WANT_FAULT 14, 0, "without the table"
	TRY	movl SELF + 5 * PAGE_SIZE, %eax
	WANT_FAULT 14, 0, "the table itself"
	RING3	program
	WANT_FAULT 14, 5, "the tables from ring 3"

	/* And the directory, read-only through itself. */
	movl	$(micro_page_dir + P_PRESENT), DIR + 1022 * 4
	movl	%cr3, %eax
	movl	%eax, %cr3
	TRY	movl %eax, DIR
	WANT_FAULT 14, 3, "write to tables that are read-only"
	PASS

program:
	movl	DIR, %eax
	BACK
