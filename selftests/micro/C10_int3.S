/* SPDX-License-Identifier: GPL-2.0 */
/*
 * INT3 and INTO, in one byte and (INT 3, INT 4) in two, from both rings. Their gates in
 * the processor's table have DPL 3 always, so the host has to look at the DPL of the
 * guest's: #GP if it does not allow it, and the address behind the instruction if it
 * does. INTO does nothing without OF.
 */
#include "micro.h"

.macro IN_RING3 label:req, vector:req, behind:req
	RING3	\label
	WANT_VECTOR \vector, "\label in ring 3"
	CHECK	fault_eip, \behind, "\label in ring 3: eip"
.endm
.macro REFUSED label:req, vector:req
	RING3	\label
	WANT_FAULT 13, (\vector * 8 + 2), "\label in ring 3, DPL 0"
	CHECK	fault_eip, \label\()_at, "\label in ring 3, DPL 0: eip"
.endm

BEGIN
	HANDLER	3, count
	HANDLER	4, count
	int3
1:	CHECK	fault_eip, 1b, "int3: eip"
	int	$4
2:	CHECK	fault_eip, 2b, "int 4: eip"
	into
	CHECK	counted, 2, "into without OF"
	movb	$0x7f, %al
	addb	$1, %al
	into
3:	CHECK	fault_eip, 3b, "into: eip"
	CHECK	counted, 3, "into with OF"
	HANDLER	3, 0
	HANDLER	4, 0

	IN_RING3 one, 3, one_end
	IN_RING3 two, 3, two_end
	IN_RING3 over, 4, over_end
	IN_RING3 four, 4, four_end

	/* DPL 0 now: the entries of the table are loaded anew. */
	movb	$0x8f, micro_idt + 3 * 8 + 5
	movb	$0x8f, micro_idt + 4 * 8 + 5
	HC_OK	LGUEST_HC_LOAD_IDT, $micro_idt, $256
	REFUSED	two, 3
	REFUSED	four, 4
	REFUSED	one, 3
	REFUSED	over, 4
	PASS

one:
one_at:	int3
one_end: hlt
two:
two_at:	.byte	0xcd, 3
two_end: hlt
over:	movb	$0x7f, %al
	addb	$1, %al
over_at: into
over_end: hlt
four:
four_at: .byte	0xcd, 4
four_end: hlt
count:	incl	counted
	ret

	.data
counted: .long	0
