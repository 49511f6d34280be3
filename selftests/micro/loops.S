/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Not a test, but guests for life_test.c: each does one thing for ever, as fast as it
 * can, until it is killed. Which one, says the letter behind "console=" on the kernel's
 * command line. It prints "!" before it begins.
 */
#include "micro.h"

#define CMDLINE	0x8000
#define LETTER	(CMDLINE + 8)
#define DMA	0x140000
#define KEY	0x130000
#define OTHER_ROOT 0x150000
#define TOUCHED	0x200000		/* and a MB from here on */

BEGIN
	movzbl	LETTER, %eax
	subl	$'a', %eax
	cmpl	$((kinds_end - kinds) / 4), %eax
	jae	unknown
	pushl	kinds(, %eax, 4)
	HC_OK	LGUEST_HC_CONSOLE, $ready, $1
	ret
unknown: ERROR	"no such loop"

/* a: spin, with interrupts off */
spin:	jmp	spin

/* b: an instruction that faults, and is tried again */
faults:	HANDLER	6, again
	ud2
again:	ret

/* c: a page that is not there, likewise */
page_faults:
	PAGING
	SET_PTE	TOUCHED, 0
	HANDLER	14, again
	movl	TOUCHED, %eax

/* d: a timer that fires 1 ns later, each time that it fires */
timer:	INTERRUPTS
	HANDLER	VECTOR_IRQ, rearm
	RAISE_IRQ
	IRQ_ON
	jmp	spin
rearm:	movl	$0, micro_shared + SHARED_IRQS
	movl	tick, %ebx
	incl	tick
	HC	LGUEST_HC_SET_TIMER, , $0
	ret

/* e: send to where nobody is */
sends:	HC	LGUEST_HC_SEND_DMA, $KEY, $DMA
	jmp	sends

/* f: print */
prints:	HC	LGUEST_HC_CONSOLE, $0x200000, $4096
	jmp	prints

/* g: flush everything, and use 256 pages */
flushes: PAGING
1:	HC	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL, $0
	movl	$TOUCHED, %edi
2:	incl	(%edi)
	addl	$PAGE_SIZE, %edi
	cmpl	$(TOUCHED + 0x100000), %edi
	jb	2b
	jmp	1b

/* h: one address space, and the other */
spaces:	PAGING
	movl	micro_page_dir, %eax
	movl	%eax, OTHER_ROOT
1:	movl	$OTHER_ROOT, %eax
	movl	%eax, %cr3
	incl	TOUCHED
	movl	$micro_page_dir, %eax
	movl	%eax, %cr3
	incl	TOUCHED + 0x1000
	jmp	1b

/* i: descriptor tables */
tables:	HC	LGUEST_HC_LOAD_GDT, $micro_gdt, $32
	HC	LGUEST_HC_LOAD_IDT, $micro_idt, $256
	jmp	tables

/* j: to ring 3 and back */
rings:	RING3	program
	jmp	rings
program: BACK

/* k: sleep for a nanosecond */
sleeps:	INTERRUPTS
1:	movl	$0, micro_shared + SHARED_IRQS
	HC	LGUEST_HC_SET_TIMER, tick, $0
	incl	tick
	IRQ_ON
	HC	LGUEST_HC_HALT
	IRQ_OFF
	jmp	1b

/* l: bind, and take back */
binds:	HC	LGUEST_HC_BIND_DMA, $KEY, $DMA, $256, $3
	HC	LGUEST_HC_BIND_DMA, $KEY, $DMA, $0, $3
	jmp	binds

/* m: instructions that are emulated */
traps:	movl	%cr0, %eax
	movl	%eax, %cr0
	inb	$0x60, %al
	cli
	jmp	traps

	.data
ready:	.ascii	"!"
	.balign	4
tick:	.long	1
kinds:	.long	spin, faults, page_faults, timer, sends, prints, flushes, spaces
	.long	tables, rings, sleeps, binds, traps
kinds_end:
