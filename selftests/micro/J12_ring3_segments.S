/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When ring 1 goes to ring 3, segments that ring 3 may not have do not stay: the
 * processor makes them null in its IRET, and the host in the IRETs that it completes
 * (an interrupt waits, so the user code segment is hidden: see B15). Both ways are
 * taken. Registers that are not segments are the kernel's own business.
 *
 * A host that forgets it leaves the program a segment that reaches the kernel's data.
 */
#include "micro.h"

#define SEL	(FREE_ENTRY * 8)

.macro WANT_NULL text:req
	CHECK	fault_fs, 0, "fs, \text"
	CHECK	fault_gs, 0, "gs, \text"
.endm

BEGIN
	GDT_SET	FREE_ENTRY, DESC_LOW(0x100000, 0xfffff), DESC_HIGH(0x100000, 0xfffff, D_DATA)
	movl	$(SEL + 1), %eax
	movl	%eax, %fs
	movl	$KDS, %eax
	movl	%eax, %gs
	RING3	program
	WANT_VECTOR VECTOR_BACK, "back"
	WANT_NULL "by the processor"

	/* An interrupt waits, and the guest's IRET finds no code segment. */
	movl	$UCS, micro_shared + SHARED_USER_CS
	INTERRUPTS
	HANDLER	VECTOR_IRQ, seen
	movl	$(SEL + 1), %eax
	movl	%eax, %fs
	movl	$KDS, %eax
	movl	%eax, %gs
	RAISE_IRQ
	RING3	program
	WANT_VECTOR VECTOR_BACK, "back, after an interrupt"
	CHECK	count, 1, "interrupts"
	CHECK	from, UCS, "the interrupted code segment"
	WANT_NULL "by the host"
	CHECK	fs_seen, 0, "fs in the interrupt"
	CHECK	gs_seen, 0, "gs in the interrupt"
	PASS

program:
	BACK

seen:	incl	count
	movl	$0, micro_shared + SHARED_IRQS
	movl	FRAME_CS(%ebp), %eax
	movl	%eax, from
	movl	FRAME_FS(%ebp), %eax
	movl	%eax, fs_seen
	movl	FRAME_GS(%ebp), %eax
	movl	%eax, gs_seen
	ret

	.data
count:	.long	0
from:	.long	0
fs_seen: .long	-1
gs_seen: .long	-1
