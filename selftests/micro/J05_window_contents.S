/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ring 1 can read the window through a segment that wraps (memory-map.rst says what is
 * there, and that the addresses of the host are no secret). What must not be there:
 *
 *  - in the page of registers: words of others below the guest's own, such as
 *    what C code had on that stack;
 *  - in the copy of the host's GDT: thread-local segments of the task that runs
 *    (the launcher has one);
 *  - in the guest's own table: entries that it never set (the guest beside it has
 *    set entry 6);
 *  - behind the IDT: anything.
 *
 * The guest sleeps some times in between, so that others run here.
 */
#include "micro.h"

EXPECT	"stays"

#define SEL	(FREE_ENTRY * 8)
#define BASE	0x1000
#define TLS	(6 * 8)			/* the same entries in host and guest */
#define REGS	72			/* struct lg_regs, at the end of its page */
#define SLEEPS	20
#define STEP_NS	2000000

/* %ecx bytes of the window from %edi on are zero. */
.macro ZERO text:req
	TEXT	"\text", %esi
	call	check_zero
.endm

BEGIN
	INTERRUPTS
	/* A segment for the time of looking: it takes an entry. */
	GDT_SET	20, DESC_LOW(BASE, 0xfffff), DESC_HIGH(BASE, 0xfffff, D_DATA)
	movl	$(20 * 8 + 1), %eax
	lsll	%eax, %edx
	cmpl	$-1, %edx
	jne	strict
again:	movl	$(20 * 8 + 1), %eax
	movl	%eax, %es
	sgdt	table
	movl	table + 2, %ebx
	cmpl	$WINDOW, %ebx
	jb	no_window

	movl	%ebx, %edi
	andl	$-PAGE_SIZE, %edi
	subl	$PAGE_SIZE, %edi
	movl	$(PAGE_SIZE - REGS), %ecx
	ZERO	"the stack below the registers"

	/* The guest's table: null, unused, the four segments, nothing, ours. */
	leal	TLS(%ebx), %edi
	movl	$(14 * 8), %ecx
	ZERO	"entries 6 to 19 of the guest's table"
	leal	(21 * 8)(%ebx), %edi
	movl	$(11 * 8), %ecx
	ZERO	"entries 21 to 31 of the guest's table"

	/* The bridge follows the guest's table. */
	movzwl	table, %eax
	leal	1 + TLS(%ebx, %eax), %edi
	movl	$(3 * 8), %ecx
	ZERO	"thread-local segments of the launcher"

	sidt	table
	movzwl	table, %eax
	movl	table + 2, %edi
	leal	1(%edi, %eax), %edi
	movl	%edi, %ecx
	negl	%ecx
	andl	$(PAGE_SIZE - 1), %ecx
	ZERO	"what follows the IDT"

	movl	$KDS, %eax
	movl	%eax, %es
	addl	$STEP_NS, next
	adcl	$0, next + 4
	HC_OK	LGUEST_HC_SET_TIMER, next, next + 4
	HANDLER	VECTOR_IRQ, woken
	movl	$LGUEST_HC_HALT, %eax
	IRQ_ON
halt:	int	$LGUEST_HYPERCALL
	IRQ_OFF
	decl	sleeps
	jnz	again
	PASS

check_zero:
	xorl	%eax, %eax
	shrl	$2, %ecx
	jz	2f
	addl	$-BASE, %edi
1:	cmpl	%eax, %es:(%edi)
	jne	3f
	addl	$4, %edi
	loop	1b
2:	ret
3:	movl	%es:(%edi), %eax
	addl	$BASE, %edi
	PRINT_HEX "address", %edi
	PRINT_HEX "word", %eax
	movl	%esi, %ebx
	jmp	micro_fail

woken:	xorl	%eax, %eax
	xchgl	%eax, micro_shared + SHARED_IRQS
	cmpl	$halt, FRAME_EIP(%ebp)
	jne	4f
	addl	$2, FRAME_EIP(%ebp)
4:	ret

strict:	SKIP	"the host allows no segment that wraps (strict_segments)"
no_window: ERROR "the GDT is not in the window"

	.data
	.balign	8
next:	.quad	0
table:	.long	0, 0
sleeps:	.long	SLEEPS
