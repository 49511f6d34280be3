/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The limits of A06, by what they are for: accesses around W in ring 1 and ring 3
 * through each segment. Below W a page fault says that only paging has an opinion;
 * from W on, and across it, #GP (#SS for the stack) comes first.
 */
#include "micro.h"

EXPECT "killed=double fault: stack at 0xffbffff8 not writable for vector 12 "

.macro OUTSIDE vector:req, insn:vararg
	TRY	\insn
	WANT_FAULT \vector, 0, "\insn"
.endm

BEGIN
	SKIP_IF_TCG "this emulator does not check segment limits"
	PAGING
	TRY	movl (WINDOW - 4), %eax
	WANT_VECTOR 14, "below the window"
	OUTSIDE	13, movl (WINDOW - 2), %eax
	OUTSIDE	13, movl WINDOW, %eax
	OUTSIDE	13, movl %eax, WINDOW
	OUTSIDE	13, movb %cs:(WINDOW + 0x3fffff), %al
	OUTSIDE	13, movb %es:0xffffffff, %al
	OUTSIDE	12, movl %ss:WINDOW, %eax
	movl	$(WINDOW + 0x1000), %ebp
	OUTSIDE	12, movl (%ebp), %eax
	OUTSIDE	12, addl $1, -0x1000(%ebp)
	TRY	jmp WINDOW
	WANT_FAULT 13, 0, "a jump into the window"

	RING3	program
	WANT_FAULT 13, 0, "a read in ring 3"
	RING3	program2
	WANT_FAULT 12, 0, "a push in ring 3"

	/* A push into the window: the fault finds no stack for its frame either. */
	DIES
	movl	$(WINDOW + 8), %esp
	pushl	%eax
	FAIL	"a push into the window goes through"

program:
	movl	WINDOW + 0x1000, %eax
	BACK
program2:
	movl	$(WINDOW + 8), %esp
	pushl	%eax
	BACK
