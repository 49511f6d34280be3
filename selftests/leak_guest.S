/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest of leak_test.c: it stores all registers as it finds them, asks for an exit,
 * and does so again. It is copied to guest memory, so it must not depend on where it is.
 */
#include <asm/lguest.h>
#include "leak_test.h"

	.section .rodata
	.globl leak_guest, leak_guest_end
leak_guest:
	movl	%eax, STATE_GPA + 0
	movl	%ebx, STATE_GPA + 4
	movl	%ecx, STATE_GPA + 8
	movl	%edx, STATE_GPA + 12
	movl	%esi, STATE_GPA + 16
	movl	%edi, STATE_GPA + 20
	movl	%ebp, STATE_GPA + 24
	movl	%esp, STATE_GPA + 28
	movl	$STACK_GPA, %esp
	pushfl
	popl	STATE_GPA + 32
	movl	%cs, %eax
	movl	%eax, STATE_GPA + 36
	movl	%ss, %eax
	movl	%eax, STATE_GPA + 40
	movl	%ds, %eax
	movl	%eax, STATE_GPA + 44
	movl	%es, %eax
	movl	%eax, STATE_GPA + 48
	movl	%fs, %eax
	movl	%eax, STATE_GPA + 52
	movl	%gs, %eax
	movl	%eax, STATE_GPA + 56
	fxsave	FPU_GPA

	/* Values of its own, for the launcher to see none of, and for the next time. */
	fninit
	fldpi
	fldl2e
	movl	$FPU_GPA, %edi
	fxrstor	OWN_GPA
	movl	$0x0badcafe, %ebx
	movl	$0x0badcaff, %ebp
	movl	$LGUEST_HC_CONSOLE, %eax
	pushl	%ebx
	movl	$STATE_GPA, %ebx
	movl	$1, %ecx
	int	$LGUEST_HYPERCALL
	popl	%ebx
	/* The second time: %ebx, %ebp, %edi and the FPU are as they were. */
	movl	%ebx, STATE_GPA + 60
	movl	%ebp, STATE_GPA + 64
	movl	%edi, STATE_GPA + 68
	fxsave	FPU_GPA
	movl	$LGUEST_HC_SHUTDOWN, %eax
	movl	$LGUEST_SHUTDOWN_POWEROFF, %ebx
	xorl	%ecx, %ecx
	int	$LGUEST_HYPERCALL
leak_guest_end:
	.section .note.GNU-stack, "", @progbits
