/* SPDX-License-Identifier: GPL-2.0 */
/*
 * INVLPG of an address in a page of 4M flushes all of the page, wherever in it the
 * address is; and by the specification a flush of one address forgets all 4M when
 * the upper entry is between a table and a page now. Here the address is in one half
 * and the access in the other: with PAE on the host these are two shadow tables.
 *
 * A broken host makes one of the two what the guest says, and forgets the other.
 */
#include "micro.h"

#define USER_HERE	0x800000
#define KERNEL_HERE	0xc0800000
#define HALF	0x200000
#define ALL	(P_PRESENT | P_WRITE | P_USER)
#define LARGE	(ALL | P_LARGE)

/* The upper entry from BEFORE to AFTER; what CHECK says holds behind it. */
.macro CHANGE before:req, after:req, check:req
	movl	$(\before), entry
	movl	$(\after), new_entry
	movl	$\check, check
	call	all
.endm

BEGIN
	movl	$0x1111, 0x30
	movl	$0x1111, HALF + 0x30
	/* A table whose two ends lead to another page. */
	movl	$(0x220000 + ALL), micro_pages
	movl	$(0x220000 + ALL), micro_pages + HALF / 1024
	movl	$0x2222, 0x220030
	PAGING
	movl	%cr4, %eax
	orl	$0x90, %eax		/* PSE, PGE */
	movl	%eax, %cr4
	call	changes
	movl	$0xc0000000, micro_shared + SHARED_KERNEL_START
	INTERRUPTS
	call	changes
	PASS

changes:
	CHANGE	LARGE, 0, is_gone
	CHANGE	LARGE, (LARGE - P_WRITE), is_read_only
	CHANGE	LARGE, (LARGE - P_USER), is_ring1
	CHANGE	LARGE, (micro_pages + ALL), is_table
	CHANGE	(micro_pages + ALL), LARGE, is_large
	ret

all:	movl	$USER_HERE, here
	movl	$0, other
	call	one
	movl	$HALF, other
	call	one
	movl	$KERNEL_HERE, here
	call	one
	movl	$0, other

/* The access is at here + other, the flush at the other end. */
one:	movl	here, %ebx
	movl	%ebx, %ecx
	shrl	$22, %ecx
	movl	entry, %eax
	movl	%eax, micro_page_dir(, %ecx, 4)
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	movl	here, %ebx
	orl	$0, 0x34(%ebx)
	orl	$0, HALF + 0x34(%ebx)
	RING3	touch
	WANT_VECTOR VECTOR_BACK, "ring 3, before"
	movl	here, %ebx
	movl	%ebx, %ecx
	shrl	$22, %ecx
	movl	new_entry, %eax
	movl	%eax, micro_page_dir(, %ecx, 4)
	/* here, or here + HALF; some other page of it */
	xorl	$HALF, other
	addl	other, %ebx
	invlpg	0x5000(%ebx)
	xorl	$HALF, other
	movl	here, %ebx
	addl	other, %ebx
	movl	check, %eax
	call	*%eax
	ret

is_gone:
	TRY	movl 0x30(%ebx), %eax
	WANT_FAULT 14, 0, "gone"
	ret
is_read_only:
	CHECK	0x30(%ebx), 0x1111, "read-only"
	TRY	movl %eax, 0x34(%ebx)
	WANT_FAULT 14, 3, "write, read-only"
	ret
is_ring1:
	CHECK	0x30(%ebx), 0x1111, "not for ring 3, in ring 1"
	RING3	touch
	WANT_FAULT 14, 5, "not for ring 3"
	ret
is_table:
	CHECK	0x30(%ebx), 0x2222, "a table now"
	ret
is_large:
	CHECK	0x30(%ebx), 0x1111, "4M now"
	ret

/* The end that will be looked at. */
touch:	movl	here, %ebx
	addl	other, %ebx
	movl	0x30(%ebx), %eax
	BACK

	.data
	.balign	4
entry:		.long	0
new_entry:	.long	0
check:		.long	0
here:		.long	0
other:		.long	0
