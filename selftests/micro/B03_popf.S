/* SPDX-License-Identifier: GPL-2.0 */
/*
 * POPF of each bit in ring 1 and ring 3, with 32 and 16 bits: above IOPL it cannot
 * change IF or IOPL, and VM, VIF and VIP in no case. The virtual flag of the guest is
 * not touched by it. NT can be set.
 */
#include "micro.h"

#define KEPT	0x00244cd5

BEGIN
	INTERRUPTS
	IRQ_ON
	movl	$ring1, %edx
	call	*%edx
	CHECK	micro_shared, EFLAGS_IF, "the virtual flag"
	RING3	program
	WANT_VECTOR VECTOR_BACK, "ring 3"
	CHECK	fault_eax, 0, "a frame and what came of it in ring 3"
	PASS

ring1:	call	each
	testl	%eax, %eax
	jnz	1f
	ret
1:	PRINT_HEX "popf of", %edi
	PRINT_HEX "gives", %eax
	FAIL	"a bit of EFLAGS is wrong in ring 1"

program:
	call	each
	BACK

/* 0 in %eax, or what is wrong, with %edi. */
each:
	xorl	%ecx, %ecx
next:
	cmpl	$8, %ecx
	je	skip
	xorl	%edi, %edi
	btsl	%ecx, %edi
	pushl	%edi
	popfl
	pushfl
	popl	%eax
	pushl	$2
	popfl
	movl	%edi, %ebx
	andl	$KEPT, %ebx
	orl	$(EFLAGS_IF | 2), %ebx
	cmpl	%ebx, %eax
	jne	wrong
	/* 16 bits */
	pushw	%di
	popfw
	pushfl
	popl	%eax
	pushl	$2
	popfl
	andl	$0xffff, %ebx
	cmpl	%ebx, %eax
	jne	wrong
skip:	incl	%ecx
	cmpl	$32, %ecx
	jb	next
	xorl	%eax, %eax
wrong:	ret
