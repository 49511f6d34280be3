/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The switcher: from the host into a guest and back.
 *
 * This code is copied to a page of its own in the window, which the host and
 * every guest have mapped at the same address; it reaches the host's memory and
 * the guest's only through the two pages of this CPU that follow it there, and, to
 * tell of a page fault, the guest's shared page (switcher.h). So it may use relative
 * jumps within the page and nothing that needs a relocation.
 *
 * Interrupts are off, but an NMI or a machine check may come between any two
 * instructions. The processor then needs four things that fit together: a gate
 * in the loaded IDT, the gate's code segment in the loaded GDT, the interrupted
 * code segment there too (for the IRET), and a stack that is mapped and large
 * enough for the handler. Host and guest want different segments under the
 * same selector, so no order of LGDT and LIDT alone can do it. Therefore there
 * is a third table, the bridge: the host's descriptors and, behind them, the
 * switcher's own LG_CS and LG_DS, which the guest's table has at the same place.
 *
 *   step           GDT     IDT    CS           CR4    stack
 *   (C code)       host    host   __KERNEL_CS  host   host
 *   lgdt           bridge  host   __KERNEL_CS  host   host
 *   far jump       bridge  host   LG_CS        host   host
 *   lidt           bridge  guest  LG_CS        host   host
 *   mov cr4        bridge  guest  LG_CS        guest  host
 *   mov esp, cr3   bridge  guest  LG_CS        guest  window
 *   lgdt           guest   guest  LG_CS        guest  window
 *
 * and the same steps in reverse on the way out. Under the host's IDT the host's
 * own handler runs, on the host's stack, and with the host's CR4: it may use XSAVES.
 * Under the guest's IDT a stub of this page runs, which counts the event in the state
 * page; lg_switcher_enter() raises it again when the host is whole.
 */

#include <linux/linkage.h>
#include <asm/alternative.h>
#include <asm/cpufeatures.h>
#include <asm/nospec-branch.h>
#include <asm/page_types.h>
#include <asm/processor-flags.h>
#include <asm/segment.h>
#include <asm/trapnr.h>
#include <uapi/asm/lguest.h>
#include "lg-asm-offsets.h"
#include "switcher.h"

/* Offset of a label in the page: survives the copy. */
#define PAGE_OFFSET_OF(label)	(label - lg_switcher_begin)

	.text
	.balign PAGE_SIZE

SYM_CODE_START(lg_switcher_begin)

/*
 * lg_switcher_enter_code - run the guest until it traps
 * @state: the state page of this CPU, in the window	(%eax)
 * @regs:  the regs of the regs page, in the window	(%edx)
 *
 * Called with interrupts off. The caller saves and restores %gs, LDTR and the debug
 * registers, and loads TR again when it has returned.
 */
SYM_INNER_LABEL(lg_switcher_enter_code, SYM_L_GLOBAL)
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi

	lgdt	STATE_bridge_gdt_ptr(%eax)
	ljmpl	*STATE_enter_far(%eax)
SYM_INNER_LABEL(lg_switcher_entered, SYM_L_GLOBAL)

	/*
	 * LTR marks the descriptor busy and faults on one that is. Only on the
	 * host's CR3 is the page writable, so this comes first.
	 */
	andb	$~2, (STATE_bridge_gdt + LG_TSS + 5)(%eax)
	movl	$LG_TSS, %ecx
	ltr	%cx
	movl	%esp, STATE_host_esp(%eax)

	lidt	STATE_guest_idt_ptr(%eax)
	cmpl	$0, STATE_stop_msr(%eax)
	jne	.Lstop
.Lstopped:
	movl	STATE_guest_cr4(%eax), %ecx
	movl	%ecx, %cr4
	movl	STATE_guest_cr3(%eax), %ecx
	movl	%edx, %esp
	movl	%ecx, %cr3
	lgdt	STATE_guest_gdt_ptr(%eax)

	/* A selector that is bad by now becomes null: see .Linside. */
.Lpop_segments:
	popl	%gs
	popl	%fs
	popl	%es
	popl	%ds
.Lpop_segments_end:
	popl	%ebx
	popl	%ecx
	popl	%edx
	popl	%esi
	popl	%edi
	popl	%ebp
	popl	%eax
	addl	$8, %esp		/* trap, error */
.Liret:
	iret

/*
 * The stub of the page fault comes here. One of ring 3, at a page that is not present
 * or is read-only, is the guest's business more often than not: its kernel has to make
 * the page first. So it is told at once, in its shared page (LG_TO_SHARED), and the
 * host sees nothing of it. But not twice in a row for a page: then the guest has done
 * what there was to do, or that was nothing, and it is the host's turn.
 */
