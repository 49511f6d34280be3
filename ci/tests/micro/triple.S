/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fault without a handler: an IDT of no entries, then an undefined opcode. A
 * processor shuts down (triple fault); the host must end the guest and say why.
 */
#include <asm/lguest.h>

	.text
	.globl _start
_start:
	lidt nothing
	ud2
	/* A broken host comes here. */
	movl $LGUEST_HC_SHUTDOWN, %eax
	movl $LGUEST_SHUTDOWN_POWEROFF, %ebx
	xorl %ecx, %ecx
	int $LGUEST_HYPERCALL
1:	jmp 1b

nothing:
	.word 0
	.long 0
	.section .note.GNU-stack, "", @progbits
