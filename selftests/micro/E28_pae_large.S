/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages of 2M: with PAE bit 7 of an upper entry means one, whatever CR4.PSE says. All
 * of it is where it should be; rights, A and D are those of the upper entry; bit 12
 * (PAT) and G mean nothing, bits 13 to 20 are reserved. One whose frame is behind
 * the end of RAM kills the guest, at the end.
 *
 * A broken host takes it for 4M, by half of it or by the bits it checks.
 */
#include "micro.h"

EXPECT	"killed=address 0x1000000 is mapped to frame 0x400, which is not RAM"

#include "pae.inc"

#define RW	0x800000	/* all three lead to 2M */
#define RO	0xa00000
#define SYS	0xe00000
#define LARGE	(P_PRESENT | P_LARGE | 0x200000)
#define PDE(a)	(PD(0) + ((a) >> 21) * 8)

BEGIN
	PAE
	movl	$(LARGE | P_WRITE | P_USER | P_GLOBAL | 0x1000), PDE(RW)
	movl	$(LARGE | P_USER), PDE(RO)
	movl	$(LARGE | P_WRITE), PDE(SYS)
	movl	$0x310000, %ebx
1:	movl	%ebx, (%ebx)
	movl	RO - 0x200000(%ebx), %eax
	subl	%ebx, %eax
	CHECK	%eax, 0, "read at another address: differs by"
	addl	$0x3ffc, %ebx
	cmpl	$0x3ff000, %ebx
	jb	1b
	CHECK	PDE(RO), (LARGE | P_USER | P_ACCESSED), "upper entry after reads"
	movl	RW + 0x1ffffc, %eax
	CHECK_BITS PDE(RW), (P_ACCESSED | P_DIRTY), P_ACCESSED, "A and D after a read"
	movl	$0x1234, RW + 0x1ffffc
	CHECK_BITS PDE(RW), (P_ACCESSED | P_DIRTY), (P_ACCESSED | P_DIRTY), "A and D after a write"
	CHECK	(RO + 0x1ffffc), 0x1234, "the last word, elsewhere"
	CHECK	0x3ffffc, 0x1234, "the last word of RAM"
	TRY	movl RW + 0x400000, %eax
	WANT_FAULT 14, 0, "the next 2M but one"

	TRY	movl %eax, RO + 0x180000
	WANT_FAULT 14, 3, "write by a read-only one"
	RING3	read_sys
	WANT_FAULT 14, 5, "read from ring 3"
	RING3	write_ro
	WANT_FAULT 14, 7, "write from ring 3 by a read-only one"
	RING3	write_rw
	WANT_VECTOR VECTOR_BACK, "write from ring 3"

	/* To a table and back. */
	movl	$(PT + P_ALL), PDE(RW)
	invlpg	RW
	movl	$0x5555, 0x1000
	CHECK	(RW + 0x1000), 0x5555, "by a table"
	movl	$(LARGE | P_ALL), PDE(RW)
	invlpg	RW
	CHECK	(RW + 0x1ffffc), 0x1234, "2M again"
	/* PSE is not asked. */
	movl	%cr4, %eax
	orl	$0x10, %eax
	movl	%eax, %cr4
	CHECK	(RW + 0x1ffffc), 0x1234, "2M with PSE"
	movl	%cr4, %eax
	andl	$~0x10, %eax
	movl	%eax, %cr4
	CHECK	(RW + 0x1ffffc), 0x1234, "2M without PSE"

	movl	$13, bit
1:	movl	$(LARGE | P_ALL), %eax
	movl	bit, %ecx
	btsl	%ecx, %eax
	movl	%eax, PDE(RW)
	invlpg	RW
	TRY	movl RW + 4, %eax
	WANT_FAULT 14, 9, "read with a reserved bit"
	CHECK	fault_cr2, (RW + 4), "read with a reserved bit: CR2"
	TRY	movl %eax, RW + 0x180000
	WANT_FAULT 14, 0xb, "write with a reserved bit"
	/* And set in an entry that is in use. */
	movl	bit, %ecx
	btrl	%ecx, PDE(RW)
	orl	$(P_ACCESSED | P_DIRTY), PDE(RW)
	RELOAD_CR3
	movl	%eax, RW + 0x180000
	movl	bit, %ecx
	btsl	%ecx, PDE(RW)
	RELOAD_CR3
	TRY	movl %eax, RW + 0x180000
	WANT_FAULT 14, 0xb, "write with a reserved bit in an entry that is in use"
	incl	bit
	cmpl	$21, bit
	jb	1b

	DIES
	movl	$(RAM_SIZE + P_ALL + P_LARGE), PDE(0x1000000)
	RELOAD_CR3
	movl	0x1000000, %eax
	FAIL	"still alive with 2M behind the end of RAM"

read_sys:
	movl	SYS + 0x180000, %eax
	BACK
write_ro:
	movl	%eax, RO + 0x180000
	BACK
write_rw:
	movl	$0x9999, RW + 0x180000
	BACK

	.data
	.balign	4
bit:	.long	0
