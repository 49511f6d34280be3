/* SPDX-License-Identifier: GPL-2.0 */
/*
 * System descriptors in the GDT: TSS, LDT, task gate, call, interrupt and trap
 * gates, of 16 and 32 bits, with each DPL, and the types that are reserved. All are
 * refused, that is stored as zero: LAR sees nothing there, and a far jump faults
 * with #GP and the selector.
 *
 * If one gets through, LAR tells; a jump to a TSS would load every register.
 */
#include "micro.h"

#define SEL	(FREE_ENTRY * 8)

BEGIN
	xorl	%esi, %esi		/* DPL and type */
next:
	/* Present; base and offset lead to RAM, limit 0x1fff. */
	movl	%esi, %edx
	andl	$0x60, %edx
	movl	%esi, %eax
	andl	$0xf, %eax
	orl	%eax, %edx
	orl	$0x80, %edx
	shll	$8, %edx
	orl	$0x00200000, %edx
	pushl	%esi
	HC_OK	LGUEST_HC_LOAD_GDT_ENTRY, $FREE_ENTRY, $0x00101fff
	popl	%esi
	READ_ACCESS $SEL
	testl	%eax, %eax
	jnz	passed
	TRY	ljmp $SEL, $0
	cmpl	$13, fault_vector
	jne	passed
	WANT_FAULT 13, SEL, "far jump"

	/* Types 0 to 15, then the next DPL. */
	incl	%esi
	testl	$0x10, %esi
	jz	next
	addl	$0x10, %esi
	cmpl	$0x80, %esi
	jb	next

	/* LTR is ignored, LLDT takes null only. */
	movl	$SEL, %eax
	TRY	lldt %ax
	WANT_FAULT 13, 0, "lldt"
	TRY	ltr %ax
	WANT_NO_FAULT "ltr"
	xorl	%eax, %eax
	TRY	lldt %ax
	WANT_NO_FAULT "lldt of null"
	PASS

passed:
	PRINT_HEX "DPL and type", %esi
	PRINT_HEX "LAR", %eax
	FAIL	"a system descriptor is not refused"
