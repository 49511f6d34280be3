/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stack's page is read-only in the guest's tables; CR0.WP counts as set. A fault
 * finds no place for its frame: killed. The page is one that nobody has written, so
 * that it is the host's zero page: a host that writes without asking the guest's
 * tables, or its own, would write there.
 */
#include "micro.h"

#define PAGE	0x3f0000

EXPECT "killed=double fault: stack at 0x3f0ff4 not writable for vector 6 "

BEGIN
	PAGING
	SET_PTE	PAGE, (PAGE | P_PRESENT | P_USER)
	movl	PAGE + 0x800, %eax
	CHECK	%eax, 0, "a word of it"
	TRY	movl %eax, PAGE + 0x800
	WANT_FAULT 14, 3, "a write"
	movl	$(PAGE + 0x1000), %esp
	ud2
