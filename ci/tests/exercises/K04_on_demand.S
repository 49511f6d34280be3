/* SPDX-License-Identifier: GPL-2.0 */
/* Exercise 4: 64 pages that a handler maps when they are written */
#include "micro.h"
#define FIRST 0x200000
BEGIN
	PAGING
	movl	$micro_page_table + (FIRST >> 12) * 4, %edi
	movl	$64, %ecx
	xorl	%eax, %eax
	rep; stosl
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	HANDLER	14, fault
	movl	fault_count, %eax
	movl	%eax, before
	movl	$FIRST, %edi
1:	movl	%edi, (%edi)
	movl	%edi, 4(%edi)
	addl	$PAGE_SIZE, %edi
	cmpl	$(FIRST + 64 * PAGE_SIZE), %edi
	jb	1b
	movl	fault_count, %eax
	subl	before, %eax
	CHECK	%eax, 64, "faults"
	PASS
fault:	cmpl	$2, fault_error
	jne	bad
	movl	fault_cr2, %eax
	shrl	$12, %eax
	movl	%eax, %ecx
	shll	$12, %ecx
	orl	$(P_PRESENT | P_WRITE), %ecx
	movl	%ecx, micro_page_table(, %eax, 4)
	ret
bad:	CHECK	fault_error, 2, "error code"
	.data
before:	.long 0
