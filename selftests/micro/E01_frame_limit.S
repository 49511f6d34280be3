/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The last frame of RAM, and the first behind it. The last one works. Entries in
 * the same table that lead out of RAM, present and accessed as if they had been
 * used, do no harm while nobody uses them, although the host may fill an entry's
 * neighbours with it. To use one kills the guest: there is nothing to map.
 *
 * A broken host is off by one, or looks at what the faulting entry says and not
 * at what its neighbours do: the guest reads the launcher's memory, or worse.
 */
#include "micro.h"

EXPECT	"killed=address 0x805ff8 is mapped to frame 0x400, which is not RAM, at eip 0x"

#define HERE	0x800000
#define ALL	(P_PRESENT | P_WRITE | P_USER | P_ACCESSED | P_DIRTY)

BEGIN
	movl	$(micro_pages + (P_PRESENT | P_WRITE | P_USER)), micro_page_dir + (HERE >> 22) * 4
	movl	$(RAM_SIZE - PAGE_SIZE + ALL), micro_pages + 4 * 4
	movl	$(RAM_SIZE + ALL), micro_pages + 5 * 4
	movl	$(RAM_SIZE + PAGE_SIZE + ALL), micro_pages + 6 * 4
	movl	$(0x7ffff000 + ALL), micro_pages + 7 * 4
	movl	$(0x80000000 + ALL), micro_pages + 8 * 4
	movl	$(0xfffff000 + ALL), micro_pages + 9 * 4
	movl	$(0xffbff000 + ALL), micro_pages + 3 * 4
	PAGING
	movl	$0x600d, HERE + 0x4ffc
	CHECK	(RAM_SIZE - 4), 0x600d, "the last word of RAM"
	DIES
	TRY	movl HERE + 0x6000 - 8, %eax
	FAIL	"still alive with a frame behind the end of RAM"
