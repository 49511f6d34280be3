/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The frame of an IRET straddles two pages, and the upper one is not there. Whether
 * the processor does the IRET (CS of RPL 1) or the host (RPL 0): a page fault at that
 * page, %esp and %eip at the IRET; with the page there it is done. A frame above the
 * end of the address space: the read wraps into the window.
 */
#include "micro.h"

#define PAGE	0x3f0000

.macro FRAME cs:req
	movl	$there, PAGE + 0xff8
	movl	$(\cs), PAGE + 0xffc
	movl	$2, PAGE + 0x1000
.endm

.macro MISSING text:req
	SET_PTE	(PAGE + 0x1000), 0
	movl	$NO_FAULT, fault_vector
	movl	$(PAGE + 0xff8), %esp
	iret
	CHECK	fault_vector, 14, "\text: vector"
	CHECK	fault_error, 0, "\text: error code"
	CHECK	fault_cr2, (PAGE + 0x1000), "\text: cr2"
	CHECK	fault_esp, (PAGE + 0xff8), "\text: esp"
	SET_PTE	(PAGE + 0x1000), (PAGE + 0x1000 + 7)
.endm

.macro DONE text:req
	movl	$0, arrived
	movl	$1f, next
	movl	$(PAGE + 0xff8), %esp
	iret
1:	CHECK	arrived, (PAGE + 0x1004), "\text: esp there"
.endm

BEGIN
	PAGING
	HANDLER	14, skip
	FRAME	KCS
	MISSING	"the processor"
	DONE	"the processor"
	FRAME	(KCS & ~3)
	MISSING	"the host"
	DONE	"the host"
	/* Half of it in a page that is there, but not in the shadow. */
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	DONE	"the host, after a flush"
	PASS

there:	movl	%esp, arrived
	movl	$micro_stack - 64, %esp
	jmp	*next

/* On behind the IRET, with another stack. */
skip:	movl	$after, FRAME_EIP(%ebp)
	movl	fault_eip, %eax
	incl	%eax
	movl	%eax, next
	ret
after:	movl	$micro_stack - 64, %esp
	jmp	*next

	.data
arrived: .long	0
next:	.long	0
