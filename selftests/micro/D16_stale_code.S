/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The processor executes what its TLB leads to, and the host reads what the page
 * tables lead to. A guest that changes an entry without a flush has the two see
 * different code: the processor faults at HLT, and the host finds MOV CR0, INT or
 * half an instruction there.
 *
 * Whatever the host makes of it, it must be what ring 1 might have done itself:
 * either instruction, or a fault of it. A broken host takes the ring or the
 * length from one and the operation from the other, or dies of it.
 */
#include "micro.h"

#define HERE	0x200000	/* the page with the code */
#define OTHER	0x300000	/* what the entry says later */

BEGIN
	PAGING
	/* Not INTO or the like: something of one byte that the host emulates. */
	movb	$0xfa, HERE + 0x100	/* cli; ret */
	movb	$0xc3, HERE + 0x101
	movl	$variants, %esi
1:	movl	%esi, variant
	movl	$(OTHER + 0x100), %edi
	movsl
	movsl
	movb	$0xc3, OTHER + 0x108
	movl	%esi, next_variant
	/* The shadow knows HERE. */
	SET_PTE	HERE, (HERE | P_PRESENT | P_WRITE | P_USER | P_ACCESSED | P_DIRTY)
	call	HERE + 0x100
	/* And now the tables say something else. */
	movl	$(OTHER | P_PRESENT | P_WRITE | P_USER), micro_page_table + (HERE >> 12) * 4
	CATCH	2f
	movl	%cr0, %eax
	movl	$marker, %edx
	movl	$HERE, %ebx
	call	HERE + 0x100
2:	NO_CATCH
	cmpl	$NO_FAULT, fault_vector
	je	3f
	cmpl	$6, fault_vector
	je	3f
	cmpl	$14, fault_vector
	je	3f
	WANT_VECTOR 13, "other code than the host sees"
3:	movl	%cr0, %eax
	CHECK_BITS %eax, 0x80000001, 0x80000001, "CR0"
	movl	next_variant, %esi
	cmpl	$variants_end, %esi
	jb	1b

	/* In ring 3 it is a fault in any case. */
	movl	$(HERE | P_PRESENT | P_WRITE | P_USER), micro_page_table + (HERE >> 12) * 4
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ONE, $HERE
	RING3	HERE + 0x100
	WANT_FAULT 13, 0, "cli in ring 3"
	movl	$(OTHER | P_PRESENT | P_WRITE | P_USER), micro_page_table + (HERE >> 12) * 4
	RING3	HERE + 0x100
	cmpl	$14, fault_vector
	je	4f
	cmpl	$6, fault_vector
	je	4f
	WANT_FAULT 13, 0, "cli in ring 3, where the host sees something else"
4:	movl	%cr0, %eax
	CHECK_BITS %eax, 0x80000001, 0x80000001, "CR0"
	PASS

marker:	.long	0

	.section .rodata
	.balign	4
variants:
	.byte	0x90, 0xc3, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90	/* nop; ret */
	.byte	0xcd, 0x1f, 0xc3, 0x90, 0x90, 0x90, 0x90, 0x90	/* int */
	.byte	0x0f, 0x22, 0xc0, 0xc3, 0x90, 0x90, 0x90, 0x90	/* mov %eax, %cr0 */
	.byte	0x0f, 0x01, 0x3b, 0xc3, 0x90, 0x90, 0x90, 0x90	/* invlpg (%ebx) */
	.byte	0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66	/* and so on */
	.byte	0xf0, 0x0f, 0x20, 0xc0, 0xc3, 0x90, 0x90, 0x90	/* lock mov %cr0 */
	.byte	0x8e, 0xd0, 0xc3, 0x90, 0x90, 0x90, 0x90, 0x90	/* mov %eax, %ss */
	.byte	0x0f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff	/* ud0 */
variants_end:
	.data
	.balign	4
variant:	.long	0
next_variant:	.long	0
