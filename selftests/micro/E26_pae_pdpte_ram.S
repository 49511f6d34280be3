/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A page directory that is not RAM, in the fourth entry of the top level, with a
 * CR3 that is the last place of RAM where four entries fit. It is found when CR3 is
 * loaded, though nobody uses it. A broken host finds it later, or never.
 */
#include "micro.h"

EXPECT	"killed=CR3 0x3fffe0: the entries there are no page directory pointers, at eip 0x"

#include "pae.inc"

#define LAST	(RAM_SIZE - 32)

BEGIN
	PAE
	movl	$PDPT, %esi
	movl	$LAST, %edi
	movl	$8, %ecx
	rep movsl
	movl	$(0x200000 + P_ALL + P_LARGE), PD(3)
	movl	$0x1234, 0x380000
	movl	$LAST, %eax
	movl	%eax, %cr3
	CHECK	0xc0180000, 0x1234, "by entries at the end of RAM"
	DIES
	movl	$(RAM_SIZE + P_PRESENT), LAST + 3 * 8
	movl	$LAST, %eax
	movl	%eax, %cr3
	FAIL	"still alive with a page directory behind RAM"
