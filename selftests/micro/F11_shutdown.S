/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SHUTDOWN with kinds that are none is -EINVAL and the guest goes on. Then a panic,
 * whose text begins three bytes before the end of RAM, without a NUL, with a line end
 * and an escape in it. The launcher prints what there is, bounded, and nothing that
 * a terminal would take for more than text. A broken host reads behind RAM, or lets
 * the guest write to the terminal of who looks at the log.
 */
#include "micro.h"

EXPECT	"status=11 A??"

.macro IS kind:req
	HC	LGUEST_HC_SHUTDOWN, $(\kind), $0
	CHECK	%eax, -22, "SHUTDOWN \kind"
.endm

BEGIN
	IS	0
	IS	4
	IS	5
	IS	0x100
	IS	0x101
	IS	0x10001
	IS	0x7fffffff
	IS	0x80000001
	IS	-1
	HC	LGUEST_HC_SHUTDOWN, $0, $RAM_SIZE
	CHECK	%eax, -22, "SHUTDOWN 0 with a text that is not RAM"
	movb	$'A', RAM_SIZE - 3
	movb	$0x0a, RAM_SIZE - 2
	movb	$0x1b, RAM_SIZE - 1
	HC	LGUEST_HC_SHUTDOWN, $LGUEST_SHUTDOWN_PANIC, $(RAM_SIZE - 3)
	FAIL	"still alive after a panic"
