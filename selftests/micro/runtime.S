/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The code behind micro.h, a part of each micro-guest: start, one handler for all
 * traps, the way to ring 3 and back, paging, the last words.
 */
#include "micro.h"

#define STACK_SIZE	8192

	.globl	_start
_start:
	movl	$micro_stack, %esp
	cld

	/* An IDT with trap gates of DPL 0 to the stubs, and a few of DPL 3. */
	movl	$micro_stubs, %eax
	movl	$micro_idt, %edi
1:	movw	%ax, (%edi)
	movw	$(KCS & ~3), 2(%edi)
	movl	%eax, %edx
	movw	$0x8f00, %dx
	movl	%edx, 4(%edi)
	addl	$16, %eax
	addl	$8, %edi
	cmpl	$micro_idt_end, %edi
	jb	1b
	movb	$0xef, micro_idt + 3 * 8 + 5
	movb	$0xef, micro_idt + 4 * 8 + 5
	movb	$0xef, micro_idt + VECTOR_BACK * 8 + 5
	/* Until it is acknowledged an interrupt comes again and again. */
	movb	$0x8e, micro_idt + VECTOR_IRQ * 8 + 5

	HC_OK	LGUEST_HC_LOAD_GDT, $micro_gdt, $32
	ljmp	$KCS, $2f
2:	movl	$KDS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	HC_OK	LGUEST_HC_LOAD_IDT, $micro_idt, $256
	HC_OK	LGUEST_HC_SET_STACK, $KDS, $micro_trap_stack

	/* CPUID does not fault, so it tells what the host runs on. */
	movl	$1, %eax
	cpuid
	testl	%ecx, %ecx
	jns	3f
	movl	$0x40000000, %eax
	cpuid
	cmpl	$0x54474354, %ebx	/* "TCGT" */
	jne	3f
	incl	micro_tcg
3:	xorl	%eax, %eax
	xorl	%ebx, %ebx
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	call	main
	ERROR	"the test returns without a verdict"

/*
 * Every trap. The frame on the stack is that of FRAME_*; it is copied to fault_gs
 * and on. From ring 1 the processor pushes neither esp nor ss.
 */
micro_trap:
	pushal
	pushl	%ds
	pushl	%es
	pushl	%fs
	pushl	%gs
	movl	$KDS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	cld
	incl	fault_count
	movl	%esp, %ebp
	movl	%esp, %esi
	movl	$fault_gs, %edi
	movl	$(FRAME_ESP / 4), %ecx
1:	movl	%ss:(%esi), %eax
	stosl
	addl	$4, %esi
	loop	1b
	movl	%esi, fault_esp
	movl	%ss, %eax
	movl	%eax, fault_ss
	testb	$2, %ss:FRAME_CS(%ebp)
	jz	2f
	movl	%ss:(%esi), %eax
	movl	%eax, fault_esp
	movl	%ss:4(%esi), %eax
	movl	%eax, fault_ss
2:	cmpl	$14, fault_vector
	jne	3f
	movl	%cr2, %eax
	movl	%eax, fault_cr2

3:	movl	fault_vector, %eax
	movl	micro_handlers(, %eax, 4), %eax
	testl	%eax, %eax
	jz	4f
	call	*%eax
	popl	%gs
	popl	%fs
	popl	%es
	popl	%ds
	popal
	addl	$8, %esp
	iret

4:	testb	$2, fault_cs
	jz	5f
	xorl	%ecx, %ecx
	xchgl	ring3_back, %ecx
	movl	ring3_esp, %ebx
	jmp	6f
5:	xorl	%ecx, %ecx
	xchgl	catch_eip, %ecx
	movl	catch_esp, %ebx
6:	jecxz	unexpected
	movl	$KDS, %eax
	movl	%eax, %ss
	movl	%ebx, %esp
	pushl	%ecx
	pushl	$2
	popfl
	movl	fault_ebx, %ebx
	movl	fault_ecx, %ecx
	movl	fault_edx, %edx
	movl	fault_esi, %esi
	movl	fault_edi, %edi
	movl	fault_ebp, %ebp
	movl	fault_eax, %eax
	ret

