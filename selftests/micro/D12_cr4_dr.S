/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CR2, CR3, CR4 and the debug registers hold what the guest puts there, and bits
 * that CR4 does not have give #GP(0) and change nothing. The processor's own are
 * not touched: with TSD RDTSC would fault in the guest's rings, with OSXSAVE CPUID
 * would show it, with a breakpoint in DR7 the next instructions would trap.
 *
 * A broken host has the guest choose: with DR7.GD alone each access of the host's
 * kernel to a debug register is a #DB.
 */
#include "micro.h"

BEGIN
	movl	$0xdeadbeef, %eax
	movl	%eax, %cr2
	movl	%cr2, %ecx
	CHECK	%ecx, 0xdeadbeef, "CR2"
	/* With paging off CR3 may be anything. */
	movl	%eax, %cr3
	movl	%cr3, %ecx
	CHECK	%ecx, 0xdeadbeef, "CR3"

	/* VME, PVI, TSD, DE, PSE, MCE, PGE, PCE, OSFXSR, OSXMMEXCPT, UMIP */
	movl	$0xfdf, %eax
	movl	%eax, %cr4
	movl	%cr4, %ecx
	CHECK	%ecx, 0xfdf, "CR4"
	TRY	rdtsc
	WANT_NO_FAULT "rdtsc with TSD in the CR4 of the guest"
	TRY	rdpmc
	WANT_FAULT 13, 0, "rdpmc with PCE in the CR4 of the guest"
	TRY	smsw %eax
	WANT_NO_FAULT "smsw with UMIP in the CR4 of the guest"

	/* Each of the others alone; bit 5 is PAE, and E20 and on. */
	movl	$12, %ebp
1:	btl	%ebp, known
	jc	2f
	xorl	%eax, %eax
	btsl	%ebp, %eax
	pushal
	TRY	movl %eax, %cr4
	popal
	WANT_FAULT 13, 0, "mov cr4 with a bit that is none"
	movl	%cr4, %ecx
	CHECK	%ecx, 0xfdf, "CR4 then"
2:	incl	%ebp
	cmpl	$32, %ebp
	jb	1b
	movl	$1, %eax
	cpuid
	CHECK_BITS %ecx, (1 << 27), 0, "CPUID shows OSXSAVE"
	xorl	%eax, %eax
	movl	%eax, %cr4

	/* All breakpoints at what comes, with GD. */
	movl	$target, %eax
	movl	%eax, %dr0
	movl	%eax, %dr1
	movl	%eax, %dr2
	movl	%eax, %dr3
	movl	$0x0700e7ff, %eax
	TRY	movl %eax, %dr7
	WANT_NO_FAULT "mov dr7"
	TRY	movl %dr0, %ecx
	WANT_NO_FAULT "mov from dr0 with GD in the DR7 of the guest"
	CHECK	%ecx, target, "DR0"
	movl	%dr7, %ecx
	CHECK_BITS %ecx, 0xffff27ff, 0x070027ff, "DR7"
	CATCH	1f
target:	movl	target, %eax
	incl	%eax
1:	NO_CATCH
	WANT_NO_FAULT "breakpoints of the guest"
	PASS

	.section .rodata
	.balign	4
known:	.long	1 << 11
