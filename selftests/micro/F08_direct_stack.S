/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The same with a direct int 0x80, where the processor itself pushes the frame. The
 * stack is 4, so that it wraps below 0 to the end of the address space. The push
 * faults (by the segment's limit or by paging), in ring 3 and yet not by it, and the
 * guest is killed. A broken host hands this fault to the guest, on the stack that
 * has just failed, and so on; or fills the window's tables.
 */
#include "micro.h"

EXPECT	"killed=double fault: ring 1 stack at 0x"
EXPECT	"killed=double fault: stack at 0xff"

BEGIN
	PAGING
	movb	$0xef, micro_idt + 0x80 * 8 + 5
	HC_OK	LGUEST_HC_LOAD_IDT, $micro_idt, $256
	HC_OK	LGUEST_HC_SET_STACK, $KDS, $4
	RING3	program
	FAIL	"still alive with a stack that wraps"

program:
	int	$0x80
	ud2
