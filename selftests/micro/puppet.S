/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Not a test, but the guest of backend_test.c: it does to its memory, and calls, what
 * comes on its console. A command is 8 words, and perhaps data:
 *
 *	PUPPET_WRITE address, length, data...	store the data
 *	PUPPET_READ address, length		print the memory as it is
 *	PUPPET_CALL number, ebx, ecx, edx, esi	make a hypercall, print %eax: 4 bytes
 *	PUPPET_WAIT address, mask		until a bit of the word is set; print the word
 *
 * A write prints one byte. So who sends a command after each answer is in step.
 */
#include "micro.h"
#include "../backend_test.h"

#define CONSOLE	0x9e040			/* its key; its interrupt is 1 */
#define IRQ	1
#define ROOM	1024
#define TICK_NS	1000000

BEGIN
	INTERRUPTS
	HANDLER	VECTOR_IRQ, woken
	movl	$1, dma + 4
	movl	$arrival, dma + 8
	movl	$ROOM, dma + 12
	HC_OK	LGUEST_HC_BIND_DMA, $CONSOLE, $dma, $1, $IRQ
	HC_OK	LGUEST_HC_CONSOLE, $ready, $1

command:
	movl	$buffer, filled
next:	call	receive
	movl	filled, %eax
	subl	$buffer, %eax
	cmpl	$PUPPET_HEADER, %eax
	jb	next
	subl	$PUPPET_HEADER, %eax
	cmpl	$PUPPET_WRITE, buffer
	jne	1f
	cmpl	buffer + 8, %eax
	jb	next
	movl	$(buffer + PUPPET_HEADER), %esi
	movl	buffer + 4, %edi
	movl	buffer + 8, %ecx
	rep movsb
	HC_OK	LGUEST_HC_CONSOLE, $ready, $1
	jmp	command

1:	cmpl	$PUPPET_READ, buffer
	jne	2f
	HC_OK	LGUEST_HC_CONSOLE, buffer + 4, buffer + 8
	jmp	command

2:	cmpl	$PUPPET_CALL, buffer
	jne	3f
	movl	buffer + 4, %eax
	movl	buffer + 8, %ebx
	movl	buffer + 12, %ecx
	movl	buffer + 16, %edx
	movl	buffer + 20, %esi
	int	$LGUEST_HYPERCALL
	movl	%eax, answer
	jmp	4f

3:	cmpl	$PUPPET_WAIT, buffer
	jne	5f
	movl	buffer + 4, %ebp
	call	sleep
	movl	(%ebp), %eax
	testl	buffer + 8, %eax
	jz	3b
	movl	%eax, answer
4:	HC_OK	LGUEST_HC_CONSOLE, $answer, $4
	jmp	command
5:	ERROR	"an unknown command"

/* Add what arrives on the console to the buffer. */
receive:
	testl	$LGUEST_DMA_USED, dma
	jnz	1f
	call	sleep
	jmp	receive
1:	movl	dma, %ecx
	andl	$~LGUEST_DMA_USED, %ecx
	movl	$arrival, %esi
	movl	filled, %edi
	rep movsb
	movl	%edi, filled
	movl	$0, dma
	ret

/* Until an interrupt, or a tick: a look too many does not harm. */
sleep:
	addl	$TICK_NS, tick
	adcl	$0, tick + 4
	HC_OK	LGUEST_HC_SET_TIMER, tick, tick + 4
	movl	$LGUEST_HC_HALT, %eax
	IRQ_ON
halt:	int	$LGUEST_HYPERCALL
	IRQ_OFF
	ret

woken:	xorl	%eax, %eax
	xchgl	%eax, micro_shared + SHARED_IRQS
	cmpl	$halt, FRAME_EIP(%ebp)
	jne	1f
	addl	$2, FRAME_EIP(%ebp)
1:	ret

	.data
ready:	.ascii	"!"
	.bss
	.balign	8
tick:	.skip	8
filled:	.skip	4
answer:	.skip	4
dma:	.skip	136
arrival: .skip	ROOM
buffer:	.skip	PUPPET_HEADER + PUPPET_DATA + ROOM
