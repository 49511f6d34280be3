/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From two levels to three and back, many times, with paging off in between, and the
 * same frames as tables in both formats. Nothing of one format may be left in the
 * other. A broken host finds a table by its frame, and does not ask what it was.
 */
#include "micro.h"

EXPECT	"result=SUCCESS"

#include "pae.inc"

#define HERE	0x40000000
#define A	0x380000
#define B	0x381000

BEGIN
	movl	$0x1111, A
	movl	$0x2222, B
	PAE_CPUID 1, 6, "no PAE"
	PAGING
	call	off
	call	pae_on
	movl	$50, rounds
	/* Directory and table in the same frames: PD(1) and PT2. */
1:	movl	$(PT2 + P_ALL), PD(1)
	movl	$0, PD(1) + 4
	movl	$(A + P_ALL), PT2
	movl	$0, PT2 + 4
	movl	$(B + P_ALL), PT2 + 8
	CHECK	HERE, 0x1111, "three levels, first page"
	CHECK	(HERE + PAGE_SIZE), 0x2222, "three levels, second page"
	call	off
	movl	%cr4, %eax
	andl	$~0x20, %eax
	movl	%eax, %cr4
	movl	$0, PT2 + 8
	movl	micro_page_dir, %eax
	movl	%eax, PD(1)
	movl	$(PT2 + P_ALL), PD(1) + (HERE >> 22) * 4
	movl	$(B + P_ALL), PT2
	movl	$(A + P_ALL), PT2 + 4
	movl	$PD(1), %eax
	movl	%eax, %cr3
	call	on
	CHECK	HERE, 0x2222, "two levels, first page"
	CHECK	(HERE + PAGE_SIZE), 0x1111, "two levels, second page"
	TRY	movl HERE + 2 * PAGE_SIZE, %eax
	WANT_FAULT 14, 0, "two levels, third page"
	call	off
	movl	$0, PD(1) + (HERE >> 22) * 4
	movl	%cr4, %eax
	orl	$0x20, %eax
	movl	%eax, %cr4
	movl	$PDPT, %eax
	movl	%eax, %cr3
	movl	$(PT2 + P_ALL), PD(1)
	movl	$0, PT2 + 4
	call	on
	decl	rounds
	jnz	1b
	PASS

on:	movl	%cr0, %eax
	orl	$0x80000000, %eax
	movl	%eax, %cr0
	ret
off:	movl	%cr0, %eax
	andl	$0x7fffffff, %eax
	movl	%eax, %cr0
	ret

	.data
	.balign	4
rounds:	.long	0
