/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hypercalls that do not exist: -EOPNOTSUPP, whatever the arguments, and no register
 * but %eax changes. A broken host takes the number for an index into something.
 */
#include "micro.h"

BEGIN
	movl	$numbers, numbers_at
1:	movl	numbers_at, %eax
	movl	(%eax), %eax
	cmpl	$1, %eax		/* INIT is none of these: the end */
	je	done
	call	one
	addl	$4, numbers_at
	jmp	1b

	/* All of 16 bits, and each power of two added to a good number. */
done:	movl	$17, number
2:	movl	number, %eax
	call	one
	incl	number
	cmpl	$0x2000, number
	jb	2b
	movl	$0x20, number
3:	movl	number, %eax
	orl	$LGUEST_HC_FLUSH, %eax
	call	one
	shll	$1, number
	jnz	3b
	PASS

/* The number in %eax, with arguments that would be good or bad. */
one:	movl	%eax, %edi
	movl	$LGUEST_FLUSH_ALL, %ebx
	xorl	%ecx, %ecx
	movl	$0xdeadbeef, %edx
	movl	$micro_pages, %esi
	movl	$0x12345678, %ebp
	stc
	int	$LGUEST_HYPERCALL
	jnc	bad
	cmpl	$-95, %eax
	jne	bad
	cmpl	$LGUEST_FLUSH_ALL, %ebx
	jne	bad
	testl	%ecx, %ecx
	jnz	bad
	cmpl	$0xdeadbeef, %edx
	jne	bad
	cmpl	$micro_pages, %esi
	jne	bad
	cmpl	$0x12345678, %ebp
	jne	bad
	ret
bad:	PRINT_HEX "number", %edi
	CHECK	%eax, -95, "result"
	FAIL	"a register has changed"

	.section .rodata
	.balign	4
numbers:
	.long	0, 17, 18, 31, 32, 33, 0x7f, 0x80, 0xff, 0x100, 0x101, 0xffff, 0x10000
	.long	0x10001, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffff0, -2, -1, 1
	.data
	.balign	4
numbers_at:	.long	0
number:		.long	0
