/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A program of ring 3 is stepped, some ten thousand times, with frames from ring 3:
 * none is lost, none comes twice, and TF goes when the handler takes it out.
 */
#include "micro.h"

#define ROUNDS	3000

EXPECT "time=30"

BEGIN
	HANDLER	1, step
	RING3	program, eflags=(EFLAGS_IF | EFLAGS_TF)
	WANT_VECTOR VECTOR_BACK, "ring 3"
	CHECK	fault_ecx, 0, "the counter of ring 3"
	/* mov, then ROUNDS times three, then the nop that ends it. */
	CHECK	steps, (ROUNDS * 3 + 2), "steps"
	CHECK_BITS fault_eflags, EFLAGS_TF, 0, "TF at the end"
	PASS

program:
	movl	$ROUNDS, %ecx
1:	nop
	decl	%ecx
	jnz	1b
	nop
last:	BACK

step:	incl	steps
	testb	$3, fault_cs
	jz	wrong
	cmpl	$last, fault_eip
	jne	1f
	andl	$~EFLAGS_TF, FRAME_EFLAGS(%ebp)
1:	ret
wrong:	FAIL	"a step in ring 1"

	.data
steps:	.long	0
