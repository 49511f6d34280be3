/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The frame straddles two pages, of which the lower is not there: killed, and
 * nothing is written to the upper one (the host checks all before it writes). Before
 * that the same with both pages there, and with the lower one not yet in the shadow.
 */
#include "micro.h"

#define PAGE	0x3f0000

EXPECT "killed=double fault: stack at 0x3f0ffc not writable for vector 13 "

BEGIN
	PAGING
	HANDLER	13, keep
	movl	%esp, saved
	movl	$(PAGE + 0x1000 + 12), %esp
	movl	$0x1f8, %eax
	movl	%eax, %ds
back:	movl	saved, %esp
	CHECK	fault_error, 0x1f8, "error code"
	CHECK	PAGE + 0xffc, 0x1f8, "the lower page"
	CHECK	PAGE + 0x1004, (KCS & ~3), "the upper page"

	DIES
	SET_PTE	PAGE, 0
	movl	$(PAGE + 0x1000 + 12), %esp
	movl	$0x1f8, %eax
	movl	%eax, %ds
	movl	saved, %esp
	FAIL	"still alive"

keep:	movl	$back, FRAME_EIP(%ebp)
	movl	$KDS, FRAME_DS(%ebp)
	ret

	.data
saved:	.long	0
