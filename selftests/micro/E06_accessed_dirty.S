/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Accessed and dirty bits, set exactly when a processor would: A in both levels by
 * any access that is allowed, D in the entry of the page by a write that is, and
 * in no upper entry. An access that faults sets no D. All other bits stay as they
 * are, those that are ignored, too. Entries next to it are left alone (a guest
 * that has not called LGUEST_HC_INIT has no new address spaces).
 *
 * A broken host loses D (the guest throws away what was written), sets it too early
 * (it never stops writing back), or writes an entry back that has changed.
 */
#include "micro.h"

#define HERE	0x800000
#define FRAME	0x200000
#define PDE	(micro_page_dir + (HERE >> 22) * 4)
#define PTE	(micro_pages + 5 * 4)
#define ADDRESS	(HERE + 5 * PAGE_SIZE)
#define A	P_ACCESSED
#define D	P_DIRTY
#define RW	P_WRITE
#define US	P_USER
#define P	P_PRESENT

.macro ENTRIES pde:req, pte:req
	movl	$(micro_pages + (\pde)), PDE
	movl	$(FRAME + (\pte)), PTE
	movl	%cr3, %eax
	movl	%eax, %cr3
.endm

.macro ARE pde:req, pte:req, text:req
	CHECK	PDE, (micro_pages + (\pde)), "\text: upper entry"
	CHECK	PTE, (FRAME + (\pte)), "\text: entry"
.endm

BEGIN
	PAGING
	/* Neighbours. */
	movl	$(FRAME + PAGE_SIZE + (P | RW | US)), PTE + 4
	movl	$(FRAME + (P | RW | A)), PTE - 4

	ENTRIES	(P | RW | US), (P | RW | US)
	movl	ADDRESS, %eax
	ARE	(P | RW | US | A), (P | RW | US | A), "read"
	movl	%eax, ADDRESS
	ARE	(P | RW | US | A), (P | RW | US | A | D), "write"

	ENTRIES	(P | RW | US), (P | RW | US)
	movl	%eax, ADDRESS
	ARE	(P | RW | US | A), (P | RW | US | A | D), "write without a read"

	ENTRIES	(P | RW), (P | RW | D)
	movl	ADDRESS, %eax
	ARE	(P | RW | A), (P | RW | A | D), "read with D"

	/* PWT, PCD, bit 7 (PAT), G, three bits for software; in the upper entry bit 6 */
	ENTRIES	(P | RW | 0xf58), (P | RW | 0xf98)
	movl	ADDRESS, %eax
	ARE	(P | RW | A | 0xf58), (P | RW | A | 0xf98), "read with all other bits"
	movl	%eax, ADDRESS
	ARE	(P | RW | A | 0xf58), (P | RW | A | D | 0xf98), "write with all other bits"
	ENTRIES	(P | RW | 0xf18), (P | RW | 0xf98)
	lock incl ADDRESS
	ARE	(P | RW | A | 0xf18), (P | RW | A | D | 0xf98), "locked write"

	/* Faults. Whether they set A is the processor's choice. */
	ENTRIES	(P | RW), P
	TRY	movl %eax, ADDRESS
	WANT_FAULT 14, 3, "write to a read-only page"
	CHECK_BITS PTE, D, 0, "write to a read-only page: D"
	ENTRIES	P, (P | RW)
	TRY	movl %eax, ADDRESS
	WANT_FAULT 14, 3, "write by a read-only upper entry"
	CHECK_BITS PTE, D, 0, "write by a read-only upper entry: D"
	ENTRIES	(P | RW | US), (P | RW)
	RING3	program
	WANT_FAULT 14, 7, "write from ring 3"
	CHECK_BITS PTE, D, 0, "write from ring 3: D"
	ENTRIES	(P | RW | US), (0xffe)
	TRY	movl %eax, ADDRESS
	WANT_FAULT 14, 2, "write to a page that is not there"
	CHECK	PTE, (FRAME + 0xffe), "entry of a page that is not there"

	/* Cleared, and flushed: the next access sets them again. */
	ENTRIES	(P | RW), (P | RW)
	movl	%eax, ADDRESS
	movl	$(FRAME + (P | RW)), PTE
	invlpg	ADDRESS
	movl	ADDRESS, %eax
	ARE	(P | RW | A), (P | RW | A), "read after A and D were cleared"
	movl	%eax, ADDRESS
	ARE	(P | RW | A), (P | RW | A | D), "write after A and D were cleared"
	movl	$(FRAME + (P | RW | A)), PTE
	invlpg	ADDRESS
	movl	%eax, ADDRESS
	ARE	(P | RW | A), (P | RW | A | D), "write after D was cleared"

	/* The host's own writes to a stack count. */
	ENTRIES	(P | RW), (P | RW)
	movl	$(ADDRESS + 0x800), %esp
	CATCH	1f
	ud2
1:	NO_CATCH
	ARE	(P | RW | A), (P | RW | A | D), "frame of a trap"

	CHECK	(PTE + 4), (FRAME + PAGE_SIZE + (P | RW | US)), "the next entry"
	CHECK_BITS (PTE - 4), D, 0, "D of the entry before"
	PASS

program:
	movl	%eax, ADDRESS
	BACK
