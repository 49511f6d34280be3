/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest dies with the FPU in the worst state it can make: every exception
 * unmasked, one pending, registers marked as in use by MMX, rounding and precision
 * changed, MXCSR with all exceptions on. Whoever uses the FPU next on that CPU (the
 * launcher, the runner, the guest beside it) must not notice.
 */
#include "micro.h"

EXPECT "killed=triple fault: no handler for vector 6 "
EXPECT "cpu=sse2"

BEGIN
	movl	$0x600, %eax
	movl	%eax, %cr4
	pcmpeqd	%mm0, %mm0
	movq	%mm0, %mm7
	movl	$0, word
	ldmxcsr	word
	movl	$0xc40, word		/* single precision, to zero, all on */
	fldcw	word
	fldz				/* no room: the exception waits */
	HC	LGUEST_HC_IRQ_WINDOW
	HC	LGUEST_HC_LOAD_IDT_ENTRY, $6, $0, $0
	ud2
	FAIL	"still alive"

	.data
word:	.long	0
