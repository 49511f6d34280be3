/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages of 4M: all of it is where it should be, the rights and A and D are those of
 * the upper entry, bit 12 (PAT) and G mean nothing, bits 13 to 21 are reserved: a
 * page fault with RSVD and P. Several upper entries may name the same 4M with
 * different rights, and the host has one shadow table for all of them.
 *
 * A broken host has ring 3 or a write through the read-only one once the other has
 * been used, or takes bit 13 for an address.
 */
#include "micro.h"

#define RW	0x800000	/* all three lead to 0 */
#define RO	0xc00000
#define SYS	0x1000000
#define LARGE	(P_PRESENT | P_LARGE)
#define PDE(a)	(micro_page_dir + ((a) >> 22) * 4)

BEGIN
	PAGING_4M
	movl	$(LARGE | P_WRITE | P_USER | P_GLOBAL | 0x1000), PDE(RW)
	movl	$(LARGE | P_USER), PDE(RO)
	movl	$(LARGE | P_WRITE), PDE(SYS)

	movl	$0x200000, %ebx
1:	movl	%ebx, (%ebx)
	movl	RO(%ebx), %eax
	subl	%ebx, %eax
	CHECK	%eax, 0, "read at another address: differs by"
	addl	$0x3ffc, %ebx
	cmpl	$0x3ff000, %ebx
	jb	1b
	CHECK	PDE(RO), (LARGE | P_USER | P_ACCESSED), "upper entry after reads"
	CHECK	PDE(RW), (LARGE | P_WRITE | P_USER | P_GLOBAL | 0x1000), "upper entry before use"

	movl	RW + 0x200000, %eax
	CHECK_BITS PDE(RW), (P_ACCESSED | P_DIRTY), P_ACCESSED, "A and D after a read"
	movl	$0x1234, RW + 0x3ffffc
	CHECK_BITS PDE(RW), (P_ACCESSED | P_DIRTY), (P_ACCESSED | P_DIRTY), "A and D after a write"
	CHECK	(RO + 0x3ffffc), 0x1234, "the last word, elsewhere"

	/* The pages are in the shadow, writable; now by the other ways. */
	TRY	movl %eax, RO + 0x200000
	WANT_FAULT 14, 3, "write by a read-only one"
	CHECK	fault_cr2, (RO + 0x200000), "write by a read-only one: CR2"
	RING3	read_sys
	WANT_FAULT 14, 5, "read from ring 3"
	RING3	write_ro
	WANT_FAULT 14, 7, "write from ring 3 by a read-only one"
	RING3	write_rw
	WANT_VECTOR VECTOR_BACK, "write from ring 3"
	movl	$0x5678, SYS + 0x200000
	CHECK	(RW + 0x200000), 0x5678, "written by another one"

	/* D is cleared, with a flush: the shadow has to have it again. */
	andl	$~P_DIRTY, PDE(RW)
	invlpg	RW + 0x300000
	movl	%eax, RW + 0x200008
	CHECK_BITS PDE(RW), P_DIRTY, P_DIRTY, "D after it was cleared"
	andl	$~P_ACCESSED, PDE(RW)
	invlpg	RW
	movl	RW + 0x200008, %eax
	CHECK_BITS PDE(RW), P_ACCESSED, P_ACCESSED, "A after it was cleared"

	movl	$13, bit
1:	movl	$(LARGE | P_WRITE | P_USER), %eax
	movl	bit, %ecx
	btsl	%ecx, %eax
	movl	%eax, PDE(RW)
	invlpg	RW
	TRY	movl RW + 4, %eax
	WANT_FAULT 14, 9, "read with a reserved bit"
	CHECK	fault_cr2, (RW + 4), "read with a reserved bit: CR2"
	TRY	movl %eax, RW + 0x200000
	WANT_FAULT 14, 0xb, "write with a reserved bit"
	RING3	write_rw
	WANT_FAULT 14, 0xf, "write from ring 3 with a reserved bit"
	incl	bit
	cmpl	$22, bit
	jb	1b
	PASS

read_sys:
	movl	SYS + 0x200000, %eax
	BACK
write_ro:
	movl	%eax, RO + 0x200000
	BACK
write_rw:
	movl	$0x9999, RW + 0x200000
	BACK

	.data
	.balign	4
bit:	.long	0
