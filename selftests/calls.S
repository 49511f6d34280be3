/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest that makes the hypercalls it is told to, for ever; see vm.h. It says
 * with one byte of early output that it has made one.
 */
#include <asm/lguest.h>
#include "vm.h"

	.section .rodata
	.globl calls_guest, calls_guest_end
calls_guest:
	movl MAILBOX_GPA + 0, %eax
	movl MAILBOX_GPA + 4, %ebx
	movl MAILBOX_GPA + 8, %ecx
	movl MAILBOX_GPA + 12, %edx
	movl MAILBOX_GPA + 16, %esi
	int $LGUEST_HYPERCALL
	movl %eax, MAILBOX_GPA + 20

	movl $LGUEST_HC_CONSOLE, %eax
	movl $MAILBOX_GPA, %ebx
	movl $1, %ecx
	int $LGUEST_HYPERCALL
	jmp calls_guest
calls_guest_end:
	.section .note.GNU-stack, "", @progbits
