/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RDMSR of ring 1 is answered with 0, whatever is asked for: the host's entry points,
 * its performance counters, keys of its random numbers, or nothing at all. RDPMC faults
 * as the host has CR4.PCE off in a guest, and in ring 3 both do.
 */
#include "micro.h"

BEGIN
	movl	$msrs, %esi
1:	movl	(%esi), %ecx
	movl	$0x5a5a5a5a, %eax
	movl	%eax, %edx
	TRY	rdmsr
	WANT_NO_FAULT "rdmsr"
	CHECK	%eax, 0, "low word of an MSR"
	CHECK	%edx, 0, "high word of an MSR"
	/* What is written is gone. */
	movl	$0x12345678, %eax
	movl	%eax, %edx
	TRY	wrmsr
	WANT_NO_FAULT "wrmsr"
	TRY	rdmsr
	CHECK	%eax, 0, "low word of an MSR that was written"
	addl	$4, %esi
	cmpl	$msrs_end, %esi
	jb	1b

	xorl	%ecx, %ecx
	TRY	rdpmc
	WANT_VECTOR 13, "rdpmc in ring 1"
	RING3	read_msr
	WANT_FAULT 13, 0, "rdmsr in ring 3"
	RING3	read_pmc
	WANT_VECTOR 13, "rdpmc in ring 3"
	PASS

read_msr:
	movl	$0x176, %ecx
	rdmsr
	BACK
read_pmc:
	xorl	%ecx, %ecx
	rdpmc
	BACK

	.data
	/* TSC, APIC base, microcode, SYSENTER, MTRR, PAT, PMCs, EFER, FS base, TSC_AUX */
msrs:	.long	0x10, 0x1b, 0x8b, 0x174, 0x175, 0x176, 0x179, 0x186, 0x1a0, 0x1d9
	.long	0x200, 0x277, 0x2ff, 0x309, 0x38f, 0x480, 0x600, 0x802
	.long	0xc0000080, 0xc0000082, 0xc0000100, 0xc0000101, 0xc0000103, 0x12345678
	.long	0xffffffff
msrs_end:
