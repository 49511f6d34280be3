// SPDX-License-Identifier: GPL-2.0
/*
 * The window: a page with the switcher's code and, per CPU, the pages that it
 * works on, mapped at the top of the kernel's address space and at the same
 * addresses in every guest. And the C half of the world switch.
 */
#define pr_fmt(fmt) "lg: " fmt

#include <linux/cpu.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/percpu.h>
#include <linux/pgtable.h>
#include <linux/smp.h>
#include <asm/cpu_entry_area.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/fixmap.h>
#include <asm/irq_vectors.h>
#include <asm/mce.h>
#include <asm/msr.h>
#include <asm/nospec-branch.h>
#include <asm/special_insns.h>
#include <asm/switch_to.h>
#include <asm/tlbflush.h>
#include <asm/trap_pf.h>
#include <asm/trapnr.h>
#include "lg.h"
#include "trace.h"

/* Slots of the window: the code, then regs and state of each CPU. */
#define WINDOW_PAGES	(1 + 2 * NR_CPUS)
#define SLOT_CODE	0
#define SLOT_REGS(cpu)	(1 + 2 * (cpu))
#define SLOT_STATE(cpu)	(2 + 2 * (cpu))

/*
 * CR4 bits of the host that stay while a guest runs; VMXE cannot be cleared
 * while KVM uses it. Not PGE: a load of CR3 must drop every translation of the
 * host. Not SMAP: ring 1 is a supervisor to the page tables, and its accesses
 * to its programs' memory are none of the host's business. Not OSXSAVE: only
 * FXSAVE state is switched, and the rest must not be reachable. Not UMIP: an
 * answer is less trouble than a fault, and tells no secret. Not SMEP: before it
 * has paging, a guest runs from pages that both its rings can use.
 */
#define CR4_GUEST_KEEP	(X86_CR4_DE | X86_CR4_PSE | X86_CR4_PAE | X86_CR4_MCE | \
			 X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT | X86_CR4_VMXE)

struct lg_cpu {
	struct lg_regs_page *regs;
	struct lg_state_page *state;
	pte_t *window;		/* the table for the top entry of a root */
	struct lg_vcpu *owner;	/* whose descriptors are in @state */
};

static DEFINE_PER_CPU(struct lg_cpu, lg_cpus);
static void *lg_code __ro_after_init;

static unsigned long slot_address(unsigned int slot)
{
	return __fix_to_virt(FIX_LGUEST_BEGIN) + slot * PAGE_SIZE;
}

/* Where a label of switcher_32.S is in the window. */
static unsigned long window_label(const char *label)
{
	return slot_address(SLOT_CODE) + (label - lg_switcher_begin);
}

/* 4M with PAE too: of a guest without, a whole upper entry is left free. */
unsigned long lg_window_start(void)
{
	return slot_address(SLOT_CODE) & ~(SZ_4M - 1);
}

phys_addr_t lg_switcher_window_table(int cpu)
{
	return __pa(per_cpu(lg_cpus, cpu).window);
}

/*
 * With PAE the top level has four entries, which the processor reads when CR3
 * is loaded: each CPU has one such table, for whatever root comes.
 */
unsigned long lg_switcher_cr3(int cpu, phys_addr_t root)
{
	struct lg_state_page *s = per_cpu(lg_cpus, cpu).state;
	unsigned int i;

	if (!IS_ENABLED(CONFIG_X86_PAE))
		return root;
	for (i = 0; i < ARRAY_SIZE(s->pdpt); i++)
		s->pdpt[i] = (root + i * PAGE_SIZE) | _PAGE_PRESENT;
	return __pa(s->pdpt);
}

/*
 * Make a host mapping of a slot. The fixmap's page table is in every address
 * space since boot, so there is nothing to synchronise. Not global: the CPU may
 * keep it only as long as the host's CR3.
 */
static int __init map_slot(unsigned int slot, void *page, pgprot_t prot)
{
	unsigned int level;
	pte_t *pte = lookup_address(slot_address(slot), &level);

	if (!pte || level != PG_LEVEL_4K) {
		pr_err("no page table for the window at %#lx\n", slot_address(slot));
		return -ENXIO;
	}
	if (pte_present(*pte)) {
		pr_err("the window at %#lx is in use\n", slot_address(slot));
		return -EBUSY;
	}
	pgprot_val(prot) &= ~_PAGE_GLOBAL;
	set_pte(pte, pfn_pte(__pa(page) >> PAGE_SHIFT, prot));
	return 0;
}

