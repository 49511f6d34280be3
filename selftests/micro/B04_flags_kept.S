/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flags that are the guest's own stay over exits of every kind, and do not reach the
 * host: with DF set its string instructions would run backwards, with AC set its
 * accesses to user memory would pass SMAP. A hypercall that copies, an emulated
 * instruction, a page fault, an interrupt.
 */
#include "micro.h"

#define HIGH_FLAGS	(EFLAGS_DF | EFLAGS_AC | EFLAGS_ID)
#define FLAGS		(HIGH_FLAGS | EFLAGS_CF | 0x8d4)
#define PLACE		0x300000

.macro SET
	pushl	$(FLAGS | 2)
	popfl
.endm
.macro STILL text:req
	pushfl
	popl	%ebx
	pushl	$2
	popfl
	CHECK	%ebx, (FLAGS | EFLAGS_IF | 2), "eflags after \text"
.endm

BEGIN
	PAGING
	SET
	HC	LGUEST_HC_LOAD_GDT, $micro_gdt, $32
	STILL	"LOAD_GDT"
	SET
	HC	LGUEST_HC_CONSOLE, $text, $(text_end - text)
	STILL	"CONSOLE"
	movl	$PLACE, %ecx
	SET
	movl	%cr0, %eax
	STILL	"an emulated instruction"
	SET
	movl	$0x1234, 1(%ecx)	/* not aligned, and not in the shadow yet */
	STILL	"a page fault"
	CHECK	PLACE + 1, 0x1234, "the word"
	INTERRUPTS
	IRQ_ON
	SET
	RAISE_IRQ
	pushfl
	popl	%ebx
	pushl	$2
	popfl
	/* HC_OK has compared. */
	CHECK_BITS %ebx, HIGH_FLAGS, HIGH_FLAGS, "eflags after an interrupt"
	CHECK	irq_count, 1, "interrupts"
	CHECK_BITS fault_eflags, HIGH_FLAGS, HIGH_FLAGS, "eflags in its frame"

	/* IRET with those bits, of the host and of the processor. */
	pushl	$(FLAGS | 2)
	pushl	$(KCS & ~3)
	pushl	$1f
	iret
1:	STILL	"an IRET of the host's"
	pushl	$(FLAGS | 2)
	pushl	$KCS
	pushl	$2f
	iret
2:	STILL	"an IRET"
	PASS

	.section .rodata
text:	.ascii	"with DF and AC set\n"
text_end:
