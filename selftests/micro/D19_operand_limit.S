/* SPDX-License-Identifier: GPL-2.0 */
/*
 * LIDT and LGDT with an operand that is not within its segment, or that cannot be read
 * through it: #GP(0), or #SS(0) through SS, and nothing is loaded. A broken host looks at
 * the base of the segment alone.
 */
#include "micro.h"

#define LIMITED		(FREE_ENTRY * 8)	/* data of 16 bytes */
#define EXECUTE		(LIMITED + 8)		/* code that is not to be read */
#define DOWN		(LIMITED + 16)		/* data from 0x1000 on, DPL 3 */
#define STACK		(LIMITED + 24)		/* data below BEYOND */
#define HERE		0x200000
#define BEYOND		0x300000

/* Through %fs. */
.macro GOOD selector:req, offset:req, text:req
	movl	$(\selector), %eax
	movl	%eax, %fs
	TRY	lidt %fs:(\offset)
	WANT_NO_FAULT "\text"
.endm

.macro BAD insn:req, selector:req, offset:req, text:req
	movl	$(\selector), %eax
	movl	%eax, %fs
	TRY	\insn %fs:(\offset)
	WANT_FAULT 13, 0, "\insn \text"
.endm

/* A good operand for LIDT. */
.macro OPERAND address:req
	movw	$(256 * 8 - 1), (\address)
	movl	$micro_idt, (\address) + 2
.endm

BEGIN
	GDT_SET	FREE_ENTRY, DESC_LOW(HERE, 15), DESC_HIGH(HERE, 15, 0x4093)
	GDT_SET	(FREE_ENTRY + 1), FLAT(((D_CODE) & ~2))
	GDT_SET	(FREE_ENTRY + 2), DESC_LOW(HERE, 0xfff), DESC_HIGH(HERE, 0xfff, 0x40f7)
	GDT_SET	(FREE_ENTRY + 3), DESC_LOW(0, 0x2ff), DESC_HIGH(0, 0x2ff, D_DATA)
	OPERAND	HERE + 10
	OPERAND HERE + 0x1000
	OPERAND BEYOND

	BAD	lidt, LIMITED + 1, 0x100, "behind the end"
	BAD	lgdt, LIMITED + 1, 11, "across the end"
	BAD	lidt, LIMITED + 1, -3, "around 4 GB"
	GOOD	LIMITED + 1, 10, "lidt up to the last byte"
	BAD	lidt, DOWN + 3, 0xfff, "below the start of data that expands down"
	GOOD	DOWN + 3, 0x1000, "lidt from data that expands down"

	CATCH	2f
	ljmp	$(EXECUTE + 1), $1f
1:	lidt	%cs:BEYOND
2:	NO_CATCH
	WANT_FAULT 13, 0, "lidt from code that is not to be read"

	movl	$(STACK + 1), %eax
	movl	%eax, %ss
	TRY	lidt %ss:BEYOND
	WANT_FAULT 12, 0, "lidt behind the end of the stack segment"
	/* By the register, and not by what is in it. */
	movl	$(STACK + 1), %eax
	movl	%eax, %ss
	movl	%eax, %ds
	TRY	lidt BEYOND
	WANT_FAULT 13, 0, "lidt behind the end of ds, which is as ss"
	movl	$(STACK + 1), %eax
	movl	%eax, %ss
	movl	$BEYOND, %ebp
	TRY	lgdt (%ebp)
	WANT_FAULT 12, 0, "lgdt behind the end of the stack segment"
	PASS
