/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interrupt flag of ring 1, and the address of the last page fault.
 *
 * The processor's own flag stays set in ring 1 and cli and sti fault there, so
 * the flag that counts is a word in the page shared with the host. It means
 * something in ring 1 only. Nothing has to be done on the way to ring 3: the
 * kernel's exit path clears it before iret, and interrupts are always deliverable
 * in ring 3; so an entry from there finds it clear, as after an interrupt gate.
 *
 * The functions are callee-save functions of struct paravirt_callee_save: they may
 * change %eax, %edx and the flags only.
 */
#include <linux/linkage.h>
#include <asm/lguest.h>
#include <asm/processor-flags.h>

.section .noinstr.text, "ax"

/* unsigned long lguest_save_fl(void): X86_EFLAGS_IF or 0 */
SYM_FUNC_START(lguest_save_fl)
	movl	lguest_shared_page + LGUEST_SHARED_IRQ_ENABLED, %eax
	RET
SYM_FUNC_END(lguest_save_fl)

/*
 * A flush may wait for this: see is_being_copied() in mmu.c. It is queued while the flag
 * is clear, and goes on waiting until that has been set, and is cleared.
 */
SYM_FUNC_START(lguest_irq_disable)
	cmpb	$0, lguest_flush_waits
	jne	.Lwaits
	movl	$0, lguest_shared_page + LGUEST_SHARED_IRQ_ENABLED
	RET
.Lwaits:
	cmpl	$0, lguest_shared_page + LGUEST_SHARED_IRQ_ENABLED
	je	.Loff
	movl	$0, lguest_shared_page + LGUEST_SHARED_IRQ_ENABLED
	movb	$0, lguest_flush_waits
	pushl	%ebx
	movl	$LGUEST_HC_FLUSH, %eax
	movl	$LGUEST_FLUSH_QUEUE, %ebx
	int	$LGUEST_HYPERCALL
	popl	%ebx
.Loff:
	RET
SYM_FUNC_END(lguest_irq_disable)

/*
 * The order matters: an interrupt that is raised after the flag is set makes
 * the host stop this processor and deliver it; one that was raised before is
 * seen by the test. The test also finds the flushes that mmu.c has queued.
 */
SYM_FUNC_START(lguest_irq_enable)
	movl	$X86_EFLAGS_IF, lguest_shared_page + LGUEST_SHARED_IRQ_ENABLED
	cmpl	$0, lguest_shared_page + LGUEST_SHARED_IRQ_PENDING
	jne	.Lpending
	RET
.Lpending:
	movl	$LGUEST_HC_IRQ_WINDOW, %eax
	int	$LGUEST_HYPERCALL
	RET
SYM_FUNC_END(lguest_irq_enable)

/*
 * A page fault of ring 3, of which the host tells in the shared page: lay the frame
 * that a processor would have pushed. %ds is still the program's.
 */
SYM_CODE_START(lguest_page_fault)
	.irp word, 20, 16, 12, 8, 4, 0			/* from ss to error */
	pushl	%ss:(lguest_shared_page + LGUEST_SHARED_FAULT + \word)
	.endr
	jmp	asm_exc_page_fault
SYM_CODE_END(lguest_page_fault)

SYM_FUNC_START(lguest_read_cr2)
	movl	lguest_shared_page + LGUEST_SHARED_CR2, %eax
	RET
SYM_FUNC_END(lguest_read_cr2)
