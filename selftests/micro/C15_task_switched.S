/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CR0.TS and EM are remembered, and have no effect; the real TS is clear, always. Ring 1
 * reads back what it wrote, CLTS and LMSW work on it, SMSW shows the real one. LMSW
 * cannot clear PE. Ring 3 may do none of these.
 */
#include "micro.h"

#define CR0_PE	1
#define CR0_EM	4
#define CR0_TS	8

BEGIN
	movl	%cr0, %eax
	orl	$(CR0_TS | CR0_EM), %eax
	movl	%eax, %cr0
	movl	%cr0, %ebx
	CHECK_BITS %ebx, (CR0_TS | CR0_EM), (CR0_TS | CR0_EM), "cr0"
	TRY	fld1
	WANT_NO_FAULT "x87 with TS and EM"
	smsw	%eax
	CHECK_BITS %eax, (CR0_TS | CR0_EM | CR0_PE), CR0_PE, "smsw"
	clts
	movl	%cr0, %ebx
	CHECK_BITS %ebx, (CR0_TS | CR0_EM), CR0_EM, "cr0 after clts"
	movl	$CR0_TS, %eax
	lmsw	%ax
	movl	%cr0, %ebx
	CHECK_BITS %ebx, (CR0_PE | CR0_TS | CR0_EM), (CR0_PE | CR0_TS), "cr0 after lmsw"
	clts

	RING3	do_clts
	WANT_FAULT 13, 0, "clts in ring 3"
	RING3	do_lmsw
	WANT_FAULT 13, 0, "lmsw in ring 3"
	RING3	do_cr0
	WANT_FAULT 13, 0, "mov to cr0 in ring 3"
	RING3	do_fpu
	WANT_VECTOR VECTOR_BACK, "x87 in ring 3"
	PASS

do_clts:
	clts
	BACK
do_lmsw:
	movl	$1, %eax
	lmsw	%ax
	BACK
do_cr0:	movl	$1, %eax
	movl	%eax, %cr0
	BACK
do_fpu:	fld1
	BACK
