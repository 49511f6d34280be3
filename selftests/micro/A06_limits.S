/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every segment ends below the window W. LSL tells the limit that the processor's
 * own table has, so this shows it even where limits are not enforced: bases and
 * limits around W, in bytes and in pages, for code and data of ring 1 and ring 3.
 *
 *	- what ends below W stays
 *	- what ends in the window is cut to end below W; in pages, rounded down
 *	- what begins in the window is refused
 *	- data that wraps around 4 GB stays (or is cut if the host is strict)
 */
#include "micro.h"

#define SEL	(FREE_ENTRY * 8)
#define REFUSED	0			/* what READ_LIMIT gives then */
#define BYTES	0x4000			/* flags: 32-bit, byte granular */
#define WRAPS	1			/* may also be cut */

/* base, limit (20 bits), flags, what it becomes */
.macro CASE base:req, limit:req, flags:req, want:req, kind=0
	.pushsection .data
	.long	DESC_LOW(\base, \limit), DESC_HIGH(\base, \limit, (\flags))
	.long	\want, \kind, \base
	.popsection
.endm

BEGIN
	movl	$cases, %ebp
next:
	HC_OK	LGUEST_HC_LOAD_GDT_ENTRY, $FREE_ENTRY, (%ebp), 4(%ebp)
	READ_LIMIT $SEL, %esi
	cmpl	8(%ebp), %esi
	je	good
	testl	$WRAPS, 12(%ebp)
	jz	bad
	/* Cut: it ends below W. */
	movl	%esi, %eax
	addl	16(%ebp), %eax
	jc	bad
	cmpl	$WINDOW, %eax
	jb	good
bad:
	PRINT_HEX "descriptor, low", (%ebp)
	PRINT_HEX "high", 4(%ebp)
	PRINT_HEX "limit", %esi
	PRINT_HEX "wanted", 8(%ebp)
	FAIL	"a limit is wrong"
good:
	addl	$20, %ebp
	cmpl	$cases_end, %ebp
	jb	next

	/* The segments in use are no exception. */
	READ_LIMIT $KCS
	CHECK	%eax, (WINDOW - 1), "limit of cs"
	READ_LIMIT $KDS
	CHECK	%eax, (WINDOW - 1), "limit of ds"
	READ_LIMIT $UCS
	CHECK	%eax, (WINDOW - 1), "limit of ring 3's cs"
	PASS

	.data
cases:
	.text
	CASE	0, 0xfffff, D_DATA, (WINDOW - 1)
	CASE	0, 0xfffff, D_CODE, (WINDOW - 1)
	CASE	0, 0xfffff, D_DATA|D_DPL(3), (WINDOW - 1)
	CASE	0, 0xfffff, D_CODE|D_DPL(2), (WINDOW - 1)
	CASE	0, 0xffbff, D_DATA, (WINDOW - 1)
	CASE	0, 0xffc00, D_DATA, (WINDOW - 1)
	CASE	0, 0xffbfe, D_DATA, (WINDOW - 4097)
	CASE	0, 0, D_DATA, 0xfff
	/* A base that is no multiple of a page: the last page would stick out. */
	CASE	0x800, 0xffbff, D_DATA, (WINDOW - 4097)
	CASE	1, 0xffbfe, D_DATA|D_DPL(3), (WINDOW - 4097)
	CASE	0xfff, 0xffbfe, D_CODE, (WINDOW - 4097)
	/* In bytes, up to the edge and over it. */
	CASE	(WINDOW - 0x1000), 0xfff, (D_DATA & 0xff | BYTES), 0xfff
	CASE	(WINDOW - 0x1000), 0x1000, (D_DATA & 0xff | BYTES), 0xfff
	CASE	(WINDOW - 0x1000), 0xfffff, (D_CODE & 0xff | BYTES), 0xfff
	CASE	(WINDOW - 0x10), 0xffff, (D_DATA & 0xff | BYTES), 0xf
	CASE	(WINDOW - 0x10), 0x10, D_CODE, 0xf
	CASE	(WINDOW - 1), 1, (D_DATA & 0xff | BYTES), REFUSED
	/* In the window. */
	CASE	WINDOW, 0, (D_DATA & 0xff | BYTES), REFUSED
	CASE	WINDOW, 0x3fe, D_DATA|D_DPL(3), REFUSED
	CASE	(WINDOW + 0x1000), 0xff, D_CODE, REFUSED
	CASE	0xfffff000, 0xfff, (D_DATA & 0xff | BYTES), REFUSED
	/* Wrap: kept for data, not for code. */
	CASE	0xfffff000, 0xfffff, D_DATA, 0xffffffff, WRAPS
	CASE	0x1000, 0xfffff, D_DATA, 0xffffffff, WRAPS
	CASE	0x1000, 0xfffff, D_DATA|D_DPL(3), 0xffffffff, WRAPS
	CASE	0x1000, 0xfffff, D_CODE, (WINDOW - 0x1001)
	CASE	0xfffff000, 0xfffff, D_CODE, REFUSED
	.data
cases_end:
