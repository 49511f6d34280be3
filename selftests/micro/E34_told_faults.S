/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest that names a fault_entry may be told of page faults of ring 3 there, by the
 * switcher, without the host. What it is told must be what a processor would have
 * pushed; a page that is still not there faults again; one that is there may be told
 * of once, or twice if another guest ran in between, and not for ever.
 *
 * A broken host tells of a fault without end, at the wrong place or of another access,
 * or as one of ring 1.
 */
#include "micro.h"

#define HERE	0x800000
#define FRAME	0x200000
#define PDE(a)	(micro_page_dir + ((a) >> 22) * 4)
#define PTE(n)	(micro_pages + (n) * 4)
#define RIGHTS	(P_PRESENT | P_WRITE | P_USER)
#define MANY	4		/* of what should be one, or none, and has reasons to be more */

/* Ring 3 does something; so many faults, or some more. */
.macro DO label:req, faults:req, text:req
	movl	$0, faults
	movl	$0, row
	RING3	\label
	WANT_VECTOR VECTOR_BACK, "\text"
	movl	faults, %eax
	subl	$\faults, %eax
	cmpl	$MANY, %eax
	jb	97f
	CHECK	faults, \faults, "\text: faults"
97:
.endm

/* The same of a page that is there: no fault, or one that is told. */
.macro DO_THERE label:req, text:req
	movl	$0, faults
	movl	$0, row
	movl	$0, told
	movl	$1, leave
	RING3	\label
	WANT_VECTOR VECTOR_BACK, "\text"
	movl	told, %eax
	cmpl	faults, %eax
	je	98f
	FAIL	"the host itself tells of \text"
98:	cmpl	$MANY, %eax
	jb	99f
	FAIL	"told again and again of \text"
99:	movl	$0, leave
.endm

BEGIN
	movb	$0x8e, micro_idt + 14 * 8 + 5	/* an interrupt gate */
	HC_OK	LGUEST_HC_LOAD_IDT, $micro_idt, $256
	movl	$0xc0000000, micro_shared + SHARED_KERNEL_START
	movl	$entry, micro_shared + SHARED_FAULT_ENTRY
	INTERRUPTS
	HANDLER	14, fault
	movl	$(micro_pages + RIGHTS), PDE(HERE)
	PAGING

	/* What the host has no memory for yet may fault again. */
	movl	$FRAME, %edi
	movl	$(0x42 * PAGE_SIZE / 4), %ecx
	movl	$0x31313131, %eax
	rep stosl

	/* All 16 in a row: each faults once. */
	movl	$6, error
	DO	walk, 16, "16 pages"
	cmpl	$0, told
	jne	1f
	FAIL	"no fault was told at the entry"

	/* Not mapped at first: each second fault is the host's. */
1:	movl	$3, leave
	movl	$(HERE + 0x11000), address
	movl	$0, faults
	movl	$0, row
	RING3	write
	WANT_VECTOR VECTOR_BACK, "a page that is mapped at the fourth fault"
	CHECK	leave, 0, "faults that were left"
	cmpl	$(4 + MANY), faults
	jb	2f
	FAIL	"faults at a page that is there by now"

	/* Mapped behind the host's back. */
2:	movl	$(FRAME + 0x12000 + RIGHTS), PTE(0x12)
	movl	$(HERE + 0x12000), address
	DO_THERE write, "a page that is there by now"

	/* Read-only: the write is told, and then allowed. */
	movl	$(FRAME + 0x20000 + (P_PRESENT | P_USER)), PTE(0x20)
	movl	$(FRAME + 0x21000 + (P_PRESENT | P_USER)), PTE(0x21)
	movl	$4, error
	movl	$(HERE + 0x20000), address
	DO_THERE read, "a read-only page that is read"
	movl	$(HERE + 0x21000), address
	DO_THERE read, "the next one"
	movl	$7, error
	movl	$0, told
	DO	write, 1, "write to a read-only page"
	movl	$(HERE + 0x20000), address
	DO	write, 1, "write to the other one"
	cmpl	$0, told
	jne	5f
	FAIL	"no write was told at the entry"

	/* Code. It is told apart from data only where NX is on. */
