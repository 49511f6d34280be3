/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SWITCH to a page directory that is no RAM, with an identity that is known and a
 * generation that is right: the guest is killed before anything of it is used. A
 * broken host finds the identity first.
 */
#include "micro.h"

EXPECT	"killed=CR3 0x400000 is not RAM"

BEGIN
	PAGING
	INTERRUPTS
	movl	$5, micro_shared + SHARED_NEXT_CTX
	movl	$1, micro_shared + SHARED_NEXT_GEN
	movl	$micro_page_dir, micro_shared + SHARED_NEXT_CR3
	HC_OK	LGUEST_HC_SWITCH, $LGUEST_SWITCH_CR3
	movl	$RAM_SIZE, micro_shared + SHARED_NEXT_CR3
	DIES
	HC	LGUEST_HC_SWITCH, $LGUEST_SWITCH_CR3
	FAIL	"still alive without a page directory"
