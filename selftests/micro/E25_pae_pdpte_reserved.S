/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entries of the top level. One that is not present may hold anything. A present one
 * with reserved bits makes the load of CR3 fail: #GP on a processor, the guest's end
 * here. RW is one of these bits: 32-bit tables have none up there.
 *
 * A broken host hands the bits to the processor, whose #GP comes in the host's own
 * switch to the guest.
 */
#include "micro.h"

EXPECT	"killed=the entries there are no page directory pointers"

#include "pae.inc"

BEGIN
	PAE
	movl	$0xfffffffe, PDPT + 8
	movl	$-1, PDPT + 12
	RELOAD_CR3
	TRY	movl 0x40000000, %eax
	WANT_FAULT 14, 0, "by an entry that is not present"
	/* PWT, PCD and three ignored bits are good. */
	movl	$(PD(1) + P_PRESENT + 0xe18), PDPT + 8
	movl	$0, PDPT + 12
	movl	$(0x200000 + P_ALL + P_LARGE), PD(1)
	movl	$0x1234, 0x380000
	RELOAD_CR3
	CHECK	0x40180000, 0x1234, "by an entry with PWT and PCD"
	DIES
	movl	$(PD(1) + P_PRESENT + P_WRITE), PDPT + 8
	RELOAD_CR3
	FAIL	"still alive with reserved bits in the top level"
