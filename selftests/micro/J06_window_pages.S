/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Of the last 4 MB of the address space exactly three pages can be read by ring 1: the
 * switcher's code, and the registers and the state of the processor it runs on. All
 * others fault: not those of other processors, not the host's fixmap, vmalloc space or
 * modules. Nor does any of it below W, where only this guest's page tables count.
 *
 * A host whose table for the window is a copy of its own shows all its drivers there.
 */
#include "micro.h"

EXPECT	"stays"

#define BASE	0x1000

BEGIN
	PAGING
	GDT_SET	20, DESC_LOW(BASE, 0xfffff), DESC_HIGH(BASE, 0xfffff, D_DATA)
	movl	$(20 * 8 + 1), %eax
	lsll	%eax, %edx
	cmpl	$-1, %edx
	jne	strict
	xorl	%edi, %edi
1:	movl	$(20 * 8 + 1), %eax
	movl	%eax, %es
	/* The handler brings %es back to flat: once for each page. */
	TRY	movl %es:(WINDOW - BASE)(%edi), %eax
	cmpl	$NO_FAULT, fault_vector
	jne	2f
	incl	readable
	movl	%edi, last
	jmp	3f
2:	WANT_VECTOR 14, "reading a page"
	CHECK_BITS fault_error, 1, 0, "present"
3:	addl	$PAGE_SIZE, %edi
	cmpl	$(-WINDOW & 0xffffffff), %edi
	jb	1b
	PRINT_HEX "the last one is at offset", last
	CHECK	readable, 3, "pages that can be read"

	/* The host's memory below W, where it starts as a rule, and elsewhere. */
	TRY	movl 0xc0000000, %eax
	WANT_FAULT 14, 0, "3 GB"
	TRY	movl 0xc1000000, %eax
	WANT_FAULT 14, 0, "the host's code"
	TRY	movl (WINDOW - 4), %eax
	WANT_FAULT 14, 0, "below the window"
	TRY	movl 0xe0000000, %eax
	WANT_FAULT 14, 0, "where host modules are"
	PASS

strict:	SKIP	"the host allows no segment that wraps (strict_segments)"

	.data
readable: .long	0
last:	.long	0
