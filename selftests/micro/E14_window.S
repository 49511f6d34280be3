/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The end of what a guest can map, and the window behind it. The page below W works
 * up to its last byte. Beyond it neither the guest's own directory counts (its last
 * entry is never looked at) nor can ring 3 see anything, by flat segments, which
 * end there, or by one that wraps around and does not.
 *
 * A correct host gives faults: #GP by a limit, else a page fault with the address in
 * CR2. A broken one looks into the guest's entry 1023 and maps over the switcher.
 */
#include "micro.h"

#define WRAPS3	(FREE_ENTRY * 8 + 3)
#define WRAPS1	((FREE_ENTRY + 1) * 8 + 1)
#define BASE	0x10000
#define OFFSET(a)	((a) - BASE)
#define ALL	(P_PRESENT | P_WRITE | P_USER)
#define DATA(ring)	DESC_LOW(BASE, 0xfffff), DESC_HIGH(BASE, 0xfffff, D_DATA | D_DPL(ring))

/* The last TRY or RING3 had a fault at ADDRESS, or (flat) beyond a limit. */
.macro WANT_OUTSIDE address:req, text:req
	cmpl	$13, fault_vector
	je	.Lend\@
	WANT_VECTOR 14, "\text"
	CHECK	fault_cr2, \address, "\text: CR2"
.Lend\@:
.endm

BEGIN
	/* Data that wraps: base 64K, limit 4G, for either ring. */
	GDT_SET	FREE_ENTRY, DATA(3)
	GDT_SET	(FREE_ENTRY + 1), DATA(1)
	movl	$(micro_pages + ALL), micro_page_dir + 1022 * 4
	movl	$(0x200000 + ALL), micro_pages + 1023 * 4
	/* What should be ignored: a table whose entries all lead to RAM. */
	movl	$(micro_pages + PAGE_SIZE + ALL), micro_page_dir + 1023 * 4
	movl	$(micro_pages + PAGE_SIZE), %edi
	movl	$(0x201000 + ALL), %eax
	movl	$1024, %ecx
	rep stosl
	movl	$0x5555, 0x201000
	movl	$0x5555, 0x201ffc
	PAGING

	movl	$0x1234, WINDOW - 4
	CHECK	0x200ffc, 0x1234, "the last word below W"
	TRY	movl WINDOW - 3, %eax
	WANT_OUTSIDE WINDOW, "a word across W"
	TRY	movl %eax, WINDOW - 1
	WANT_OUTSIDE WINDOW, "write of a word across W"
	CHECK	0x200ffc, 0x1234, "what was written across W"
	TRY	movl WINDOW, %eax
	WANT_OUTSIDE WINDOW, "W"
	TRY	movl %eax, WINDOW
	WANT_OUTSIDE WINDOW, "write to W"
	TRY	movl 0xfffffffc, %eax
	WANT_OUTSIDE 0xfffffffc, "the last word"
	TRY	movl %eax, 0xfffffffc
	WANT_OUTSIDE 0xfffffffc, "write to the last word"
	TRY	movb 0xffffffff, %al
	WANT_OUTSIDE 0xffffffff, "the last byte"

	/* The wrapping one in ring 1: what is there can be read, what is not faults. */
	movl	$WRAPS1, %eax
	movl	%eax, %gs
	movl	$OFFSET(0x201000), %edx
	movl	%gs:(%edx), %eax
	CHECK	%eax, 0x5555, "RAM by a segment that wraps"
	TRY	movl %gs:OFFSET(WINDOW), %eax
	WANT_FAULT 14, 0, "W by a segment that wraps"
	CHECK	fault_cr2, WINDOW, "W by a segment that wraps: CR2"

	/* Ring 3: all pages of the window, read and written. */
	movl	$WINDOW, page
1:	RING3	read
	call	look
	RING3	write
	call	look
	RING3	flat
	cmpl	$13, fault_vector
	je	2f
	call	look
2:	addl	$PAGE_SIZE, page
	jnz	1b
	/* Nobody has used the guest's own entries. */
	CHECK	(micro_page_dir + 1023 * 4), (micro_pages + PAGE_SIZE + ALL), "entry 1023"
	CHECK	(micro_pages + PAGE_SIZE), (0x201000 + ALL), "its table"
	/* Neither does a flush there hurt. */
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ONE, $WINDOW
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ONE, $-1
	PASS

look:	WANT_VECTOR 14, "the window in ring 3"
	CHECK_BITS fault_error, P_USER, P_USER, "the window in ring 3: error code"
	movl	fault_cr2, %eax
	subl	page, %eax
	CHECK	%eax, 0x124, "the window in ring 3: CR2 behind the page"
	ret

read:	movl	$WRAPS3, %eax
	movl	%eax, %gs
	movl	page, %edx
	movl	%gs:OFFSET(0x124)(%edx), %eax
	BACK
write:	movl	$WRAPS3, %eax
	movl	%eax, %gs
	movl	page, %edx
	movl	%eax, %gs:OFFSET(0x124)(%edx)
	BACK
flat:	movl	page, %edx
	movl	0x124(%edx), %eax
	BACK

	.data
	.balign	4
page:	.long	0