static void flush_window(void *unused)
{
	unsigned int slot;

	for (slot = 0; slot < WINDOW_PAGES; slot++)
		asm volatile("invlpg (%0)" :: "r" (slot_address(slot)) : "memory");
}

static void unmap_slot(unsigned int slot, void *page)
{
	unsigned int level;
	pte_t *pte = lookup_address(slot_address(slot), &level);

	if (pte && pte_present(*pte) && pte_pfn(*pte) == __pa(page) >> PAGE_SHIFT)
		pte_clear(NULL, 0, pte);
}

/* The guest's view of a slot: code and state cannot be written, even by ring 1. */
static pte_t guest_pte(phys_addr_t page, bool writable)
{
	return __pte(page | _PAGE_PRESENT | _PAGE_ACCESSED |
		     (writable ? _PAGE_RW | _PAGE_DIRTY : 0));
}

static void set_ptr(struct desc_ptr *ptr, unsigned long address, unsigned int size)
{
	ptr->address = address;
	ptr->size = size - 1;
}

static struct desc_struct switcher_segment(unsigned int type)
{
	return (struct desc_struct) {
		.limit0 = 0xffff, .limit1 = 0xf, .g = 1, .d = 1,
		.type = type, .s = 1, .p = 1,
	};
}

/*
 * The host's descriptors, as they are once its CPU is up; but not those of the
 * task that happens to run, which are nobody else's business.
 */
static void copy_bridge(int cpu, struct lg_state_page *s)
{
	memcpy(s->bridge_gdt, get_cpu_gdt_rw(cpu), GDT_SIZE);
	memset(&s->bridge_gdt[GDT_ENTRY_TLS_MIN], 0,
	       GDT_ENTRY_TLS_ENTRIES * sizeof(s->bridge_gdt[0]));
}

static void __init init_state(int cpu, struct lg_state_page *s)
{
	unsigned long base = slot_address(SLOT_STATE(cpu));
	struct ldttss_desc *tss = (void *)&s->bridge_gdt[LG_GDT_TSS];

	set_ptr(&s->guest_gdt_ptr, base + offsetof(struct lg_state_page, guest_gdt),
		sizeof(s->guest_gdt));
	set_ptr(&s->bridge_gdt_ptr, base + offsetof(struct lg_state_page, bridge_gdt),
		sizeof(s->bridge_gdt));
	set_ptr(&s->host_gdt_ptr, (unsigned long)get_cpu_gdt_ro(cpu), GDT_SIZE);
	set_ptr(&s->guest_idt_ptr, base + offsetof(struct lg_state_page, idt),
		sizeof(s->idt));
	store_idt(&s->host_idt_ptr);

	s->enter_far.offset = window_label(lg_switcher_entered);
	s->enter_far.selector = LG_CS;
	s->leave_far.offset = window_label(lg_switcher_leave);
	s->leave_far.selector = __KERNEL_CS;

	/* The bits of type: code, readable and data, writable; both accessed. */
	s->bridge_gdt[LG_GDT_CS] = switcher_segment(0xb);
	s->bridge_gdt[LG_GDT_DS] = switcher_segment(0x3);
	s->guest_gdt[LG_GDT_CS] = s->bridge_gdt[LG_GDT_CS];
	s->guest_gdt[LG_GDT_DS] = s->bridge_gdt[LG_GDT_DS];
	copy_bridge(cpu, s);

	set_tssldt_descriptor(tss, base + offsetof(struct lg_state_page, tss),
			      DESC_TSS, sizeof(s->tss) - 1);
	s->tss.sp0 = slot_address(SLOT_REGS(cpu)) + PAGE_SIZE;
	s->tss.ss0 = LG_DS;
	s->tss.io_bitmap_base = sizeof(s->tss);	/* beyond the limit: no ports */
}

