/* SPDX-License-Identifier: GPL-2.0 */
/*
 * With NT set in EFLAGS an IRET does not pop a frame: it switches to the task that
 * the current TSS names as the one before, whatever the ring. POPF in ring 1 can set
 * NT. The TSS is the switcher's and names none (selector 0), so the processor says
 * #TS with error code 0, and the guest sees that. NT stays over exits, like
 * other flags of the guest's, and is clear in a handler.
 *
 * If the TSS held something there, or were writable, all registers would be loaded
 * from it.
 */
#include "micro.h"

.macro SET_NT
	pushfl
	orl	$EFLAGS_NT, (%esp)
	popfl
.endm

BEGIN
	/* A frame to ring 1 that the processor could do by itself. */
first:	movl	$first, retry
	pushfl
	pushl	$KCS
	pushl	$inside
	CATCH	1f
	SET_NT
	iret
1:	NO_CATCH
	WANT_FAULT 10, 0, "iret with NT set"
	CHECK_BITS fault_eflags, EFLAGS_NT, EFLAGS_NT, "NT in the frame"
	pushl	$2
	popfl
	addl	$12, %esp

	/* One that the host completes: CS of RPL 0. */
second:	movl	$second, retry
	pushfl
	pushl	$(KCS & ~3)
	pushl	$inside
	CATCH	2f
	SET_NT
	iret
2:	NO_CATCH
	WANT_FAULT 10, 0, "iret with NT set and RPL 0"
	pushl	$2
	popfl
	addl	$12, %esp

	SET_NT
	HC	LGUEST_HC_IRQ_WINDOW
	pushfl
	popl	%eax
	pushl	$2
	popfl
	CHECK_BITS %eax, EFLAGS_NT, EFLAGS_NT, "NT after an exit"

	/* And in ring 3. */
	RING3	program
	WANT_FAULT 10, 0, "iret with NT set in ring 3"
	PASS

program:
	movl	$program, retry
	pushfl
	pushl	$UCS
	pushl	$inside
	pushfl
	orl	$EFLAGS_NT, (%esp)
	popfl
	iret
inside:
	decl	tries
	jz	1f
	jmp	*retry
1:	FAIL	"the IRET is done"

	.data
tries:	.long	20
retry:	.long	0
