/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest sends to a key that it has bound itself. That goes to the launcher: nobody
 * can send to himself. The bound buffer stays free, no interrupt comes, and sender and
 * receiver may even be the same structure.
 *
 * A host that finds the guest's own port would take the lock of its table twice, or wait
 * for memory that it has pinned.
 */
#include "micro.h"

#define KEY	0x130000
#define BOUND	0x140000
#define SENT	0x150000
#define DATA	0x160000
#define USED	0x80000000

BEGIN
	INTERRUPTS
	movl	$1, BOUND + 4
	movl	$DATA, BOUND + 8
	movl	$0x1000, BOUND + 12
	movl	$1, SENT + 4
	movl	$text, SENT + 8
	movl	$4, SENT + 12
	HC_OK	LGUEST_HC_BIND_DMA, $KEY, $BOUND, $1, $5
	movl	$100, %edi
1:	movl	$0, SENT
	HC_OK	LGUEST_HC_SEND_DMA, $KEY, $SENT
	CHECK	SENT, USED, "used by the sender"
	CHECK	BOUND, 0, "used by the receiver"
	CHECK	DATA, 0, "data"
	decl	%edi
	jnz	1b
	HC_OK	LGUEST_HC_SEND_DMA, $KEY, $BOUND
	CHECK	BOUND, USED, "used, if it is the same buffer"
	IRQ_ON
	HC_OK	LGUEST_HC_IRQ_WINDOW
	IRQ_OFF
	CHECK	irq_count, 0, "interrupts"
	PASS

	.data
text:	.ascii	"self"