.Lpage_fault:
	pushl	%eax
	pushl	%ecx
	pushl	%edx
	/* Not present, read, write or fetch, or present and a write: 4, 6, 0x14, 7. */
	movl	16(%esp), %edx			/* error */
	andl	$~PF_INSTR, %edx
	leal	-PF_USER(%edx), %eax
	cmpl	$(PF_PROT | PF_WRITE), %eax
	ja	.Lnot_told
	cmpl	$PF_PROT, %eax
	je	.Lnot_told
	/* It was ring 3, so this is the regs page. */
	movl	%esp, %ecx
	andl	$PAGE_MASK, %ecx
	cmpl	$0, %ss:(LG_TO_STATE + STATE_fault_cs)(%ecx)
	je	.Lnot_told

	movl	%cr2, %edx
	movl	%edx, %eax
	shrl	$PAGE_SHIFT, %eax
	cmpl	%eax, %ss:REGS_PAGE_told_page(%ecx)
	movl	%eax, %ss:REGS_PAGE_told_page(%ecx)
	je	.Lnot_again

	incl	%ss:REGS_PAGE_told(%ecx)
	leal	LG_TO_SHARED(%ecx), %eax
	addl	$LG_TO_STATE, %ecx
	movl	%edx, %ss:LGUEST_SHARED_CR2(%eax)
	movl	16(%esp), %edx			/* error */
	andl	%ss:STATE_fault_error(%ecx), %edx
	movl	%edx, %ss:LGUEST_SHARED_FAULT(%eax)
.irp word, 4, 8, 12, 16, 20			/* eip to ss */
	movl	(16 + \word)(%esp), %edx
	movl	%edx, %ss:(LGUEST_SHARED_FAULT + \word)(%eax)
.endr

	movl	%ss:STATE_fault_entry(%ecx), %edx
	movl	%edx, 20(%esp)			/* eip */
	movl	%ss:STATE_fault_cs(%ecx), %edx
	movl	%edx, 24(%esp)			/* cs */
	movl	$(X86_EFLAGS_FIXED | X86_EFLAGS_IF), 28(%esp)
	movl	%ss:STATE_sp1(%ecx), %edx
	movl	%edx, 32(%esp)			/* esp */
	movzwl	%ss:STATE_ss1(%ecx), %edx
	movl	%edx, 36(%esp)			/* ss */
	popl	%edx
	popl	%ecx
	popl	%eax
	addl	$8, %esp			/* trap, error */
	jmp	.Liret

.Lnot_again:
	movl	$0, %ss:REGS_PAGE_told_page(%ecx)
.Lnot_told:
	popl	%edx
	popl	%ecx
	popl	%eax
	/* and goes on as all of them */

/*
 * Every stub comes here, with struct lg_regs complete from @trap on.
 */
.Ltrap:
	testb	$3, 12(%esp)		/* the RPL of CS */
	jz	.Linside

.Lsave:
	pushl	%eax
	pushl	%ebp
	pushl	%edi
	pushl	%esi
	pushl	%edx
	pushl	%ecx
	pushl	%ebx
	pushl	%ds
	pushl	%es
	pushl	%fs
	pushl	%gs

	movl	$LG_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es

	/* The state page follows the page that the stack is in. */
	movl	%esp, %edx
	orl	$(PAGE_SIZE - 1), %edx
	incl	%edx

	lgdt	STATE_bridge_gdt_ptr(%edx)
	movl	STATE_host_cr3(%edx), %ecx
	movl	%ecx, %cr3
	movl	STATE_host_esp(%edx), %esp
	cmpl	$0, STATE_stop_msr(%edx)
	jne	.Lrestart
.Lrestarted:
	movl	STATE_host_cr4(%edx), %ecx
	movl	%ecx, %cr4
	lidt	STATE_host_idt_ptr(%edx)
	ljmpl	*STATE_leave_far(%edx)
SYM_INNER_LABEL(lg_switcher_leave, SYM_L_GLOBAL)
	movl	$__KERNEL_DS, %eax
	movl	%eax, %ss
	movl	$__USER_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	$__KERNEL_PERCPU, %eax
	movl	%eax, %fs
	lgdt	STATE_host_gdt_ptr(%edx)

	/*
	 * As KVM does: no RET below may be guessed from what the guest called. Enhanced IBRS
	 * makes a VM exit see to that, but this is none.
	 */
	ALTERNATIVE_2 "jmp .Lfilled", "", X86_FEATURE_RSB_VMEXIT, "", X86_FEATURE_IBRS_ENHANCED
	__FILL_RETURN_BUFFER(%eax, RSB_CLEAR_LOOPS)
.Lfilled:

	/* DF, AC, NT of the guest must not reach C code. */
	pushl	$X86_EFLAGS_FIXED
	popfl

	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret

/*
 * See stop_debug_store(). Here no handler of the host's can run, which would start
 * what has been stopped, or see that it is. The host's tables are loaded.
 */
.Lstop:
	movl	%eax, %esi
	movl	%edx, %edi
.irp i, 0, 1
	movl	(STATE_stop_msr + 4 * \i)(%esi), %ecx
	jecxz	.Lall_stopped
	rdmsr
	movl	%eax, (STATE_stopped + 8 * \i)(%esi)
	movl	%edx, (STATE_stopped + 8 * \i + 4)(%esi)
	xorl	%eax, %eax
	xorl	%edx, %edx
	wrmsr
.endr
.Lall_stopped:
	movl	%esi, %eax
	movl	%edi, %edx
	jmp	.Lstopped

.Lrestart:
	movl	%edx, %esi
