/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest that has the host do all it does for a guest once, so that each step
 * can be made to fail: fault_test.c, which also lays out its memory.
 */
#include <asm/lguest.h>
#include "vm.h"
#include "fault_test.h"

	.section .rodata
	.globl fault_guest, fault_guest_end
fault_guest:
	movl $STACK_GPA, %esp
	movl $DIR_GPA, %eax
	movl %eax, %cr3
	movl %cr0, %eax
	orl $0x80000000, %eax
	movl %eax, %cr0

	call touch

	movl $LGUEST_HC_INIT, %eax
	movl $SHARED_GPA, %ebx
	movl $LGUEST_ABI_VERSION, %ecx
	int $LGUEST_HYPERCALL
	testl %eax, %eax
	jnz bad

	/* Another address space, and back. */
	movl $LGUEST_HC_LOAD_CR3, %eax
	movl $DIR_GPA + 0x1000, %ebx
	int $LGUEST_HYPERCALL
	call touch
	movl $LGUEST_HC_LOAD_CR3, %eax
	movl $DIR_GPA, %ebx
	int $LGUEST_HYPERCALL
	movl $LGUEST_HC_FLUSH, %eax
	movl $LGUEST_FLUSH_ALL, %ebx
	int $LGUEST_HYPERCALL
	invlpg TOUCH_GPA
	call touch

	movl $LGUEST_HC_LOAD_IDT, %eax
	movl $TABLE_GPA, %ebx
	movl $256, %ecx
	int $LGUEST_HYPERCALL
	testl %eax, %eax
	jnz bad

	movl $LGUEST_HC_BIND_DMA, %eax
	movl $BOUND_GPA, %ebx
	movl $BUFFER_GPA, %ecx
	movl $1, %edx
	movl $1, %esi
	int $LGUEST_HYPERCALL
	testl %eax, %eax
	jnz bad

	/* To a key that the launcher listens to, and to one that nobody knows. */
	movl $LGUEST_HC_SEND_DMA, %eax
	movl $LISTEN_GPA, %ebx
	movl $SENT_GPA, %ecx
	int $LGUEST_HYPERCALL
	movl $LGUEST_HC_SEND_DMA, %eax
	movl $LISTEN_GPA + 8, %ebx
	movl $SENT_GPA + 0x100, %ecx
	int $LGUEST_HYPERCALL

	movl $LGUEST_HC_CONSOLE, %eax
	movl $VM_CODE_GPA, %ebx
	movl $16, %ecx
	int $LGUEST_HYPERCALL

	movl $LGUEST_SHUTDOWN_POWEROFF, %ebx
end:	movl $LGUEST_HC_SHUTDOWN, %eax
	xorl %ecx, %ecx
	int $LGUEST_HYPERCALL
	/* A hypercall that the host could not do: it said so. */
bad:	movl $LGUEST_SHUTDOWN_PANIC, %ebx
	jmp end

touch:	movl $TOUCH_GPA, %edi
1:	incl (%edi)
	addl $0x1000, %edi
	cmpl $TOUCH_GPA + TOUCH_PAGES * 0x1000, %edi
	jb 1b
	ret
fault_guest_end:
	.section .note.GNU-stack, "", @progbits
