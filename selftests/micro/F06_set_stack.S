/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SET_STACK with all selectors of the table and some thousand behind it: it takes
 * what names writable data of ring 1, whatever the RPL, and -EINVAL is the answer to
 * all others. Then the descriptor changes under the stack that was set: the host
 * looks again.
 *
 * A broken host puts another ring's or the host's own segment into the TSS, from
 * where the processor loads it without a question.
 */
#include "micro.h"

BEGIN
	/* 6: read-only; 7: expand down (refused: zero); 8: code; 9: not present */
	GDT_SET	6, DESC_LOW(0, 0xfffff), DESC_HIGH(0, 0xfffff, 0xc0b1)
	GDT_SET	7, DESC_LOW(0, 0), DESC_HIGH(0, 0, 0xc0b7)
	GDT_SET	8, DESC_LOW(0, 0xfffff), DESC_HIGH(0, 0xfffff, 0xc0bb)
	GDT_SET	9, DESC_LOW(0, 0xfffff), DESC_HIGH(0, 0xfffff, 0xc033)
	GDT_SET	31, DESC_LOW(0, 0xfffff), DESC_HIGH(0, 0xfffff, D_DATA)

	movl	$0, selector
1:	HC	LGUEST_HC_SET_STACK, selector, $micro_trap_stack
	movl	selector, %edx
	andl	$0xfffc, %edx
	cmpl	$(KDS & ~3), %edx
	je	2f
	cmpl	$(31 * 8), %edx
	je	2f
	CHECK	%eax, -22, "SET_STACK of a bad selector"
	jmp	3f
2:	CHECK	%eax, 0, "SET_STACK of a good selector"
3:	incl	selector
	cmpl	$0x200, selector
	jb	1b
	addl	$12, selector
	cmpl	$0x10000, selector
	jb	1b
	/* What is above 16 bits does not count. */
	HC_OK	LGUEST_HC_SET_STACK, $(0xffff0000 + KDS), $micro_trap_stack
	RING3	program
	WANT_VECTOR VECTOR_BACK, "back from ring 3"
	CHECK	fault_cs, UCS, "cs"

	/* 31 goes while it is the stack, with a direct gate. */
	movb	$0xef, micro_idt + 0x80 * 8 + 5
	HC_OK	LGUEST_HC_LOAD_IDT, $micro_idt, $256
	HANDLER	0x80, count
	HC_OK	LGUEST_HC_SET_STACK, $(31 * 8), $micro_trap_stack
	RING3	direct
	WANT_VECTOR VECTOR_BACK, "back from ring 3, with another stack"
	CHECK	calls, 1, "int 0x80"
	HC_OK	LGUEST_HC_LOAD_GDT_ENTRY, $31, $0, $0
	HC_OK	LGUEST_HC_SET_STACK, $KDS, $micro_trap_stack
	RING3	direct
	WANT_VECTOR VECTOR_BACK, "back from ring 3, with the first stack again"
	CHECK	calls, 2, "int 0x80"
	PASS

program:
	BACK
direct:	int	$0x80
	BACK
count:	incl	calls
	ret

	.data
	.balign	4
selector:	.long	0
calls:		.long	0
