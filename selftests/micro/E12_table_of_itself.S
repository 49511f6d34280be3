/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A page table that maps itself as a page, and is written by the instruction that
 * it maps. The host sets A and D in an entry and lets the write go on, which changes
 * just that entry. What counts after a flush is what the guest has written last.
 *
 * A broken host writes its own idea of the entry back later, over the guest's.
 */
#include "micro.h"

#define HERE	0x800000
#define OWN	(HERE + 7 * PAGE_SIZE)
#define FRAME	0x200000
#define ALL	(P_PRESENT | P_WRITE)

BEGIN
	PAGING
	movl	$(micro_pages + ALL), micro_page_dir + (HERE >> 22) * 4
	movl	$0x1111, FRAME
	movl	$0x2222, FRAME + PAGE_SIZE
	movl	$0x3333, FRAME + 7 * 4
	movl	$200, %ebp
1:	movl	$(micro_pages + ALL), micro_pages + 7 * 4
	invlpg	OWN
	/* Its own entry, by its own page: gone with this write, after the flush. */
	movl	$(FRAME + ALL), OWN + 7 * 4
	CHECK	(micro_pages + 7 * 4), (FRAME + ALL), "the entry that was written by itself"
	invlpg	OWN
	CHECK	OWN, 0x1111, "what it leads to now"
	CHECK	(OWN + 7 * 4), 0x3333, "and further on"
	movl	$(micro_pages + ALL), micro_pages + 7 * 4
	invlpg	OWN

	/* Another one, by a string instruction that begins with its own. */
	movl	$(FRAME + ALL), OWN + 8 * 4
	CHECK	(OWN + PAGE_SIZE), 0x1111, "a new entry"
	addl	$PAGE_SIZE, OWN + 8 * 4
	invlpg	OWN + PAGE_SIZE
	CHECK	(OWN + PAGE_SIZE), 0x2222, "the entry with one page added"
	CHECK_BITS (micro_pages + 8 * 4), 0xfffff000, (FRAME + PAGE_SIZE), "the entry then"
	/* It goes while it is being used as the source. */
	movl	$OWN, %esi
	movl	$OWN, %edi
	movl	$1024, %ecx
	rep movsl
	movl	$0, OWN + 8 * 4
	invlpg	OWN + PAGE_SIZE
	pushal
	TRY	movl OWN + PAGE_SIZE, %eax
	popal
	WANT_FAULT 14, 0, "an entry that is gone"
	decl	%ebp
	jnz	1b
	PASS
