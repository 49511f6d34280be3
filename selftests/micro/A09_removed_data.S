/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Descriptors that go away, or go bad, while a data segment register holds them. A
 * processor keeps what it has loaded; the host loads registers anew at each entry,
 * and the specification says: then it becomes null. The switcher takes that fault in
 * ring 0, in its own code, and has to mend it: removed, turned into a gate, into
 * ring 0's, into not present; in all four registers at once.
 *
 * A broken host dies in the switcher, or the guest is killed.
 */
#include "micro.h"

#define SEL	(FREE_ENTRY * 8 + 1)

BEGIN
	xorl	%ebp, %ebp
next:
	GDT_SET	FREE_ENTRY, FLAT(D_DATA)
	movl	$SEL, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %es
	movl	%eax, %ds
	/* Kept over an exit while it is good. */
	HC	LGUEST_HC_IRQ_WINDOW
	movl	%gs, %eax
	CHECK	%eax, SEL, "gs, good"

	/* Then bad; ebx, ecx, edx: hypercall arguments. No memory access. */
	movl	$FREE_ENTRY, %ebx
	movl	%cs:bad(, %ebp, 8), %ecx
	movl	%cs:bad + 4(, %ebp, 8), %edx
	movl	$LGUEST_HC_LOAD_GDT_ENTRY, %eax
	int	$LGUEST_HYPERCALL
	movl	%ds, %eax
	movl	%es, %ebx
	movl	%fs, %ecx
	movl	%gs, %edx
	movl	$KDS, %esi
	movl	%esi, %ds
	movl	%esi, %es
	CHECK	%eax, 0, "ds, bad"
	CHECK	%ebx, 0, "es, bad"
	CHECK	%ecx, 0, "fs, bad"
	CHECK	%edx, 0, "gs, bad"
	incl	%ebp
	cmpl	$((bad_end - bad) / 8), %ebp
	jb	next
	PASS

	.data
bad:
	.long	0, 0
	.long	FLAT(D_DATA & ~0x80)
	.long	DESC_LOW(0, 0x67), DESC_HIGH(0, 0x67, 0x89)	/* TSS */
	.long	FLAT(0xec)	/* call gate */
	.long	FLAT(D_CODE & ~2)
	.long	DESC_LOW(0xffd00000, 0xff), DESC_HIGH(0xffd00000, 0xff, D_DATA)
	.long	FLAT(D_CODE | 4)
bad_end:
