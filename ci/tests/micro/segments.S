/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does segmentation hide the window? Ring 1 reads around its edge W through
 * each of the six segment registers, once flat and once with a base above 0:
 *
 *   W-4          the guest's own page: must be read, with the right value
 *   W-2, W, ...  must fault by the segment's limit: vector 13, or 12 for ss
 *
 * A page fault (14) or a value instead means that only paging stands there, or
 * nothing: the descriptor's limit was not cut. The guest maps pages of its own
 * on both sides of W, so that paging would let it through if it counted.
 *
 * An emulator that does not check limits fails this; that is no fault of the
 * host's.
 */
#include <asm/lguest.h>

#define W	0xffc00000
#define BASE	0x1000
#define CODE	0x10			/* as the boot protocol has them */
#define DATA	0x18
#define RAISED	0x20			/* base BASE, to the end of 4 GB */

#define PD	0x200000
#define PT_LOW	0x201000
#define PT_W	0x202000		/* below W */
#define PT_IN	0x203000		/* from W on */
#define EDGE	0x204000		/* the page that ends at W */
#define INSIDE	0x205000
#define STACK	0x300000
#define MAPPED	3			/* present, writable */

#define GOOD	0x600d600d
#define BAD	0xbadbad00

	.text
	.globl _start
_start:
	movl $STACK, %esp
	cld

	/* Page tables: the first 4 MB as they are, and around W. */
	movl $PD, %edi
	xorl %eax, %eax
	movl $(4 * 4096 / 4), %ecx
	rep stosl
	movl $(PT_LOW + MAPPED), PD
	movl $(PT_W + MAPPED), PD + 4 * 1022
	movl $(PT_IN + MAPPED), PD + 4 * 1023
	movl $MAPPED, %eax
	movl $PT_LOW, %edi
1:	stosl
	addl $4096, %eax
	cmpl $(PT_LOW + 4096), %edi
	jb 1b
	movl $(EDGE + MAPPED), PT_W + 4 * 1023
	movl $(INSIDE + MAPPED), %eax
	movl $PT_IN, %edi
	movl $1024, %ecx
	rep stosl
	movl $GOOD, EDGE + 4092
	movl $BAD, INSIDE

	/* Gates: 12, 13 and 14 to their handlers, the others to one for all. */
	movl $idt, %edi
	movl $256, %ecx
2:	movl $other, %eax
	call gate
	loop 2b
	movl $(idt + 8 * 12), %edi
	movl $fault12, %eax
	call gate
	movl $fault13, %eax
	call gate
	movl $fault14, %eax
	call gate

	lgdt gdt_desc
	lidt idt_desc
	ljmp $CODE, $3f
3:	movl $DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %fs
	movl %eax, %gs
	movl %eax, %ss
	movl $PD, %eax
	movl %eax, %cr3
	movl %cr0, %eax
	orl $0x80000000, %eax
	movl %eax, %cr0
	jmp 4f
4:
	/* Flat. */
	xorl %ebp, %ebp
	call all
	/* Some data registers raised; cs, ds and ss stay, they are in use. */
	movl $RAISED, %eax
	movl %eax, %es
	movl %eax, %fs
	movl %eax, %gs
	movl $BASE, %ebp
	call raised

	movl $success, %ebx
	movl $(success_end - success), %ecx
	jmp end

/*
 * access SEG, OFFSET, DIGIT, VECTOR: a read at OFFSET (of base 0; %ebp is the
 * real base) must fault with VECTOR; 0 means that it must give GOOD.
 */
.macro access seg:req, offset:req, digit:req, vector:req
	movb $\digit, which
	movl $\offset, %esi
	subl %ebp, %esi
	xorl %edx, %edx
	movl $1f, %edi
	movl %\seg:(%esi), %eax
1:	cmpl $\vector, %edx
	jne failed
	.if \vector == 0
	cmpl $GOOD, %eax
	jne failed
	.endif
.endm

.macro probe seg:req, name:req, vector:req
	movb $\name, where
	access \seg, (W-4), '1', 0
	access \seg, (W-2), '2', \vector
	access \seg, W, '3', \vector
	access \seg, (W+0x1000), '4', \vector
	access \seg, 0xffffeffc, '5', \vector
.endm

all:
	probe cs, 'c', 13
	probe ds, 'd', 13
	probe ss, 's', 12
raised:
	probe es, 'e', 13
	probe fs, 'f', 13
	probe gs, 'g', 13
	ret

/* A trap gate at %edi to %eax; %edi moves on. */
gate:
	movl %eax, %edx
	andl $0xffff, %eax
	orl $(CODE << 16), %eax
	stosl
	movl %edx, %eax
	movw $0x8f00, %ax
	stosl
	ret

/* The vector goes to %edx, and execution on at %edi. */
fault12:
	movl $12, %edx
	jmp resume
fault13:
	movl $13, %edx
	jmp resume
fault14:
	movl $14, %edx
resume:
	addl $4, %esp
	movl %edi, (%esp)
	iret

other:
	movb $'?', which
failed:
	addb $'0', %dl
	movb %dl, vector
	movl $failure, %ebx
	movl $(failure_end - failure), %ecx
#include "end.h"

	.balign 8
gdt:
	.quad 0
	.quad 0
	.quad 0x00cf9b000000ffff	/* code, flat */
	.quad 0x00cf93000000ffff	/* data, flat */
	.quad 0x00cf93001000fffe	/* data, base 0x1000, to 4 GB */
gdt_desc:
	.word 5 * 8 - 1
	.long gdt
idt_desc:
	.word 256 * 8 - 1
	.long idt

success:
	.ascii "Test result: SUCCESS\n"
success_end:
failure:
	.ascii "segment "
where:	.ascii "?s, access "
which:	.ascii "?, vector (as '0' + n) "
vector:	.ascii "?\nTest result: FAILURE\n"
failure_end:

	.balign 4096
idt:	.fill 2048, 1, 0
	.section .note.GNU-stack, "", @progbits
