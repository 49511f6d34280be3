/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A task gate in the IDT, to the selector where the switcher has its TSS. On a
 * processor a trap through it would be a task switch, with all registers from
 * memory. A guest has interrupt and trap gates only: it is killed, as a processor
 * shuts down that has no handler.
 *
 * A host that copies gates without a look would switch tasks, or reset the machine.
 */
#include "micro.h"

#define SWITCHER_TSS	0x110

EXPECT "killed=triple fault: no handler for vector 0 "

BEGIN
	GATE	0, 0, type=0x8500, cs=SWITCHER_TSS
	xorl	%ecx, %ecx
	divl	%ecx
	FAIL	"the division goes on"
