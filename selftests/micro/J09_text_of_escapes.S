/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The last words are control characters, escape sequences, conversions of printf and
 * bytes of other character sets: what cannot be printed becomes a question mark, as it
 * must not do to somebody's terminal or log what it says; and they are cut at 255 bytes,
 * so that the exclamation mark behind is not seen.
 */
#include "micro.h"

#define LENGTH	255
#define START	21			/* bytes of text */

	.pushsection .expect, "", @progbits
	.ascii	"status=11 lguest: guest panic: J09?[2J??%s%n????????"
	.fill	LENGTH - START, 1, 'x'
	.asciz	"\r\n"
	.popsection

BEGIN
	movl	$(text + START), %edi
	movl	$(LENGTH - START), %ecx
	movb	$'x', %al
	rep stosb
	movb	$'!', (%edi)
	HC	LGUEST_HC_SHUTDOWN, $LGUEST_SHUTDOWN_PANIC, $text
	FAIL	"still alive"

	.data
text:	.ascii	"J09\033[2J\007\r%s%n\001\177\200\377\n\t\233\210"
	.skip	400
