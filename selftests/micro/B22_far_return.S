/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RETF, POP SS and MOV SS by selectors of RPL 0, as code for ring 0 has them: each
 * faults in ring 1 and the host does it, with what the instruction releases, prefixes
 * and the stack's base taken into account. RETF to ring 3 is the processor's own.
 */
#include "micro.h"

#define SEL	(FREE_ENTRY * 8)
#define BASE	0x1000

BEGIN
	GATE	6, handler
	movl	%esp, %ebp
	pushl	$0x11111111
	pushl	$0x22222222
	pushl	$(KCS & ~3)
	pushl	$1f
	lret	$8
1:	cmpl	%ebp, %esp
	jne	bad_stack
	movl	%cs, %eax
	CHECK	%eax, KCS, "cs after lret $8"
	pushl	$(0xabcd0000 | (KCS & ~3))
	pushl	$2f
	lret
2:	cmpl	%ebp, %esp
	jne	bad_stack

	/* A stack with a base. */
	GDT_SET	FREE_ENTRY, DESC_LOW(BASE, 0xf0000), DESC_HIGH(BASE, 0xf0000, D_DATA)
	pushl	$(0xabcd0000 | SEL)
	popl	%ss
	subl	$BASE, %esp
	movl	%ss, %eax
	pushl	$(KCS & ~3)
	pushl	$3f
	lret
3:	leal	BASE(%esp), %ecx
	cmpl	%ebp, %ecx
	jne	bad_stack
	pushl	$2
	pushl	$(KCS & ~3)
	pushl	$4f
	iret
4:	ud2
behind:
	movl	$(KDS & ~3), %edx
	movl	%edx, %ss
	addl	$BASE, %esp
	cmpl	%ebp, %esp
	jne	bad_stack
	CHECK	%eax, (SEL + 1), "ss after pop"
	movl	%ss, %eax
	CHECK	%eax, KDS, "ss after mov"
	CHECK	frames, 1, "traps on that stack"

	/* To ring 3. */
	movl	%esp, ring3_esp
	movl	$5f, ring3_back
	pushl	$UDS
	pushl	$micro_user_stack
	pushl	$UCS
	pushl	$program
	lret
5:	WANT_VECTOR VECTOR_BACK, "lret to ring 3"
	CHECK	fault_cs, UCS, "cs there"
	CHECK	fault_esp, micro_user_stack, "esp there"
	PASS

/* A raw one: the frame is at ss:esp, and what runs next is behind the ud2. */
handler:
	incl	frames
	cmpl	$4b, (%esp)
	jne	bad_stack
	movl	$behind, (%esp)
	iret

program:
	BACK
bad_stack:
	PRINT_HEX "had", %ebp
	PRINT_HEX "esp", %esp
	FAIL	"esp is wrong"

	.data
frames:	.long	0
