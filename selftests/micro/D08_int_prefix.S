/* SPDX-License-Identifier: GPL-2.0 */
/*
 * INT n behind prefixes. All are ignored, but they make the instruction longer:
 * the address in the handler's frame is the one behind all of it. The host gets
 * to know of INT n by a #GP with the vector in its error code, and %eip at the
 * first prefix.
 *
 * A broken host takes it for two bytes. The handler returns into the middle: the
 * vector is an instruction now. With 0x41 that is INC %ecx.
 */
#include "micro.h"

.macro SOFTWARE ring:req, bytes:vararg
	movl	$0, calls
	.if	\ring
	RING3	.Luser\@
	WANT_VECTOR VECTOR_BACK, "int with \bytes, ring 3"
	movl	fault_ecx, %ecx
	jmp	.Lend\@
.Luser\@:
	.endif
	xorl	%ecx, %ecx
	.byte	\bytes, 0xcd, 0x41
	nop
	nop
	.if	\ring
	BACK
.Lend\@:
	.endif
	CHECK	calls, 1, "handlers called by \bytes, ring \ring"
	CHECK	%ecx, 0, "ecx behind \bytes, ring \ring"
.endm

BEGIN
	/* Its handler is reached from both rings. */
	movb	$0xef, micro_idt + 8 * 0x41 + 5
	HC_OK	LGUEST_HC_LOAD_IDT, $micro_idt, $256
	HANDLER	0x41, count
	SOFTWARE 0, 0x3e
	SOFTWARE 3, 0x3e
	SOFTWARE 0, 0x66
	SOFTWARE 3, 0x66
	SOFTWARE 0, 0xf3, 0x2e, 0x66
	SOFTWARE 3, 0x67, 0x65, 0x64, 0xf2, 0x66

	/* A direct gate is the processor's own. */
	movb	$0xef, micro_idt + 8 * 0x80 + 5
	HC_OK	LGUEST_HC_LOAD_IDT, $micro_idt, $256
	HANDLER	0x80, count
	movl	$0, calls
	RING3	direct
	WANT_VECTOR VECTOR_BACK, "int 0x80 with 66"
	CHECK	calls, 1, "handlers called by int 0x80 with 66"

	/* LOCK is not allowed. QEMU's TCG does not look. */
	IF_TCG	1f
	TRY	.byte 0xf0, 0xcd, 0x41
	WANT_FAULT 6, 0, "lock int"
	CHECK	calls, 1, "handlers called by lock int"
1:	PASS

direct:	.byte	0x66, 0xcd, 0x80
	BACK

count:	incl	calls
	ret

	.data
calls:	.long	0
