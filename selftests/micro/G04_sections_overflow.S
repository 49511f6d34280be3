/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A list of sections for the console whose lengths add up to more than 32 bits, whose
 * ends wrap around to good addresses, or that lie outside of RAM. What is RAM of it is
 * printed, what is not is left out, and the used word counts exactly what was printed.
 *
 * A launcher that believes an end that has wrapped, or a sum that has, prints memory of
 * its own, counts wrong, or dies of a signal (which is no outcome here).
 */
#include "micro.h"

#define CONSOLE	0x9e044
#define DMA	0x140000
#define USED	0x80000000

.macro SEND sections:req, used:req, text:req
	movl	$0, DMA
	movl	$(\sections), DMA + 4
	HC	LGUEST_HC_SEND_DMA, $CONSOLE, $DMA
	CHECK	%eax, 0, "\text: send"
	CHECK	DMA, (USED + (\used)), "\text: used"
.endm

.macro SECTION i:req, addr:req, len:req
	movl	$(\addr), DMA + 8 + 8 * (\i)
	movl	$(\len), DMA + 12 + 8 * (\i)
.endm

BEGIN
	/* The last bytes of RAM are what a clamped section may show. */
	movl	$0x2e2e2e2e, RAM_SIZE - 4
	SECTION	0, text, (text_end - text)
	SEND	1, (text_end - text), "good"

	SECTION	1, (RAM_SIZE - 4), 0xffffffff
	SEND	2, (text_end - text + 4), "a length that wraps"
	SECTION	1, RAM_SIZE, 1
	SEND	2, (text_end - text), "a section just behind RAM"
	SECTION	1, 0xffffffff, 0xffffffff
	SEND	2, (text_end - text), "a section of the largest numbers"
	SECTION	1, 0xfffffff0, 0x20
	SEND	2, (text_end - text), "a section that wraps to 0x10"
	SECTION	1, 0x80000000, 0x80000000
	SEND	2, (text_end - text), "a section that wraps to 0"

	/* 16 of nearly 2^28 bytes: the sum is 16 short of 2^32. */
i = 0
.rept 16
	SECTION	i, (RAM_SIZE - 4), 0x0fffffff
	i = i + 1
.endr
	SEND	16, (16 * 4), "a sum near 4 GB"
i = 0
.rept 16
	SECTION	i, (RAM_SIZE + 0x1000 * i), 0x10000000
	i = i + 1
.endr
	SEND	16, 0, "a sum of exactly 4 GB"

	/* More sections than there is room for: those there are, count. */
	movl	$16, %ecx
	movl	$(DMA + 8), %edi
1:	movl	$(RAM_SIZE - 4), (%edi)
	movl	$1, 4(%edi)
	addl	$8, %edi
	loop	1b
	/* What is behind the list must not be taken for more of it. */
	movl	$(RAM_SIZE - 4), (%edi)
	movl	$1, 4(%edi)
	SEND	17, 16, "17 sections"
	SEND	0xffffffff, 16, "-1 sections"
	SEND	0x20000000, 16, "sections whose size overflows"
	SEND	0, 0, "no section"
	HC_OK	LGUEST_HC_CONSOLE, $newline, $1
	PASS

	.data
text:	.ascii	"G04"
text_end:
newline: .ascii	"\n"
