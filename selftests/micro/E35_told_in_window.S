/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fault_entry that the switcher takes a fault to is the guest's word. One in the
 * window is outside of the limit of the code segment: the IRET of the switcher faults, and
 * the guest is killed. Where limits are not checked paging stops it, as code of ring 1.
 *
 * A broken host runs in ring 0 what lies there.
 */
#include "micro.h"

#define HERE	0x800000
#define RIGHTS	(P_PRESENT | P_WRITE | P_USER)

EXPECT	"killed=is no longer valid in ring 1"
EXPECT	"result=SUCCESS"

BEGIN
	movb	$0x8e, micro_idt + 14 * 8 + 5
	HC_OK	LGUEST_HC_LOAD_IDT, $micro_idt, $256
	movl	$0xc0000000, micro_shared + SHARED_KERNEL_START
	INTERRUPTS
	movl	$(micro_pages + RIGHTS), micro_page_dir + (HERE >> 22) * 4
	movl	$(0x200000 + RIGHTS), micro_pages
	PAGING

	/* To its end. */
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

	PASS

program:
	movl	HERE, %eax
	movl	HERE + PAGE_SIZE, %eax
	BACK
