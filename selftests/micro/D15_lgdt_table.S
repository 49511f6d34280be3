/* SPDX-License-Identifier: GPL-2.0 */
/*
 * LGDT of a table at the top of the address space, which wraps through the window
 * to 0. The processor loads any address and looks at the table later; the host
 * takes its copy at once, and kills a guest whose table is not there. A broken
 * host copies the window's pages, or beyond the guest's RAM.
 */
#include "micro.h"

EXPECT	"killed=descriptor table at 0xfffffff8 is not in memory, at eip 0x"

BEGIN
	PAGING
	lgdt	pointer
	FAIL	"still alive with a table in the window"

	.section .rodata
	.balign	4
	.word	0
pointer:
	.word	0xffff
	.long	0xfffffff8
