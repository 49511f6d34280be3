/* SPDX-License-Identifier: GPL-2.0 */
/* The macros of micro.h, which includes this. Arithmetic in arguments needs parentheses. */

/* The two words of a descriptor, with a limit of 20 bits. FLAT() is both. */
#define DESC_LOW(base, limit)	\
	((((base) & 0xffff) << 16) | ((limit) & 0xffff))
#define DESC_HIGH(base, limit, flags)	\
	(((base) & 0xff000000) | ((limit) & 0xf0000) | \
	 (((flags) & 0xf000) << 8) | (((flags) & 0xff) << 8) | \
	 (((base) >> 16) & 0xff))
#define FLAT(flags)	DESC_LOW(0, 0xfffff), DESC_HIGH(0, 0xfffff, flags)

	.section .note.GNU-stack, "", @progbits
	.text

/* Where the test starts. */
.macro BEGIN
	.globl	main
main:
.endm

/*
 * EXPECT "KEY=VALUE": for the runner; any number of them. See micro_test.c.
 *	result=SUCCESS	 the default, unless another outcome is named
 *	killed=TEXT	 the host kills the guest; the reason contains TEXT
 *	status=N TEXT	 the launcher's exit status is N; it prints TEXT
 *	time=SECONDS	 ends within this time (default 10)
 *	memory=MB	 of the guest (default 4)
 *	args=WORDS	 more arguments for the launcher
 *	pae		 uses PAE: a host without PAE refuses, and it is skipped
 *	stays		 on the processor that it starts on: the addresses of the pages
 *			 in the window are those of a processor
 *	cpu=FLAG	 needs this flag of /proc/cpuinfo, else it is skipped
 *	watch=ADDRESS	 meanwhile the host watches this address on all CPUs: it
 *			 must not be hit
 */
.macro EXPECT text:req
	.pushsection .expect, "", @progbits
	.asciz	"\text"
	.popsection
.endm

/* ---- the end: the last line that the guest prints ---- */

/* A pointer to a text goes to %ebx, with no code around it. */
.macro TEXT text:req, reg=%ebx
	.pushsection .rodata.text, "a", @progbits
.Ltext\@:
	.asciz	"\text"
	.popsection
	movl	$.Ltext\@, \reg
.endm

.macro PASS
	jmp	micro_pass
.endm

.macro FAIL text:req
	TEXT	"\text"
	jmp	micro_fail
.endm

/* The test cannot be done here; why? */
.macro SKIP text:req
	TEXT	"\text"
	jmp	micro_skip
.endm

/* The test itself is wrong, or what it needs does not work. */
.macro ERROR text:req
	TEXT	"\text"
	jmp	micro_error
.endm

/* QEMU's TCG does not check segment limits, alignment and some more. */
.macro SKIP_IF_TCG text:req
	cmpl	$0, micro_tcg
	je	.Lnotcg\@
	SKIP	"\text"
.Lnotcg\@:
.endm

.macro IF_TCG label:req
	cmpl	$0, micro_tcg
	jne	\label
.endm

/* Up to here it must not be killed, whatever the reason (with EXPECT "killed="). */
.macro DIES
	EXPECT	"dies"
	PRINT	"now it must be killed"
.endm

/* A line for the log. Registers are kept. */
.macro PRINT text:req
	pushl	%ebx
	TEXT	"\text"
	call	micro_print
	popl	%ebx
.endm

/* TEXT: VALUE in hex. Registers are kept. */
.macro PRINT_HEX text:req, value:req
	pushl	%ebx
	pushl	\value
	TEXT	"\text"
	call	micro_print_hex
	addl	$4, %esp
	popl	%ebx
.endm

/* VALUE (register, or memory of 32 bits) is WANT (a number), or FAIL. */
.macro CHECK value:req, want:req, text:req
	cmpl	$(\want), \value
	je	.Lgood\@
	pushl	\value
	pushl	$(\want)
	TEXT	"\text"
	jmp	micro_differs
