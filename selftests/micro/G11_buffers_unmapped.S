/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Buffers are named by guest physical addresses: whether the guest's own page tables map
 * them, and how, is nobody's business. Here the structure is mapped read-only and clean,
 * the text not at all, and both answers come; the host does not set D, nor A, in the
 * guest's entries for it.
 *
 * A host that goes by linear addresses faults; one that copies what the guest's entry
 * allows to user mode leaks the rights of ring 1.
 */
#include "micro.h"

#define CONSOLE	0x9e044
#define DMA	0x240000
#define TEXT_AT	0x250000
#define PTE(a)	(micro_page_table + ((a) >> 12) * 4)

BEGIN
	movl	$0x0a313147, TEXT_AT	/* "G11\n" */
	movl	$1, DMA + 4
	movl	$TEXT_AT, DMA + 8
	movl	$4, DMA + 12
	PAGING
	SET_PTE	TEXT_AT, 0
	SET_PTE	DMA, (DMA + P_PRESENT)
	HC_OK	LGUEST_HC_SEND_DMA, $CONSOLE, $DMA
	CHECK	PTE(DMA), (DMA + P_PRESENT), "the entry of the buffer"
	CHECK	PTE(TEXT_AT), 0, "the entry of the text"
	CHECK	DMA, 0x80000004, "used"
	CHECK_BITS PTE(DMA), (P_ACCESSED + P_DIRTY), P_ACCESSED, "A and D of the buffer"
	TRY	movl TEXT_AT, %eax
	WANT_FAULT 14, 0, "the text"
	PASS
