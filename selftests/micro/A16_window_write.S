/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The window is in every address space. A data segment that wraps around 4 GB gets
 * ring 1 there (LAR and SIDT say where), and paging must stop what segments do not:
 * the switcher's code and the state page, with the processor's GDT, IDT, TSS and
 * what leads back to the host, are read-only even for a supervisor. Writes give a
 * page fault, for each of its parts. Ring 3 gets nothing at all.
 *
 * A host that gets this wrong is taken over: one write to a gate of its IDT.
 */
#include "micro.h"

EXPECT	"stays"

#define SEL	(FREE_ENTRY * 8)
#define BASE	0x1000

/* A write to the linear address in %edi must fault. */
.macro READ_ONLY text:req
	movl	%edi, address
	addl	$-BASE, %edi
	TRY	movl $0, %es:(%edi)
	WANT_FAULT 14, 2, "\text"
	movl	address, %eax
	cmpl	%eax, fault_cr2
	jne	wrong_address
	/* A fault leaves flat segments. */
	movl	$(SEL + 1), %eax
	movl	%eax, %es
	TRY	lock andl $-1, %es:(%edi)
	WANT_VECTOR 14, "\text, locked"
	movl	$(SEL + 1), %eax
	movl	%eax, %es
.endm

BEGIN
	GDT_SET	FREE_ENTRY, DESC_LOW(BASE, 0xfffff), DESC_HIGH(BASE, 0xfffff, D_DATA)
	READ_LIMIT $SEL
	cmpl	$-1, %eax
	jne	strict
	sidt	table
	movl	table + 2, %eax
	movl	%eax, idt
	sgdt	table
	movl	table + 2, %eax
	movl	%eax, gdt
	movl	$(SEL + 1), %eax
	movl	%eax, %es

	movl	idt, %edi
	READ_ONLY "the first gate"
	movl	idt, %edi
	addl	$(0x80 * 8), %edi
	READ_ONLY "the gate of int 0x80"
	movl	gdt, %edi
	addl	$(32 * 8 + 4), %edi
	READ_ONLY "the descriptor of the switcher's code"
	movl	idt, %edi
	andl	$-PAGE_SIZE, %edi
	READ_ONLY "the host's CR3"

	/* What a gate leads to is the switcher's code. */
	movl	idt, %edi
	addl	$-BASE, %edi
	movl	%es:4(%edi), %eax
	movw	%es:(%edi), %ax
	movl	%eax, %edi
	cmpl	$WINDOW, %edi
	jb	no_code
	movl	%edi, code
	READ_ONLY "the switcher's code"
	movl	code, %edi
	addl	$-BASE, %edi
	TRY	movl %es:(%edi), %eax
	WANT_NO_FAULT "reading the switcher's code"

	/* Paging of the guest's own changes nothing. */
	PAGING
	movl	$(micro_page_table + 7), micro_page_dir + 4 * 1023
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	movl	idt, %edi
	READ_ONLY "the first gate, with paging"

	GDT_SET	FREE_ENTRY, DESC_LOW(BASE, 0xfffff), DESC_HIGH(BASE, 0xfffff, D_DATA | D_DPL(3))
	RING3	program
	WANT_FAULT 14, 4, "reading in ring 3"
	PASS

program:
	movl	$(SEL + 3), %eax
	movl	%eax, %es
	movl	code, %edi
	movl	%es:-BASE(%edi), %eax
	BACK

strict:	SKIP	"the host allows no segment that wraps (strict_segments)"
no_code: ERROR	"the gate leads somewhere else"
wrong_address:
	PRINT_HEX "cr2", fault_cr2
	PRINT_HEX "address", address
	FAIL	"the fault is at another address"

	.data
table:	.long	0, 0
idt:	.long	0
gdt:	.long	0
code:	.long	0
address: .long	0
