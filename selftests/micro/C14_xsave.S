/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Only FXSAVE state is switched. So nothing beyond it may be reached: CR4.OSXSAVE is
 * off, and cannot be switched on; CPUID says so; XGETBV, XSETBV, XSAVE and AVX
 * instructions are undefined, in both rings. Else the guest would find, and leave, the
 * upper halves of vector registers, protection keys and the like.
 */
#include "micro.h"

EXPECT "cpu=fxsr"

.macro UNDEFINED text:req, bytes:vararg
	CATCH	.Lundef\@
	.byte	\bytes
.Lundef\@:
	NO_CATCH
	WANT_VECTOR 6, "\text"
.endm

BEGIN
	movl	$1, %eax
	cpuid
	CHECK_BITS %ecx, (1 << 27), 0, "CPUID: OSXSAVE"
	movl	%cr4, %eax
	CHECK	%eax, 0, "cr4 at the start"
	movl	$(1 << 18), %eax
	TRY	movl %eax, %cr4
	WANT_FAULT 13, 0, "setting CR4.OSXSAVE"
	movl	$(1 << 22), %eax
	TRY	movl %eax, %cr4
	WANT_FAULT 13, 0, "setting CR4.PKE"
	movl	$(1 << 23), %eax
	TRY	movl %eax, %cr4
	WANT_FAULT 13, 0, "setting CR4.CET"

	xorl	%ecx, %ecx
	xorl	%edx, %edx
	movl	$1, %eax
	UNDEFINED "xgetbv", 0x0f, 0x01, 0xd0
	UNDEFINED "rdpkru", 0x0f, 0x01, 0xee
	UNDEFINED "wrpkru", 0x0f, 0x01, 0xef
	/* Privileged as well: emulators differ in which comes first. */
	TRY	.byte 0x0f, 0x01, 0xd1
	cmpl	$13, fault_vector
	je	1f
	WANT_VECTOR 6, "xsetbv"
1:	movl	$micro_pages, %edi
	UNDEFINED "xsave", 0x0f, 0xae, 0x27
	UNDEFINED "xrstor", 0x0f, 0xae, 0x2f
	UNDEFINED "xsaveopt", 0x0f, 0xae, 0x37
	UNDEFINED "xsavec", 0x0f, 0xc7, 0x27
	UNDEFINED "xrstors", 0x0f, 0xc7, 0x1f
	UNDEFINED "vzeroupper", 0xc5, 0xf8, 0x77
	UNDEFINED "vmovups ymm0", 0xc5, 0xfc, 0x11, 0x07
	CHECK	micro_pages, 0, "memory that none of them has written"

	RING3	program
	WANT_VECTOR 6, "vmovups in ring 3"
	RING3	program2
	WANT_VECTOR 6, "xgetbv in ring 3"
	PASS

program:
	movl	$micro_pages, %edi
	.byte	0xc5, 0xfc, 0x11, 0x07
	BACK
program2:
	.byte	0x0f, 0x01, 0xd0
	BACK
