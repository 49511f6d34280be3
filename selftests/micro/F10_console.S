/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CONSOLE with lengths from 0 to 2^32-1, and texts that end with RAM or lead out of
 * it: -EINVAL for more than a page, and for what is not all RAM, and nothing is
 * printed. A broken host or launcher prints what is behind the guest's memory.
 */
#include "micro.h"

.macro IS address:req, length:req, want:req
	HC	LGUEST_HC_CONSOLE, $(\address), $(\length)
	CHECK	%eax, \want, "CONSOLE \address, \length"
.endm

BEGIN
	movl	$0x0a646e65, RAM_SIZE - 4	/* "end\n" */
	IS	(RAM_SIZE - 4), 4, 0
	IS	(RAM_SIZE - 4), 0, 0
	IS	RAM_SIZE, 0, 0
	IS	(RAM_SIZE - 4), 5, -22
	IS	(RAM_SIZE - 1), 2, -22
	IS	RAM_SIZE, 1, -22
	IS	(RAM_SIZE + 1), 0, -22
	IS	(RAM_SIZE - PAGE_SIZE), 4097, -22
	IS	0, 0x1001, -22
	IS	0, 0x10000, -22
	IS	0, 0x7fffffff, -22
	IS	0, 0x80000000, -22
	IS	0, -1, -22
	IS	4, -4, -22
	IS	0x80000000, 1, -22
	IS	0x80000000, 0x80000000, -22
	IS	0xc0000000, 4, -22
	IS	0xfffffffc, 8, -22
	IS	0xfffff000, 0x1000, -22
	IS	-1, 1, -22
	IS	-1, -1, -22
	/* A page of blanks and a line end, the most there may be. */
	movl	$0x200000, %edi
	movl	$0x20202020, %eax
	movl	$1024, %ecx
	rep stosl
	movb	$0x0a, 0x200fff
	IS	0x200000, 4096, 0
	PASS