unexpected:
	movl	$KDS, %eax
	movl	%eax, %ss
	movl	$micro_stack, %esp
	PRINT_HEX "trap at eip", fault_eip
	PRINT_HEX "cs", fault_cs
	PRINT_HEX "eflags", fault_eflags
	PRINT_HEX "esp", fault_esp
	PRINT_HEX "error code", fault_error
	PRINT_HEX "cr2", fault_cr2
	pushl	fault_vector
	pushl	$NO_FAULT
	TEXT	"unexpected trap"
	jmp	micro_differs

/* One of 16 bytes for each vector. */
	.balign	16
	.globl	micro_stubs
micro_stubs:
vector = 0
.rept 256
	.if vector != 8 && (vector < 10 || vector > 14) && vector != 17 && vector != 21
	pushl	$0			/* no error code */
	.endif
	pushl	$vector
	jmp	micro_trap
	.balign	16, 0xcc
	vector = vector + 1
.endr

/* RING3: the frame for IRET is on the stack. */
	.globl	micro_ring3
micro_ring3:
	movl	$UDS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	iret

	.globl	micro_paging, micro_paging_4m
micro_paging:
	movl	$micro_page_table, %edi
	movl	$(P_PRESENT | P_WRITE | P_USER), %eax
1:	movl	%eax, (%edi)
	addl	$PAGE_SIZE, %eax
	addl	$4, %edi
	cmpl	$(micro_page_table + RAM_SIZE / PAGE_SIZE * 4), %edi
	jb	1b
	movl	$(micro_page_table + (P_PRESENT | P_WRITE | P_USER)), micro_page_dir
	jmp	2f
micro_paging_4m:
	movl	%cr4, %eax
	orl	$0x10, %eax		/* PSE */
	movl	%eax, %cr4
	movl	$(P_PRESENT | P_WRITE | P_USER | P_LARGE), micro_page_dir
2:	movl	$micro_page_dir, %eax
	movl	%eax, %cr3
	movl	%cr0, %eax
	orl	$0x80000000, %eax
	movl	%eax, %cr0
	ret

	.globl	micro_interrupts
micro_interrupts:
	movl	$VECTOR_IRQ, micro_shared + SHARED_CALLBACK
	movl	$micro_irq, micro_handlers + VECTOR_IRQ * 4
	HC_OK	LGUEST_HC_INIT, $micro_shared, $LGUEST_ABI_VERSION
	ret

micro_irq:
	incl	irq_count
	xorl	%eax, %eax
	xchgl	%eax, micro_shared + SHARED_IRQS
	orl	%eax, irq_seen
	ret

/* The verdicts: a text at %ebx, and numbers on the stack. */
	.globl	micro_pass, micro_fail, micro_skip, micro_error, micro_differs
micro_pass:
	TEXT	"SUCCESS", %eax
	xorl	%ebx, %ebx
	jmp	verdict
micro_fail:
	TEXT	"FAILURE", %eax
	jmp	verdict
micro_skip:
	TEXT	"SKIP", %eax
	jmp	verdict
micro_error:
	TEXT	"ERROR", %eax
	jmp	verdict
/* On the stack: what was wanted, what there is. */
micro_differs:
	popl	%ecx
	popl	%edx
	pushl	%ecx
	pushl	%edx
	pushl	%ebx
	call	line_start
	TEXT	"FAILURE", %esi
	call	add_result
	call	add_blank
	popl	%esi
	call	add_text
	TEXT	" is ", %esi
	call	add_text
	popl	%eax
	call	add_hex
	TEXT	", not ", %esi
	call	add_text
	popl	%eax
	call	add_hex
	jmp	last_line

verdict:
	pushl	%ebx
	call	line_start
	movl	%eax, %esi
	call	add_result
	popl	%esi
	testl	%esi, %esi
	jz	last_line
	call	add_blank
	call	add_text
last_line:
	call	print_line
	HC	LGUEST_HC_SHUTDOWN, $LGUEST_SHUTDOWN_POWEROFF, $0
1:	hlt
	jmp	1b

