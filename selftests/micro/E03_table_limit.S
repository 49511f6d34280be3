/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Upper entries that name page tables out of RAM. While nobody uses them they do no
 * harm, and flushes pass them by. To use one kills the guest. A broken host reads
 * the launcher's memory, or the kernel's, as page tables.
 */
#include "micro.h"

EXPECT	"killed=page table of address 0x800000, from CR3"

BEGIN
	PAGING
	movl	$(RAM_SIZE + 0x27), micro_page_dir + 2 * 4
	movl	$(0xfffff000 + 0x27), micro_page_dir + 3 * 4
	movl	$(0xc0000000 + 0x27), micro_page_dir + 4 * 4
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ONE, $0x800000
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ONE, $0xc00000
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	movl	%cr3, %eax
	movl	%eax, %cr3
	CHECK	(micro_page_dir + 2 * 4), (RAM_SIZE + 0x27), "entry 2"
	DIES
	TRY	movl 0x800000, %eax
	FAIL	"still alive with a page table behind the end of RAM"
