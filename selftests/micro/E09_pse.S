/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An upper entry with bit 7. While CR4.PSE is clear this bit is ignored and the
 * entry names a table, here the one in frame 0. With PSE it is a page of 4M, at 0.
 * To change CR4.PSE flushes everything. A broken host goes on with what it had made
 * of the entry before.
 */
#include "micro.h"

#define HERE	0x800000
#define ALL	(P_PRESENT | P_WRITE)

BEGIN
	PAGING
	movl	$(0x200000 + ALL), 0
	movl	$(0 + ALL + P_LARGE), micro_page_dir + (HERE >> 22) * 4
	movl	$0x1111, 0x200000
	movl	$0x2222, 0x1000
	movl	$20, %ebp
1:	CHECK	HERE, 0x1111, "without PSE: by a table"
	pushal
	TRY	movl HERE + 0x1000, %eax
	popal
	WANT_FAULT 14, 0, "without PSE: an entry of the table that is 0"
	movl	%cr4, %eax
	xorl	$0x10, %eax
	movl	%eax, %cr4
	CHECK_BITS HERE, 0xfffff007, (0x200000 + ALL), "with PSE: the table itself"
	CHECK	(HERE + 0x1000), 0x2222, "with PSE: what is behind it"
	CHECK	(HERE + 0x200000), 0x1111, "with PSE: what is far behind it"
	movl	%cr4, %eax
	xorl	$0x10, %eax
	movl	%eax, %cr4
	decl	%ebp
	jnz	1b
	PASS
