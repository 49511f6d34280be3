/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ring 2: a guest may have segments of DPL 2, and IRET gets there, though no kernel
 * does. To the page tables that is a supervisor. It must have no rights of ring 1's:
 * no hypercall, no emulated instruction, no gate but those of DPL 2 and up (the host
 * takes 3); traps arrive on the stack that SET_STACK has set. A page fault from there
 * looks to the host like a frame of int 0x80 that could not be pushed: the guest may
 * be killed for it.
 */
#include "micro.h"

#define CS2	(FREE_ENTRY * 8 + 2)
#define SS2	(FREE_ENTRY * 8 + 8 + 2)

EXPECT "killed=double fault: ring 1 stack at 0x3f0000 not writable"
EXPECT "result=SUCCESS"

.macro RING2 label:req
	movl	%esp, ring3_esp
	movl	$.Lring1\@, ring3_back
	movl	$NO_FAULT, fault_vector
	pushl	$SS2
	pushl	$micro_user_stack
	pushl	$(EFLAGS_IOPL | EFLAGS_IF | 2)
	pushl	$CS2
	pushl	$\label
	jmp	micro_ring3
.Lring1\@:
	CHECK	fault_cs, CS2, "\label: cs"
	CHECK	fault_ss, SS2, "\label: ss"
.endm

BEGIN
	GDT_SET	FREE_ENTRY, FLAT(D_CODE | D_DPL(2))
	GDT_SET	(FREE_ENTRY + 1), FLAT(D_DATA | D_DPL(2))
	GATE	0x80, handler, dpl=3
	RING2	back
	WANT_VECTOR VECTOR_BACK, "back"
	CHECK	fault_eax, CS2, "cs in ring 2"
	RING2	hypercall
	WANT_FAULT 13, (LGUEST_HYPERCALL * 8 + 2), "a hypercall"
	RING2	gate
	WANT_FAULT 13, (0x50 * 8 + 2), "a gate of DPL 0"
	RING2	do_cli
	WANT_FAULT 13, 0, "cli"
	RING2	do_cr3
	WANT_FAULT 13, 0, "mov from cr3"
	RING2	do_lgdt
	WANT_FAULT 13, 0, "lgdt"
	RING2	do_ss
	WANT_FAULT 13, (KDS & ~3), "a stack of ring 1"
	RING2	call
	WANT_VECTOR VECTOR_BACK, "int 0x80"
	CHECK	calls, 1, "calls"

	PAGING
	SET_PTE	0x3f0000, 0
	RING2	missing
	WANT_FAULT 14, 0, "a page that is not there"
	PASS

back:	movl	%cs, %eax
	BACK
hypercall:
	movl	$LGUEST_HC_IRQ_WINDOW, %eax
	int	$LGUEST_HYPERCALL
	hlt
gate:	int	$0x50
	hlt
do_cli:	cli
	BACK
do_cr3:	movl	%cr3, %eax
	BACK
do_lgdt: lgdt	calls
	BACK
do_ss:	movl	$KDS, %eax
	movl	%eax, %ss
	BACK
call:	int	$0x80
	BACK
missing: movl	0x3f0000, %eax
	BACK
handler:
	incl	calls
	iret

	.data
calls:	.long	0, 0