.Lgood\@:
.endm

/* The bits MASK of VALUE (memory, or a register) are WANT. */
.macro CHECK_BITS value:req, mask:req, want:req, text:req
	pushl	\value
	andl	$(\mask), (%esp)
	cmpl	$(\want), (%esp)
	je	.Lgood\@
	pushl	$(\want)
	TEXT	"\text"
	jmp	micro_differs
.Lgood\@:
	addl	$4, %esp
.endm

/* ---- hypercalls ---- */

/*
 * HC number, arguments (any operand; loaded in the order ebx, ecx, edx, esi).
 * The result is in %eax.
 */
.macro HC nr:req, b, c, d, s
	.ifnb \b
	movl	\b, %ebx
	.endif
	.ifnb \c
	movl	\c, %ecx
	.endif
	.ifnb \d
	movl	\d, %edx
	.endif
	.ifnb \s
	movl	\s, %esi
	.endif
	movl	$(\nr), %eax
	int	$LGUEST_HYPERCALL
.endm

/* The same, and its result must be 0, or it is an ERROR of the test. */
.macro HC_OK nr:req, b, c, d, s
	HC	\nr, \b, \c, \d, \s
	testl	%eax, %eax
	jz	.Lhc\@
	ERROR	"hypercall \nr fails"
.Lhc\@:
.endm

/* An entry of the GDT, in the guest's table and in the host's copy. */
.macro GDT_SET index:req, low:req, high:req
	movl	$(\low), micro_gdt + 8 * (\index)
	movl	$(\high), micro_gdt + 8 * (\index) + 4
	HC_OK	LGUEST_HC_LOAD_GDT_ENTRY, $(\index), $(\low), $(\high)
.endm

/* FREE_ENTRY is code from IMAGE on that ends before LABEL; in it that is at LABEL - IMAGE. */
.macro CODE_UP_TO label:req
	movl	$(\label - IMAGE - 1), %ecx
	HC_OK	LGUEST_HC_LOAD_GDT_ENTRY, $FREE_ENTRY, %ecx, $(DESC_HIGH(IMAGE, 0, 0x409b))
.endm

/* A gate of the IDT (0x8e00: interrupt, 0x8f00: trap gate); also the host's. */
.macro GATE vector:req, label:req, dpl=0, type=0x8f00, cs=(KCS & ~3)
	movl	$\label, %edx
	movw	%dx, micro_idt + 8 * (\vector)
	movw	$(\cs), micro_idt + 8 * (\vector) + 2
	movw	$((\type) | (\dpl) << 13), %dx
	movl	%edx, micro_idt + 8 * (\vector) + 4
	HC_OK	LGUEST_HC_LOAD_IDT_ENTRY, $(\vector), micro_idt+8*(\vector), %edx
.endm

/*
 * What the processor's own table has: the access byte and flags of a descriptor, in
 * the places of its upper word (and A_MASK), or 0 if it is none that ring 1 may
 * see; the last byte of a segment, or 0. These work where limits are not checked.
 */
.macro READ_ACCESS selector:req, reg=%eax
	movl	\selector, \reg
	larl	\reg, \reg
	jz	.Llar\@
	xorl	\reg, \reg
.Llar\@:
	andl	$A_MASK, \reg
.endm

.macro READ_LIMIT selector:req, reg=%eax
	movl	\selector, \reg
	lsll	\reg, \reg
	jz	.Llsl\@
	xorl	\reg, \reg
.Llsl\@:
.endm

/* ---- faults ---- */

/*
 * Do one instruction that may fault; it goes on behind it in any case; after a fault
 * with the %esp from before it, flat data segments and the flags clear. Then
 * fault_vector (NO_FAULT if none), fault_error, fault_eip, fault_cr2 and the
 * registers as they were at the fault (fault_eax, fault_esp, ...) tell.
 */
.macro TRY insn:vararg
	CATCH	.Ltried\@
	\insn
