/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interrupts through a trap gate, which leaves the flag set, to a handler that never
 * acknowledges them and makes an exit: each exit delivers the next one on top of the
 * last. It ends as the stack does. The host must not deliver without end by itself,
 * without the guest running in between.
 */
#include "micro.h"

#define BOTTOM	0x200000
#define TOP	0x210000

EXPECT "killed=double fault: stack at 0x1ffff"

BEGIN
	INTERRUPTS
	GATE	VECTOR_IRQ, handler
	PAGING
	SET_PTE	(BOTTOM - PAGE_SIZE), 0
	movl	$TOP, %esp
	IRQ_ON
	HC	LGUEST_HC_SET_TIMER, $0, $0
	FAIL	"no interrupt"
handler:
	HC	LGUEST_HC_IRQ_WINDOW
	FAIL	"no further interrupt"
