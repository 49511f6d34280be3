/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the micro-guests have in common: with the macros of macros.S a test has 20 to 60
 * lines. runtime.S, linked to each of them, is the code behind these.
 *
 * A test is a file like A01_call_gate.S, with a class of attack, a number and a
 * noun. It begins with a comment (what the processor really does, what a correct
 * and a broken host would show), and goes
 *
 *	#include "micro.h"
 *	BEGIN
 *		TRY	ljmp $0, $0
 *		WANT_FAULT 13, 0, "a jump to null"
 *		PASS
 *
 * It runs in ring 1 with paging off, with a stack, a GDT and an IDT whose gates
 * all lead to one handler. EXPECT tells the runner (micro_test.c) how the guest
 * may end, if not with SUCCESS.
 */
#ifndef _MICRO_H
#define _MICRO_H

#include <asm/lguest.h>

/* Selectors. Entries 6 to 31 of the GDT are free for the test. */
#define KCS		0x11		/* ring 1: code */
#define KDS		0x19		/* data */
#define UCS		0x23		/* ring 3: code */
#define UDS		0x2b		/* data */
#define FREE_ENTRY	6

/* Descriptors: access byte and upper limit nibble, for DESC_HIGH(). */
#define D_CODE		0xc09b		/* 32-bit, pages, present, DPL 0 */
#define D_DATA		0xc093
#define D_DPL(n)	((n) << 5)

#define WINDOW		0xffc00000	/* W of the specification */
#define IMAGE		0x100000	/* where its code begins: see the Makefile */
#define RAM_SIZE	0x400000	/* what the runner gives a guest */
#define PAGE_SIZE	4096

/* Page table entries. */
#define P_PRESENT	0x001
#define P_WRITE		0x002
#define P_USER		0x004
#define P_ACCESSED	0x020
#define P_DIRTY		0x040
#define P_LARGE		0x080
#define P_GLOBAL	0x100

#define EFLAGS_CF	0x00000001
#define EFLAGS_TF	0x00000100
#define EFLAGS_IF	0x00000200
#define EFLAGS_DF	0x00000400
#define EFLAGS_IOPL	0x00003000
#define EFLAGS_NT	0x00004000
#define EFLAGS_RF	0x00010000
#define EFLAGS_VM	0x00020000
#define EFLAGS_AC	0x00040000
#define EFLAGS_VIF	0x00080000
#define EFLAGS_VIP	0x00100000
#define EFLAGS_ID	0x00200000

#define NO_FAULT	0x999		/* fault_vector if there was none */
#define VECTOR_IRQ	0x20		/* callback_vector: see INTERRUPTS */
#define VECTOR_BACK	0x40		/* ring 3 ends with this: see BACK */

/* Offsets in struct lguest_shared that the test may want. */
#define SHARED_CALLBACK		12
#define SHARED_IRQS		16
#define SHARED_MASKED		20
#define SHARED_KERNEL_START	24
#define SHARED_USER_CS		28
#define SHARED_NEXT_CR3		32
#define SHARED_TLS_INDEX	36
#define SHARED_NEXT_CTX		40
#define SHARED_NEXT_GEN		48
#define SHARED_GEN		56
#define SHARED_TLS		64
#define SHARED_FLUSH_COUNT	88
#define SHARED_FLUSH		92
#define SHARED_TIME		256
#define SHARED_FAULT_ENTRY	288

#define A_MASK		0x00f0ff00	/* what READ_ACCESS keeps */

/* What a HANDLER finds at %ebp. */
#define FRAME_GS	0
#define FRAME_FS	4
#define FRAME_ES	8
#define FRAME_DS	12
#define FRAME_EDI	16
#define FRAME_ESI	20
#define FRAME_EBP	24
#define FRAME_EBX	32
#define FRAME_EDX	36
#define FRAME_ECX	40
#define FRAME_EAX	44
#define FRAME_VECTOR	48
#define FRAME_ERROR	52
#define FRAME_EIP	56
#define FRAME_CS	60
#define FRAME_EFLAGS	64
#define FRAME_ESP	68		/* from ring 3 only */
#define FRAME_SS	72

#include "macros.S"

#endif /* _MICRO_H */
