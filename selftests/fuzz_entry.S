/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the hostile guest starts, where its traps come to, and how it goes to
 * what may not come back.
 */
#include "fuzz_guest.h"

	.text
	.globl _start, stubs, run_ring1, run_ring3, run_frame
_start:
	movl $main_stack + MAIN_STACK, %esp
	pushl %esi
	call start

/*
 * Traps come to stubs + 16 * vector. Nothing is known of the segments then. The
 * vectors that an instruction raises on a bad segment put the good ones in their
 * places first, with registers only; others find out by loading DS.
 */
	.balign 16
stubs:
	vector = 0
	.rept 256
	.balign 16
	.if vector >= 10 && vector <= 13
	jmp repair
	.else
	jmp trap
	.endif
	vector = vector + 1
	.endr

repair:
	movl $LGUEST_HC_LOAD_GDT_ENTRY, %eax
	movl $(CODE / 8), %ebx
	movl $FLAT_LOW, %ecx
	movl $CODE_HIGH, %edx
	int $LGUEST_HYPERCALL
	movl $LGUEST_HC_LOAD_GDT_ENTRY, %eax
	movl $(DATA / 8), %ebx
	movl $DATA_HIGH, %edx
	int $LGUEST_HYPERCALL

	.globl trap
trap:
	movl $DATA, %eax
	movl %eax, %ss
	movl $main_stack + MAIN_STACK, %esp
	movl %eax, %ds
	movl %eax, %es
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	pushl $0			/* flags: none */
	popfl
	call recovered

.macro LOAD_REGS
	movl run_regs + 0, %eax
	movl run_regs + 4, %ebx
	movl run_regs + 8, %ecx
	movl run_regs + 12, %edx
	movl run_regs + 16, %esi
	movl run_regs + 20, %edi
	movl run_regs + 24, %ebp
.endm

/* To run_target in this ring. Should an IRET come there, it finds frames. */
run_ring1:
	movl $32, %ecx
1:	pushl $CODE
	loop 1b
	pushl run_flags
	LOAD_REGS
	popfl
	jmp *run_target

run_ring3:
	pushl $USER_DATA
	pushl run_esp
	pushl run_flags
	pushl $USER_CODE
	pushl run_target
	LOAD_REGS
	iret

/* An IRET with the first five words of run_regs. */
run_frame:
	pushl run_regs + 16
	pushl run_regs + 12
	pushl run_regs + 8
	pushl run_regs + 4
	pushl run_regs + 0
	iret
	ud2

	.bss
	.balign 4096
	.skip MAIN_STACK
	.globl main_stack
main_stack = . - MAIN_STACK
	.section .note.GNU-stack, "", @progbits
