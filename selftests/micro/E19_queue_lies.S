/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lies in the queue of flushes: counts up to 2^32-1, addresses in the window, the
 * bit in irq_pending without a count and a count without the bit. Whatever is
 * queued is done by the next hypercall, of any kind, even one that does not exist;
 * a count above 33 flushes all user addresses; the count is 0 then.
 *
 * A broken host reads as many addresses as the guest says: behind the array, behind
 * the shared page, for a very long time.
 */
#include "micro.h"

#define ALL	(P_PRESENT | P_WRITE)
#define HERE	0x800000
#define A	0x200000
#define B	0x201000

BEGIN
	movl	$0xaaaa, A
	movl	$0xbbbb, B
	movl	$0xc0000000, micro_shared + SHARED_KERNEL_START
	movl	$(micro_pages + ALL), micro_page_dir + (HERE >> 22) * 4
	PAGING
	INTERRUPTS

	movl	$counts, %esi
1:	movl	(%esi), %eax
	cmpl	$-2, %eax
	je	done
	/* Nonsense in all of the array. */
	movl	$33, %ecx
	movl	$(micro_shared + SHARED_FLUSH), %edi
2:	movl	%ecx, %eax
	imull	$0x9e3779b1, %eax, %eax
	stosl
	loop	2b
	movl	$WINDOW, micro_shared + SHARED_FLUSH
	movl	$-1, micro_shared + SHARED_FLUSH + 4
	/* The right one is the last that counts. */
	movl	(%esi), %ecx
	cmpl	$33, %ecx
	ja	3f
	jecxz	3f
	movl	$HERE, micro_shared + SHARED_FLUSH - 4(, %ecx, 4)

3:	movl	$(A + ALL), micro_pages
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	CHECK	HERE, 0xaaaa, "before"
	movl	$(B + ALL), micro_pages
	movl	(%esi), %eax
	movl	%eax, micro_shared + SHARED_FLUSH_COUNT
	lock orl $LGUEST_PENDING_FLUSH, micro_shared + LGUEST_SHARED_IRQ_PENDING
	testl	$1, 4(%esi)
	jnz	4f
	lock andl $~LGUEST_PENDING_FLUSH, micro_shared + LGUEST_SHARED_IRQ_PENDING
4:	movl	8(%esi), %eax
	movl	$-1, %ebx		/* no kind of flush, no address, no key */
	movl	$-1, %ecx
	movl	$-1, %edx
	int	$LGUEST_HYPERCALL
	CHECK	(micro_shared + SHARED_FLUSH_COUNT), 0, "count after a hypercall"
	movl	micro_shared + LGUEST_SHARED_IRQ_PENDING, %eax
	CHECK_BITS %eax, LGUEST_PENDING_FLUSH, 0, "bit after a hypercall"
	cmpl	$0, (%esi)
	je	5f
	CHECK	HERE, 0xbbbb, "after what was queued"
5:	addl	$12, %esi
	jmp	1b
done:	PASS

	.section .rodata
	.balign	4
	/* count, bit, hypercall */
counts:	.long	1, 1, LGUEST_HC_IRQ_WINDOW
	.long	1, 0, LGUEST_HC_IRQ_WINDOW
	.long	0, 1, LGUEST_HC_FLUSH
	.long	3, 1, 0
	.long	33, 1, LGUEST_HC_IRQ_WINDOW
	.long	33, 0, 999
	.long	34, 1, LGUEST_HC_IRQ_WINDOW
	.long	35, 0, LGUEST_HC_SWITCH
	.long	0x7fffffff, 1, LGUEST_HC_LOAD_GDT
	.long	0x80000000, 1, LGUEST_HC_CONSOLE
	.long	0x40000001, 1, LGUEST_HC_BIND_DMA
	.long	-1, 0, -1
	.long	-2
