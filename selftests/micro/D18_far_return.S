/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RETF in ring 1 to all kinds of selectors. Ring 1 may return to itself and to
 * ring 3, and the processor does that. To a CS of RPL 0 it may not; the host does
 * that one if the selector names its ring 1 code, since this is what code of ring 0
 * means. All others are #GP with the selector, at the instruction, with %esp as it
 * was.
 *
 * A broken host takes an entry of its own (the switcher's code, 32), reads past
 * the GDT, or returns to data.
 */
#include "micro.h"

.macro REFUSED selector:req, error:req, text:req
	CATCH	.Lrefused\@
	movl	$\selector, %eax
	pushl	%eax
	pushl	$inside
	movl	%esp, saved_esp
	lret
.Lrefused\@:
	NO_CATCH
	WANT_FAULT 13, \error, "\text"
	movl	fault_esp, %eax
	subl	saved_esp, %eax
	CHECK	%eax, 0, "\text: esp differs by"
.endm

BEGIN
	/* 6: conforming code of DPL 1; 7: code of DPL 3; 8: not present */
	GDT_SET	FREE_ENTRY, DESC_LOW(0, 0xfffff), DESC_HIGH(0, 0xfffff, 0xc0bf)
	GDT_SET	(FREE_ENTRY + 1), DESC_LOW(0, 0xfffff), DESC_HIGH(0, 0xfffff, 0xc0fb)

	CATCH	2f
	pushl	$(KCS & ~3)
	pushl	$1f
	lret
1:	movl	%cs, %eax
2:	NO_CATCH
	WANT_NO_FAULT "retf to RPL 0"
	CHECK	%eax, KCS, "cs after retf to RPL 0"

	REFUSED	0, 0, "retf to null"
	REFUSED	3, 0, "retf to null with an RPL"
	REFUSED	(KDS & ~3), (KDS & ~3), "retf to data of RPL 0"
	REFUSED	KDS, (KDS & ~3), "retf to data"
	REFUSED	0x100, 0x100, "retf to entry 32, the code of the switcher"
	REFUSED	0x101, 0x100, "retf to entry 32 with RPL 1"
	REFUSED	0x108, 0x108, "retf to entry 33"
	REFUSED	0x110, 0x110, "retf behind the table"
	REFUSED	0xfff8, 0xfff8, "retf far behind the table"
	REFUSED	0x14, 0x14, "retf to the LDT"
	REFUSED	0x60, 0x60, "retf to the code of the host"
	REFUSED	(UCS & ~3), (UCS & ~3), "retf to code of ring 3 with RPL 0"
	REFUSED	(FREE_ENTRY * 8), (FREE_ENTRY * 8), "retf to conforming code with RPL 0"
	/* What the upper half of the word holds does not count. */
	REFUSED	0xffff0000, 0, "retf to null, with an upper half"

	/* A stack that ends: the second word is not there. */
	PAGING
	SET_PTE	0x201000, 0
	movl	$inside, 0x200ffc
	CATCH	1f
	movl	$0x200ffc, %esp
	lret
1:	NO_CATCH
	WANT_FAULT 14, 0, "retf with half a frame"
	CHECK	fault_cr2, 0x201000, "retf with half a frame: CR2"

	/* To ring 3, by the processor: the host must find it in ring 3. */
	movl	%esp, ring3_esp
	movl	$1f, ring3_back
	pushl	$UDS
	pushl	$micro_user_stack
	pushl	$UCS
	pushl	$program
	lret
1:	WANT_FAULT 13, 0, "hlt after retf to ring 3"
	CHECK	fault_cs, UCS, "cs after retf to ring 3"
	PASS

program:
	hlt
inside:	FAIL	"retf works"

	.data
	.balign	4
saved_esp:	.long	0
