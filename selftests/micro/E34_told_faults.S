/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest that names a fault_entry may be told of page faults of ring 3 there, by the
 * switcher, without the host. What it is told must be what a processor would have
 * pushed; a page that is still not there faults again; one that is there by then may
 * be told of once, and not for ever.
 *
 * A broken host tells of a fault without end, at the wrong place or of another access,
 * or as one of ring 1; or it tells of pages of another address space.
 */
#include "micro.h"

#define HERE	0x800000
#define FRAME	0x200000
#define PDE(a)	(micro_page_dir + ((a) >> 22) * 4)
#define PTE(n)	(micro_pages + (n) * 4)
#define RIGHTS	(P_PRESENT | P_WRITE | P_USER)

/* Ring 3 does one instruction; so many faults, of them so many may be told. */
.macro DO label:req, faults:req, text:req
	movl	$0, faults
	RING3	\label
	WANT_VECTOR VECTOR_BACK, "\text"
	CHECK	faults, \faults, "\text: faults"
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

	/* All 16 in a row: each faults once. */
	movl	$6, error
	DO	walk, 16, "16 pages"
	cmpl	$0, told
	jne	1f
	FAIL	"no fault was told at the entry"

	/* A second row; the first of it makes the hint. Not mapped the first time. */
1:	movl	$(HERE + 0x10000), address
	DO	write, 1, "first of the second row"
	movl	$0, told
	movl	$3, leave
	movl	$(HERE + 0x11000), address
	DO	write, 4, "a page that is mapped at the fourth fault"
	CHECK	leave, 0, "faults that were left"
	cmpl	$2, told
	jb	2f
	FAIL	"told of the same page twice"

	/* Mapped behind the host's back: none, or one that is told. */
2:	movl	$0, told
	movl	$(FRAME + 0x12000 + RIGHTS), PTE(0x12)
	movl	$(HERE + 0x12000), address
	movl	$0, faults
	RING3	write
	WANT_VECTOR VECTOR_BACK, "a page that is there by now"
	movl	told, %eax
	cmpl	faults, %eax
	je	3f
	FAIL	"the host itself tells of a page that is there"
3:	cmpl	$2, %eax
	jb	4f
	FAIL	"told of a page that is there twice"

	/* Read-only: a read makes the hint, the write is told, and then allowed. */
4:	movl	$(FRAME + 0x20000 + (P_PRESENT | P_USER)), PTE(0x20)
	movl	$(FRAME + 0x21000 + (P_PRESENT | P_USER)), PTE(0x21)
	movl	$(HERE + 0x20000), address
	DO	read, 0, "read of a read-only page"
	movl	$(HERE + 0x21000), address
	DO	read, 0, "read of the next one"
	movl	$7, error
	movl	$0, told
	DO	write, 1, "write to a read-only page"
	movl	$(HERE + 0x20000), address
	DO	write, 1, "write to the other one"
	cmpl	$0, told
	jne	5f
	FAIL	"no write was told at the entry"

	/* Ring 1 is never told there. */
5:	movl	$0, told
	movl	$0, micro_handlers + 14 * 4
	TRY	movl %eax, HERE + 0x13000
	WANT_FAULT 14, 2, "write of ring 1"
	HANDLER	14, fault
	CHECK	told, 0, "faults of ring 1 that were told"

	/* Another address space, where that is mapped: the hints are not for it. */
	movl	$6, error
	movl	$(HERE + 0x30000), address
	DO	write, 1, "first of the last row"
	movl	$1024, %ecx
	movl	$micro_page_dir, %esi
	movl	$other_dir, %edi
	rep movsl
	movl	$(other_table + RIGHTS), other_dir + (HERE >> 22) * 4
	movl	$(FRAME + 0x31000 + RIGHTS), other_table + 0x31 * 4
	movl	$other_dir, %eax
	movl	%eax, %cr3
	movl	$(HERE + 0x31000), address
	DO	write, 0, "page of another address space"
	PASS

/* Ring 3. The places of the accesses are checked. */
walk:	movl	$HERE, %ebx
1:	movl	%ebx, address
at_walk:
	movl	%eax, (%ebx)
	addl	$PAGE_SIZE, %ebx
	cmpl	$(HERE + 0x10000), %ebx
	jb	1b
	BACK
write:	movl	address, %ebx
at_write:
	movl	%eax, (%ebx)
	BACK
read:	movl	address, %ebx
	movl	(%ebx), %eax
	BACK

/* Ring 1, with the registers of ring 3. */
entry:	incl	%ss:told
	.irp word, 20, 16, 12, 8, 4, 0
	pushl	%ss:(micro_shared + LGUEST_SHARED_FAULT + \word)
	.endr
	jmp	micro_stubs + 14 * 16

/* Is it what was done? Then map the page, unless it is to be left. */
fault:	incl	faults
	movl	address, %eax
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
faults:	.long	0
leave:	.long	0
error:	.long	0
address: .long	0

	.bss
	.balign	PAGE_SIZE
other_dir: .skip PAGE_SIZE
other_table: .skip PAGE_SIZE
