/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Conforming code runs at the level of its caller, whatever its DPL. With DPL 0 it
 * is refused; with DPL 1 a program of ring 3 may call it and stays in ring 3. It is
 * no handler for a gate: the guest is killed by the trap, not run in ring 3 or 0.
 */
#include "micro.h"

#define SEL		(FREE_ENTRY * 8)
#define D_CONFORMING	(D_CODE | 0x4)

EXPECT "killed=triple fault: no handler for vector 0 "

BEGIN
	GDT_SET	FREE_ENTRY, FLAT(D_CONFORMING)
	READ_ACCESS $SEL
	CHECK	%eax, 0, "conforming code of DPL 0: LAR"
	TRY	ljmp $SEL, $0
	WANT_FAULT 13, SEL, "jump to conforming code of DPL 0"

	GDT_SET	FREE_ENTRY, FLAT(D_CONFORMING | D_DPL(1))
	READ_ACCESS $SEL
	CHECK	%eax, 0xc0bf00, "conforming code of DPL 1: LAR"
	RING3	program
	WANT_VECTOR VECTOR_BACK, "a call from ring 3"
	CHECK	fault_eax, (SEL + 3), "cs in it"
	CHECK	fault_cs, UCS, "cs of the caller"

	DIES
	GATE	0, handler, cs=SEL
	xorl	%ecx, %ecx
	divl	%ecx
handler:
	FAIL	"still alive"

program:
	lcall	$SEL, $1f
	BACK
1:	movl	%cs, %eax
	lret
