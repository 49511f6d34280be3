/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One frame at 3072 addresses, in user and in kernel tables, half of them read-only
 * (and one frame at all of them is more than the host keeps a note of). All show the
 * same, no read-only one lets a write through, and a flush of everything reaches
 * all. A broken host remembers one alias and forgets the others.
 */
#include "micro.h"

EXPECT	"time=60"

#define HERE	0x800000
#define HIGH	0xc0000000
#define FRAME	0x200000
#define ALL	(P_PRESENT | P_WRITE)

BEGIN
	movl	$0xc0000000, micro_shared + SHARED_KERNEL_START
	INTERRUPTS
	/* The same table at two user addresses, another at a kernel address. */
	movl	$(micro_pages + ALL), micro_page_dir + (HERE >> 22) * 4
	movl	$(micro_pages + ALL), micro_page_dir + (HERE >> 22) * 4 + 4
	movl	$(micro_pages + PAGE_SIZE + ALL), micro_page_dir + (HIGH >> 22) * 4
	movl	$FRAME, %eax
	call	set_all
	PAGING
	movl	$0x1111, FRAME
	movl	$0x2222, FRAME + PAGE_SIZE
	movl	$6, rounds

	/* Write by every writable one what the next one has to show. */
1:	xorl	%ebx, %ebx
2:	movl	%ebx, HERE(%ebx)
	movl	HERE + 0x400000 + PAGE_SIZE(%ebx), %eax
	subl	%ebx, %eax
	CHECK	%eax, 0, "alias at a user address differs by"
	notl	%ebx
	movl	%ebx, %eax
	notl	%ebx
	movl	%eax, HIGH(%ebx)
	addl	HERE + PAGE_SIZE(%ebx), %ebx
	CHECK	%ebx, -1, "alias of a kernel address, and the offset"
	notl	%eax
	movl	%eax, %ebx
	pushal
	TRY	movl %eax, HERE + PAGE_SIZE(%ebx)
	popal
	WANT_FAULT 14, 3, "write by a read-only alias"
	pushal
	TRY	movl %eax, HIGH + PAGE_SIZE(%ebx)
	popal
	WANT_FAULT 14, 3, "write by a read-only alias of a kernel address"
	addl	$(2 * PAGE_SIZE), %ebx
	cmpl	$0x400000, %ebx
	jb	2b

	/* Another frame behind all of them. */
	xorl	$PAGE_SIZE, frame
	movl	frame, %eax
	call	set_all
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	movl	$0x3333, %ecx
	movl	frame, %eax
	movl	%ecx, (%eax)
	movl	$HERE, %ebx
3:	CHECK	(%ebx), 0x3333, "user alias after the flush"
	addl	$PAGE_SIZE, %ebx
	cmpl	$(HERE + 0x800000), %ebx
	jb	3b
	movl	$HIGH, %ebx
4:	CHECK	(%ebx), 0x3333, "kernel alias after the flush"
	addl	$PAGE_SIZE, %ebx
	cmpl	$(HIGH + 0x400000), %ebx
	jb	4b
	decl	rounds
	jnz	1b
	PASS

/* All entries of both tables lead to %eax, every second read-only. */
set_all:
	xorl	%ecx, %ecx
1:	leal	ALL(%eax), %edx
	testl	$1, %ecx
	jz	2f
	leal	P_PRESENT(%eax), %edx
2:	movl	%edx, micro_pages(, %ecx, 4)
	movl	%edx, micro_pages + PAGE_SIZE(, %ecx, 4)
	incl	%ecx
	cmpl	$1024, %ecx
	jb	1b
	ret

	.data
	.balign	4
frame:	.long	FRAME
rounds:	.long	0