static int __init init_cpu(int cpu)
{
	struct lg_cpu *c = &per_cpu(lg_cpus, cpu);
	unsigned int other;
	int err;

	c->regs = (void *)get_zeroed_page(GFP_KERNEL);
	c->state = (void *)get_zeroed_page(GFP_KERNEL);
	c->window = (void *)get_zeroed_page(GFP_KERNEL);
	if (!c->regs || !c->state || !c->window)
		return -ENOMEM;

	other = pte_index(slot_address(SLOT_CODE));
	c->window[other] = guest_pte(__pa(lg_code), false);
	c->window[pte_index(slot_address(SLOT_REGS(cpu)))] = guest_pte(__pa(c->regs), true);
	c->window[pte_index(slot_address(SLOT_STATE(cpu)))] = guest_pte(__pa(c->state), false);

	init_state(cpu, c->state);
	err = map_slot(SLOT_REGS(cpu), c->regs, PAGE_KERNEL);
	if (!err)
		err = map_slot(SLOT_STATE(cpu), c->state, PAGE_KERNEL);
	return err;
}

static void exit_cpu(int cpu)
{
	struct lg_cpu *c = &per_cpu(lg_cpus, cpu);

	free_page((unsigned long)c->regs);
	free_page((unsigned long)c->state);
	free_page((unsigned long)c->window);
}

void lg_switcher_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct lg_cpu *c = &per_cpu(lg_cpus, cpu);

		if (c->regs)
			unmap_slot(SLOT_REGS(cpu), c->regs);
		if (c->state)
			unmap_slot(SLOT_STATE(cpu), c->state);
	}
	if (lg_code)
		unmap_slot(SLOT_CODE, lg_code);
	on_each_cpu(flush_window, NULL, 1);

	for_each_possible_cpu(cpu)
		exit_cpu(cpu);
	free_page((unsigned long)lg_code);
}

int __init lg_switcher_init(void)
{
	size_t size = lg_switcher_end - lg_switcher_begin;
	int cpu, err;

	BUILD_BUG_ON(sizeof(struct lg_state_page) > PAGE_SIZE);
	BUILD_BUG_ON(sizeof(struct lg_regs_page) != PAGE_SIZE);
	BUILD_BUG_ON(LG_GDT_CS < GDT_ENTRIES);

	/* The places for shared pages lie below the window, and leave some room. */
	BUILD_BUG_ON(WINDOW_PAGES * PAGE_SIZE + SZ_128K > -LG_TO_SHARED);
	if (WARN_ON(size > PAGE_SIZE || !PAGE_ALIGNED(lg_switcher_begin)))
		return -ENOEXEC;
	/* Guests keep out of the last 4M only, and a CPU has one table for it. */
	if (((slot_address(SLOT_CODE) + LG_TO_SHARED) & PMD_MASK) != -PMD_SIZE ||
	    (slot_address(WINDOW_PAGES - 1) & PMD_MASK) != -PMD_SIZE) {
		pr_err("the window at %#lx is not in the last 4M (reservetop=?)\n",
		       slot_address(SLOT_CODE));
		return -ENXIO;
	}

	lg_code = (void *)get_zeroed_page(GFP_KERNEL);
	if (!lg_code)
		return -ENOMEM;
	memcpy(lg_code, lg_switcher_begin, size);

	err = map_slot(SLOT_CODE, lg_code, PAGE_KERNEL_ROX);
	for_each_possible_cpu(cpu)
		if (!err)
			err = init_cpu(cpu);
	if (err)
		lg_switcher_exit();
	return err;
}

/* Where the guest's IDT sends a vector. */
static gate_desc stub_gate(unsigned int vector, unsigned int dpl)
{
	unsigned long address = window_label(lg_switcher_stubs) + vector * LG_STUB_SIZE;
	gate_desc gate = {
		.offset_low = (u16)address,
		.offset_middle = (u16)(address >> 16),
		.segment = LG_CS,
		.bits = { .type = GATE_INTERRUPT, .dpl = dpl, .p = 1 },
	};

	return gate;
}

/*
 * int 0x80 from ring 3 goes straight to the guest's handler in ring 1, if that
 * is what its table says. A trap gate: the real interrupt flag stays set.
 */
static bool direct_gate(const struct lg_vcpu *vcpu, gate_desc *out)
{
	const gate_desc *g = &vcpu->idt[IA32_SYSCALL_VECTOR];

	if (!g->bits.p || g->bits.dpl != 3)
		return false;
	if (g->bits.type != GATE_INTERRUPT && g->bits.type != GATE_TRAP)
		return false;
	if (!lg_kernel_code(vcpu, g->segment) || !lg_kernel_data(vcpu, vcpu->ss1))
		return false;

	*out = *g;
	out->segment |= LG_KERNEL_RPL;
	out->bits = (struct idt_bits) { .type = GATE_TRAP, .dpl = 3, .p = 1 };
	return true;
}

