/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stack that the switcher enters the fault_entry with is the guest's word, too.
 * Nothing is pushed by the switcher; code of ring 1 that pushes to a stack in the window
 * faults, has no stack for that, and the guest is killed.
 *
 * A broken host writes there.
 */
#include "micro.h"

#define HERE	0x800000
#define RIGHTS	(P_PRESENT | P_WRITE | P_USER)

EXPECT	"killed=double fault: stack at 0xfff"

BEGIN
	movb	$0x8e, micro_idt + 14 * 8 + 5
	HC_OK	LGUEST_HC_LOAD_IDT, $micro_idt, $256
	movl	$0xc0000000, micro_shared + SHARED_KERNEL_START
	movl	$entry, micro_shared + SHARED_FAULT_ENTRY
	INTERRUPTS
	movl	$(micro_pages + RIGHTS), micro_page_dir + (HERE >> 22) * 4
	movl	$(0x200000 + RIGHTS), micro_pages
	PAGING
	HC_OK	LGUEST_HC_SET_STACK, $KDS, $0xfffff800
	RING3	program
	FAIL	"still alive with a stack in the window"

program:
	movl	HERE, %eax
	movl	HERE + PAGE_SIZE, %eax
	BACK

entry:	pushl	%ss:(micro_shared + LGUEST_SHARED_FAULT + 20)
	ud2
