/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The same with the stack segment, which becomes a read-only one, then one of
 * ring 3: the IRET that enters the guest does not pop SS within a ring, but it does
 * from ring 0 to ring 1. First by LOAD_GDT, where the specification says that the
 * segment in use stays until another is loaded.
 */
#include "micro.h"

EXPECT "killed=is no longer valid in ring 1"

#define SEL	(FREE_ENTRY * 8 + 1)

BEGIN
	GDT_SET	FREE_ENTRY, FLAT(D_DATA)
	movl	$SEL, %eax
	movl	%eax, %ss

	/* A table without it: the old one stays in use ... */
	movl	$0, micro_gdt + 8 * FREE_ENTRY
	movl	$0, micro_gdt + 8 * FREE_ENTRY + 4
	HC_OK	LGUEST_HC_LOAD_GDT, $micro_gdt, $32
	movl	%ss, %eax
	CHECK	%eax, SEL, "ss after LOAD_GDT"
	/* ... until another is loaded. */
	movl	$KDS, %eax
	movl	%eax, %ss
	HC_OK	LGUEST_HC_IRQ_WINDOW
	READ_ACCESS $SEL
	CHECK	%eax, 0, "the old segment: LAR"
	movl	$SEL, %eax
	TRY	movl %eax, %ss
	WANT_FAULT 13, (SEL & ~3), "the old segment"

	DIES
	GDT_SET	(KDS / 8), FLAT(D_DATA & ~2)
	FAIL	"still alive"
