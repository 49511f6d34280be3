/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The last structure that fits into RAM, with its 16 sections in use, each of them its
 * own last word; and a list that contains itself: the section is the structure, so the
 * text that is printed is the list, and the answer is stored where the text was.
 *
 * Who reads a list in place, or in two steps, reads his own answer or past the end.
 */
#include "micro.h"

#define CONSOLE	0x9e044
#define SIZE	136
#define DMA	(RAM_SIZE - SIZE)
#define USED	0x80000000

BEGIN
	movl	$16, DMA + 4
	movl	$(DMA + 8), %edi
	movl	$16, %ecx
1:	movl	$(RAM_SIZE - 4), (%edi)
	movl	$1, 4(%edi)
	addl	$8, %edi
	loop	1b
	HC_OK	LGUEST_HC_SEND_DMA, $CONSOLE, $DMA
	CHECK	DMA, (USED + 16), "16 sections at the end"

	movl	$0x0a0a0a0a, DMA
	movl	$1, DMA + 4
	movl	$DMA, DMA + 8
	movl	$1, DMA + 12
	HC_OK	LGUEST_HC_SEND_DMA, $CONSOLE, $DMA
	CHECK	DMA, (USED + 1), "a list that is its own text"

	/* The section covers all of the structure and runs out of RAM. */
	movl	$0x2e2e2e2e, RAM_SIZE - 4
	movl	$2, DMA + 4
	movl	$(RAM_SIZE - 1), DMA + 8
	movl	$0x1000, DMA + 12
	movl	$(RAM_SIZE - 1), DMA + 16
	movl	$1, DMA + 20
	HC_OK	LGUEST_HC_SEND_DMA, $CONSOLE, $DMA
	CHECK	DMA, (USED + 2), "sections that are cut to a byte"
	movb	$10, line
	HC_OK	LGUEST_HC_CONSOLE, $line, $1
	PASS

	.bss
line:	.skip	4
