/* SPDX-License-Identifier: GPL-2.0 */
/*
 * HALT with an interrupt pending returns at once; with the flag clear nothing can
 * ever end it, and so it ends the guest, with a status of its own. A broken host
 * leaves a launcher behind that sleeps for ever.
 */
#include "micro.h"

EXPECT	"status=13"

BEGIN
	INTERRUPTS
	RAISE_IRQ
	IRQ_ON
	HC_OK	LGUEST_HC_HALT, $0
	CHECK	irq_count, 1, "interrupts"
	/* By the instruction, behind prefixes. */
	IRQ_OFF
	RAISE_IRQ
	IRQ_ON
	.byte	0x66, 0x2e, 0xf4	/* hlt */
	CHECK	irq_count, 2, "interrupts"
	IRQ_OFF
	RAISE_IRQ
	HC	LGUEST_HC_HALT, $0
	FAIL	"still alive after HALT with interrupts off"
