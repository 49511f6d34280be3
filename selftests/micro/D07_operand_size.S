/* SPDX-License-Identifier: GPL-2.0 */
/*
 * POP SS and RETF with an operand size prefix. With 66 POP SS takes two bytes
 * from the stack, RETF two words of 16 bits: %ip and %cs. With a selector of RPL 0,
 * which ring 1 must not have, both fault, and the host does them as if ring 1
 * were ring 0.
 *
 * It may do these short forms, or give the guest the fault. But a broken host
 * does the long form instead: %esp is off by two, or it returns to an address
 * made from two fields.
 */
#include "micro.h"

	.set	low, 0xa000		/* RAM that is free, for %ip of 16 bits */

BEGIN
	/* The long ones first. */
	CATCH	1f
	pushl	$(KDS & ~3)
	popl	%ss
1:	NO_CATCH
	WANT_NO_FAULT "pop ss of RPL 0"
	movl	%ss, %eax
	CHECK	%eax, KDS, "ss of RPL 0"

	CATCH	1f
	movl	%esp, %edi
	pushl	$0x5555
	pushl	$(0xabcd0000 | (KCS & ~3))
	pushl	$2f
	.byte	0xca, 4, 0		/* retf $4 */
2:	subl	%esp, %edi
1:	NO_CATCH
	WANT_NO_FAULT "retf to a cs of RPL 0"
	CHECK	%edi, 0, "esp is lower behind retf by"

	/* 66 17 */
	CATCH	1f
	movl	%esp, %edi
	pushl	$((0x5555 << 16) | (KDS & ~3))
	.byte	0x66
	popl	%ss
	subl	%esp, %edi
1:	NO_CATCH
	cmpl	$NO_FAULT, fault_vector
	jne	1f
	CHECK	%edi, 2, "esp is lower behind pop ss of 16 bits by"
	jmp	2f
1:	WANT_FAULT 13, (KDS & ~3), "pop ss of 16 bits"
2:	movl	%ss, %eax
	CHECK	%eax, KDS, "ss behind it"

	/* 66 CB: %cs:low; the long form goes to (%cs << 16) | low. */
	movb	$0xe9, low		/* jmp short_form */
	movl	$(short_form - low - 5), low + 1
	CATCH	1f
	movl	%esp, %edi
	pushl	$(KCS & ~3)
	pushl	$(((KCS & ~3) << 16) | low)
	.byte	0x66, 0xcb
1:	NO_CATCH
	WANT_FAULT 13, (KCS & ~3), "retf of 16 bits"
	PASS

short_form:
	NO_CATCH
	subl	%esp, %edi
	CHECK	%edi, 4, "esp is lower behind retf of 16 bits by"
	PASS
