/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Behind the guest's 32 entries its GDT has the switcher's own code and data
 * segments, DPL 0 and flat. Ring 1 and ring 3 try to get hold of them, and of what
 * lies behind: by loads, jumps, returns, and through the host's emulation of MOV
 * SS, RETF and IRET, which must not take them for the guest's. Each gives #GP with
 * the selector. LAR and LSL do not show them either.
 */
#include "micro.h"

#define LG_CS	0x100
#define LG_DS	0x108
#define LG_TSS	0x110

/* selector in %eax; %ebx: what the error code is */
.macro REFUSED insn:vararg
	TRY	\insn
	CHECK	fault_vector, 13, "\insn: vector"
	cmpl	%ebx, fault_error
	jne	wrong_error
.endm

BEGIN
	movl	$selectors, %esi
next:
	lodsl
	movl	%eax, %ebx
	andl	$~3, %ebx
	movl	%ebx, far + 4
	REFUSED	movl %eax, %ds
	REFUSED	movl %eax, %es
	REFUSED	movl %eax, %fs
	REFUSED	movl %eax, %gs
	REFUSED	movl %eax, %ss
	REFUSED	ljmp *far
	REFUSED	lcall *far
	movl	%eax, far + 4
	REFUSED	ljmp *far

	pushl	%eax
	REFUSED	popl %ss
	popl	%eax
	pushl	%eax
	pushl	$inside
	REFUSED	lret
	popl	%ecx
	popl	%eax
	pushfl
	pushl	%eax
	pushl	$inside
	REFUSED	iret
	addl	$12, %esp

	READ_ACCESS %eax, %ecx
	CHECK	%ecx, 0, "LAR"
	READ_LIMIT %eax, %ecx
	CHECK	%ecx, 0, "LSL"
	verr	%ax
	jz	seen
	verw	%ax
	jz	seen
	cmpl	$selectors_end, %esi
	jb	next

	RING3	program
	WANT_FAULT 13, LG_DS, "a load in ring 3"
	RING3	program2
	WANT_FAULT 13, LG_CS, "a far jump in ring 3"
	PASS

program:
	movl	$(LG_DS + 3), %eax
	movl	%eax, %ds
	BACK
program2:
	ljmp	$LG_CS, $inside

seen:
	PRINT_HEX "selector", %eax
	FAIL	"VERR or VERW may use it"
wrong_error:
	PRINT_HEX "selector", %eax
	CHECK	fault_error, 0x12345, "error code"
inside:
	movl	%cs, %eax
	CHECK	%eax, KCS, "got there; cs"
	FAIL	"got there"

	.data
far:	.long	inside, 0
selectors:
	.long	LG_CS, LG_CS + 1, LG_DS, LG_DS + 1, LG_TSS, LG_TSS + 1
	.long	0x118, 0x120, 0x1f9, 0x7f8, 0xfff8
selectors_end:
