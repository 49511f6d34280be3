/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "int 0x80" from ring 3 goes straight to ring 1, without the host; the processor
 * itself pushes the frame. If the shadow lacks the page the push faults in ring 3,
 * as a supervisor's access: the host fills it in, and the instruction is done again.
 * If the guest's own tables lack it there is no stack to tell it on: killed.
 */
#include "micro.h"

#define PAGE	0x3f0000

EXPECT "killed=double fault: ring 1 stack at 0x3f0ffc not writable, at eip 0x"

BEGIN
	PAGING
	GATE	0x80, handler, dpl=3
	HC_OK	LGUEST_HC_SET_STACK, $KDS, $(PAGE + 0x1000)
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	RING3	program
	WANT_VECTOR VECTOR_BACK, "int 0x80"
	CHECK	calls, 1, "calls"

	/* A supervisor's page does as well; a read-only one does not. */
	SET_PTE	PAGE, (PAGE | P_PRESENT | P_WRITE)
	RING3	program
	WANT_VECTOR VECTOR_BACK, "int 0x80 with a supervisor's stack"
	CHECK	calls, 2, "calls"
	DIES
	SET_PTE	PAGE, (PAGE | P_PRESENT | P_USER)
	RING3	program
	FAIL	"still alive"

program:
	int	$0x80
	BACK
handler:
	incl	calls
	cmpl	$(PAGE + 0x1000 - 20), %esp
	jne	elsewhere
	iret
elsewhere:
	FAIL	"the frame is at another place"

	.data
calls:	.long	0
