/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instructions of other modes of the processor: VMX, SVM, SMX, SGX, SMM, fast
 * system calls, extended state, keys, counters. With CR4 and EFER as they are
 * while a guest runs, none of them may do anything in ring 1 or 3: #UD, or
 * #GP(0) where the processor has the feature, and knows of it.
 *
 * A broken host has left one on: SYSENTER and SYSCALL would enter the host's
 * kernel, on the guest's page tables; XSETBV or XRSTOR reach state that is not
 * switched; VMMCALL and VMCALL talk to whoever runs the host.
 */
#include "micro.h"

#define SIZE	8
.macro INSN bytes:vararg
	.byte	\bytes
	.balign	SIZE, 0x90
.endm

BEGIN
	/* SYSENTER_CS, ESP, EIP, as it were; EFER.SCE, STAR, LSTAR */
	movl	$writes, %esi
1:	movl	(%esi), %ecx
	movl	4(%esi), %eax
	xorl	%edx, %edx
	addl	$8, %esi
	testl	%ecx, %ecx
	jz	2f
	wrmsr
	jmp	1b

2:	movl	$list, insn
1:	movl	insn, %esi
	cmpl	$list_end, %esi
	je	done
	movl	$buffer, %edi
	movsl
	movsl
	movl	%esi, insn
	movb	$0xc3, (%edi)

	CATCH	2f
	movl	$0x3b, %eax		/* nothing that would be good for VMRUN */
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	movl	$area, %ebx
	movl	$buffer, %esi
	call	*%esi
2:	NO_CATCH
	call	look
	movl	$area, %ebx
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	RING3	buffer
	call	look
	jmp	1b

look:	cmpl	$buffer, fault_eip
	jne	bad
	cmpl	$6, fault_vector
	je	1f
	cmpl	$13, fault_vector
	jne	bad
	cmpl	$0, fault_error
	jne	bad
1:	ret
bad:	PRINT_HEX "instruction", buffer
	PRINT_HEX "and behind it", (buffer + 4)
	PRINT_HEX "cs", fault_cs
	PRINT_HEX "error code", fault_error
	PRINT_HEX "eip", fault_eip
	CHECK	fault_vector, 6, "it should not work: vector"
	FAIL	"it should not work"

done:	RING3	back
	WANT_VECTOR VECTOR_BACK, "back from ring 3"
	PASS
back:	BACK

inside:	FAIL	"SYSENTER or SYSCALL works"

	.section .rodata
	.balign	8
writes:	.long	0x174, KCS, 0x175, micro_trap_stack, 0x176, inside
	.long	0xc0000080, 1, 0xc0000081, inside, 0xc0000082, inside
	.long	0, 0
	.balign	SIZE
list:	INSN	0x0f, 0x34			/* sysenter */
	INSN	0x0f, 0x05			/* syscall */
	INSN	0x0f, 0x35			/* sysexit */
	INSN	0x0f, 0x07			/* sysret */
	INSN	0x0f, 0xaa			/* rsm */
	INSN	0x0f, 0x33			/* rdpmc */
	INSN	0x0f, 0x37			/* getsec */
	INSN	0x0f, 0x01, 0xc2		/* vmlaunch */
	INSN	0x0f, 0x01, 0xc3		/* vmresume */
	INSN	0x0f, 0x01, 0xc4		/* vmxoff */
	INSN	0x0f, 0x01, 0xd4		/* vmfunc */
	INSN	0xf3, 0x0f, 0xc7, 0x33		/* vmxon (%ebx) */
	INSN	0x66, 0x0f, 0xc7, 0x33		/* vmclear (%ebx) */
	INSN	0x0f, 0xc7, 0x3b		/* vmptrst (%ebx) */
	INSN	0x0f, 0x78, 0xc8		/* vmread */
	INSN	0x0f, 0x79, 0xc8		/* vmwrite */
	INSN	0x66, 0x0f, 0x38, 0x80, 0x03	/* invept */
	INSN	0x66, 0x0f, 0x38, 0x81, 0x03	/* invvpid */
	INSN	0x66, 0x0f, 0x38, 0x82, 0x03	/* invpcid */
	INSN	0x0f, 0x01, 0xd8		/* vmrun */
	INSN	0x0f, 0x01, 0xda		/* vmload */
	INSN	0x0f, 0x01, 0xdb		/* vmsave */
	INSN	0x0f, 0x01, 0xdc		/* stgi */
	INSN	0x0f, 0x01, 0xdd		/* clgi */
	INSN	0x0f, 0x01, 0xde		/* skinit */
	INSN	0x0f, 0x01, 0xdf		/* invlpga */
	INSN	0x0f, 0x01, 0xcf		/* encls */
	INSN	0x0f, 0x01, 0xc0		/* enclv */
	INSN	0x0f, 0x01, 0xca		/* clac */
	INSN	0x0f, 0x01, 0xcb		/* stac */
	INSN	0x0f, 0x01, 0xd0		/* xgetbv */
	INSN	0x0f, 0x01, 0xd1		/* xsetbv */
	INSN	0x0f, 0x01, 0xee		/* rdpkru */
	INSN	0x0f, 0x01, 0xef		/* wrpkru */
	INSN	0x0f, 0x01, 0xf8		/* swapgs */
	INSN	0x0f, 0xae, 0x23		/* xsave (%ebx) */
	INSN	0x0f, 0xae, 0x2b		/* xrstor (%ebx) */
	INSN	0x0f, 0xae, 0x33		/* xsaveopt (%ebx) */
	INSN	0x0f, 0xc7, 0x1b		/* xrstors (%ebx) */
	INSN	0x0f, 0xc7, 0x2b		/* xsaves (%ebx) */
	INSN	0xf3, 0x0f, 0xae, 0xd0		/* wrfsbase */
	INSN	0xf3, 0x0f, 0xae, 0xd8		/* wrgsbase */
	INSN	0xf3, 0x0f, 0x01, 0xe8		/* setssbsy */
	INSN	0xf3, 0x0f, 0xae, 0x33		/* clrssbsy (%ebx) */
	INSN	0x0f, 0x38, 0xf6, 0x03		/* wrss */
	INSN	0x0f, 0x01, 0xfb		/* mwaitx */
	INSN	0x0f, 0x01, 0xfe		/* invlpgb */
	INSN	0x0f, 0x01, 0xff		/* tlbsync, psmash */
	INSN	0xf3, 0x0f, 0x01, 0xff		/* psmash */
	INSN	0x0f, 0x01, 0xc5		/* pconfig */
	INSN	0x0f, 0x0a			/* none */
	INSN	0x0f, 0x0b			/* ud2 */
	INSN	0x0f, 0xff			/* ud0 */
	INSN	0x0f, 0x24, 0xc0		/* mov %tr0, %eax */
	INSN	0x0f, 0x26, 0xf8		/* mov %eax, %tr7 */
list_end:
	.data
	.balign	4
insn:	.long	0
	.bss
	.balign	64
area:	.skip	1024
buffer:	.skip	32
