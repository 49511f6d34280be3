/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Other gates for "int 0x80" that the host must not give to the processor as they
 * are: none (#NP), and DPL 0 (#GP in ring 3 with the vector as error code); one whose
 * segment goes bad after it has been loaded, and one whose stack does. The host
 * looks again when any of these changes; what is left is a kill at the end, for a
 * gate to ring 3.
 */
#include "micro.h"

#define SEL	(FREE_ENTRY * 8)
#define ERROR80	(0x80 * 8 + 2)

EXPECT "killed=triple fault: no handler for vector 128 "

BEGIN
	/* Good: it gets there, in ring 1, with interrupts as they were. */
	GATE	0x80, handler, dpl=3
	RING3	program
	CHECK	calls, 1, "calls"
	WANT_VECTOR VECTOR_BACK, "good"

	GATE	0x80, handler, dpl=0
	RING3	program
	WANT_FAULT 13, ERROR80, "DPL 0"
	GATE	0x80, handler, dpl=2
	RING3	program
	WANT_FAULT 13, ERROR80, "DPL 2"
	GATE	0x80, handler, dpl=3, type=0x0f00
	RING3	program
	WANT_FAULT 11, ERROR80, "not present"
	CHECK	calls, 1, "calls"

	/* A stack segment that is no longer one: the host delivers, or kills. */
	GDT_SET	FREE_ENTRY, FLAT(D_DATA)
	HC_OK	LGUEST_HC_SET_STACK, $(SEL + 1), $micro_trap_stack
	GATE	0x80, handler, dpl=3
	RING3	program
	WANT_VECTOR VECTOR_BACK, "good again"
	CHECK	calls, 2, "calls"

	/* The gate's segment becomes one of ring 3. */
	HC_OK	LGUEST_HC_SET_STACK, $KDS, $micro_trap_stack
	GDT_SET	FREE_ENTRY, FLAT(D_CODE)
	GATE	0x80, handler, dpl=3, cs=SEL
	RING3	program
	WANT_VECTOR VECTOR_BACK, "through another segment"
	CHECK	calls, 3, "calls"
	DIES
	GDT_SET	FREE_ENTRY, FLAT(D_CODE | D_DPL(3))
	RING3	program
	FAIL	"still alive"

	SYSCALL_PROGRAM
