/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CR0 by MOV, LMSW and CLTS. PE stays set by LMSW, whatever it is given; of MSW it
 * changes MP, EM and TS. CLTS clears TS only. Bits that CR0 does not have remain
 * clear, and to write them is no fault: so the manuals say.
 * None of this changes the processor's own CR0: x87 works with EM or TS set in
 * the guest's (the host switches FPU state itself), SMSW shows the same as before.
 *
 * A broken host lets EM, TS, AM or WP through: after the guest's turn its own
 * kernel would fault at the first FPU instruction, or write where it must not.
 */
#include "micro.h"

BEGIN
	smsw	%ebp
	xorl	%eax, %eax
	lmsw	%ax
	movl	%cr0, %ecx
	CHECK	%ecx, 0x31, "CR0 after lmsw 0"
	movl	$0xffff, %eax
	lmsw	%ax
	movl	%cr0, %ecx
	CHECK	%ecx, 0x3f, "CR0 after lmsw 0xffff"
	TRY	fld1
	WANT_NO_FAULT "x87 with EM and TS in the CR0 of the guest"
	fstp	%st(0)
	clts
	movl	%cr0, %ecx
	CHECK	%ecx, 0x37, "CR0 after clts"
	movl	$1, %eax
	lmsw	%ax
	movl	%cr0, %ecx
	CHECK	%ecx, 0x31, "CR0 after lmsw 1"

	/* WP, AM, NW, CD: remembered. ET cannot be cleared. */
	movl	$0x60050021, %eax
	movl	%eax, %cr0
	movl	%cr0, %ecx
	CHECK	%ecx, 0x60050031, "CR0 with AM, WP, CD, NW"
	movl	$0x31, %eax
	movl	%eax, %cr0
	smsw	%eax
	subl	%ebp, %eax
	CHECK	%eax, 0, "smsw differs from before by"

	/* Bits that are reserved. */
	movl	$0x1ffaffff, %eax
	TRY	movl %eax, %cr0
	WANT_NO_FAULT "mov cr0 with reserved bits"
	movl	%cr0, %ecx
	CHECK	%ecx, 0x3f, "CR0 after reserved bits"
	PASS