static void copy_idt(struct lg_vcpu *vcpu, struct lg_state_page *s)
{
	unsigned int v;

	for (v = 0; v < ARRAY_SIZE(s->idt); v++)
		s->idt[v] = stub_gate(v, 0);
	s->idt[X86_TRAP_BP] = stub_gate(X86_TRAP_BP, 3);
	s->idt[X86_TRAP_OF] = stub_gate(X86_TRAP_OF, 3);
	s->idt[LGUEST_HYPERCALL] = stub_gate(LGUEST_HYPERCALL, LG_KERNEL_RPL);
	direct_gate(vcpu, &s->idt[IA32_SYSCALL_VECTOR]);
}

static void copy_gdt(struct lg_vcpu *vcpu, struct lg_state_page *s)
{
	struct desc_struct *d = &s->guest_gdt[vcpu->user_cs >> 3];

	__memcpy(s->guest_gdt, vcpu->gdt, sizeof(vcpu->gdt));
	if (!vcpu->user_cs_hidden || !d->p || !d->s || !(d->type & 0x8))
		return;
	/*
	 * Code that can be read may be in a data segment register, and stay there: it
	 * becomes data that can be read.
	 */
	if (!(d->type & 0x2)) {
		d->p = 0;
		return;
	}
	/* Of conforming code any ring may have it. */
	if (d->type & 0x4)
		d->dpl = LG_USER_RPL;
	d->type = 0x1;
}

/*
 * Where the switcher tells a guest of a page fault: where an interrupt gate leads to.
 * 0: it must not.
 */
static u32 fault_cs(const struct lg_vcpu *vcpu)
{
	const gate_desc *g = &vcpu->idt[X86_TRAP_PF];

	if (!vcpu->shared || !vcpu->fault_entry || !g->bits.p || g->bits.type != GATE_INTERRUPT)
		return 0;
	/* Without paging there are no page faults. */
	if (!(vcpu->cr0 & X86_CR0_PG))
		return 0;
	if (!lg_kernel_code(vcpu, g->segment) || !lg_kernel_data(vcpu, vcpu->ss1))
		return 0;
	return (g->segment & ~3) | LG_KERNEL_RPL;
}

static void copy_fault_entry(struct lg_vcpu *vcpu, struct lg_cpu *c)
{
	unsigned long shared = slot_address(SLOT_REGS(smp_processor_id())) + LG_TO_SHARED;

	c->state->fault_cs = fault_cs(vcpu);
	c->state->fault_entry = vcpu->fault_entry;
	c->state->fault_error = lg_nx(vcpu) ? ~0u : ~X86_PF_INSTR;
	c->window[pte_index(shared)] = vcpu->shared ?
		guest_pte(page_to_phys(vcpu->shared_page), true) : __pte(0);
}

/* What the switcher told the guest of, if the guest has not written there itself. */
static void count_told(struct lg_vcpu *vcpu, struct lg_regs_page *regs)
{
	u32 told = regs->told;

	if (!told)
		return;
	/* Always: the next one here may be another guest. */
	regs->told = 0;
	if (!vcpu->shared)
		return;
	vcpu->stats[LGUEST_STAT_REFLECT_SWITCHER] += told;
	vcpu->stats[LGUEST_STAT_INJECT_TRAP] += told;
	vcpu->guest_cr2 = READ_ONCE(vcpu->shared->cr2);
}

static void refresh_state(struct lg_vcpu *vcpu, struct lg_cpu *c)
{
	struct lg_state_page *s = c->state;
	bool moved = c->owner != vcpu || vcpu->last_cpu != smp_processor_id();

	if (moved) {
		/* Another's branches must not steer this one's, nor its ours. */
		if (c->owner != vcpu && boot_cpu_has(X86_FEATURE_IBPB))
			wrmsrq(MSR_IA32_PRED_CMD, PRED_CMD_IBPB);
		/* An NMI leaves words of whoever ran here below the registers. */
		memset(c->regs->stack, 0, sizeof(c->regs->stack));
		copy_bridge(smp_processor_id(), s);
		c->regs->told_page = 0;
	}
	if (moved || vcpu->idt_changed)
		copy_idt(vcpu, s);
	if (moved || vcpu->gdt_changed)
		copy_gdt(vcpu, s);
	if (moved || vcpu->gdt_changed || vcpu->idt_changed)
		copy_fault_entry(vcpu, c);
	s->tss.ss1 = vcpu->ss1;
	s->tss.sp1 = vcpu->esp1;
	vcpu->idt_changed = false;
	vcpu->gdt_changed = false;
	vcpu->last_cpu = smp_processor_id();
	WRITE_ONCE(c->owner, vcpu);
}

