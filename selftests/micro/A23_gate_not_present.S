/* SPDX-License-Identifier: GPL-2.0 */
/*
 * INT n and INT3 whose gate is not present: the processor looks at the gate's kind
 * and ring first (#GP), then at P (#NP). The fault is at the instruction.
 */
#include "micro.h"

#define N	0x50

/* The gate's P, type and so on, DPL, and what INT n gives in ring 1 and in ring 3. */
.macro GATE_OF type:req, dpl:req, ring1:req, ring3:req
	GATE	N, nowhere, dpl=\dpl, type=\type
	CATCH	2f
1:	int	$N
2:	NO_CATCH
	WANT_FAULT \ring1, (N * 8 + 2), "type \type, dpl \dpl, ring 1"
	CHECK	fault_eip, 1b, "eip"
	RING3	program
	WANT_FAULT \ring3, (N * 8 + 2), "type \type, dpl \dpl, ring 3"
	CHECK	fault_eip, program, "eip of ring 3"
.endm

BEGIN
	GATE_OF	0x0e00, 3, 11, 11
	GATE_OF	0x0f00, 3, 11, 11
	GATE_OF	0x0e00, 0, 11, 13
	GATE_OF	0x0f00, 1, 11, 13
	GATE_OF	0x0500, 3, 11, 11
	GATE_OF	0x0600, 3, 11, 11
	GATE_OF	0x0700, 0, 11, 13
	GATE_OF	0x0000, 3, 13, 13
	GATE_OF	0x0400, 3, 13, 13
	GATE_OF	0x0c00, 3, 13, 13
	GATE_OF	0x0d00, 3, 13, 13

	GATE	3, nowhere, dpl=3, type=0x0f00
	CATCH	2f
1:	int3
2:	NO_CATCH
	WANT_FAULT 11, (3 * 8 + 2), "int3"
	CHECK	fault_eip, 1b, "eip of int3"
	PASS

program:
	int	$N
	BACK
nowhere:
	FAIL	"it got through the gate"
