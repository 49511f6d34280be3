/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A key is an address to the byte: four in one word are four keys, which may be taken
 * back in any order; keys may lie in the buffers that are bound to them, in the first and
 * the last byte of RAM, in the launcher's page of devices, in the shared page.
 *
 * A host that rounds them mixes them up: the second would be -EEXIST.
 */
#include "micro.h"

#define DMAS	0x140000
#define CONSOLE	0x9e044

.macro BIND key:req, text:req
	HC	LGUEST_HC_BIND_DMA, $(\key), $DMAS, $2, $3
	CHECK	%eax, 0, "\text"
	HC	LGUEST_HC_BIND_DMA, $(\key), $DMAS, $2, $3
	CHECK	%eax, (-17), "\text, twice"
.endm

.macro UNBIND key:req, text:req
	HC	LGUEST_HC_BIND_DMA, $(\key), $DMAS, $0, $3
	CHECK	%eax, 0, "\text"
	HC	LGUEST_HC_BIND_DMA, $(\key), $DMAS, $0, $3
	CHECK	%eax, (-2), "\text, twice"
.endm

BEGIN
	INTERRUPTS
	BIND	0, "bind 0"
	BIND	0x130000, "bind a word"
	BIND	0x130001, "bind its byte 1"
	BIND	0x130003, "bind its byte 3"
	BIND	0x130002, "bind its byte 2"
	BIND	DMAS, "bind the buffers"
	BIND	(DMAS + 137), "bind in the second buffer"
	BIND	micro_shared, "bind the shared page"
	BIND	micro_idt, "bind the IDT"
	BIND	(RAM_SIZE - 1), "bind the last byte"
	/* Sent to the console is to the console, bound or not. */
	BIND	CONSOLE, "bind what output is sent to"
	movl	$1, DMAS + 0x1004
	movl	$text, DMAS + 0x1008
	movl	$4, DMAS + 0x100c
	HC_OK	LGUEST_HC_SEND_DMA, $CONSOLE, $(DMAS + 0x1000)
	CHECK	DMAS + 0x1000, 0x80000004, "used"
	CHECK	DMAS, 0, "the bound buffer"

	UNBIND	0x130001, "take back byte 1"
	UNBIND	0x130000, "take back the word"
	UNBIND	(RAM_SIZE - 1), "take back the last byte"
	UNBIND	0x130003, "take back byte 3"
	UNBIND	0, "take back 0"
	BIND	0x130001, "bind byte 1 again"
	/* The rest ends with the guest. */
	PASS

	.data
text:	.ascii	"G10\n"
