/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An interrupt becomes pending in ring 1 while its flag is clear, and ring 1 goes to
 * ring 3. The host has made the code segment of ring 3 one of data, so the IRET faults;
 * it completes it and delivers. The guest must see the interrupt before the first
 * instruction of ring 3, with a frame as the processor would have made it: for every
 * bit of EFLAGS that the frame of the IRET asked for, with data segments that ring 3
 * may not have null. A data segment register may hold the code segment all the time.
 */
#include "micro.h"

#define KEPT	0x00244cd5

BEGIN
	movl	$UCS, micro_shared + SHARED_USER_CS
	INTERRUPTS
	HANDLER	VECTOR_IRQ, note
	xorl	%ebp, %ebp
next:
	movl	%ebp, bit
	cmpl	$8, %ebp
	je	skip
	cmpl	$17, %ebp
	je	skip
	movl	$2, %edi
	btsl	%ebp, %edi
	movl	%edi, frame_flags
	movl	$0, irq_count
	movl	$UCS, %eax
	movl	%eax, %gs
	RAISE_IRQ
	CHECK	irq_count, 0, "an interrupt in ring 1"
	READ_ACCESS $UCS
	CHECK	%eax, 0xc0f100, "LAR of ring 3's code now"

	movl	%esp, ring3_esp
	movl	$1f, ring3_back
	movl	$KDS, %eax
	movl	%eax, %fs
	movl	%gs, %eax
	CHECK	%eax, UCS, "gs, with the segment hidden"
	movl	%gs:0, %eax
	movl	$0xe3e3e3e3, %ebp
	pushl	$UDS
	pushl	$micro_user_stack
	pushl	frame_flags
	pushl	$(0xabcd0000 | UCS)
	pushl	$program
	jmp	micro_ring3

1:	WANT_VECTOR VECTOR_BACK, "the program"
	CHECK	irq_count, 1, "interrupts"
	CHECK	frame + FRAME_CS, UCS, "cs of the interrupt"
	CHECK	frame + FRAME_EIP, program, "eip of the interrupt"
	CHECK	frame + FRAME_SS, UDS, "ss of the interrupt"
	CHECK	frame + FRAME_ESP, micro_user_stack, "esp of the interrupt"
	CHECK	frame + FRAME_DS, UDS, "ds of ring 3"
	CHECK	frame + FRAME_FS, 0, "fs of ring 3"
	CHECK	frame + FRAME_GS, UCS, "gs of ring 3"
	CHECK	frame + FRAME_EBP, 0xe3e3e3e3, "ebp"
	movl	frame_flags, %eax
	movl	frame + FRAME_EFLAGS, %ebx
	andl	$KEPT, %eax
	orl	$(EFLAGS_IF | 2), %eax
	andl	$~EFLAGS_RF, %ebx
	cmpl	%eax, %ebx
	jne	bad
	cmpl	%eax, fault_eax
	jne	bad
	CHECK	micro_shared, 0, "the virtual flag afterwards"
	READ_ACCESS $UCS
	CHECK	%eax, 0xc0fb00, "LAR of ring 3's code afterwards"
skip:	movl	bit, %ebp
	incl	%ebp
	cmpl	$32, %ebp
	jb	next
	PASS

program:
	pushfl
	popl	%eax
	BACK

note:	incl	irq_count
	movl	$0, micro_shared + SHARED_IRQS
	movl	%ebp, %esi
	movl	$frame, %edi
	movl	$(FRAME_SS / 4 + 1), %ecx
	rep; movsl
	ret

bad:	PRINT_HEX "eflags of the IRET", frame_flags
	PRINT_HEX "eflags of the interrupt", %ebx
	PRINT_HEX "eflags of the program", fault_eax
	PRINT_HEX "wanted", %eax
	FAIL	"a bit of EFLAGS is wrong"

	.data
bit:	.long	0
frame_flags: .long 0
frame:	.fill	20, 4, 0
