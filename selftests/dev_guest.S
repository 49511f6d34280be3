/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guests of dev_test.c, which copies them to guest memory; so they must not
 * depend on where they are.
 */
#include <asm/lguest.h>
#include "dev_test.h"

	.section .rodata
	.globl guest_talk, guest_spin, guest_end

/* Bind two buffers, print, end in a panic with the same text. */
guest_talk:
	movl $LGUEST_HC_BIND_DMA, %eax
	movl $KEY_GPA, %ebx
	movl $DMA_GPA, %ecx
	movl $2, %edx
	movl $DMA_IRQ, %esi
	int $LGUEST_HYPERCALL

	movl $LGUEST_HC_CONSOLE, %eax
	movl $TEXT_GPA, %ebx
	movl $TEXT_LEN, %ecx
	int $LGUEST_HYPERCALL

	movl $LGUEST_HC_SHUTDOWN, %eax
	movl $LGUEST_SHUTDOWN_PANIC, %ebx
	movl $TEXT_GPA, %ecx
	int $LGUEST_HYPERCALL

/* Run for ever. */
guest_spin:
1:	jmp 1b
guest_end:
	.section .note.GNU-stack, "", @progbits