/**
 * lg_switcher_forget - no CPU holds copies for this vCPU any more
 * @vcpu: it does not run, and is about to be freed
 *
 * Another one may get the same address, and must not take them for its own.
 */
void lg_switcher_forget(struct lg_vcpu *vcpu)
{
	int cpu;

	for_each_possible_cpu(cpu)
		cmpxchg(&per_cpu(lg_cpus, cpu).owner, vcpu, NULL);
}

/*
 * PEBS and BTS store their records through linear addresses of the host, also
 * while the guest's tables are loaded. DEBUGCTL can also have what makes debug
 * exceptions of branches and bus locks. An NMI of the host may start what it finds
 * stopped, so it is the switcher that stops it, when no NMI gets to the host any more.
 * What is not active now is not started by one.
 */
static bool has_debug_store(void)
{
	return boot_cpu_has(X86_FEATURE_PEBS) || boot_cpu_has(X86_FEATURE_BTS) ||
	       boot_cpu_has(X86_FEATURE_BUS_LOCK_DETECT) ||
	       test_thread_flag(TIF_BLOCKSTEP);
}

static void stop_debug_store(struct lg_state_page *s)
{
	unsigned int n = 0;

	if (has_debug_store()) {
		if (native_rdmsrq(MSR_IA32_DEBUGCTLMSR))
			s->stop_msr[n++] = MSR_IA32_DEBUGCTLMSR;
		if (boot_cpu_has(X86_FEATURE_PEBS) && native_rdmsrq(MSR_IA32_PEBS_ENABLE))
			s->stop_msr[n++] = MSR_IA32_PEBS_ENABLE;
	}
	while (n < ARRAY_SIZE(s->stop_msr))
		s->stop_msr[n++] = 0;
}

/*
 * A LOCK across a cache line is an #AC if the host wants it so, which a guest would take
 * for one of its own and could not end. The MSR is the core's: another thread of it may
 * set it again meanwhile, see alignment_check().
 *
 * Return: what the MSR is to be afterwards; 0: it has not been changed.
 */
static u64 stop_split_lock_detection(void)
{
	u64 ctrl;

	if (!boot_cpu_has(X86_FEATURE_SPLIT_LOCK_DETECT))
		return 0;
	ctrl = native_rdmsrq(MSR_TEST_CTRL);
	if (!(ctrl & MSR_TEST_CTRL_SPLIT_LOCK_DETECT))
		return 0;
	native_wrmsrq(MSR_TEST_CTRL, ctrl & ~MSR_TEST_CTRL_SPLIT_LOCK_DETECT);
	return ctrl;
}

/* Events that the switcher counted while it could not call their handlers. */
static void raise_counted(struct lg_vcpu *vcpu, const struct lg_state_page *s,
			  u32 *count, unsigned int vector)
{
	const gate_desc *idt = (const gate_desc *)s->host_idt_ptr.address;

	for (; *count; --*count) {
		vcpu->stats[LGUEST_STAT_NMI_SWITCHER]++;
		lg_call_gate(gate_offset(&idt[vector]), X86_EFLAGS_FIXED);
	}
}

/*
 * What the guest's slice ended with may be the host's: an interrupt, an NMI, a
 * machine check. Its handler has to run before anything else, on a host that is
 * whole. An interrupt returns with interrupts enabled, so that the handler's
 * exit does all that it does when it interrupts the kernel elsewhere (with the
 * flag clear, it would leave a deferred timer unarmed).
 */
