/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A load of SS holds debug exceptions back until the next instruction is over. If that
 * is an INT, the #DB arrives in the handler, in its ring: in the host's, for the
 * gates that lead to the switcher (CVE-2018-8897). A guest cannot arm a breakpoint;
 * but the host can have one, here at the very word from which SS is loaded, and it must
 * not be armed while a guest runs. TF, which a guest has, gives no #DB behind the
 * load at all. Behind it: INT to the host and to ring 1, INT3, INTO, an undefined and
 * an emulated instruction.
 */
#include "micro.h"

#define WORD	0x200000

EXPECT "watch=0x200000"

.macro AFTER_SS eflags:req, insn:vararg
	pushl	$((\eflags) | 2)
	popfl
	movw	WORD, %ss
	\insn
	nop
	pushl	$2
	popfl
.endm

BEGIN
	HANDLER	1, debug
	HANDLER	6, skip2
	GATE	0x50, handler
	GATE	3, handler, dpl=3
	GATE	4, handler, dpl=3
	GATE	0x80, handler, dpl=3
	movl	$KDS, WORD
	movl	$50, rounds
again:
	movl	$LGUEST_HC_IRQ_WINDOW, %eax
	AFTER_SS 0, int $LGUEST_HYPERCALL
	AFTER_SS 0, int $0x50
	AFTER_SS 0, int $0x80
	AFTER_SS 0, int3
	AFTER_SS 0x800, into
	AFTER_SS 0, ud2
	AFTER_SS 0, cli
	AFTER_SS 0, movl %cr0, %eax
	CHECK	debugs, 0, "debug exceptions"
	pushl	WORD
	popl	%ss
	int	$0x50

	/* With TF: behind the nop, whatever the instruction was. */
	movl	$LGUEST_HC_IRQ_WINDOW, %eax
	AFTER_SS EFLAGS_TF, int $LGUEST_HYPERCALL
	AFTER_SS EFLAGS_TF, int $0x50
	AFTER_SS EFLAGS_TF, int $0x80
	AFTER_SS EFLAGS_TF, int3
	CHECK	debugs, 4, "debug exceptions with TF"
	movl	$0, debugs

	movl	$UDS, WORD
	RING3	program
	WANT_VECTOR VECTOR_BACK, "ring 3"
	movl	$KDS, WORD
	CHECK	debugs, 0, "debug exceptions from ring 3"
	decl	rounds
	jnz	again
	PASS

program:
	movw	WORD, %ss
	int	$0x80
	movw	WORD, %ss
	int3
	movw	WORD, %ss
	ud2
	movw	WORD, %ss
	int	$VECTOR_BACK

handler:
	iret
skip2:	addl	$2, FRAME_EIP(%ebp)
	ret
debug:	incl	debugs
	andl	$~EFLAGS_TF, FRAME_EFLAGS(%ebp)
	ret

	.data
rounds:	.long	0
debugs:	.long	0