5:	movw	$(0xcd | VECTOR_BACK << 8), FRAME + 0x14000
	movl	$4, error
	movl	$(HERE + 0x14000), address
	DO	fetch, 1, "code that is not there"

	/* Ring 1 is never told there. */
	movl	$0, told
	movl	$0, micro_handlers + 14 * 4
	TRY	movl %eax, HERE + 0x13000
	WANT_FAULT 14, 2, "write of ring 1"
	HANDLER	14, fault
	CHECK	told, 0, "faults of ring 1 that were told"

	/* Another address space, where that is mapped. */
	movl	$6, error
	movl	$1024, %ecx
	movl	$micro_page_dir, %esi
	movl	$other_dir, %edi
	rep movsl
	movl	$(other_table + RIGHTS), other_dir + (HERE >> 22) * 4
	movl	$(FRAME + 0x41000 + RIGHTS), other_table + 0x31 * 4
	movl	$other_dir, %eax
	movl	%eax, %cr3
	movl	$(HERE + 0x31000), address
	DO_THERE write, "a page of another address space"
	CHECK	(FRAME + 0x41000), UCS, "what was written there"
	PASS

/* Ring 3. The places of the accesses are checked. */
walk:	movl	$HERE, %ebx
1:	movl	%ebx, address
	movl	$0, row
	movl	%cs, %eax
at_walk:
	movl	%eax, (%ebx)
	addl	$PAGE_SIZE, %ebx
	cmpl	$(HERE + 0x10000), %ebx
	jb	1b
	BACK
write:	movl	address, %ebx
	movl	%cs, %eax
at_write:
	movl	%eax, (%ebx)
	BACK
read:	movl	address, %ebx
at_read:
	movl	(%ebx), %eax
	BACK

fetch:	movl	address, %ebx
	jmp	*%ebx

/* Ring 1, with the registers of ring 3. */
entry:	incl	%ss:told
	incl	%ss:row
	movl	$1, %ss:from_entry
	.irp word, 20, 16, 12, 8, 4, 0
	pushl	%ss:(micro_shared + LGUEST_SHARED_FAULT + \word)
	.endr
	jmp	micro_stubs + 14 * 16

/* Is it what was done? Then map the page, unless it is to be left. */
fault:	incl	faults
	cmpl	$MANY, row
	jb	5f
	PRINT_HEX "address", address
	FAIL	"told of a page again and again"
5:	cmpl	$0, from_entry
	movl	$0, from_entry
	jne	6f
	movl	$0, row
6:	movl	address, %eax
	cmpl	%eax, fault_cr2
	je	1f
	PRINT_HEX "address", address
	PRINT_HEX "CR2", fault_cr2
	FAIL	"CR2"
1:	movl	error, %edx
	cmpl	%edx, fault_error
	je	2f
	PRINT_HEX "error code", fault_error
	FAIL	"error code"
2:	cmpl	$at_walk, fault_eip
	je	3f
	cmpl	$at_read, fault_eip
	je	3f
	cmpl	%eax, fault_eip			/* the fetch */
	je	3f
	CHECK	fault_eip, at_write, "eip"
3:	CHECK	fault_cs, UCS, "cs"
	CHECK	fault_ss, UDS, "ss"
	CHECK	fault_esp, micro_user_stack, "esp"
	CHECK_BITS fault_eflags, (EFLAGS_IF | EFLAGS_TF | EFLAGS_IOPL), EFLAGS_IF, "eflags"
	movl	fault_ebx, %edx
	subl	address, %edx
	CHECK	%edx, 0, "ebx less the address"
	cmpl	$0, leave
	je	4f
	decl	leave
	ret
4:	movl	address, %eax
	subl	$HERE, %eax
	movl	%eax, %edx
	shrl	$12, %edx
	addl	$(FRAME + RIGHTS), %eax
	movl	%eax, micro_pages(, %edx, 4)
	ret

	.data
	.balign	4
told:	.long	0
row:	.long	0		/* of these, since the host told of one */
from_entry: .long 0
faults:	.long	0
leave:	.long	0
error:	.long	0
address: .long	0

	.bss
	.balign	PAGE_SIZE
other_dir: .skip PAGE_SIZE
other_table: .skip PAGE_SIZE
