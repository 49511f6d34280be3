/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The gate for vector 0x80 is the one that the host copies to the processor's own
 * table. This one has DPL 3 and leads to the switcher's code segment, which has
 * DPL 0, at a place that the guest has chosen. An "int 0x80" in ring 3 must kill the
 * guest, as there is no handler; a host that copies the gate has it in ring 0.
 */
#include "micro.h"

#define LG_CS	0x100

EXPECT "killed=triple fault: no handler for vector 128 "

BEGIN
	GATE	0x80, inside, dpl=3, cs=LG_CS
	RING3	program
	FAIL	"still alive"
program:
	int	$0x80
	jmp	program
inside:
	cli
	movl	%cs, %eax
	jmp	.
