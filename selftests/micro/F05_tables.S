/* SPDX-License-Identifier: GPL-2.0 */
/*
 * LOAD_GDT and LOAD_IDT with wild counts and addresses. Of a GDT 32 entries count,
 * of an IDT 256: more are ignored, and not even read. A table that is not in memory
 * is -EFAULT, and the old one stays good: a guest that handles the error takes the
 * next exception by it.
 *
 * A broken host multiplies the count by 8 in 32 bits, copies 2^32 bytes, or has
 * thrown the old table away before it has looked at the new one.
 */
#include "micro.h"

.macro IS nr:req, address:req, count:req, want:req
	HC	\nr, $(\address), $(\count)
	CHECK	%eax, \want, "\nr of \address, \count"
	call	works
.endm

BEGIN
	/* As much as there is, and at the very end of RAM. */
	movl	$micro_gdt, %esi
	movl	$(RAM_SIZE - 32 * 8), %edi
	movl	$64, %ecx
	rep movsl
	movl	$micro_idt, %esi
	movl	$(RAM_SIZE - PAGE_SIZE), %edi
	movl	$512, %ecx
	rep movsl
	movl	$counts, counts_at
1:	movl	counts_at, %esi
	HC	LGUEST_HC_LOAD_GDT, $(RAM_SIZE - 32 * 8), (%esi)
	CHECK	%eax, 0, "LOAD_GDT"
	call	works
	movl	counts_at, %esi
	HC	LGUEST_HC_LOAD_IDT, $micro_idt, (%esi)
	CHECK	%eax, 0, "LOAD_IDT"
	call	works
	addl	$4, counts_at
	cmpl	$counts_end, counts_at
	jb	1b

	/* One byte too far; through the end of the address space. */
	IS	LGUEST_HC_LOAD_GDT, (RAM_SIZE - 32 * 8 + 1), 32, -14
	IS	LGUEST_HC_LOAD_GDT, RAM_SIZE, 1, -14
	IS	LGUEST_HC_LOAD_GDT, 0x80000000, 32, -14
	IS	LGUEST_HC_LOAD_GDT, WINDOW, 32, -14
	IS	LGUEST_HC_LOAD_GDT, 0xffffff80, 32, -14
	IS	LGUEST_HC_LOAD_GDT, 0xfffffff8, -1, -14
	PAGING
	IS	LGUEST_HC_LOAD_GDT, RAM_SIZE, 0x20000000, -14
	IS	LGUEST_HC_LOAD_GDT, (WINDOW - 8), 32, -14
	/* None at all is a table, too. %cs and %ss are loaded and stay so. */
	HC_OK	LGUEST_HC_LOAD_GDT, $WINDOW, $0
	movl	%ss, %eax
	CHECK	%eax, KDS, "ss without a GDT"
	TRY	movl %eax, %ss
	WANT_NO_FAULT "ss loaded again"
	movl	$UDS, %eax
	TRY	movl %eax, %fs
	WANT_FAULT 13, (UDS & ~3), "fs without a GDT"
	HC_OK	LGUEST_HC_LOAD_GDT, $micro_gdt, $32
	call	works

	IS	LGUEST_HC_LOAD_IDT, (RAM_SIZE - 8), 2, -14
	IS	LGUEST_HC_LOAD_IDT, 0xfffffff8, 256, -14
	IS	LGUEST_HC_LOAD_IDT, WINDOW, -1, -14
	PASS

works:	TRY	ud2
	WANT_VECTOR 6, "ud2"
	RING3	program
	WANT_VECTOR VECTOR_BACK, "back from ring 3"
	ret
program:
	BACK

	.section .rodata
	.balign	4
counts:	.long	256, 257, 300, 0x1000, 0x10000, 0x20000000, 0x20000020, 0x7fffffff
	.long	0x80000000, 0xe0000006, -1
counts_end:
	.data
	.balign	4
counts_at:	.long	0
