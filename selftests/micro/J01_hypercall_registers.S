/* SPDX-License-Identifier: GPL-2.0 */
/*
 * After a hypercall %eax holds 0 or a small negative number, and every other register,
 * segment and flag is as before. 40 numbers are tried, with arguments that none of them
 * likes, thrice each.
 *
 * A host that leaves words of its own in registers, an error that is a pointer, or an
 * uninitialised result shows here.
 */
#include "micro.h"

#define NUMBERS	40
#define ROUNDS	3

BEGIN
	movl	$ROUNDS, round
again:	movl	$0, number
1:	cmpl	$LGUEST_HC_HALT, number
	je	2f
	movl	$0xfffffff0, %ebx
	movl	$0xfffffff4, %ecx
	movl	$0xfffffff8, %edx
	movl	$0xfffffffc, %esi
	movl	$0x1d1d1d1d, %edi
	movl	$0x2b2b2b2b, %ebp
	movl	%esp, stack
	pushl	$(2 | EFLAGS_CF | EFLAGS_DF | EFLAGS_AC | EFLAGS_ID)
	popfl
	movl	number, %eax
	int	$LGUEST_HYPERCALL
	pushfl
	cld
	popl	flags
	cmpl	$-4095, %eax
	jae	3f
	testl	%eax, %eax
	jz	3f
	PRINT_HEX "number", number
	PRINT_HEX "result", %eax
	FAIL	"a result that is no error"
3:	CHECK	%ebx, 0xfffffff0, "ebx"
	CHECK	%ecx, 0xfffffff4, "ecx"
	CHECK	%edx, 0xfffffff8, "edx"
	CHECK	%esi, 0xfffffffc, "esi"
	CHECK	%edi, 0x1d1d1d1d, "edi"
	CHECK	%ebp, 0x2b2b2b2b, "ebp"
	cmpl	%esp, stack
	jne	bad_stack
	/* IF is the real flag, which is on. */
	CHECK	flags, (2 | EFLAGS_CF | EFLAGS_DF | EFLAGS_AC | EFLAGS_ID | EFLAGS_IF), "flags"
	movl	%ds, %eax
	CHECK	%eax, KDS, "ds"
	movl	%es, %eax
	CHECK	%eax, KDS, "es"
	movl	%ss, %eax
	CHECK	%eax, KDS, "ss"
	movl	%fs, %eax
	CHECK	%eax, 0, "fs"
	movl	%gs, %eax
	CHECK	%eax, 0, "gs"
	movl	%cs, %eax
	CHECK	%eax, KCS, "cs"
2:	incl	number
	cmpl	$NUMBERS, number
	jb	1b
	decl	round
	jnz	again
	/* LOAD_IDT with a bad address has taken the IDT away. */
	HC_OK	LGUEST_HC_LOAD_IDT, $micro_idt, $256
	PASS

bad_stack:
	FAIL	"esp has changed"

	.bss
	.balign	4
number:	.skip	4
round:	.skip	4
flags:	.skip	4
stack:	.skip	4