add_result:
	pushl	%esi
	TEXT	"Test result: ", %esi
	call	add_text
	popl	%esi
	jmp	add_text

	.globl	micro_print, micro_print_hex
micro_print:
	pushal
	call	line_start
	movl	%ebx, %esi
	call	add_text
	call	print_line
	popal
	ret
micro_print_hex:
	pushal
	call	line_start
	movl	%ebx, %esi
	call	add_text
	TEXT	": ", %esi
	call	add_text
	movl	36(%esp), %eax
	call	add_hex
	call	print_line
	popal
	ret

add_blank:
	movb	$' ', (%edi)
	incl	%edi
	ret

/* A line is made at %edi: text at %esi, a number in %eax. */
line_start:
	cld
	movl	$line, %edi
	ret
1:	movb	%dl, (%edi)
	incl	%edi
add_text:
	movb	(%esi), %dl
	incl	%esi
	testb	%dl, %dl
	jnz	1b
	ret
add_hex:
	movw	$0x7830, (%edi)		/* "0x" */
	addl	$2, %edi
	movl	$8, %ecx
1:	roll	$4, %eax
	movl	%eax, %edx
	andl	$0xf, %edx
	movb	hex_digits(%edx), %dl
	movb	%dl, (%edi)
	incl	%edi
	loop	1b
	ret
print_line:
	movb	$'\n', (%edi)
	incl	%edi
	subl	$line, %edi
	HC	LGUEST_HC_CONSOLE, $line, %edi
	ret

hex_digits:
	.ascii	"0123456789abcdef"

	.data
	.balign	8
	.globl	micro_gdt
micro_gdt:
	.quad	0, 0
	.long	FLAT(D_CODE)
	.long	FLAT(D_DATA)
	.long	FLAT(D_CODE | D_DPL(3))
	.long	FLAT(D_DATA | D_DPL(3))
	.fill	26, 8, 0

	.bss
	/* In the order of FRAME_*. */
	.globl	fault_gs, fault_fs, fault_es, fault_ds, fault_edi, fault_esi
	.globl	fault_ebp, fault_ebx, fault_edx, fault_ecx, fault_eax
	.globl	fault_vector, fault_error, fault_eip, fault_cs, fault_eflags
	.globl	fault_esp, fault_ss, fault_cr2, fault_count
	.balign	4
fault_gs:	.skip 4
fault_fs:	.skip 4
fault_es:	.skip 4
fault_ds:	.skip 4
fault_edi:	.skip 4
fault_esi:	.skip 4
fault_ebp:	.skip 4
		.skip 4			/* %esp of pusha */
fault_ebx:	.skip 4
fault_edx:	.skip 4
fault_ecx:	.skip 4
fault_eax:	.skip 4
fault_vector:	.skip 4
fault_error:	.skip 4
fault_eip:	.skip 4
fault_cs:	.skip 4
fault_eflags:	.skip 4
fault_esp:	.skip 4
fault_ss:	.skip 4
fault_cr2:	.skip 4
fault_count:	.skip 4
	.globl	catch_eip, catch_esp, ring3_back, ring3_esp
catch_eip:	.skip 4
catch_esp:	.skip 4
ring3_back:	.skip 4
ring3_esp:	.skip 4
	.globl	micro_tcg, micro_handlers, irq_count, irq_seen
micro_tcg:	.skip 4
irq_count:	.skip 4
irq_seen:	.skip 4
micro_handlers:	.skip 256 * 4
line:		.skip 512
	.balign	8
	.globl	micro_idt
micro_idt:	.skip 256 * 8
micro_idt_end:
	.balign	PAGE_SIZE
	.globl	micro_page_dir, micro_page_table, micro_shared
micro_page_dir:	.skip PAGE_SIZE
micro_page_table: .skip PAGE_SIZE
micro_shared:	.skip PAGE_SIZE
	/* Pages that are the test's. */
	.globl	micro_pages
micro_pages:	.skip 4 * PAGE_SIZE
	.globl	micro_stack, micro_trap_stack, micro_user_stack
		.skip STACK_SIZE
micro_stack:
		.skip STACK_SIZE
micro_trap_stack:
		.skip STACK_SIZE
micro_user_stack:
