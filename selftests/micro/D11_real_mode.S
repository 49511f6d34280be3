/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Clearing CR0.PE. A processor would be in real mode with the next instruction;
 * the host has none to offer and kills the guest, and says why. A broken host lets
 * the bit through, or goes on in ring 1 as if nothing had been.
 */
#include "micro.h"

EXPECT	"killed=CR0.PE cleared: no real mode, at eip 0x"

BEGIN
	movl	%cr0, %eax
	andl	$~1, %eax
	movl	%eax, %cr0
	FAIL	"still alive without PE"
