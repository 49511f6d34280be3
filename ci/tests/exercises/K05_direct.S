/* SPDX-License-Identifier: GPL-2.0 */
/* Exercise 5: how the frame of int 0x80 differs if the host has made it */
/* The gate is an interrupt gate: the host would clear the virtual flag, the processor cannot. */
#include "micro.h"
BEGIN
	INTERRUPTS
	GATE	0x80, handler, 3, 0x8e00
	IRQ_ON
	RING3	program
	CHECK	calls, 1, "calls"
	CHECK	flag, EFLAGS_IF, "the virtual flag in the handler"
	PASS
program:
	int	$0x80
	BACK
handler:
	pushl	%eax
	incl	%ss:calls
	movl	%ss:micro_shared, %eax
	movl	%eax, %ss:flag
	popl	%eax
	iret
	.data
calls:	.long 0
flag:	.long 0x99
