/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TLS descriptors come by LGUEST_HC_SWITCH from the shared page, three at a time,
 * at an index that the guest has chosen. They are checked like all others: gates and
 * TSS are stored as zero. The index must leave room within the guest's 32 entries
 * (the switcher's lie behind them), also when it is near 2^32, and not be 0.
 */
#include "micro.h"

#define SEL	(FREE_ENTRY * 8)

.macro SWITCH_AT index:req, want:req
	movl	$(\index), micro_shared + SHARED_TLS_INDEX
	HC	LGUEST_HC_SWITCH, $LGUEST_SWITCH_TLS
	CHECK	%eax, \want, "SWITCH with index \index"
.endm

BEGIN
	HC	LGUEST_HC_SWITCH, $LGUEST_SWITCH_TLS
	CHECK	%eax, -6, "SWITCH before INIT"
	INTERRUPTS

	/* A call gate, a TSS, data of DPL 3. */
	movl	$0x00600000, micro_shared + SHARED_TLS
	movl	$0x0010ec00, micro_shared + SHARED_TLS + 4
	movl	$DESC_LOW(0x100000, 0x67), micro_shared + SHARED_TLS + 8
	movl	$DESC_HIGH(0x100000, 0x67, 0x89), micro_shared + SHARED_TLS + 12
	movl	$DESC_LOW(0x1000, 0xfffff), micro_shared + SHARED_TLS + 16
	movl	$DESC_HIGH(0x1000, 0xfffff, D_DATA | D_DPL(3)), micro_shared + SHARED_TLS + 20

	SWITCH_AT FREE_ENTRY, 0
	READ_ACCESS $SEL
	CHECK	%eax, 0, "a call gate: LAR"
	READ_ACCESS $(SEL + 8)
	CHECK	%eax, 0, "a TSS: LAR"
	READ_ACCESS $(SEL + 16)
	CHECK	%eax, 0xc0f300, "data: LAR"
	TRY	lcall $SEL, $0
	WANT_FAULT 13, SEL, "a call"

	/* The last place that is the guest's; then those that are not. */
	SWITCH_AT 29, 0
	READ_ACCESS $0xf8
	CHECK	%eax, 0xc0f300, "data in entry 31: LAR"
	SWITCH_AT 30, -22
	SWITCH_AT 31, -22
	SWITCH_AT 32, -22
	SWITCH_AT 0, -22
	SWITCH_AT 0x20000001, -22
	SWITCH_AT 0xfffffffd, -22
	SWITCH_AT 0xffffffff, -22
	SWITCH_AT 0x80000006, -22

	/* The switcher still works, and flags that do not exist do not. */
	HC	LGUEST_HC_SWITCH, $4
	CHECK	%eax, -22, "an unknown flag"
	HC	LGUEST_HC_SWITCH, $-1
	CHECK	%eax, -22, "all flags"
	PASS
