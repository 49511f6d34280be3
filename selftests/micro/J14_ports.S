/* SPDX-License-Identifier: GPL-2.0 */
/*
 * There is nothing at any port: every IN gives ones, in the width that was asked for,
 * and keeps the rest of %eax; every OUT is lost. Neither reaches the host's devices: the
 * clock at 0x70 would tell the time, the keyboard at 0x60 what is typed, PCI at 0xcf8
 * what the machine has, the serial port what is printed (a byte of it would be lost).
 */
#include "micro.h"

BEGIN
	xorl	%esi, %esi
	/* All 65536, some of them for real. */
1:	movl	%esi, %edx
	movl	$0x5a5a5a00, %eax
	inb	%dx, %al
	CHECK	%eax, 0x5a5a5aff, "inb"
	movl	$0x5a5a0000, %eax
	inw	%dx, %ax
	CHECK	%eax, 0x5a5affff, "inw"
	movl	$0, %eax
	inl	%dx, %eax
	CHECK	%eax, 0xffffffff, "inl"
	addl	$61, %esi
	cmpl	$0x10000, %esi
	jb	1b

	/* Index and data: what is chosen stays unknown. */
	movb	$0x0b, %al
	outb	%al, $0x70
	xorl	%eax, %eax
	inb	$0x71, %al
	CHECK	%eax, 0xff, "the clock"
	movl	$0x80000000, %eax
	movl	$0xcf8, %edx
	outl	%eax, %dx
	movl	$0xcfc, %edx
	inl	%dx, %eax
	CHECK	%eax, 0xffffffff, "PCI"
	RING3	program
	WANT_FAULT 13, 0, "in in ring 3"
	PASS

program:
	inb	$0x60, %al
	BACK
