/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The processor loads the four entries of the top level with CR3, and looks at memory
 * no more. A change there is not seen by a fault, nor after INVLPG, until CR3 is
 * loaded; then it is, also if the host knows this address space and is told that
 * nothing has changed: a generation says nothing of what a load of CR3 loads. A full
 * flush counts as a load of CR3.
 *
 * A broken host reads them at each fault, or keeps the shadow of the directories
 * that were there before.
 */
#include "micro.h"

EXPECT	"result=SUCCESS"

#include "pae.inc"

#define HERE	0x40000000
#define OTHER	0x307000	/* another top level */
#define A	0x380000
#define B	0x381000

BEGIN
	PAE
	TWO_DIRECTORIES A, B
	CHECK	HERE, 0x1111, "as loaded"
	movl	$(PD(2) + P_PRESENT), PDPT + 8
	invlpg	HERE
	CHECK	HERE, 0x1111, "changed, before CR3 is loaded"
	TRY	movl HERE + PAGE_SIZE, %eax
	WANT_FAULT 14, 0, "no entry"
	movl	$(B + P_ALL), PT2 + 8
	CHECK	(HERE + PAGE_SIZE), 0x2222, "a new entry by the old directory"
	RELOAD_CR3
	CHECK	HERE, 0x2222, "after CR3 is loaded"
	TRY	movl HERE + PAGE_SIZE, %eax
	WANT_FAULT 14, 0, "the entry of the old directory"
	/* Gone, and back. */
	movl	$0, PDPT + 8
	CHECK	HERE, 0x2222, "removed, before CR3 is loaded"
	RELOAD_CR3
	TRY	movl HERE, %eax
	WANT_FAULT 14, 0, "removed"
	movl	$(PD(1) + P_PRESENT), PDPT + 8
	TRY	movl HERE, %eax
	WANT_FAULT 14, 0, "back, before CR3 is loaded"
	RELOAD_CR3
	CHECK	HERE, 0x1111, "back"

	/* With identities: another root, and this one again. */
	movl	$0xc0000000, micro_shared + SHARED_KERNEL_START
	INTERRUPTS
	movl	%cr4, %eax
	orl	$0x80, %eax		/* PGE */
	movl	%eax, %cr4
	movl	$PDPT, %esi
	movl	$OTHER, %edi
	movl	$8, %ecx
	rep movsl
	movl	$20, rounds
1:	call	first
	CHECK	HERE, 0x1111, "first address space"
	call	second
	CHECK	HERE, 0x1111, "second address space"
	movl	$(PD(2) + P_PRESENT), PDPT + 8
	CHECK	HERE, 0x1111, "second address space, when the first has changed"
	call	first
	CHECK	HERE, 0x2222, "first address space, changed"
	movl	$(PD(1) + P_PRESENT), PDPT + 8
	call	first
	CHECK	HERE, 0x1111, "first address space, changed back"
	decl	rounds
	jnz	1b

	/* What stands for a load of CR3, or a change of PGE. */
	movl	$(PD(2) + P_PRESENT), PDPT + 8
	CHECK	HERE, 0x1111, "changed, before the flush"
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_USER
	CHECK	HERE, 0x2222, "after a flush of user addresses"
	TRY	movl HERE + PAGE_SIZE, %eax
	WANT_FAULT 14, 0, "the entry of the directory before the flush"
	movl	$0, PDPT + 8
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_USER
	TRY	movl HERE, %eax
	WANT_FAULT 14, 0, "removed, and flushed"
	movl	$(PD(1) + P_PRESENT), PDPT + 8
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	CHECK	HERE, 0x1111, "after a flush of all"
	PASS

first:	movl	$1, micro_shared + SHARED_NEXT_CTX
	HC_OK	LGUEST_HC_LOAD_CR3, $PDPT
	ret
second:	movl	$2, micro_shared + SHARED_NEXT_CTX
	HC_OK	LGUEST_HC_LOAD_CR3, $OTHER
	ret

	.data
	.balign	4
rounds:	.long	0
