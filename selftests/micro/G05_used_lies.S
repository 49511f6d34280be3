/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The used word belongs to the host from the send to the answer, but a guest may have
 * anything there: it is stored, never read. So a buffer that says it is used, taken, or
 * filled with 2 GB is sent as one that is free, and so is one that is bound.
 *
 * A host that reads a length back from there has been lied to.
 */
#include "micro.h"

#define CONSOLE	0x9e044
#define DMA	0x140000
#define KEY	0x130000
#define USED	0x80000000

.macro SEND word:req, text:req
	movl	$(\word), DMA
	HC	LGUEST_HC_SEND_DMA, $CONSOLE, $DMA
	CHECK	%eax, 0, "\text: send"
	CHECK	DMA, (USED + 2), "\text: used"
.endm

BEGIN
	movl	$1, DMA + 4
	movl	$text, DMA + 8
	movl	$2, DMA + 12
	SEND	0, "free"
	SEND	0x80000000, "used"
	SEND	0x40000000, "taken"
	SEND	0xc0000000, "both"
	SEND	0xffffffff, "all bits"
	SEND	0x7fffffff, "2 GB"
	/* It is bound and sent, at the same time and to the same key. */
	HC	LGUEST_HC_BIND_DMA, $CONSOLE, $DMA, $1, $5
	CHECK	%eax, 0, "bind"
	SEND	0, "bound"
	SEND	0x40000000, "bound and taken"
	CHECK	DMA + 4, 1, "sections"
	CHECK	DMA + 12, 2, "length"
	PASS

	.data
text:	.ascii	".\n"
