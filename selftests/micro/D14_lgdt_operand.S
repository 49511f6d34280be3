/* SPDX-License-Identifier: GPL-2.0 */
/*
 * LGDT and LIDT with an operand that is not there: a page fault for a read in
 * ring 1, with the address of the first byte that is missing, and nothing is
 * loaded. A null segment register is #GP(0). INVLPG of any address is fine, and
 * does not fault.
 *
 * A broken host kills the guest, loads what it could read, or reads beside the
 * guest's memory.
 */
#include "micro.h"

#define HERE	0x200000
#define NEXT	(HERE + PAGE_SIZE)

BEGIN
	PAGING
	SET_PTE	NEXT, 0
	TRY	lgdt NEXT
	WANT_FAULT 14, 0, "lgdt"
	CHECK	fault_cr2, NEXT, "lgdt: CR2"
	TRY	lidt NEXT + 0xffa
	WANT_FAULT 14, 0, "lidt"
	CHECK	fault_cr2, (NEXT + 0xffa), "lidt: CR2"
	/* Two bytes of it are there. */
	movl	$-1, NEXT - 4
	TRY	lidt NEXT - 2
	WANT_FAULT 14, 0, "lidt across the end of a page"
	CHECK	fault_cr2, NEXT, "lidt across the end of a page: CR2"
	TRY	lgdt NEXT - 5
	WANT_FAULT 14, 0, "lgdt across the end of a page"
	CHECK	fault_cr2, NEXT, "lgdt across the end of a page: CR2"
	/* Read-only is enough. */
	SET_PTE	HERE, (HERE | P_PRESENT)
	SET_PTE	NEXT, (HERE | P_PRESENT | P_WRITE)
	movw	$(256 * 8 - 1), NEXT
	movl	$micro_idt, NEXT + 2
	TRY	lidt HERE
	WANT_NO_FAULT "lidt from a page that is read-only"

	/* Addresses that no paging leads to. */
	movl	$addresses, %esi
1:	movl	(%esi), %ebx
	cmpl	$1, %ebx
	je	2f
	TRY	invlpg (%ebx)
	WANT_NO_FAULT "invlpg"
	addl	$4, %esi
	jmp	1b
2:	TRY	invlpg %fs:0
	cmpl	$13, fault_vector	/* 64-bit manuals say it does not matter */
	je	3f
	WANT_NO_FAULT "invlpg with a null segment"

	/* Through a null segment nothing can be read. */
3:	movl	$gdt, %eax
	TRY	lgdt %fs:(%eax)
	WANT_FAULT 13, 0, "lgdt with a null segment"
	TRY	lidt %gs:gdt
	WANT_FAULT 13, 0, "lidt with a null segment"
	movl	%cs, %eax
	CHECK	%eax, KCS, "cs"
	PASS

	.section .rodata
	.balign	4
addresses:
	.long	0, 4095, HERE, NEXT, 0x400000, 0x7fffffff, 0x80000000, WINDOW - 1
	.long	WINDOW, WINDOW + 0x3ff000, -1, 1
gdt:	.word	32 * 8 - 1
	.long	micro_gdt
