/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the FPU and SSE registers hold as the guest first looks: the specification says
 * as after FNINIT, MXCSR 0x1f80, and all else zero. Anything else is what the host,
 * its programs or another guest had there. All 512 bytes of FXSAVE count, with the
 * pointers of the last x87 instruction, which some processors leave.
 */
#include "micro.h"

EXPECT "cpu=fxsr"

BEGIN
	fxsave	micro_pages
	CHECK_BITS micro_pages, 0xffff, 0x37f, "control word"
	movzwl	micro_pages + 2, %eax
	CHECK	%eax, 0, "status word"
	movzbl	micro_pages + 4, %eax
	CHECK	%eax, 0, "tag word"
	movzwl	micro_pages + 6, %eax
	CHECK	%eax, 0, "opcode"
	movl	$(micro_pages + 8), %esi
	movl	$4, %ecx
	call	zeroes
	CHECK	micro_pages + 24, 0x1f80, "mxcsr"
	movl	$(micro_pages + 32), %esi
	movl	$((512 - 32) / 4), %ecx
	call	zeroes
	PASS

zeroes:	lodsl
	testl	%eax, %eax
	jnz	1f
	loop	zeroes
	ret
1:	subl	$(micro_pages + 4), %esi
	PRINT_HEX "at byte of FXSAVE", %esi
	PRINT_HEX "is", %eax
	FAIL	"registers hold what the guest has not put there"
