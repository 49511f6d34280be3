/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every hypercall that a guest survives, with all pairs of edge values: ends of RAM,
 * of tables, of the address space, and what is next to them. First without, then
 * with a shared page. The result is 0 or a negative errno, no other register has
 * changed, and afterwards tables loaded anew, traps, and ring 3 work. What each call
 * should say is in the other tests of class F.
 *
 * A broken host computes address + length, index * 8 or count * size in 32 bits.
 */
#include "micro.h"

EXPECT	"time=60"

BEGIN
	call	all
	INTERRUPTS
	movl	$-1, micro_shared + SHARED_MASKED
	call	all
	PAGING
	movl	$micro_page_dir, micro_shared + SHARED_NEXT_CR3
	call	all
	/* The timer has been set by some, far away or at once. */
	HC_OK	LGUEST_HC_SET_TIMER, $-1, $-1
	movl	$0, micro_shared + SHARED_MASKED
	IRQ_ON
	HC_OK	LGUEST_HC_IRQ_WINDOW
	movl	$0, irq_count
	RAISE_IRQ
	IRQ_OFF
	CHECK	irq_count, 1, "interrupts"
	PASS

all:	movl	$calls, call_at
1:	movl	call_at, %eax
	cmpl	$0, (%eax)
	je	9f
	movl	$edges, first
2:	movl	$edges, second
3:	call	one
	addl	$4, second
	cmpl	$edges_end, second
	jb	3b
	/* Once for each first argument: all as it should be? */
	HC_OK	LGUEST_HC_LOAD_GDT, $micro_gdt, $32
	HC_OK	LGUEST_HC_LOAD_IDT, $micro_idt, $256
	HC_OK	LGUEST_HC_SET_STACK, $KDS, $micro_trap_stack
	movl	$KDS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	TRY	ud2
	WANT_VECTOR 6, "ud2"
	RING3	program
	WANT_VECTOR VECTOR_BACK, "back from ring 3"
	addl	$4, first
	cmpl	$edges_end, first
	jb	2b
	addl	$4, call_at
	jmp	1b
9:	ret

one:	movl	call_at, %eax
	movl	(%eax), %eax
	movl	first, %ebx
	movl	(%ebx), %ebx
	movl	second, %ecx
	movl	(%ecx), %ecx
	/* A descriptor that changes under %cs or %ss ends the guest. */
	cmpl	$LGUEST_HC_LOAD_GDT_ENTRY, %eax
	jne	1f
	cmpl	$(KCS >> 3), %ebx
	je	4f
	cmpl	$(KDS >> 3), %ebx
	je	4f
	/* With paging CR3 must be good, and is a test of its own. */
1:	cmpl	$LGUEST_HC_LOAD_CR3, %eax
	jne	2f
	movl	%cr0, %edx
	testl	%edx, %edx
	js	4f
	/* What would be printed is not wanted. */
2:	cmpl	$LGUEST_HC_CONSOLE, %eax
	jne	3f
	cmpl	$0x1000, %ecx
	ja	3f
	cmpl	$RAM_SIZE, %ebx
	jb	4f
3:	leal	(%ebx, %ecx), %edx
	rorl	$3, %edx
	movl	%edx, %esi
	notl	%esi
	movl	%esi, %edi
	movl	%ebx, %ebp
	int	$LGUEST_HYPERCALL
	cmpl	%ebx, %ebp
	jne	bad
	cmpl	%esi, %edi
	jne	bad
	notl	%esi
	cmpl	%edx, %esi
	jne	bad
	testl	%eax, %eax
	jz	4f
	cmpl	$-4095, %eax
	jb	bad
4:	ret
bad:	movl	call_at, %ecx
	movl	(%ecx), %ecx
	PRINT_HEX "hypercall", %ecx
	movl	first, %ecx
	PRINT_HEX "%ebx at", %ecx
	movl	second, %ecx
	PRINT_HEX "%ecx at", %ecx
	PRINT_HEX "result", %eax
	FAIL	"result, or a register that has changed"

program:
	BACK

	.data
	.balign	4
calls:	.long	LGUEST_HC_LOAD_CR3, LGUEST_HC_FLUSH, LGUEST_HC_LOAD_GDT
	.long	LGUEST_HC_LOAD_GDT_ENTRY, LGUEST_HC_SWITCH, LGUEST_HC_LOAD_IDT
	.long	LGUEST_HC_LOAD_IDT_ENTRY, LGUEST_HC_SET_STACK, LGUEST_HC_IRQ_WINDOW
	.long	LGUEST_HC_SET_TIMER, LGUEST_HC_CONSOLE, LGUEST_HC_BIND_DMA
	.long	LGUEST_HC_SEND_DMA, 0
edges:	.long	0, 1, 2, 3, 5, 6, 7, 31, 32, 33, 0xff, 0x100, 0x101, 0xfff, 0x1000
	.long	0x1001, RAM_SIZE - PAGE_SIZE, RAM_SIZE - 4, RAM_SIZE - 1, RAM_SIZE
	.long	0x1fffffff, 0x20000000, 0x7fffffff, 0x80000000, 0xc0000000
	.long	WINDOW - PAGE_SIZE, WINDOW - 1, WINDOW, 0xfffff000, 0xfffffff8, -1
edges_end:
call_at:	.long	0
first:		.long	0
second:		.long	0
