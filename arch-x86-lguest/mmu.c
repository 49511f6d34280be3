// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables. The guest's tables hold guest physical addresses, and nobody tells
 * the host about their entries: the shadow that the host makes of them behaves
 * as a TLB, tagged by address space. It has to be told what a processor is told:
 * the root, and what to forget.
 *
 * The tag. Linux counts the changes of an address space that need a flush
 * (mm->context.tlb_gen), and keeps per CPU how far it has caught up with those
 * of the loaded one (cpu_tlbstate.ctxs[0]; without PCID there is one slot). The
 * host gets the identity and the generation with each root, so that it can keep
 * the shadow of address spaces that are not loaded: when one comes back with the
 * generation that the shadow has, nothing was missed. What the host has is in
 * shared->tlb_gen, and the flushes below advance it:
 *
 *  - A flush of one user address comes from flush_tlb_func() only, which makes
 *    them when they lead from the generation in ctxs[0] to the next one. That
 *    one is what it stores afterwards, and what we store here. Another CPU may
 *    have raised the count in the mm further by then; its flush is yet to come,
 *    so that count would be wrong.
 *  - A full flush catches up with all that has been counted before it.
 *  - A flush of a kernel address (fixmap, kmap_local, vmalloc, KFENCE) says nothing
 *    about a user address space, and may come while one is loaded that is lazy,
 *    the flushes of which are being left out.
 */
#include <linux/hardirq.h>
#include <linux/mm_types.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>

#include <asm/page.h>
#include <asm/paravirt.h>
#include <asm/tlbflush.h>

#include "lguest.h"

/* The root that is loaded, for read_cr3(). */
static unsigned long loaded_cr3;

/*
 * Say which address space the root @cr3 is. Called with interrupts off.
 *
 * switch_mm_irqs_off() stores ctxs[0] right before it loads the root, and has
 * set loaded_mm to LOADED_MM_SWITCHING if the root changes; so in that state
 * ctxs[0] is right, and nobody else loads a root then. In any other state
 * ctxs[0] must be that of loaded_mm and the root that of loaded_mm: that is so
 * when switch_mm_irqs_off() reloads after a lazy spell, and when
 * initialize_tlbstate_and_flush() reloads what is loaded already (which the host
 * takes as a flush).
 *
 * It is not so at boot, where load_cr3() loads swapper_pg_dir while ctxs[0] is
 * still zero, nor for a root that belongs to no mm (the trampoline's). Such a
 * root goes without a tag, and its shadow is not kept.
 */
static void name_address_space(unsigned long cr3)
{
	const struct mm_struct *mm = this_cpu_read(cpu_tlbstate.loaded_mm);
	u64 ctx_id = this_cpu_read(cpu_tlbstate.ctxs[0].ctx_id);

	if (mm != LOADED_MM_SWITCHING &&
	    (mm->context.ctx_id != ctx_id || __pa(mm->pgd) != cr3))
		ctx_id = 0;

	lguest_shared->next_ctx_id = ctx_id;
	lguest_shared->next_tlb_gen = this_cpu_read(cpu_tlbstate.ctxs[0].tlb_gen);
}

void lguest_cr3_loaded(unsigned long cr3)
{
	loaded_cr3 = cr3;
}

/*
 * While a load waits for the end of the context switch this gives the root that
 * the kernel runs on, which is what vmalloc_fault() has to repair.
 */
static unsigned long lguest_read_cr3(void)
{
	return loaded_cr3;
}

/* Queued flushes are for the address space that is loaded now. */
static void drain_flushes(void)
{
	if (lguest_shared->flush_count)
		lguest_hypercall(LGUEST_HC_FLUSH, LGUEST_FLUSH_QUEUE, 0, 0, 0);
}

static void lguest_write_cr3(unsigned long cr3)
{
	drain_flushes();
	name_address_space(cr3);
	if (lguest_defer_cr3(cr3))
		return;
	lguest_hypercall(LGUEST_HC_LOAD_CR3, cr3, 0, 0, 0);
	lguest_cr3_loaded(cr3);
}

static void lguest_write_cr2(unsigned long cr2)
{
	lguest_shared->cr2 = cr2;
}

/* A flush is queued that is made when interrupts go off for the next time. */
bool lguest_flush_waits;

