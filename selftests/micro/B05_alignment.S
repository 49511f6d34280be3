/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AC in EFLAGS asks for alignment checks in ring 3; CR0.AM, which is the host's, is
 * set. Such an access gives #AC with error code 0 in ring 3. In ring 1 there are no
 * checks. The fault must be the guest's: the host's own #AC handler thinks of split
 * locks.
 */
#include "micro.h"

BEGIN
	SKIP_IF_TCG "this emulator does not check alignment"
	pushl	$(EFLAGS_AC | 2)
	popfl
	TRY	movl micro_pages + 1, %eax
	WANT_NO_FAULT "not aligned, in ring 1"
	pushl	$2
	popfl
	RING3	program, eflags=(EFLAGS_IF | EFLAGS_AC)
	WANT_FAULT 17, 0, "not aligned, in ring 3"
	CHECK	fault_eip, access, "eip"
	CHECK_BITS fault_eflags, EFLAGS_AC, EFLAGS_AC, "AC in the frame"
	RING3	program
	WANT_VECTOR VECTOR_BACK, "without AC"
	PASS

program:
	nop
access:	movl	micro_pages + 1, %eax
	BACK
