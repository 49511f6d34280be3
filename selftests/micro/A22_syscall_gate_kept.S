/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The segment of the gate for "int 0x80" is the one that ring 1 runs in when LGDT
 * loads a table in which it is code of ring 3. A processor goes on with the
 * descriptor that it has; the host does as if, until the next far jump. From then on
 * the gate leads to ring 3, which no gate may: what is left is a kill. A host that
 * still has the gate in the processor's table runs the kernel's handler in ring 3.
 */
#include "micro.h"

#define SEL	(FREE_ENTRY * 8)

EXPECT "killed=triple fault: no handler for vector 128 "

	.macro PUT low:req, high:req
	movl	$(\low), micro_gdt + 8 * FREE_ENTRY
	movl	$(\high), micro_gdt + 8 * FREE_ENTRY + 4
	.endm

BEGIN
	GDT_SET	FREE_ENTRY, FLAT(D_CODE)
	GATE	0x80, handler, dpl=3, cs=SEL
	RING3	program
	WANT_VECTOR VECTOR_BACK, "good"
	CHECK	calls, 1, "calls"

	ljmp	$(SEL + 1), $1f
1:	PUT	FLAT(D_CODE | D_DPL(3))
	lgdt	table
	movl	%cs, %eax
	CHECK	%eax, SEL + 1, "cs"
	ljmp	$KCS, $2f
2:	movl	%cr0, %eax		/* an exit: the host sees where it is */
	DIES
	RING3	program
	FAIL	"still alive"

	SYSCALL_PROGRAM

	.data
table:	.word	8 * 32 - 1
	.long	micro_gdt
