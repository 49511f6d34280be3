/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IN and OUT of all forms, sizes and prefixes. There is nothing at any port: IN
 * gives all ones in as many bytes as it reads and leaves the others alone; OUT
 * has no effect. In ring 3, with IOPL 0 and a TSS without a bitmap, they fault;
 * INS and OUTS do in ring 1, too, before memory is looked at.
 *
 * A broken host lets a guest at the machine's ports (these include the reset of
 * the keyboard controller and PCI configuration), or spoils a register.
 */
#include "micro.h"

.macro PORT want:req, insn:vararg
	CATCH	.Lport\@
	movl	$0x12345678, %eax
	movl	$0xcf9, %edx
	\insn
.Lport\@:
	NO_CATCH
	WANT_NO_FAULT "\insn"
	CHECK	%eax, \want, "\insn: eax"
	CHECK	%edx, 0xcf9, "\insn: edx"
.endm

.macro STRING insn:vararg
	CATCH	.Lstring\@
	movl	$0x64, %edx
	movl	$2, %ecx
	movl	$0xffb00000, %esi	/* nothing is there */
	movl	%esi, %edi
	\insn
.Lstring\@:
	NO_CATCH
	WANT_FAULT 13, 0, "\insn"
	CHECK	fault_ecx, 2, "\insn: ecx"
.endm

BEGIN
	PAGING
	PORT	0x123456ff, inb $0x64, %al
	PORT	0x1234ffff, inw $0x64, %ax
	PORT	0xffffffff, inl $0x64, %eax
	PORT	0x123456ff, inb %dx, %al
	PORT	0x1234ffff, inw %dx, %ax
	PORT	0xffffffff, inl %dx, %eax
	PORT	0x1234ffff, .byte 0x66, 0x26, 0x66, 0xe5, 0xff
	PORT	0x1234ffff, .byte 0x65, 0x66, 0xed
	PORT	0x12345678, outb %al, $0x64
	PORT	0x12345678, outw %ax, $0xff
	PORT	0x12345678, outl %eax, $0xff
	PORT	0x12345678, outb %al, %dx
	PORT	0x12345678, outw %ax, %dx
	PORT	0x12345678, outl %eax, %dx

	STRING	insb
	STRING	insl
	STRING	outsb
	STRING	outsw
	STRING	rep insb
	STRING	rep insw
	STRING	repne outsl
	STRING	.byte 0x67, 0xf3, 0x6e

	/* Ring 3, all 65536 ports by turns of a few. */
	movl	$0, port
1:	RING3	program
	WANT_FAULT 13, 0, "IN in ring 3"
	cmpl	$in, fault_eip
	jne	bad
	addl	$257, port
	cmpl	$0x10000, port
	jb	1b
	RING3	string
	WANT_FAULT 13, 0, "OUTS in ring 3"
	RING3	string, eflags=(EFLAGS_IF | EFLAGS_IOPL)
	WANT_FAULT 13, 0, "OUTS in ring 3 that asked for IOPL 3"
	PASS
bad:	FAIL	"IN in ring 3 faults somewhere else"

program:
	movl	port, %edx
in:	inb	%dx, %al
	BACK
string:
	movl	$0xcf8, %edx
	movl	$port, %esi
	outsl
	BACK

	.data
port:	.long	0
