/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Loads a table whose code and data have the places that most small kernels
 * give them: 0x08 and 0x10. The code segment that a guest starts with is 0x10,
 * and a processor keeps using it after LGDT until the far jump; a host that
 * loads segments anew each time must neither lose the old one before the jump
 * nor let it stand in the new one's place after it.
 *
 * Correct: SUCCESS. A broken host kills the guest or never gets to the line.
 */
#include <asm/lguest.h>

	.text
	.globl _start
_start:
	movl	$stack, %esp
	lgdt	table_ptr
	ljmp	$0x08, $1f
1:	movl	$0x10, %eax
	movl	%eax, %ds
	movl	$1, word		/* writable? */
	movl	%eax, %es
	movl	%eax, %ss
	pushl	$2
	popl	%ebx
	addl	word, %ebx
	cmpl	$3, %ebx
	jne	fail

	movl	$good, %ebx
	movl	$good_end - good, %ecx
	jmp	end
fail:
	movl	$bad, %ebx
	movl	$bad_end - bad, %ecx
#include "end.h"

good:	.ascii	"Test result: SUCCESS\n"
good_end:
bad:	.ascii	"Test result: FAILURE a word did not keep its value\n"
bad_end:

	.balign	8
table:	.quad	0
	.quad	0x00cf9a000000ffff	/* 0x08: code, DPL 0 */
	.quad	0x00cf92000000ffff	/* 0x10: data, DPL 0 */
table_ptr:
	.word	. - table - 1
	.long	table
word:	.long	0
	.space	64
stack:
	.section .note.GNU-stack, "", @progbits
