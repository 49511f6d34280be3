/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An operand in memory, in every form that 32-bit addressing has: all values of
 * ModRM and SIB, with displacements, behind each prefix for a segment, and with
 * segments that begin at different addresses, SS too. What the address is, the
 * processor itself shows: FISTP has the same operand, and stores there the six
 * bytes that LIDT is to read.
 *
 * A broken host reads them from somewhere else. There the tests have left zeros,
 * an IDT without entries, and the next INT ends the guest.
 */
#include "micro.h"

EXPECT	"memory=16"
EXPECT	"time=60"

#define VECTOR	0x50

/* Segments of ring 1, with bases of their own. */
#define SEG(n)	((FREE_ENTRY + (n)) * 8 + 1)
.macro SEGMENT n:req, base:req
	GDT_SET	(FREE_ENTRY + \n), DESC_LOW(\base, 0xfffff), DESC_HIGH(\base, 0x7ffff, D_DATA)
.endm

BEGIN
	SEGMENT	0, 0x1000
	SEGMENT	1, 0x2000
	SEGMENT	2, 0x4000
	SEGMENT	3, 0x8000
	SEGMENT	4, 0x10000
	HANDLER	VECTOR, right
	/* The other IDT leads there from its only gate. */
	movl	micro_idt + 8 * VECTOR, %eax
	movl	%eax, other_idt + 8 * VECTOR
	movl	micro_idt + 8 * VECTOR + 4, %eax
	movl	%eax, other_idt + 8 * VECTOR + 4

	movl	$0, modrm
1:	movl	modrm, %eax
	cmpl	$0xc0, %eax
	jae	done
	andl	$7, %eax
	cmpl	$4, %eax
	je	2f
	call	all_prefixes
	jmp	4f
2:	movl	$0, sib
3:	call	all_prefixes
	incl	sib
	cmpl	$0x100, sib
	jb	3b
4:	incl	modrm
	/* The field reg is the opcode: the next mod. */
	testl	$0x38, modrm
	jz	1b
	addl	$0x38, modrm
	jmp	1b

done:	PRINT_HEX "operands", count
	cmpl	$4000, count
	ja	1f
	ERROR	"too few operands"
1:	PASS

all_prefixes:
	movl	$prefixes, prefix_at
1:	movl	prefix_at, %esi
	movb	(%esi), %bl
	incl	prefix_at
	testb	%bl, %bl
	jz	2f
	call	one
	jmp	1b
2:	ret

/* The prefix in %bl; 0x90, a NOP, for none. */
one:	incl	count
	movl	$buffer, %edi
	movl	$pointer, source
	call	store
	/* lidt */
	movb	%bl, %al
	stosb
	movw	$0x010f, %ax
	stosw
	movl	$3, %edx
	call	operand
	movl	$zero, source
	call	store
	movb	$0xe9, %al		/* jmp stored */
	stosb
	movl	$stored, %eax
	subl	%edi, %eax
	subl	$4, %eax
	stosl

	movl	%esp, saved_esp
	movl	$0, reached
	fninit
	movl	$SEG(0), %eax
	movl	%eax, %es
	movl	$SEG(1), %eax
	movl	%eax, %fs
	movl	$SEG(2), %eax
	movl	%eax, %gs
	movl	$0x140020, %ecx
	movl	$0x150040, %edx
	movl	$0x128060, %ebx
	movl	$0x130080, %ebp
	movl	$0x1380a0, %esi
	movl	$0x1480c0, %edi
	movl	$SEG(3), %eax
	movl	%eax, %ds
	movl	$SEG(4), %eax
	movl	%eax, %ss
	movl	$0x1580e0, %esp
	movl	$0x140100, %eax
	jmp	buffer
stored:
	movl	$KDS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	saved_esp, %esp
	int	$VECTOR
	CHECK	reached, 1, "handlers called with the IDT of the operand"
	HC_OK	LGUEST_HC_LOAD_IDT, $micro_idt, $256
	movb	prefix_now, %bl
	ret

/* fildll %cs:source; fistpll with the operand */
store:	movb	%bl, prefix_now
	movl	$0x2ddf2e, (%edi)
	addl	$3, %edi
	movl	source, %eax
	stosl
	movb	%bl, %al
	stosb
	movb	$0xdf, %al
	stosb
	movl	$7, %edx
	/* and on */

/* ModRM with %edx as reg, SIB, displacement */
operand:
	movl	modrm, %eax
	leal	(%eax, %edx, 8), %eax
	stosb
	movl	modrm, %ecx
	andl	$7, %ecx
	movl	sib, %eax
	cmpl	$4, %ecx
	jne	1f
	stosb
	movl	%eax, %ecx
	andl	$7, %ecx		/* the base: 5 is none, with mod 0 */
1:	movl	modrm, %eax
	shrl	$6, %eax
	jz	2f
	decl	%eax
	jz	3f
	movl	$0x200123, %eax
	stosl
	ret
3:	movb	$-8, %al
	stosb
	ret
2:	cmpl	$5, %ecx
	jne	4f
	movl	$0x200456, %eax
	stosl
4:	ret

right:	incl	reached
	ret

	.data
	.balign	8
pointer:
	.word	(VECTOR + 1) * 8 - 1
	.long	other_idt
	.word	0
zero:	.quad	0
modrm:	.long	0
sib:	.long	0
count:	.long	0
prefixes:
	.byte	0x90, 0x26, 0x36, 0x3e, 0x64, 0x65, 0
	.bss
	.balign	8
prefix_at:	.skip	4
prefix_now:	.skip	4
source:		.skip	4
saved_esp:	.skip	4
reached:	.skip	4
	.balign	16
buffer:		.skip	128
	.balign	8
other_idt:	.skip	256 * 8
