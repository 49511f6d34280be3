/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exercise 8: two programs in ring 3, neither of which ever gives up the processor. The
 * timer's handler calls "exchange", if exchange.S in this folder has it:
 *
 *	%ebp points to the frame of the program that was interrupted, FRAME_WORDS words
 *	(FRAME_* in micro.h); "other" is the frame of the other one. It exchanges them.
 *	Other registers are free.
 *
 * Each program counts, and looks at all its registers. Without an exchange the second one
 * never runs; with one that is not complete one of them finds a register of the other.
 */
#include "../micro/micro.h"

#define FRAME_WORDS	19		/* up to FRAME_SS */
#define TICKS		20
#define LEAST		1000		/* rounds of each program */
#define SLICE		1000000		/* ns */
#define TIME_TSC	(micro_shared + SHARED_TIME + 8)
#define TIME_MUL	(micro_shared + SHARED_TIME + 24)
#define TIME_SHIFT	(micro_shared + SHARED_TIME + 28)

/* Its registers, in the order of pusha, are BASE + 1 to BASE + 7. */
.macro PROGRAM name:req, base:req, fs:req, gs:req, df:req
\name:
	incl	\name\()_rounds
	cmpl	$(\base + 1), %edi
	jne	.Lbad\@
	cmpl	$(\base + 2), %esi
	jne	.Lbad\@
	cmpl	$(\base + 3), %ebp
	jne	.Lbad\@
	cmpl	$(\base + 4), %ebx
	jne	.Lbad\@
	cmpl	$(\base + 5), %edx
	jne	.Lbad\@
	cmpl	$(\base + 6), %ecx
	jne	.Lbad\@
	cmpl	$(\base + 7), %eax
	jne	.Lbad\@
	cmpl	$\name\()_stack, %esp
	jne	.Lbad\@
	pushl	%fs
	cmpl	$(\fs), (%esp)
	leal	4(%esp), %esp
	jne	.Lbad\@
	pushl	%gs
	cmpl	$(\gs), (%esp)
	leal	4(%esp), %esp
	jne	.Lbad\@
	pushfl
	andl	$EFLAGS_DF, (%esp)
	cmpl	$(\df), (%esp)
	leal	4(%esp), %esp
	je	\name
.Lbad\@:
	incl	\name\()_wrong
	jmp	.

	.pushsection .data
	.balign	4
\name\()_rounds:	.long	0
\name\()_wrong:		.long	0
\name\()_frame:
	.long	\gs, \fs, UDS, UDS
	.long	\base + 1, \base + 2, \base + 3, 0, \base + 4, \base + 5, \base + 6, \base + 7
	.long	VECTOR_IRQ, 0, \name, UCS, EFLAGS_IF | 2 | \df, \name\()_stack, UDS
	.skip	256
\name\()_stack:
	.popsection
.endm

BEGIN
	movl	$UCS, micro_shared + SHARED_USER_CS
	INTERRUPTS
	HANDLER	VECTOR_IRQ, tick
	call	next_tick
	movl	$first_frame, %esp
	popl	%gs
	popl	%fs
	popl	%es
	popl	%ds
	popal
	addl	$8, %esp		/* vector, error code */
	iret

	.weak	exchange
tick:	movl	$0, micro_shared + SHARED_IRQS
	incl	ticks
	cmpl	$TICKS, ticks
	je	done
	movl	$exchange, %eax
	testl	%eax, %eax
	jz	next_tick
	call	*%eax
	cld

next_tick:
	rdtsc
	subl	TIME_TSC, %eax
	sbbl	TIME_TSC + 4, %edx
	movb	TIME_SHIFT, %cl
	testb	%cl, %cl
	js	1f
	shldl	%cl, %eax, %edx
	shll	%cl, %eax
	jmp	2f
1:	negb	%cl
	shrdl	%cl, %edx, %eax
	shrl	%cl, %edx
2:	movl	%edx, %ecx
	mull	TIME_MUL
	movl	%edx, %esi
	movl	%ecx, %eax
	mull	TIME_MUL
	addl	%esi, %eax
	adcl	$0, %edx
	addl	$SLICE, %eax
	adcl	$0, %edx
	movl	%eax, %ebx
	movl	%edx, %ecx
	HC_OK	LGUEST_HC_SET_TIMER
	ret

done:	PRINT_HEX "rounds of the first", first_rounds
	PRINT_HEX "rounds of the second", second_rounds
	CHECK	first_wrong, 0, "the first has found a register changed: times"
	CHECK	second_wrong, 0, "the second has found a register changed: times"
	cmpl	$LEAST, first_rounds
	jae	1f
	FAIL	"the first program does not get its turn"
1:	cmpl	$LEAST, second_rounds
	jae	2f
	FAIL	"the second program does not get its turn"
2:	PASS

	PROGRAM	first, 0x1a1a1a10, 0, UDS, 0
	PROGRAM	second, 0x2b2b2b20, UDS, 0, EFLAGS_DF

	.data
	.balign	4
	.globl	other
	.set	other, second_frame
ticks:	.long	0