.Ltried\@:
	NO_CATCH
.endm

/* The same for several: CATCH 1f; ...; 1: NO_CATCH */
.macro CATCH label:req
	movl	$\label, catch_eip
	movl	%esp, catch_esp
	movl	$NO_FAULT, fault_vector
.endm

.macro NO_CATCH
	movl	$0, %ss:catch_eip
.endm

/* The last TRY, CATCH or RING3 ended with this. */
.macro WANT_VECTOR vector:req, text:req
	CHECK	fault_vector, \vector, "\text: vector"
.endm

.macro WANT_FAULT vector:req, error:req, text:req
	CHECK	fault_vector, \vector, "\text: vector"
	CHECK	fault_error, \error, "\text: error code"
.endm

.macro WANT_NO_FAULT text:req
	CHECK	fault_vector, NO_FAULT, "\text: vector"
.endm

/*
 * From now on LABEL is called for this vector, and the interrupted code goes on
 * when it returns. fault_* are set. %ebp points to struct frame, which may be
 * changed; other registers are free.
 */
.macro HANDLER vector:req, label:req
	movl	$\label, micro_handlers + 4 * (\vector)
.endm

/* ---- ring 3 ---- */

/*
 * Go to LABEL in ring 3, and on behind this in ring 1 with the first trap that
 * has no HANDLER; fault_* tell. BACK ends it properly (VECTOR_BACK). Ring 3 has
 * a stack, ds and es; ring 1's stack is kept, other registers are those of ring 3.
 * With paging on the pages must be P_USER, as those of PAGING are.
 */
.macro RING3 label:req, eflags=EFLAGS_IF
	movl	%esp, ring3_esp
	movl	$.Lring1\@, ring3_back
	movl	$NO_FAULT, fault_vector
	pushl	$UDS
	pushl	$micro_user_stack
	pushl	$((\eflags) | 2)
	pushl	$UCS
	pushl	$\label
	jmp	micro_ring3
.Lring1\@:
.endm

/*
 * At the end of the code, for RING3: "program" makes a system call from ring 3;
 * "handler", for a gate of vector 0x80, counts it in "calls", and must be in ring 1.
 */
.macro SYSCALL_PROGRAM
program:
	int	$0x80
	BACK

handler:
	incl	%ss:calls
	movl	%cs, %eax
	testl	$2, %eax
	jnz	.Lring3\@
	iret
.Lring3\@:
	FAIL	"the handler runs in ring 3"

	.data
calls:	.long	0
.endm

.macro BACK
	int	$VECTOR_BACK
.endm

/* ---- paging ---- */

/* 4K pages, or (PAGING_4M) one of 4M: all RAM at its own addresses, P_USER. */
.macro PAGING
	call	micro_paging
.endm

.macro PAGING_4M
	call	micro_paging_4m
.endm

/*
 * The entry for linear address ADDRESS (below 4M) in micro_page_table becomes
 * VALUE, and the host is told. Clobbers eax, ebx, ecx.
 */
.macro SET_PTE address:req, value:req
	movl	$(\value), micro_page_table + ((\address) >> 12) * 4
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ONE, $(\address)
.endm

/* ---- interrupts ---- */

/*
 * Name the shared page (micro_shared); interrupts come at VECTOR_IRQ, where a
 * HANDLER that acknowledges them counts in irq_count. Ring 1 has them off.
 */
.macro INTERRUPTS
	call	micro_interrupts
.endm

/* The virtual flag; without LGUEST_HC_IRQ_WINDOW. */
.macro IRQ_ON
	movl	$EFLAGS_IF, micro_shared + LGUEST_SHARED_IRQ_ENABLED
.endm

.macro IRQ_OFF
	movl	$0, micro_shared + LGUEST_SHARED_IRQ_ENABLED
.endm

/* The timer's interrupt, now: it comes with this instruction if it can. */
.macro RAISE_IRQ
	HC_OK	LGUEST_HC_SET_TIMER, $0, $0
.endm
