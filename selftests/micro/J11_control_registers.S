/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the control registers say is the guest's: no paging, no CR2, CR3 or CR4 in the
 * beginning, although the processor has all of them set. CR2 is the guest's last fault,
 * not an address that the host has faulted on, nor one of a fill that the guest knows
 * nothing of. Instructions that cannot be intercepted say what is the same for all: SMSW
 * the host's CR0 (paging is on), SLDT nothing.
 */
#include "micro.h"

BEGIN
	movl	%cr0, %eax
	CHECK	%eax, 0x31, "cr0"
	movl	%cr2, %eax
	CHECK	%eax, 0, "cr2"
	movl	%cr3, %eax
	CHECK	%eax, 0, "cr3"
	movl	%cr4, %eax
	CHECK	%eax, 0, "cr4"
	/* Fills of the shadow: page faults that are not the guest's. */
	movl	$0x200000, %edi
1:	movl	$1, (%edi)
	addl	$PAGE_SIZE, %edi
	cmpl	$0x300000, %edi
	jb	1b
	movl	%cr2, %eax
	CHECK	%eax, 0, "cr2 after fills"

	/* As the processor has it: no such register, and no write-through without CD. */
	TRY	.byte 0x0f, 0x20, 0xc8		/* movl %cr1, %eax */
	WANT_FAULT 6, 0, "cr1"
	TRY	.byte 0x0f, 0x22, 0xf8		/* movl %eax, %cr7 */
	WANT_FAULT 6, 0, "cr7"
	movl	$0x20000031, %eax
	TRY	movl %eax, %cr0
	WANT_FAULT 13, 0, "NW without CD"
	movl	%cr0, %eax
	CHECK	%eax, 0x31, "cr0 after that"

	PAGING
	SET_PTE	0x210000, 0
	TRY	movl 0x210123, %eax
	WANT_FAULT 14, 0, "a page that is not there"
	CHECK	fault_cr2, 0x210123, "cr2"
	/* In the page that the kernel shares it is the same word. */
	INTERRUPTS
	movl	0x240000, %eax
	movl	$1, 0x250000
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	movl	0x260000, %eax
	movl	%cr2, %eax
	CHECK	%eax, 0x210123, "cr2 after fills"

	sldt	%eax
	CHECK_BITS %eax, 0xffff, 0, "ldt"
	smsww	%ax
	CHECK_BITS %eax, 0x1, 0x1, "PE of smsw"
	/* TS would tell whether somebody uses the FPU just now. */
	CHECK_BITS %eax, 0x8, 0, "TS of smsw"
	PASS
