/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Three levels of tables. All four entries of the top level work, up to the page
 * below the window. Rights come from the lower two levels, all combinations of them,
 * for both rings. A and D are set in the lower halves, as with two levels; the upper
 * halves, the top level's entries and the bits that are ignored stay as they are.
 *
 * A broken host takes an entry for 4 bytes, finds the fourth directory where the
 * first is, or writes 8 bytes back where 4 have changed.
 */
#include "micro.h"

EXPECT	"result=SUCCESS"

#include "pae.inc"

#define HERE	0x800000
#define FRAME	0x120000
#define ADDRESS	(HERE + 3 * PAGE_SIZE + 0x124)
#define PDE	(PD(0) + (HERE >> 21) * 8)
#define PTE	(PT2 + 3 * 8)

BEGIN
	PAE
	/* One page in each quarter, by its last table and entry. */
	movl	$(PT2 + P_ALL), PD(0) + 511 * 8
	movl	$(PT2 + P_ALL), PD(1) + 511 * 8
	movl	$(PT2 + P_ALL), PD(2) + 511 * 8
	movl	$(PT2 + P_ALL), PD(3) + 509 * 8
	movl	$(FRAME + P_ALL), PT2 + 511 * 8
	movl	$0x1234, FRAME
	CHECK	0x3ffff000, 0x1234, "first quarter"
	CHECK	0x7ffff000, 0x1234, "second quarter"
	CHECK	0xbffff000, 0x1234, "third quarter"
	CHECK	0xffbff000, 0x1234, "fourth quarter"
	movl	$0x5678, 0xffbff000
	CHECK	0x7ffff000, 0x5678, "written in another quarter"
	TRY	movl 0xffbfe000, %eax
	WANT_FAULT 14, 0, "no entry"
	TRY	movl 0xff800000 - 4, %eax
	WANT_FAULT 14, 0, "no table"
	CHECK	fault_cr2, (0xff800000 - 4), "no table: CR2"
	CHECK	(PDPT + 3 * 8), (PD(3) + P_PRESENT), "entry of the top level"
	CHECK	(PDPT + 3 * 8 + 4), 0, "its upper half"
	/* The last entries are the host's, whatever is in them. */
	movl	$(PT2 + P_ALL), PD(3) + 510 * 8
	movl	$(PT2 + P_ALL), PD(3) + 511 * 8
	RELOAD_CR3
	RING3	top
	cmpl	$13, fault_vector
	je	1f
	WANT_VECTOR 14, "the last page, in ring 3"
1:	RING3	window
	cmpl	$13, fault_vector
	je	1f
	WANT_VECTOR 14, "W, in ring 3"

	/* A and D, and what is ignored: G, PAT, software; PCD, PWT */
1:	movl	$(PT2 + P_PRESENT + P_WRITE + 0xf18), PDE
	movl	$(FRAME + P_PRESENT + P_WRITE + 0xf98), PTE
	movl	ADDRESS, %eax
	CHECK	PDE, (PT2 + P_PRESENT + P_WRITE + P_ACCESSED + 0xf18), "upper entry after a read"
	CHECK	PTE, (FRAME + P_PRESENT + P_WRITE + P_ACCESSED + 0xf98), "entry after a read"
	movl	%eax, ADDRESS
	CHECK	PDE, (PT2 + P_PRESENT + P_WRITE + P_ACCESSED + 0xf18), "upper entry after a write"
	CHECK	PTE, (FRAME + P_PRESENT + P_WRITE + P_DIRTY + P_ACCESSED + 0xf98), "after a write"
	CHECK	(PTE + 4), 0, "upper half of the entry"
	CHECK	(PTE + 8), 0, "the next entry"

	/* All rights. */
	movb	$0xcd, FRAME + 0x124		/* int $VECTOR_BACK */
	movb	$VECTOR_BACK, FRAME + 0x125
1:	movl	number, %eax
	movl	%eax, %edx
	andl	$3, %edx
	leal	PT2 + P_PRESENT(, %edx, 2), %edx
	movl	%edx, PDE
	movl	%eax, %edx
	shrl	$1, %edx
	andl	$6, %edx
	orl	$(FRAME + P_PRESENT), %edx
	movl	%edx, PTE
	RELOAD_CR3
	movl	number, %eax
	shrl	$4, %eax
	movl	accesses(, %eax, 4), %eax
	call	*%eax
	call	look
	incl	number
	cmpl	$(5 << 4), number
	jb	1b
	PASS

/* Did it end as it should? need: bits that both entries want; error: if not */
look:	movl	PDE, %edx
	andl	PTE, %edx
	andl	need, %edx
	cmpl	need, %edx
	jne	1f
	cmpl	$NO_FAULT, fault_vector
	je	2f
	cmpl	$VECTOR_BACK, fault_vector
	je	2f
	jmp	bad
1:	cmpl	$14, fault_vector
	jne	bad
	movl	error, %ecx
	cmpl	fault_error, %ecx
	jne	bad
	cmpl	$ADDRESS, fault_cr2
	jne	bad
2:	ret
bad:	PRINT_HEX "access", number
	PRINT_HEX "vector", fault_vector
	PRINT_HEX "error code", fault_error
	PRINT_HEX "error code expected if there is a fault", error
	PRINT_HEX "CR2", fault_cr2
	FAIL	"rights"

.macro NEEDS bits:req, code:req
	movl	$(\bits), need
	movl	$(\code), error
.endm
read1:	NEEDS	0, 1
	TRY	movl ADDRESS, %eax
	ret
write1:	NEEDS	P_WRITE, 3
	TRY	movl $(0xcd + (VECTOR_BACK << 8)), ADDRESS
	ret
read3:	NEEDS	P_USER, 5
	RING3	read
	ret
write3:	NEEDS	(P_USER | P_WRITE), 7
	RING3	write
	ret
fetch3:	NEEDS	P_USER, 5
	RING3	fetch
	ret

read:	movl	ADDRESS, %eax
	BACK
write:	movl	$(0xcd + (VECTOR_BACK << 8)), ADDRESS
	BACK
fetch:	movl	$ADDRESS, %eax
	jmp	*%eax
top:	movl	0xfffff000, %eax
	BACK
window:	movl	WINDOW, %eax
	BACK

	.data
	.balign	4
accesses:
	.long	read1, write1, read3, write3, fetch3
number:	.long	0
need:	.long	0
error:	.long	0
