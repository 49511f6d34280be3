/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RDMSR gives 0 and WRMSR is ignored, for any number: none reaches the processor.
 * (EFER holds NXE once there is PAE: see E23.) In ring 3 both give #GP(0).
 *
 * A broken host passes some on. What is tried here would be the end of it, or of
 * the machine: microcode (0x79), the addresses of system calls, the APIC's base,
 * EFER.LME and SCE, DEBUGCTL with single steps at branches, memory types, the TSC.
 */
#include "micro.h"

BEGIN
	rdtsc
	movl	%eax, tsc
	movl	%edx, tsc + 4
	movl	$numbers, %esi
1:	movl	(%esi), %ecx
	cmpl	$-1, %ecx
	je	2f
	movl	$0x08010017, %eax	/* no NXE */
	movl	%ecx, %edx
	TRY	wrmsr
	WANT_NO_FAULT "wrmsr"
	movl	(%esi), %ecx
	movl	$0x12345678, %eax
	movl	$0x12345678, %edx
	TRY	rdmsr
	WANT_NO_FAULT "rdmsr"
	cmpl	(%esi), %ecx
	jne	bad
	orl	%edx, %eax
	jnz	bad
	addl	$4, %esi
	jmp	1b
bad:	PRINT_HEX "MSR", (%esi)
	CHECK	%eax, 0, "rdmsr"
	FAIL	"rdmsr changes ecx"

	/* The time stamp counter goes on. */
2:	rdtsc
	subl	tsc, %eax
	sbbl	tsc + 4, %edx
	CHECK	%edx, 0, "TSC jumps: upper half of the difference"

	/* Powers of two, and what is next to them. */
	movl	$1, %ebp
1:	leal	-1(%ebp), %ecx
	xorl	%eax, %eax
	xorl	%edx, %edx
	TRY	wrmsr
	WANT_NO_FAULT "wrmsr"
	leal	-1(%ebp), %ecx
	TRY	rdmsr
	WANT_NO_FAULT "rdmsr"
	orl	%edx, %eax
	CHECK	%eax, 0, "rdmsr below a power of two"
	roll	$1, %ebp
	cmpl	$1, %ebp
	jne	1b

	RING3	read
	WANT_FAULT 13, 0, "rdmsr in ring 3"
	RING3	write
	WANT_FAULT 13, 0, "wrmsr in ring 3"
	/* And nothing of it works now. */
	TRY	sysenter
	WANT_FAULT 13, 0, "sysenter"
	TRY	.byte 0x0f, 0x05
	WANT_FAULT 6, 0, "syscall"
	PASS

read:	movl	$0x10, %ecx
	rdmsr
	BACK
write:	movl	$0x79, %ecx
	wrmsr
	BACK

	.section .rodata
	.balign	4
numbers:
	.long	0x10, 0x1b, 0x3a, 0x48, 0x49, 0x79, 0x8b, 0xc1, 0x174, 0x175, 0x176
	.long	0x17a, 0x186, 0x1a0, 0x1d9, 0x200, 0x201, 0x250, 0x277, 0x2ff
	.long	0x38f, 0x3f1, 0x480, 0x600, 0x808, 0xd90, 0xda0
	.long	0x40000000, 0x4b564d00
	.long	0xc0000080, 0xc0000081, 0xc0000082, 0xc0000083, 0xc0000084
	.long	0xc0000100, 0xc0000101, 0xc0000102, 0xc0000103
	.long	0xc0010015, 0xc0010114, 0xc0010117, 0xc0011029, 0xfffffffe, -1
	.data
	.balign	8
tsc:	.long	0, 0
