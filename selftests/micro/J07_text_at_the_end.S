/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The last words of a guest are a string that ends where its RAM ends, without a NUL.
 * The launcher prints the three bytes, and nothing that lies behind them; and nothing
 * of what its own buffer held before, which was a longer text.
 */
#include "micro.h"

	EXPECT	"status=11 lguest: guest panic: J07\r\n"

BEGIN
	movl	$0x37304a2e, RAM_SIZE - 4	/* ".J07" */
	/* A text that is refused leaves none behind. */
	HC	LGUEST_HC_SHUTDOWN, $99, $long
	CHECK	%eax, (-22), "an unknown kind"
	HC	LGUEST_HC_SHUTDOWN, $LGUEST_SHUTDOWN_PANIC, $(RAM_SIZE - 3)
	FAIL	"still alive"

	.data
long:	.asciz	"a text that is longer than the one that counts"