.irp i, 0, 1
	movl	(STATE_stop_msr + 4 * \i)(%esi), %ecx
	jecxz	.Lall_restarted
	/* Once: if this faults, the way out comes here again. */
	movl	$0, (STATE_stop_msr + 4 * \i)(%esi)
	movl	(STATE_stopped + 8 * \i)(%esi), %eax
	movl	(STATE_stopped + 8 * \i + 4)(%esi), %edx
	wrmsr
.endr
.Lall_restarted:
	movl	%esi, %edx
	jmp	.Lrestarted

/*
 * The trap hit ring 0, that is this page. On the stack: trap, error, and the
 * processor's %eip, %cs, eflags; no %esp and %ss, as the ring is the same.
 */
.Linside:
	pushl	%eax
	pushl	%ecx
	movl	8(%esp), %eax
	cmpl	$X86_TRAP_NMI, %eax
	je	.Lcount_nmi
	cmpl	$X86_TRAP_MC, %eax
	je	.Lcount_mce

	movl	16(%esp), %ecx
	andl	$(PAGE_SIZE - 1), %ecx
	cmpl	$PAGE_OFFSET_OF(.Liret), %ecx
	je	.Lbad_iret
	cmpl	$PAGE_OFFSET_OF(.Lpop_segments), %ecx
	jb	.Llost
	cmpl	$PAGE_OFFSET_OF(.Lpop_segments_end), %ecx
	jae	.Llost

	/*
	 * The guest changed a descriptor whose selector was still loaded, or
	 * lied. The selector that is to be popped lies above the frame of the
	 * fault; null is always good for a data segment.
	 */
	movl	$0, 28(%esp)
	popl	%ecx
	popl	%eax
	addl	$8, %esp
	iret

/*
 * The guest's %cs or %ss does not suit its descriptor. The fault's frame lies
 * on what was popped already, %eip and up are whole: complete struct lg_regs
 * again as if the trap had come from the guest.
 */
.Lbad_iret:
	addl	$LG_TRAP_BAD_IRET, %eax
	movl	12(%esp), %ecx
	movl	%ecx, 24(%esp)		/* regs.error */
	movl	%eax, 20(%esp)		/* regs.trap */
	popl	%ecx
	popl	%eax
	addl	$12, %esp
	jmp	.Lsave

/*
 * The state page is that of the IDT that brought us here; it is read-only on
 * the guest's CR3, even in ring 0 as long as CR0.WP is set (which CR4.CET
 * would pin: 32-bit kernels do not use it).
 */
.macro COUNT field
	subl	$8, %esp
	sidt	(%esp)
	movl	2(%esp), %ecx
	andl	$PAGE_MASK, %ecx
	movl	%cr0, %eax
	movl	%eax, (%esp)
	andl	$~X86_CR0_WP, %eax
	movl	%eax, %cr0
	incl	%ss:\field(%ecx)
	movl	(%esp), %eax
	movl	%eax, %cr0
	addl	$8, %esp
	popl	%ecx
	popl	%eax
	addl	$8, %esp
	iret
.endm

.Lcount_nmi:
	COUNT	STATE_nmi_count
.Lcount_mce:
	COUNT	STATE_mce_count

/*
 * A trap that cannot be: leave the way that a trap from the guest would, and
 * let the host say so.
 */
.Llost:
	addl	$LG_TRAP_LOST, %eax
	subl	$8, %esp
	sidt	(%esp)
	movl	2(%esp), %ecx
	andl	$PAGE_MASK, %ecx
	movl	20(%esp), %edx		/* error: kept as %edx */
	movl	24(%esp), %ebx		/* %eip: kept as %ebx */
	leal	(REGS_trap - REGS_size)(%ecx), %esp
	movl	%eax, (%esp)
	jmp	.Lsave

/* One stub per vector, LG_STUB_SIZE apart. */
SYM_INNER_LABEL(lg_switcher_stubs, SYM_L_GLOBAL)
vector = 0
.rept 256
	.if vector != X86_TRAP_DF && (vector < X86_TRAP_TS || vector > X86_TRAP_PF) && \
	    vector != X86_TRAP_AC && vector != X86_TRAP_CP && \
	    vector != X86_TRAP_VC && vector != 30
	pushl	$0			/* no error code */
	.endif
	pushl	$vector
	.if vector == X86_TRAP_PF
	jmp	.Lpage_fault
	.else
	jmp	.Ltrap
	.endif
	vector = vector + 1
	.org	lg_switcher_stubs + vector * LG_STUB_SIZE, 0xcc
.endr
SYM_CODE_END(lg_switcher_begin)
SYM_INNER_LABEL(lg_switcher_end, SYM_L_GLOBAL)

/*
 * lg_call_gate - call a handler of the host's IDT as the processor would
 * @handler: its address	(0)
 * @eflags:  what its IRET loads	(4)
 */
SYM_FUNC_START(lg_call_gate)
	movl	4(%esp), %eax
	movl	8(%esp), %ecx
	pushl	%ecx
	pushl	%cs
	CALL_NOSPEC eax
	RET
SYM_FUNC_END(lg_call_gate)
