/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fault_entry, and the stack, that the switcher takes a fault to are the guest's
 * word. The entry in the window faults by the limit of the segment, or by paging, as
 * code of ring 1; a stack there cannot be pushed to. Neither is anything to the host.
 *
 * A broken host runs in ring 0 what lies there, or writes there.
 */
#include "micro.h"

#define HERE	0x800000
#define RIGHTS	(P_PRESENT | P_WRITE | P_USER)

EXPECT	"killed=double fault: stack at 0xfff"

BEGIN
	movb	$0x8e, micro_idt + 14 * 8 + 5
	HC_OK	LGUEST_HC_LOAD_IDT, $micro_idt, $256
	movl	$0xc0000000, micro_shared + SHARED_KERNEL_START
	INTERRUPTS
	movl	$(micro_pages + RIGHTS), micro_page_dir + (HERE >> 22) * 4
	movl	$(0x200000 + RIGHTS), micro_pages
	PAGING

	/* To its end; page 0 makes the hint, and page 1 is told. */
	movl	$(WINDOW + 0x1000), micro_shared + SHARED_FAULT_ENTRY
	CATCH	1f
	RING3	program
1:	NO_CATCH
	cmpl	$13, fault_vector
	je	2f
	CHECK	fault_vector, 14, "vector of an entry in the window"
2:	testb	$2, fault_cs
	jz	3f
	FAIL	"it was ring 3 that faulted"
3:	CHECK	fault_eip, (WINDOW + 0x1000), "eip"

	movl	$entry, micro_shared + SHARED_FAULT_ENTRY
	movl	%cr3, %eax
	movl	%eax, %cr3
	HC_OK	LGUEST_HC_SET_STACK, $KDS, $0xfffff800
	RING3	program
	FAIL	"still alive with a stack in the window"

program:
	movl	HERE, %eax
	movl	HERE + PAGE_SIZE, %eax
	BACK

entry:	pushl	%ss:(micro_shared + LGUEST_SHARED_FAULT + 20)
	ud2
