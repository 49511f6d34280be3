/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Odd forms of MOV to and from control and debug registers. The operand is
 * always a register: the processor ignores the two bits of the mod field, so that
 * there is no SIB byte and no displacement, whatever they say. The instruction
 * has 3 bytes. And LOCK MOV CR0 is CR8 on AMD's processors, and #UD elsewhere.
 *
 * A broken host takes these bits at their word, and takes the instruction for 4
 * to 8 bytes: it goes on in the middle of what follows. Or it takes CR8 for CR0:
 * a kernel that sets its task priority switches paging off.
 */
#include "micro.h"

BEGIN
	/* mov %reg, %cr2; mod 0 to 3, all registers */
	movl	$0xd0220f, kind
	call	all_forms
	movl	%cr2, %eax
	CHECK	%eax, (0x10000 + 0x1111 * 6), "CR2"
	/* mov %reg, %db1 */
	movl	$0xc8230f, kind
	call	all_forms
	movl	%dr1, %eax
	CHECK	%eax, (0x10000 + 0x1111 * 6), "DR1"

	/* lock mov %cr0, %eax; lock mov %eax, %cr0 */
	TRY	.byte 0xf0, 0x0f, 0x20, 0xc0
	cmpl	$6, fault_vector
	je	1f
	WANT_FAULT 13, 0, "lock mov cr0, eax"
1:	movl	$0x3b, %eax		/* with TS */
	TRY	.byte 0xf0, 0x0f, 0x22, 0xc0
	cmpl	$6, fault_vector
	je	1f
	WANT_FAULT 13, 0, "lock mov eax, cr0"
1:	movl	%cr0, %eax
	CHECK	%eax, 0x31, "CR0"

	/* CR1, CR5 to CR7 are none: #UD, or #GP where the ring is looked at first. */
	TRY	.byte 0x0f, 0x20, 0xc8
	call	look
	TRY	.byte 0x0f, 0x22, 0xe8
	call	look
	TRY	.byte 0x0f, 0x22, 0xf0
	call	look
	TRY	.byte 0x0f, 0x20, 0xf8
	call	look
	PASS

look:	cmpl	$6, fault_vector
	je	1f
	WANT_FAULT 13, 0, "control register that is none"
1:	ret

/* kind: the instruction, in any form */
all_forms:
	movb	kind + 2, %al
	andb	$0x38, %al
	movb	%al, kind + 2
	movl	$32, forms
1:	movl	$buffer, %edi
	movl	$kind, %esi
	movsb
	movsb
	movsb
	movl	$16, %ecx
	movb	$0x45, %al		/* inc %ebp */
	rep stosb
	movb	$0xc3, (%edi)
	CATCH	2f
	movl	$0x10000, %eax
	movl	$0x11111, %ecx
	movl	$0x12222, %edx
	movl	$0x13333, %ebx
	movl	$0, %ebp
	movl	$0x16666, %esi
	movl	$0x16666, %edi
	call	*target
2:	NO_CATCH
	cmpl	$NO_FAULT, fault_vector
	jne	3f
	cmpl	$16, %ebp
	jne	3f
	/* The last one of each mod is %edi. */
	movb	kind + 2, %al
	incb	%al
	movb	%al, %cl
	andb	$7, %cl
	jnz	4f
	subb	$8, %al
	addb	$0x40, %al		/* the next mod */
4:	movb	%al, kind + 2
	decl	forms
	jnz	1b
	ret

3:	PRINT_HEX "instruction", buffer
	WANT_NO_FAULT "MOV with odd mod bits"
	CHECK	%ebp, 16, "MOV with odd mod bits: INCs done behind it"
	FAIL	"not reached"

	.data
	.balign	4
kind:	.long	0
target:	.long	buffer
forms:	.long	0
	.bss
	.balign	16
buffer:	.skip	64
