/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every instruction of ring 0, in ring 1, behind every pair of prefixes. By the
 * specification the host emulates most of them. A segment prefix means nothing
 * to an instruction without an operand in memory, so these must be emulated just
 * the same. What 66, 67, F2 and F3 make of them differs between processors: it
 * may be emulated, or fault. LOCK always faults, with #UD, or #GP(0) where the
 * rings are checked first (and of MOV CR0 see D03).
 *
 * Whatever is emulated, the next instruction must be the next: a broken host
 * gets the length wrong and goes on in the middle of something.
 */
#include "micro.h"
#include "privileged.inc"

BEGIN
	HANDLER (VECTOR_BACK + 1), count
	call	insn_first
1:	movl	insn_at, %esi
	testb	$I_RING3, INSN_FLAGS(%esi)
	jnz	next
	call	insn_next
	jz	done

	CATCH	2f
	movl	$0x31, %eax		/* as CR0 is */
	movl	$1, %ecx
	xorl	%edx, %edx
	movl	$gdt_pointer, %ebx
	movl	$idt_pointer, %esi
	xorl	%edi, %edi
	call	insn_buffer
2:	NO_CATCH
	cmpl	$NO_FAULT, fault_vector
	jne	faulted

	movl	insn_at, %esi
	cmpl	$16, %edi
	jne	bad_length
	testb	$I_EMULATED, INSN_FLAGS(%esi)
	jz	not_emulated
	testb	$I_CONTROL, INSN_FLAGS(%esi)
	jnz	next
	movb	$0xf0, %al
	call	insn_has_prefix
	je	lock
next:	call	insn_step
	jmp	1b

faulted:
	cmpl	$insn_buffer, fault_eip
	jne	bad_fault
	cmpl	$6, fault_vector
	je	1f
	cmpl	$13, fault_vector
	jne	bad_fault
	cmpl	$0, fault_error
	jne	bad_fault
1:	movl	insn_at, %esi
	testb	$I_EMULATED, INSN_FLAGS(%esi)
	jz	next
	/* May it fault? 64 and 65 are null segments. */
	movl	$any_fault, %esi
1:	movb	(%esi), %al
	testb	%al, %al
	jz	1f
	incl	%esi
	call	insn_has_prefix
	je	next
	jmp	1b
1:	movl	insn_at, %esi
	testb	$I_MEMORY, INSN_FLAGS(%esi)
	jz	bad_fault
	movb	$0x64, %al
	call	insn_has_prefix
	je	next
	movb	$0x65, %al
	call	insn_has_prefix
	je	next
bad_fault:
	SHOW_INSN
	PRINT_HEX "eip", fault_eip
	PRINT_HEX "error code", fault_error
	WANT_NO_FAULT "instruction that the host emulates"
	FAIL	"not reached"

bad_length:
	SHOW_INSN
	CHECK	%edi, 16, "INCs done behind the instruction"
	FAIL	"not reached"
not_emulated:
	SHOW_INSN
	FAIL	"it should fault"
lock:	SHOW_INSN
	FAIL	"it should fault with LOCK"

	/* The tables are still good. */
done:	int	$(VECTOR_BACK + 1)
	CHECK	calls, 1, "handlers that were called"
	PASS

count:	incl	calls
	ret

	.data
	.balign	8
	.word	0
gdt_pointer:
	.word	32 * 8 - 1
	.long	micro_gdt
	.word	0
idt_pointer:
	.word	256 * 8 - 1
	.long	micro_idt
calls:	.long	0
any_fault:
	.byte	0x66, 0x67, 0xf0, 0xf2, 0xf3, 0
