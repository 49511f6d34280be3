/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An IRET whose frame has a CS of RPL 0 is completed by the host, which takes EFLAGS
 * from the guest's stack. Each bit alone, and nearly all at once: IF becomes the
 * virtual flag; IOPL, VIF, VIP and what is reserved do not get into the real
 * register, where IF is 1 (PUSHF shows it); what a guest may have does. A frame that
 * asks for virtual 8086 mode is refused: #GP.
 *
 * With IOPL 3 from here a guest could switch off the host's interrupts.
 */
#include "micro.h"

/* CF, PF, AF, ZF, SF, DF, OF, NT, AC, ID */
#define KEPT	0x00244cd5

.macro IRET_WITH eflags:req
	pushl	\eflags
	pushl	$(KCS & ~3)
	pushl	$.Lback\@
	iret
.Lback\@:
	pushfl
	popl	%eax
	pushl	$2
	popfl
.endm

BEGIN
	INTERRUPTS
	xorl	%ebp, %ebp
next:
	cmpl	$8, %ebp		/* TF: C02 */
	je	skip
	cmpl	$17, %ebp		/* VM: below */
	je	skip
	btsl	%ebp, bits
	movl	bits, %edi
	btrl	%ebp, bits
	IRET_WITH %edi
	movl	%edi, %ebx
	andl	$KEPT, %ebx
	orl	$(EFLAGS_IF | 2), %ebx
	cmpl	%ebx, %eax
	jne	bad
	andl	$EFLAGS_IF, %edi
	cmpl	%edi, micro_shared + LGUEST_SHARED_IRQ_ENABLED
	jne	bad_if
skip:	incl	%ebp
	cmpl	$32, %ebp
	jb	next

	IRET_WITH $0xfffdfeff
	CHECK	%eax, (KEPT | EFLAGS_IF | 2), "all bits but TF and VM"
	HC	LGUEST_HC_IRQ_WINDOW
	TRY	cli
	WANT_NO_FAULT "cli"
	CHECK	micro_shared, 0, "the virtual flag after cli"

	/* QEMU's TCG goes there at any CPL; processors do at CPL 0 only. */
	IF_TCG	done
	pushl	$UDS
	pushl	$micro_user_stack
	pushl	$(EFLAGS_VM | EFLAGS_IOPL | 2)
	pushl	$(KCS & ~3)
	pushl	$there
	TRY	iret
	WANT_FAULT 13, (KCS & ~3), "iret with VM set"
done:	PASS

there:	FAIL	"iret with VM set is done"
bad_if:
	PRINT_HEX "virtual flag", micro_shared
bad:
	PRINT_HEX "eflags of the frame", %edi
	PRINT_HEX "eflags", %eax
	PRINT_HEX "wanted", %ebx
	FAIL	"a bit of EFLAGS is wrong"

	.data
bits:	.long	2
