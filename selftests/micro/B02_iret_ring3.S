/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An IRET to ring 3 is the processor's own, at CPL 1 and IOPL 0: it cannot change IF
 * and IOPL. Ring 3 looks at its EFLAGS after a frame with each of the bits, then
 * tries what IOPL 3 would allow. VM is left out on QEMU's TCG, which honours it at
 * any CPL; processors do at CPL 0 only.
 */
#include "micro.h"

#define KEPT	0x00244cd5

.macro PRIVILEGED label:req, text:req
	RING3	\label, eflags=0xffdde2ff
	WANT_FAULT 13, 0, "\text in ring 3"
.endm

BEGIN
	xorl	%ebp, %ebp
next:
	movl	%ebp, bit
	cmpl	$8, %ebp
	je	skip
	cmpl	$17, %ebp
	jne	1f
	IF_TCG	skip
1:	btsl	%ebp, bits
	movl	bits, %edi
	btrl	%ebp, bits
	movl	%edi, frame_flags

	movl	%esp, ring3_esp
	movl	$2f, ring3_back
	pushl	$UDS
	pushl	$micro_user_stack
	pushl	%edi
	pushl	$UCS
	pushl	$look
	jmp	micro_ring3
2:	WANT_VECTOR VECTOR_BACK, "the program"
	movl	frame_flags, %edi
	andl	$KEPT, %edi
	orl	$(EFLAGS_IF | 2), %edi
	movl	fault_eax, %eax
	cmpl	%edi, %eax
	jne	bad
	/* The frame that the host has pushed has IF, and nothing that may not be. */
	CHECK_BITS fault_eflags, (~KEPT & ~EFLAGS_RF), (EFLAGS_IF | 2), "eflags in the frame"
skip:	movl	bit, %ebp
	incl	%ebp
	cmpl	$32, %ebp
	jb	next

	PRIVILEGED do_cli, "cli"
	PRIVILEGED do_sti, "sti"
	PRIVILEGED do_in, "in"
	PRIVILEGED do_out, "out"
	PRIVILEGED do_outs, "outsb"
	PRIVILEGED do_hlt, "hlt"
	PASS

look:	pushfl
	popl	%eax
	BACK
do_cli:	cli
	BACK
do_sti:	sti
	BACK
do_in:	inb	$0x61, %al
	BACK
do_out:	outb	%al, $0x80
	BACK
do_outs:
	movl	$0x80, %edx
	movl	$bits, %esi
	outsb
	BACK
do_hlt:	hlt
	BACK

bad:
	PRINT_HEX "eflags of the frame", frame_flags
	PRINT_HEX "eflags", fault_eax
	PRINT_HEX "wanted", %edi
	FAIL	"a bit of EFLAGS is wrong in ring 3"

	.data
bits:	.long	2
bit:	.long	0
frame_flags: .long 0
