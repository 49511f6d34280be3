/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The FPU and SSE registers that a guest finds are those of a reset: control word
 * 0x37f, status and tags empty, MXCSR 0x1f80, every register zero. The guest beside it
 * has pi and patterns in its own, and the runner what C left there.
 *
 * A host that gives the registers as they are, or that restores only a part of them,
 * gives somebody's keys away: that is what SSE registers hold.
 */
#include "micro.h"

	EXPECT	"cpu=fxsr"

BEGIN
	/* Nothing has used them yet. FXSAVE does not change anything. */
	movl	$0x600, %eax		/* OSFXSR, OSXMMEXCPT */
	movl	%eax, %cr4
	fxsave	area
	CHECK_BITS area, 0xffffffff, 0x37f, "control and status word"
	CHECK_BITS area + 4, 0xff, 0, "tags"
	CHECK	area + 8, 0, "instruction pointer"
	CHECK	area + 16, 0, "data pointer"
	CHECK_BITS area + 6, 0x7ff, 0, "opcode"
	movl	$1, %eax
	cpuid
	btl	$25, %edx
	jnc	1f
	CHECK	area + 24, 0x1f80, "mxcsr"
1:	/* 8 registers of 16 bytes, of which 10 count, then those of SSE. */
	movl	$(area + 32), %edi
	movl	$((128 + 128) / 4), %ecx
	xorl	%eax, %eax
	repe scasl
	je	2f
	leal	-4(%edi), %eax
	subl	$area, %eax
	PRINT_HEX "offset", %eax
	PRINT_HEX "word", -4(%edi)
	FAIL	"a register is not zero"

	/* What XMM registers have above 8, and reserved bytes, is not stored. */
2:	movl	$(area + 288), %edi
	movl	$((512 - 288) / 4), %ecx
	movl	$0xa5a5a5a5, %eax
	repe scasl
	je	3f
	/* Some processors store zeroes there. */
	movl	$(area + 288), %edi
	movl	$((464 - 288) / 4), %ecx
	xorl	%eax, %eax
	repe scasl
	je	3f
	leal	-4(%edi), %eax
	subl	$area, %eax
	PRINT_HEX "offset", %eax
	PRINT_HEX "word", -4(%edi)
	FAIL	"something is stored behind the registers"
3:	PASS

	.data
	.balign	16
	/* QEMU leaves out reserved bytes between the registers. */
area:	.skip	288
	.fill	512 - 288, 1, 0xa5
