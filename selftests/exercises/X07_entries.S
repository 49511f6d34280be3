/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exercise 7: hypercall 17 says how often this guest has been entered. Each hypercall
 * is an exit and an entry, so with each the number grows by at least 1. Without the
 * hypercall the result is -95. What counts only its own calls, or is a constant, does
 * not pass, nor what changes another register.
 */
#include "../micro/micro.h"

#define HC_ENTRIES	17
#define OTHERS		50

BEGIN
	call	entries
	cmpl	$1, %eax
	jge	1f
	FAIL	"a guest that runs has been entered"
1:	movl	%eax, first
	call	entries
	subl	first, %eax
	movl	%eax, grown
	cmpl	$1, %eax
	jge	2f
	FAIL	"the number does not grow from one call to the next"

	/* Others count as well. */
2:	call	entries
	movl	%eax, first
	movl	$OTHERS, %ebp
3:	HC_OK	LGUEST_HC_IRQ_WINDOW
	decl	%ebp
	jnz	3b
	call	entries
	subl	first, %eax
	cmpl	$(OTHERS + 1), %eax
	jge	4f
	PRINT_HEX "entries", %eax
	FAIL	"fewer entries than hypercalls"
	/* It is a number of entries, and no clock. */
4:	cmpl	$100000, %eax
	jb	5f
	PRINT_HEX "entries", %eax
	FAIL	"more entries than there can have been"
5:	PASS

entries:
	movl	$0x11111111, %ebx
	movl	$0x22222222, %ecx
	movl	$0x33333333, %edx
	movl	$0x44444444, %esi
	HC	HC_ENTRIES
	testl	%eax, %eax
	js	none
	cmpl	$0x11111111, %ebx
	jne	changed
	cmpl	$0x22222222, %ecx
	jne	changed
	cmpl	$0x33333333, %edx
	jne	changed
	cmpl	$0x44444444, %esi
	jne	changed
	ret
none:	CHECK	%eax, 0, "the result of hypercall 17"
changed:
	FAIL	"a register has changed"

	.data
	.balign	4
first:	.long	0
grown:	.long	0
