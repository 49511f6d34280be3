/* SPDX-License-Identifier: GPL-2.0 */
/*
 * INT n with prefixes in front. It pushes the address behind the whole instruction,
 * however long it is. The host learns of it by a #GP at the first byte, and has to
 * find the end itself. In ring 1 and in ring 3.
 */
#include "micro.h"

.macro INT_WITH bytes:vararg
	movl	$NO_FAULT, fault_vector
	.byte	\bytes, 0xcd, VECTOR_BACK
.Lbehind\@:
	CHECK	fault_vector, VECTOR_BACK, "int with \bytes: vector"
	CHECK	fault_eip, .Lbehind\@, "int with \bytes: eip"
.endm

BEGIN
	HANDLER	VECTOR_BACK, nothing
	INT_WITH 0x90
	INT_WITH 0x2e
	INT_WITH 0x66
	INT_WITH 0xf3, 0x65, 0x3e
	HANDLER	VECTOR_BACK, 0
	RING3	program
	WANT_VECTOR VECTOR_BACK, "ring 3"
	CHECK	fault_eip, behind, "ring 3: eip"
	PASS

nothing:
	ret
program:
	.byte	0x2e, 0x3e, 0xcd, VECTOR_BACK
behind:	hlt