static void raise_host_event(struct lg_vcpu *vcpu, const struct lg_state_page *s)
{
	const gate_desc *idt = (const gate_desc *)s->host_idt_ptr.address;
	u32 trap = vcpu->regs.trap;
	unsigned long eflags = X86_EFLAGS_FIXED;

#ifdef CONFIG_X86_MCE
	if (trap == X86_TRAP_MC) {
		/* As in KVM: it hit the launcher, who can be killed, not the kernel. */
		struct pt_regs regs = { .cs = 3, .flags = X86_EFLAGS_IF };

		do_machine_check(&regs);
		return;
	}
#endif
	if (trap != X86_TRAP_NMI) {
		if (trap < FIRST_EXTERNAL_VECTOR || trap > 255)
			return;
		/* The host's gate for system calls is no interrupt's. */
		if (trap == IA32_SYSCALL_VECTOR)
			return;
		eflags |= X86_EFLAGS_IF;
	}
	lg_call_gate(gate_offset(&idt[trap]), eflags);
}

/**
 * lg_switcher_enter - run the guest until it traps
 * @vcpu: whose registers; updated, with regs.trap and cr2
 *
 * Interrupts are off on the way in. They are on at the return if one of the
 * host ended the guest's slice, else off. The FPU is the guest's.
 */
void lg_switcher_enter(struct lg_vcpu *vcpu)
{
	int cpu = smp_processor_id();
	struct lg_cpu *c = this_cpu_ptr(&lg_cpus);
	struct lg_state_page *s = c->state;
	void (*enter)(struct lg_state_page *state, struct lg_regs *regs);
	struct lg_regs_page *regs_page = (void *)slot_address(SLOT_REGS(cpu));
	unsigned long dr7 = 0;
	struct lg_check check;
	u64 test_ctrl;
	u16 gs, ldt;

	lockdep_assert_irqs_disabled();
	enter = (void *)window_label(lg_switcher_enter_code);

	refresh_state(vcpu, c);
	s->guest_cr3 = lg_shadow_cr3(vcpu, cpu);
	s->host_cr3 = __native_read_cr3();
	s->host_cr4 = native_read_cr4();
	s->guest_cr4 = s->host_cr4 & CR4_GUEST_KEEP;
	vcpu->regs.eflags = (vcpu->regs.eflags & LG_EFLAGS_GUEST) |
			    X86_EFLAGS_FIXED | X86_EFLAGS_IF;
	/* Not by assignment: that is five instructions a word. */
	__memcpy(&c->regs->regs, &vcpu->regs, sizeof(vcpu->regs));

	trace_lguest_entry(vcpu);
	lg_check_before(&check);
	savesegment(gs, gs);
	asm volatile("sldt %0" : "=m" (ldt));
	if (ldt)
		asm volatile("lldt %w0" :: "r" (0) : "memory");
	if (hw_breakpoint_active())
		dr7 = local_db_save();

	stop_debug_store(s);
	test_ctrl = stop_split_lock_detection();
	x86_clear_cpu_buffers();

	enter((struct lg_state_page *)slot_address(SLOT_STATE(cpu)), &regs_page->regs);

	vcpu->cr2 = native_read_cr2();
	if (test_ctrl)
		native_wrmsrq(MSR_TEST_CTRL, test_ctrl);
	force_reload_TR();
	if (ldt)
		asm volatile("lldt %w0" :: "r" (ldt) : "memory");
	loadsegment(gs, gs);		/* perhaps from the LDT */
	__memcpy(&vcpu->regs, &c->regs->regs, sizeof(vcpu->regs));
	count_told(vcpu, c->regs);
	if (vcpu->regs.trap == X86_TRAP_DB) {
		/* Sticky: whoever comes next must not take it for its own. */
		vcpu->dr[6] = (vcpu->dr[6] & ~DR_TRAP_BITS) |
			      (native_get_debugreg(6) & DR_STEP);
		native_set_debugreg(6, DR6_RESERVED);
	}
	if (dr7)
		local_db_restore(dr7);
	lg_check_after(&check);
	/*
	 * Before the handlers: the guest's time ends here. But nothing goes before a
	 * machine check.
	 */
	if (trace_lguest_exit_enabled() && vcpu->regs.trap != X86_TRAP_MC && !s->mce_count)
		trace_lguest_exit(vcpu);

	/* Preemption is off: what the handlers do to TR, %gs and such is kept. */
	raise_counted(vcpu, s, &s->nmi_count, X86_TRAP_NMI);
	raise_counted(vcpu, s, &s->mce_count, X86_TRAP_MC);
	raise_host_event(vcpu, s);

	/*
	 * The next IRET takes this as it is. The page has been writable for this
	 * processor only, but ring 0 is more than should hang on that.
	 */
	if (!(vcpu->regs.cs & 3))
		vcpu->regs.trap = LG_TRAP_LOST;
}
