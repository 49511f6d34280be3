/* SPDX-License-Identifier: GPL-2.0 */
/* Exercise 2: ten timers of 1 ms, each waited for with HALT, by the clock of the shared page */
#include "micro.h"
#define TIME (micro_shared + SHARED_TIME)
BEGIN
	INTERRUPTS
	call	now
	movl	%eax, start
	movl	$10, left
1:	call	now
	addl	$1000000, %eax
	adcl	$0, %edx
	movl	%eax, %ebx
	movl	%edx, %ecx
	HC_OK	LGUEST_HC_SET_TIMER
	HC_OK	LGUEST_HC_HALT, $EFLAGS_IF
	IRQ_OFF
	decl	left
	jnz	1b
	CHECK	irq_count, 10, "interrupts"
	call	now
	subl	start, %eax
	cmpl	$10000000, %eax
	jae	2f
	FAIL	"too early"
2:	PASS
now:	rdtsc
	subl	TIME + 8, %eax
	sbbl	TIME + 12, %edx
	movb	TIME + 28, %cl
	testb	%cl, %cl
	js	1f
	shldl	%cl, %eax, %edx
	shll	%cl, %eax
	jmp	2f
1:	negb	%cl
	shrdl	%cl, %edx, %eax
	shrl	%cl, %edx
2:	movl	%edx, %ecx
	mull	TIME + 24
	movl	%edx, %esi
	movl	%ecx, %eax
	mull	TIME + 24
	addl	%esi, %eax
	adcl	$0, %edx
	ret
	.data
start:	.long 0
left:	.long 0
