/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SWITCH with each bit of its flags, and LGUEST_SWITCH_TLS with each index that
 * there may be. Flags that are none are -EINVAL and nothing is done. The index must
 * leave room for three entries behind it and must not be 0. What the shared page
 * holds as descriptors is filtered as any other.
 *
 * A broken host writes beyond the GDT: over the switcher's own two descriptors,
 * which are next, or takes a gate or a segment of ring 0 this way.
 */
#include "micro.h"

#define TLS	(micro_shared + SHARED_TLS)

BEGIN
	HC	LGUEST_HC_SWITCH, $LGUEST_SWITCH_TLS
	CHECK	%eax, -6, "SWITCH before INIT"
	INTERRUPTS
	HC_OK	LGUEST_HC_SWITCH, $0
	movl	$4, flags
1:	movl	flags, %ebx
	orl	$LGUEST_SWITCH_TLS, %ebx
	HC	LGUEST_HC_SWITCH
	CHECK	%eax, -22, "SWITCH with a bit that is none"
	shll	$1, flags
	jnz	1b

	/* Bad indexes: nothing changes. */
	movl	$-1, TLS
	movl	$-1, TLS + 4
	movl	$bad, %esi
2:	movl	(%esi), %eax
	movl	%eax, micro_shared + SHARED_TLS_INDEX
	HC	LGUEST_HC_SWITCH, $LGUEST_SWITCH_TLS
	CHECK	%eax, -22, "SWITCH with a bad index"
	addl	$4, %esi
	cmpl	$bad_end, %esi
	jb	2b
	/* and CR3 is not loaded then */
	movl	$0x12345000, micro_shared + SHARED_NEXT_CR3
	HC	LGUEST_HC_SWITCH, $(LGUEST_SWITCH_TLS | LGUEST_SWITCH_CR3)
	CHECK	%eax, -22, "SWITCH of both with a bad index"
	movl	%cr3, %eax
	CHECK	%eax, 0, "CR3 after it"

	/* The last good one, with data, a call gate, and code of ring 0, conforming */
	movl	$29, micro_shared + SHARED_TLS_INDEX
	movl	$DESC_LOW(0x200000, 0xfffff), TLS
	movl	$DESC_HIGH(0x200000, 0xfffff, D_DATA | D_DPL(3)), TLS + 4
	movl	$(0x60 << 16), TLS + 8
	movl	$0xec00, TLS + 12
	movl	$DESC_LOW(0, 0xfffff), TLS + 16
	movl	$DESC_HIGH(0, 0xfffff, 0xc09f), TLS + 20
	HC_OK	LGUEST_HC_SWITCH, $LGUEST_SWITCH_TLS
	movl	$(29 * 8 + 3), %eax
	movl	%eax, %gs
	movl	$0x7777, 0x200010
	movl	%gs:0x10, %eax
	CHECK	%eax, 0x7777, "read by the new segment"
	TRY	lcall $(30 * 8), $0
	WANT_FAULT 13, (30 * 8), "call gate by TLS"
	TRY	lcall $(31 * 8), $inside
	WANT_FAULT 13, (31 * 8), "conforming code of ring 0 by TLS"
	/* The switcher's are what they were: nothing for ring 1. */
	TRY	lcall $(32 * 8), $0
	WANT_FAULT 13, (32 * 8), "the code of the switcher"
	movl	$(33 * 8), %eax
	TRY	movl %eax, %es
	WANT_FAULT 13, (33 * 8), "the data of the switcher"

	/* It goes again while %gs has it: null then. */
	movl	$(29 * 8 + 3), %eax
	movl	%eax, %gs
	movl	$0, TLS
	movl	$0, TLS + 4
	HC_OK	LGUEST_HC_SWITCH, $LGUEST_SWITCH_TLS
	movl	%gs, %eax
	CHECK	%eax, 0, "a segment that is gone"
	IF_TCG	1f
	TRY	movl %gs:0x10, %eax
	WANT_FAULT 13, 0, "read by a segment that is gone"
1:	HC_OK	LGUEST_HC_SWITCH, $(LGUEST_SWITCH_TLS | LGUEST_SWITCH_CR3)
	movl	%cr3, %eax
	CHECK	%eax, 0x12345000, "CR3"
	PASS

inside:	FAIL	"conforming code of ring 0 works"

	.section .rodata
	.balign	4
bad:	.long	0, 30, 31, 32, 33, 34, 0x1fffffff, 0x20000001, 0x7fffffff
	.long	0x80000001, 0xfffffffe, -1
bad_end:
	.data
	.balign	4
flags:	.long	0