/*
 * Copy on write clears the entry, flushes it, and then sets it to the copy. If the
 * flush comes after that, the host finds the copy, and the program need not fault for
 * it. It can wait: the handler of a page fault runs with interrupts on, and takes them
 * off before it returns. Until then nobody uses the program's addresses, so it does not
 * matter whose the old page is by then: to run somebody else takes interrupts off, too.
 *
 * So is a page fault at that page being handled, of a program's, or in what the kernel
 * does on the way back to one? On the way in the number of a system call is replaced
 * by -1. (A worker has the registers of who made it, and does not go back.)
 */
static bool is_being_copied(unsigned long addr)
{
	struct pt_regs *regs = task_pt_regs(current);

	return ((lguest_shared->cr2 ^ addr) & PAGE_MASK) == 0 &&
	       !(current->flags & (PF_KTHREAD | PF_USER_WORKER)) &&
	       user_mode(regs) && regs->orig_ax == -1;
}

/*
 * Up to 33 of these come in a row, with interrupts off: they are queued, and the
 * enabling of interrupts that follows makes one hypercall for all. In a hard
 * interrupt that would be too late: who asked for the flush by an interrupt
 * goes on as soon as it is told, which is before interrupts are enabled.
 *
 * The host may find the queue and empty it at any instruction, so the entry is
 * written before the count, and the count before the bit. If it does so between
 * the reading and the writing of the count, entries are flushed twice.
 */
static void queue_flush(unsigned long addr)
{
	u32 count = READ_ONCE(lguest_shared->flush_count);

	if (count >= LGUEST_FLUSH_MAX || in_hardirq()) {
		lguest_hypercall(LGUEST_HC_FLUSH, LGUEST_FLUSH_ONE, addr, 0, 0);
		return;
	}

	WRITE_ONCE(lguest_shared->flush[count], addr);
	barrier();
	WRITE_ONCE(lguest_shared->flush_count, count + 1);
	if (is_being_copied(addr))
		lguest_flush_waits = true;
	else
		lguest_set_pending(LGUEST_PENDING_FLUSH);
}

static void lguest_flush_tlb_one(unsigned long addr)
{
	if (addr >= PAGE_OFFSET) {
		lguest_hypercall(LGUEST_HC_FLUSH, LGUEST_FLUSH_ONE, addr, 0, 0);
		return;
	}

	queue_flush(addr);
	lguest_shared->tlb_gen = this_cpu_read(cpu_tlbstate.ctxs[0].tlb_gen) + 1;
}

/*
 * The generation has to be read before the flush: a change that is counted
 * later need not be covered by it.
 */
static void flush_all_of(unsigned long kind)
{
	struct mm_struct *mm = this_cpu_read(cpu_tlbstate.loaded_mm);
	bool known = mm != LOADED_MM_SWITCHING &&
		     !this_cpu_read(cpu_tlbstate_shared.is_lazy);
	u64 gen = known ? atomic64_read(&mm->context.tlb_gen) : 0;

	lguest_hypercall(LGUEST_HC_FLUSH, kind, 0, 0, 0);
	if (known)
		lguest_shared->tlb_gen = gen;
}

static void lguest_flush_tlb_user(void)
{
	flush_all_of(LGUEST_FLUSH_USER);
}

static void lguest_flush_tlb_kernel(void)
{
	flush_all_of(LGUEST_FLUSH_ALL);
}

void __init lguest_mmu_init(void)
{
	/* The last one that is emulated. */
	loaded_cr3 = __native_read_cr3();
	lguest_shared->kernel_start = PAGE_OFFSET;

	pv_ops.mmu.read_cr2 = __PV_IS_CALLEE_SAVE(lguest_read_cr2);
	pv_ops.mmu.write_cr2 = lguest_write_cr2;
	pv_ops.mmu.read_cr3 = lguest_read_cr3;
	pv_ops.mmu.write_cr3 = lguest_write_cr3;
	pv_ops.mmu.flush_tlb_user = lguest_flush_tlb_user;
	pv_ops.mmu.flush_tlb_kernel = lguest_flush_tlb_kernel;
	pv_ops.mmu.flush_tlb_one_user = lguest_flush_tlb_one;
}
