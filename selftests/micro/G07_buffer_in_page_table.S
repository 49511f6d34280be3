/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The used word of a buffer is an entry of the page table that is in use. One byte is
 * printed, so the answer makes it 0x80000001: present, read-only, a frame at 2 GB,
 * where this guest has nothing. As on a processor it counts after a flush; then the
 * host finds it, and kills the guest for a frame that is not RAM.
 *
 * A host that follows frame numbers without looking maps memory of the launcher, or
 * of the host's arrays behind the guest's last frame.
 */
#include "micro.h"

	EXPECT	"killed=is mapped to frame 0x80000, which is not RAM"

#define CONSOLE	0x9e044
#define PAGE	0x200000
#define PTE	(micro_page_table + (PAGE >> 12) * 4)

BEGIN
	PAGING
	movl	$0x600d, PAGE
	/* The entries behind the word are the rest of the structure. */
	movl	$1, PTE + 4
	movl	$newline, PTE + 8
	movl	$1, PTE + 12
	HC_OK	LGUEST_HC_SEND_DMA, $CONSOLE, $PTE
	CHECK	PTE, 0x80000001, "the entry"
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ONE, $PAGE
	DIES
	movl	PAGE, %eax
	PRINT_HEX "read", %eax
	FAIL	"a frame outside of RAM is mapped"

	.data
newline: .ascii	"\n"
