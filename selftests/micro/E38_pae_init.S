/* SPDX-License-Identifier: GPL-2.0 */
/*
 * LGUEST_HC_INIT and a change of EFER.NXE are none of what loads the four entries of the
 * top level: those that are loaded go on, whatever is in memory by now. A change of
 * CR0.CD is (section on PDPTE registers, volume 3).
 */
#include "micro.h"

EXPECT	"result=SUCCESS"

#include "pae.inc"

#define HERE	0x40000000
#define A	0x380000
#define B	0x381000
#define RESERVED (PD(2) + P_PRESENT + P_WRITE)

BEGIN
	PAE
	TWO_DIRECTORIES A, B
	RELOAD_CR3
	CHECK	HERE, 0x1111, "as loaded"
	movl	$RESERVED, PDPT + 8
	INTERRUPTS
	CHECK	HERE, 0x1111, "after INIT, with an entry that is not valid"

	movl	$0x80000001, %eax
	cpuid
	btl	$20, %edx
	jnc	1f
	call	nxe_on
	CHECK	HERE, 0x1111, "with NXE, and an entry that is not valid"
	call	nxe_off
	CHECK	HERE, 0x1111, "without NXE, and an entry that is not valid"

1:	movl	$(PD(2) + P_PRESENT), PDPT + 8
	RELOAD_CR3
	CHECK	HERE, 0x2222, "after CR3 is loaded"

	/* A change of CD does load them. */
	movl	$(PD(1) + P_PRESENT), PDPT + 8
	CHECK	HERE, 0x2222, "before CR0 is written"
	movl	%cr0, %eax
	orl	$0x40000000, %eax
	movl	%eax, %cr0
	CHECK	HERE, 0x1111, "after CR0.CD is set"
	andl	$~0x40000000, %eax
	movl	$(PD(2) + P_PRESENT), PDPT + 8
	movl	%eax, %cr0
	CHECK	HERE, 0x2222, "after CR0.CD is cleared"
	PASS
