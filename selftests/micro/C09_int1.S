/* SPDX-License-Identifier: GPL-2.0 */
/*
 * INT1 (0xf1) raises a #DB whatever the DPL of the gate, from ring 3 too, with the
 * address behind it and DR6 as it was; INT 1 (0xcd 0x01) is checked against the gate's
 * DPL. The host must take the first for an exception of the guest's: not for one of its
 * breakpoints.
 */
#include "micro.h"

BEGIN
	/* INT 1: this works everywhere. */
	RING3	program2
	WANT_FAULT 13, 0xa, "int 1 in ring 3"
	HANDLER	1, count
	int	$1
	CHECK	counted, 1, "int 1 in ring 1"

	SKIP_IF_TCG "this emulator stops for its debugger at int1"
	.byte	0xf1
1:	CHECK	counted, 2, "int1 in ring 1"
	CHECK	fault_eip, 1b, "eip"
	movl	%dr6, %eax
	CHECK	%eax, 0xffff0ff0, "dr6"
	HANDLER	1, 0
	RING3	program
	WANT_VECTOR 1, "int1 in ring 3"
	CHECK	fault_eip, behind, "eip"
	CHECK	fault_cs, UCS, "cs"
	PASS

program:
	.byte	0xf1
behind:	hlt
program2:
	int	$1
	hlt
count:	incl	counted
	ret

	.data
counted: .long	0
