/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ring 1 overwrites all of the window that it can write, by a data segment that
 * wraps around and so is not cut. Paging protects the window: its pages are
 * read-only, but for one, on which the processor leaves a trap's frame, and the guest's
 * own shared page. The host believes nothing there but what the trap that has just
 * happened has left.
 *
 * A broken host has more pages writable, or another CPU's, or keeps something in
 * that page from one exit to the next: with this it runs what a guest wrote.
 */
#include "micro.h"

EXPECT	"time=60"
EXPECT	"stays"

#define WRAPS	(FREE_ENTRY * 8 + 1)
#define BASE	0x10000

BEGIN
	GDT_SET	FREE_ENTRY, DESC_LOW(BASE, 0xfffff), DESC_HIGH(BASE, 0xfffff, D_DATA | D_DPL(1))
	INTERRUPTS
	PAGING
	movl	$0, round
again:	movl	$0, writable
	movl	$0, readable
	movl	$WINDOW, page
1:	/* Is there something to be read? */
	CATCH	2f
	movl	$WRAPS, %eax
	movl	%eax, %es
	movl	page, %edi
	subl	$BASE, %edi
	movl	%es:(%edi), %eax
2:	NO_CATCH
	cmpl	$NO_FAULT, fault_vector
	jne	2f
	incl	readable
2:	CATCH	2f
	movl	$WRAPS, %eax
	movl	%eax, %es
	movl	page, %edi
	subl	$BASE, %edi
	lock orl $0, %es:(%edi)
2:	NO_CATCH
	cmpl	$NO_FAULT, fault_vector
	jne	3f
	movl	$KDS, %eax
	movl	%eax, %es
	incl	writable
	movl	page, %eax
	movl	%eax, regs
	jmp	4f
3:	WANT_VECTOR 14, "write to the window"
4:	addl	$PAGE_SIZE, page
	jnz	1b
	PRINT_HEX "pages that ring 1 can read", readable
	CHECK	writable, 2, "pages that ring 1 can write"
	cmpl	$4, readable
	jbe	5f
	FAIL	"there is more than code, registers, state and the shared page"

	/* Is all as before? After each overwrite of that page. */
5:	call	overwrite
	RING3	program
	WANT_VECTOR VECTOR_BACK, "back from ring 3"
	call	overwrite
	HC	999
	CHECK	%eax, -95, "unknown hypercall"
	call	overwrite
	TRY	ud2
	WANT_VECTOR 6, "ud2"
	CHECK	fault_cs, (KCS & ~3), "its cs"
	call	overwrite
	IRQ_ON
	RAISE_IRQ
	IRQ_OFF
	/* For some time, so that interrupts of the host arrive. */
	rdtsc
	movl	%eax, %ebp
6:	call	overwrite
	rdtsc
	subl	%ebp, %eax
	cmpl	$50000000, %eax
	jb	6b
	incl	round
	cmpl	$4, round
	jb	again
	CHECK	irq_count, 4, "interrupts"
	PASS

program:
	movl	$100000, %ecx
	loop	.
	BACK

/* Fill the page that is writable with addresses, selectors, numbers. */
overwrite:
	pushl	%eax
	pushl	%ecx
	movl	$WRAPS, %eax
	movl	%eax, %es
	movl	regs, %edi
	subl	$BASE, %edi
	movl	round, %eax
	movl	patterns(, %eax, 4), %eax
	movl	$1024, %ecx
	rep stosl
	movl	$KDS, %eax
	movl	%eax, %es
	popl	%ecx
	popl	%eax
	ret

	.data
	.balign	4
patterns:
	.long	0x00000000, 0xffffffff, 0xc0000000, 0x00000060
round:	.long	0
page:	.long	0
regs:	.long	0
writable:	.long	0
readable:	.long	0
