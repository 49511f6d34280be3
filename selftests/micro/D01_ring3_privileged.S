/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every instruction of ring 0, in ring 3, behind every pair of prefixes. The
 * processor gives #GP(0), or #UD where the prefix makes it another instruction
 * or LOCK is not allowed, with %eip at the first prefix. Each of these leads to
 * the host, and there the same code decides that emulates them for ring 1.
 *
 * A correct host hands the fault to the guest's kernel. A broken one looks at
 * the instruction before it looks at the ring: a program has changed CR0, loaded
 * an IDT, or just went on behind it.
 */
#include "micro.h"
#include "privileged.inc"

BEGIN
	movl	$0x12345678, %eax
	movl	%eax, %cr2
	movl	%eax, %dr0
	call	insn_first
1:	call	insn_next
	jz	done
	/* REP with a count of 0 might do nothing at all. */
	movl	$1, %ecx
	RING3	insn_buffer
	cmpl	$insn_buffer, fault_eip
	jne	bad
	cmpl	$6, fault_vector
	je	2f
	cmpl	$13, fault_vector
	jne	bad
	cmpl	$0, fault_error
	jne	bad
2:	call	insn_step
	jmp	1b

bad:	SHOW_INSN
	PRINT_HEX "error code", fault_error
	WANT_VECTOR 13, "privileged instruction in ring 3"
	CHECK	fault_eip, insn_buffer, "privileged instruction in ring 3: eip"
	FAIL	"privileged instruction in ring 3: error code"

	/* Nothing of it has had an effect. */
done:	movl	%cr0, %eax
	CHECK	%eax, 0x31, "CR0"
	movl	%cr2, %eax
	CHECK	%eax, 0x12345678, "CR2"
	movl	%cr3, %eax
	CHECK	%eax, 0, "CR3"
	movl	%cr4, %eax
	CHECK	%eax, 0, "CR4"
	movl	%dr0, %eax
	CHECK	%eax, 0x12345678, "DR0"
	RING3	back
	WANT_VECTOR VECTOR_BACK, "back from ring 3"
	PASS

back:	BACK
