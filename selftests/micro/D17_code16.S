/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Privileged instructions in a 16-bit code segment of ring 1. The same bytes mean
 * other operands there: IN to %ax where 32-bit code has %eax, addresses of 16 bits
 * with other registers and displacements. The specification promises emulation in
 * 32-bit code only, so the guest may get the #GP, or have it done right.
 *
 * A broken host reads them as 32-bit code: it spoils the upper half of %eax, goes
 * on two bytes too far, and loads an IDT from an address that nobody named.
 */
#include "micro.h"

#define CS16	((FREE_ENTRY) * 8 + 1)

BEGIN
	/* Base 0x100000, 64K, no D bit. */
	GDT_SET	FREE_ENTRY, DESC_LOW(0x100000, 0xffff), DESC_HIGH(0x100000, 0xffff, 0x009b)

	movl	$0x12345678, %eax
	movl	$code_in, %edi
	call	there
	cmpl	$NO_FAULT, fault_vector
	jne	1f
	CHECK	%eax, 0x1234ffff, "in (dx), ax"
	jmp	2f
1:	WANT_FAULT 13, 0, "in (dx), ax"

	/* 0f 01 1e xx xx: lidt with an address of 16 bits, or (%esi) and more code */
2:	movl	$bogus, %esi
	movl	$code_lidt, %edi
	/* The address of 16 bits leads here. */
	movw	$(256 * 8 - 1), 0x5000
	movl	$micro_idt, 0x5002
	call	there
	cmpl	$NO_FAULT, fault_vector
	je	3f
	WANT_FAULT 13, 0, "lidt"
3:	PASS

/* To %edi, in the 16-bit segment, which comes back by a far jump. */
there:	CATCH	9f
	movl	$back, %ecx
	xorl	%edx, %edx
	subl	$0x100000, %edi
	pushl	$CS16
	pushl	%edi
	lret
9:	NO_CATCH
	ret
back:	NO_CATCH
	ret

	.code16
code_in:
	inw	%dx, %ax
	ljmpl	$KCS, $back
code_lidt:
	.byte	0x0f, 0x01, 0x1e, 0x00, 0x50
	nop
	ljmpl	$KCS, $back
	.code32

	.section .rodata
	.balign	4
bogus:	.word	0
	.long	0
