/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The structure sent lies in the page that guest and host share, so that the used word
 * is a word of that page, one after the other. The host reads all of these once, where
 * it uses them, and each has to be good for any value: the answer is 0x80000001, as one
 * byte is printed.
 *
 * Over callback_vector, that is vector 1 to a host that takes 8 bits, and something far
 * behind the IDT to one that does not. Over flush_count it is more than the queue holds
 * (all user addresses are flushed); a host that goes by it reads 8 GB. Over irqs, it
 * raises 0 and 31.
 */
#include "micro.h"

#define CONSOLE	0x9e044
#define USED	0x80000000

/* Not over words that the host changes by itself meanwhile: irq_pending. */
.macro SEND word:req, text:req
	movl	$1, micro_shared + \word + 4
	movl	$newline, micro_shared + \word + 8
	movl	$1, micro_shared + \word + 12
	HC	LGUEST_HC_SEND_DMA, $CONSOLE, $(micro_shared + \word)
	CHECK	%eax, 0, "\text: send"
.endm

BEGIN
	PAGING
	INTERRUPTS
	movl	$~0, micro_shared + SHARED_MASKED

	SEND	SHARED_KERNEL_START, "kernel_start"
	SEND	SHARED_USER_CS, "user_cs"
	SEND	SHARED_TLS_INDEX, "tls_index"
	HC	LGUEST_HC_SWITCH, $2
	CHECK	%eax, (-22), "TLS entries at a bad index"
	SEND	SHARED_NEXT_CTX, "next_ctx_id"
	SEND	SHARED_NEXT_GEN, "next_tlb_gen"
	SEND	SHARED_GEN, "tlb_gen"
	movl	$micro_page_dir, %eax
	movl	%eax, %cr3
	SEND	SHARED_TLS, "tls"
	SEND	SHARED_FLUSH_COUNT, "flush_count"
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_QUEUE, $0
	CHECK	micro_shared + SHARED_FLUSH_COUNT, 0, "flush_count afterwards"
	SEND	SHARED_TIME, "time"

	/* The structure overlaps irqs and irqs_masked: all of its words are good. */
	SEND	SHARED_IRQS, "irqs"
	CHECK_BITS micro_shared + SHARED_IRQS, 0x80000001, 0x80000001, "irqs"
	movl	$0, micro_shared + SHARED_IRQS

	/* An interrupt now comes as vector 1, through a gate that turns them off. */
	HANDLER	1, irq
	movb	$0x8e, micro_idt + 13
	HC_OK	LGUEST_HC_LOAD_IDT_ENTRY, $1, micro_idt + 8, micro_idt + 12
	SEND	SHARED_CALLBACK, "callback_vector"
	CHECK	micro_shared + SHARED_CALLBACK, (USED + 1), "callback_vector"
	movl	$0, micro_shared + SHARED_MASKED
	movl	$0, micro_shared + SHARED_IRQS
	IRQ_ON
	RAISE_IRQ
	IRQ_OFF
	CHECK	count, 1, "interrupts at vector 1"

	/* 0x80000001 has no IF in it: interrupts are off. */
	movl	$(USED + VECTOR_IRQ), micro_shared + SHARED_CALLBACK
	SEND	LGUEST_SHARED_IRQ_ENABLED, "irq_enabled"
	CHECK	micro_shared + LGUEST_SHARED_IRQ_ENABLED, (USED + 1), "irq_enabled"
	movl	$VECTOR_IRQ, micro_shared + SHARED_CALLBACK
	movl	$0, micro_shared + SHARED_MASKED
	RAISE_IRQ
	CHECK	irq_count, 0, "interrupts while they are off"
	PASS

irq:	incl	count
	movl	$0, micro_shared + SHARED_IRQS
	ret

	.data
newline: .ascii	"\n"
	.balign	4
count:	.long	0
