// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest asks for. The contract is asm/lguest.h; nothing that a guest
 * passes is believed: addresses are checked where they are used, and words in
 * the shared page are read once.
 */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <asm/irq_vectors.h>
#include <asm/trapnr.h>
#include "lg.h"
#include "trace.h"

/*
 * The processor runs on with the code and stack segments that it has loaded,
 * whatever a new table says under their selectors; but they are loaded anew
 * each time that the guest is entered. So as long as they stay loaded and the
 * new table has nothing fit for them, the old descriptors stay in their place.
 */
static void keep_loaded(struct lg_vcpu *vcpu, struct desc_struct *gdt, struct lg_kept *kept,
			u32 selector, unsigned int mask, unsigned int type)
{
	u32 index = (selector & 0xffff) >> 3;
	const struct desc_struct *d = &gdt[index];

	kept->index = 0;
	if ((selector & SEGMENT_TI_MASK) || index >= GDT_ENTRIES)
		return;
	if (d->p && d->s && d->dpl == (selector & 3) && (d->type & mask) == type)
		return;
	kept->index = index;
	kept->real = *d;
	gdt[index] = vcpu->gdt[index];
}

static bool drop_one(struct lg_vcpu *vcpu, struct lg_kept *kept, u32 selector)
{
	if (!kept->index || (selector & 0xffff) >> 3 == kept->index)
		return false;
	vcpu->gdt[kept->index] = kept->real;
	vcpu->gdt_changed = true;
	vcpu->idt_changed = true;	/* the direct gate looks at the GDT */
	kept->index = 0;
	return true;
}

/**
 * lg_drop_kept - the guest may have loaded other segments: see keep_loaded()
 * @vcpu: whose slice has ended
 *
 * Return: true if its table is now another than what an instruction that
 * faulted has seen.
 */
bool lg_drop_kept(struct lg_vcpu *vcpu)
{
	bool cs = drop_one(vcpu, &vcpu->kept_cs, vcpu->regs.cs);

	return drop_one(vcpu, &vcpu->kept_ss, vcpu->regs.ss) || cs;
}

/**
 * lg_load_gdt - take a copy of the guest's GDT
 * @vcpu: whose
 * @addr: linear address
 * @entries: how many; what is behind GDT_ENTRIES is ignored
 *
 * Return: 0, or -EFAULT if the table is not in memory.
 */
int lg_load_gdt(struct lg_vcpu *vcpu, u32 addr, u32 entries)
{
	struct desc_struct gdt[GDT_ENTRIES] = { };
	struct lg_fault fault;
	unsigned int i;

	entries = min_t(u32, entries, GDT_ENTRIES);
	if (lg_gva_read(vcpu, addr, gdt, entries * sizeof(gdt[0]), 0, &fault))
		return -EFAULT;
	gdt[0] = (struct desc_struct){ };
	for (i = 1; i < GDT_ENTRIES; i++)
		lg_desc_sanitise(&gdt[i], lg_window_start(), lg_strict_segments);
	/* What was kept was not in the table that the guest replaces. */
	keep_loaded(vcpu, gdt, &vcpu->kept_cs, vcpu->regs.cs, 0x8, 0x8);
	keep_loaded(vcpu, gdt, &vcpu->kept_ss, vcpu->regs.ss, 0xa, 0x2);
	memcpy(vcpu->gdt, gdt, sizeof(gdt));
	vcpu->gdt_changed = true;
	vcpu->idt_changed = true;	/* the direct gate looks at the GDT */
	return 0;
}

static int load_gdt_entry(struct lg_vcpu *vcpu, u32 index, u32 low, u32 high)
{
	struct desc_struct d;
	u32 raw[2] = { low, high };

	if (index == 0 || index >= GDT_ENTRIES)
		return -EINVAL;
	memcpy(&d, raw, sizeof(d));
	lg_desc_sanitise(&d, lg_window_start(), lg_strict_segments);
	if (index == vcpu->kept_cs.index)
		vcpu->kept_cs.real = d;
	else if (index == vcpu->kept_ss.index)
		vcpu->kept_ss.real = d;
	else
		vcpu->gdt[index] = d;
	vcpu->gdt_changed = true;
	/* The direct gate is good only while its segments are. */
	if (index == vcpu->idt[IA32_SYSCALL_VECTOR].segment >> 3 || index == vcpu->ss1 >> 3)
		vcpu->idt_changed = true;
	return 0;
}

/**
 * lg_load_idt - take a copy of the guest's IDT
 * @vcpu: whose
 * @addr: linear address
 * @entries: how many
 *
 * Return: 0, -EFAULT if the table is not in memory, or -ENOMEM.
 */
int lg_load_idt(struct lg_vcpu *vcpu, u32 addr, u32 entries)
{
	struct lg_fault fault;
	gate_desc *idt;
	int err = 0;

	/* Aside first: if it cannot be read the old one stays. */
	idt = kcalloc(ARRAY_SIZE(vcpu->idt), sizeof(*idt), GFP_KERNEL_ACCOUNT);
	if (!idt)
		return -ENOMEM;
	entries = min_t(u32, entries, ARRAY_SIZE(vcpu->idt));
	if (lg_gva_read(vcpu, addr, idt, entries * sizeof(*idt), 0, &fault)) {
		err = -EFAULT;
	} else {
		memcpy(vcpu->idt, idt, sizeof(vcpu->idt));
		vcpu->idt_changed = true;
	}
	kfree(idt);
	return err;
}

static int load_idt_entry(struct lg_vcpu *vcpu, u32 index, u32 low, u32 high)
{
	u32 raw[2] = { low, high };

	if (index >= ARRAY_SIZE(vcpu->idt))
		return -EINVAL;
	memcpy(&vcpu->idt[index], raw, sizeof(raw));
	/* Only of these is there something in the CPU's copy. */
	if (index == IA32_SYSCALL_VECTOR || index == X86_TRAP_PF)
		vcpu->idt_changed = true;
	return 0;
}

static int load_tls(struct lg_vcpu *vcpu)
{
	u32 index = READ_ONCE(vcpu->shared->tls_index);
	unsigned int i;

	if (index == 0 || index > GDT_ENTRIES - LGUEST_TLS_ENTRIES)
		return -EINVAL;
	for (i = 0; i < LGUEST_TLS_ENTRIES; i++) {
		u64 raw = READ_ONCE(vcpu->shared->tls[i]);

		load_gdt_entry(vcpu, index + i, raw, raw >> 32);
	}
	return 0;
}

static int set_stack(struct lg_vcpu *vcpu, u32 ss, u32 esp)
{
	if (!lg_kernel_data(vcpu, ss))
		return -EINVAL;
	vcpu->ss1 = (ss & 0xfff8) | LG_KERNEL_RPL;
	vcpu->esp1 = esp;
	vcpu->idt_changed = true;
	return 0;
}

/*
 * The shared page is pinned, and counted as RDMA counts its pages: without the lock of
 * the launcher's memory. Whoever closes the file last, perhaps another process, must
 * not wait for that.
 */
static int account_pin(struct mm_struct *mm)
{
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;

	if (atomic64_inc_return(&mm->pinned_vm) <= limit || capable(CAP_IPC_LOCK))
		return 0;
	atomic64_dec(&mm->pinned_vm);
	return -ENOMEM;
}

void lg_unaccount_pin(struct mm_struct *mm)
{
	atomic64_dec(&mm->pinned_vm);
}

static int init(struct lg_vcpu *vcpu, u32 gpa, u32 version)
{
	struct lg_guest *g = vcpu->guest;
	struct lguest_shared *shared;
	struct page *page;
	u32 user_cs;
	int n, err;

	BUILD_BUG_ON(sizeof(struct lguest_shared) > PAGE_SIZE);
	BUILD_BUG_ON(offsetof(struct lguest_shared, irq_enabled) != LGUEST_SHARED_IRQ_ENABLED);
	BUILD_BUG_ON(offsetof(struct lguest_shared, irq_pending) != LGUEST_SHARED_IRQ_PENDING);
	BUILD_BUG_ON(offsetof(struct lguest_shared, cr2) != LGUEST_SHARED_CR2);
	BUILD_BUG_ON(offsetof(struct lguest_shared, fault) != LGUEST_SHARED_FAULT);

	if (version != LGUEST_ABI_VERSION)
		return -EPROTO;
	if (vcpu->shared)
		return -EBUSY;
	if (offset_in_page(gpa) || !lg_gpa_ok(g, gpa, PAGE_SIZE))
		return -EINVAL;

	err = account_pin(g->mm);
	if (err)
		return err;
	n = 0;
	if (lg_gpa_mapped(g, gpa))
		n = pin_user_pages_fast(g->ram_base + gpa, 1, FOLL_WRITE | FOLL_LONGTERM,
					&page);
	if (n != 1) {
		err = n < 0 ? n : -EFAULT;
		goto unaccount;
	}
	shared = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	if (!shared) {
		err = -ENOMEM;
		goto unpin;
	}
	vcpu->shared_page = page;
	shared->irq_enabled = vcpu->boot_irqs ? X86_EFLAGS_IF : 0;
	shared->irq_pending = 0;

	/* Ring 3 code that an IRET may go to: see hide_user_cs(). */
	user_cs = READ_ONCE(shared->user_cs);
	if ((user_cs & 7) == LG_USER_RPL && user_cs >> 3 < GDT_ENTRIES)
		vcpu->user_cs = user_cs;

	/* Pairs with lg_irq_raise(). */
	smp_store_release(&vcpu->shared, shared);
	smp_mb();			/* and with the one behind its atomic_or() */
	vcpu->idt_changed = true;	/* so that the switcher gets to know the page */
	lg_irq_move_early(vcpu, shared);
	lg_timer_start(vcpu);
	return lg_shadow_renew(vcpu);

unpin:
	unpin_user_page(page);
unaccount:
	lg_unaccount_pin(g->mm);
	return err;
}

static int change_cr3(struct lg_vcpu *vcpu, u32 cr3)
{
	u64 ctx_id = 0, tlb_gen = 0;

	if (vcpu->shared) {
		ctx_id = READ_ONCE(vcpu->shared->next_ctx_id);
		tlb_gen = READ_ONCE(vcpu->shared->next_tlb_gen);
	}
	return lg_shadow_load_cr3(vcpu, cr3, ctx_id, tlb_gen);
}

/* Flushes that wait in the shared page, before anything that relies on them. */
void lg_flush_queue(struct lg_vcpu *vcpu)
{
	struct lguest_shared *shared = vcpu->shared;
	u32 i, count;

	if (!shared)
		return;
	count = READ_ONCE(shared->flush_count);
	shared->irq_pending &= ~LGUEST_PENDING_FLUSH;
	if (!count)
		return;
	shared->flush_count = 0;
	if (count > LGUEST_FLUSH_MAX) {
		lg_shadow_flush_user(vcpu);
		return;
	}
	for (i = 0; i < count; i++)
		lg_shadow_flush_one(vcpu, READ_ONCE(shared->flush[i]));
}

static int flush(struct lg_vcpu *vcpu, u32 kind, u32 addr)
{
	int r;

	switch (kind) {
	case LGUEST_FLUSH_ONE:
		lg_shadow_flush_one(vcpu, addr);
		return 0;
	case LGUEST_FLUSH_USER:
		r = lg_shadow_reload_dirs(vcpu);
		if (!r)
			lg_shadow_flush_user(vcpu);
		return r;
	case LGUEST_FLUSH_ALL:
		r = lg_shadow_reload_dirs(vcpu);
		if (!r)
			lg_shadow_flush_all(vcpu);
		return r;
	case LGUEST_FLUSH_QUEUE:
		return 0;		/* done already */
	}
	return -EINVAL;
}

static int switch_to(struct lg_vcpu *vcpu, u32 flags)
{
	int err = 0;

	if (!vcpu->shared)
		return -ENXIO;
	if (flags & ~(LGUEST_SWITCH_CR3 | LGUEST_SWITCH_TLS))
		return -EINVAL;
	if (flags & LGUEST_SWITCH_TLS)
		err = load_tls(vcpu);
	if (!err && (flags & LGUEST_SWITCH_CR3))
		err = change_cr3(vcpu, READ_ONCE(vcpu->shared->next_cr3));
	return err;
}

static int console(struct lg_vcpu *vcpu, u32 gpa, u32 len, int *to_launcher)
{
	if (len > PAGE_SIZE || !lg_gpa_ok(vcpu->guest, gpa, len))
		return -EINVAL;
	vcpu->exit = (struct lguest_exit) {
		.reason = LGUEST_EXIT_CONSOLE,
		.console = { .addr = gpa, .len = len },
	};
	*to_launcher = LG_TO_LAUNCHER;
	return 0;
}

static int shutdown(struct lg_vcpu *vcpu, u32 kind, u32 gpa)
{
	char text[LGUEST_EXIT_TEXT] = "";

	if (kind < LGUEST_SHUTDOWN_POWEROFF || kind > LGUEST_SHUTDOWN_PANIC)
		return -EINVAL;
	if (gpa)
		lg_gpa_text(vcpu->guest, gpa, text, sizeof(text));
	lg_end(vcpu->guest, LGUEST_EXIT_SHUTDOWN, kind, text);
	return 0;
}

static int send_dma(struct lg_vcpu *vcpu, u32 key, u32 dma, int *to_launcher)
{
	int err = lg_dma_send(vcpu, key, dma);

	if (err <= 0)
		return err;
	vcpu->exit = (struct lguest_exit) {
		.reason = LGUEST_EXIT_DMA,
		.dma = { .key = key, .dma = dma },
	};
	*to_launcher = LG_TO_LAUNCHER;
	return 0;
}

/**
 * lg_hypercall - do what the guest in ring 1 asked for
 * @vcpu: with number and arguments in its registers
 *
 * Return: as lg_handle_exit().
 */
int lg_hypercall(struct lg_vcpu *vcpu)
{
	struct lg_regs *r = &vcpu->regs;
	int ret, to_launcher = 0;

	trace_lguest_hypercall(vcpu);
	lg_flush_queue(vcpu);

	switch (r->eax) {
	case LGUEST_HC_INIT:
		ret = init(vcpu, r->ebx, r->ecx);
		break;
	case LGUEST_HC_LOAD_CR3:
		ret = change_cr3(vcpu, r->ebx);
		break;
	case LGUEST_HC_FLUSH:
		ret = flush(vcpu, r->ebx, r->ecx);
		break;
	case LGUEST_HC_LOAD_GDT:
		ret = lg_load_gdt(vcpu, r->ebx, r->ecx);
		break;
	case LGUEST_HC_LOAD_GDT_ENTRY:
		ret = load_gdt_entry(vcpu, r->ebx, r->ecx, r->edx);
		break;
	case LGUEST_HC_SWITCH:
		ret = switch_to(vcpu, r->ebx);
		break;
	case LGUEST_HC_LOAD_IDT:
		ret = lg_load_idt(vcpu, r->ebx, r->ecx);
		break;
	case LGUEST_HC_LOAD_IDT_ENTRY:
		ret = load_idt_entry(vcpu, r->ebx, r->ecx, r->edx);
		break;
	case LGUEST_HC_SET_STACK:
		ret = set_stack(vcpu, r->ebx, r->ecx);
		break;
	case LGUEST_HC_IRQ_WINDOW:
		ret = 0;		/* lg_irq_deliver() comes before the entry */
		break;
	case LGUEST_HC_HALT:
		/*
		 * The flag and the wait in one: an interrupt that is delivered
		 * in between would be slept over.
		 */
		if (r->ebx & X86_EFLAGS_IF)
			lg_set_virtual_if(vcpu, true);
		vcpu->halted = true;
		ret = 0;
		break;
	case LGUEST_HC_SET_TIMER:
		ret = 0;
		if (vcpu->shared)
			lg_timer_set(vcpu, r->ebx | (u64)r->ecx << 32);
		else
			ret = -ENXIO;
		break;
	case LGUEST_HC_CONSOLE:
		ret = console(vcpu, r->ebx, r->ecx, &to_launcher);
		break;
	case LGUEST_HC_SHUTDOWN:
		ret = shutdown(vcpu, r->ebx, r->ecx);
		break;
	case LGUEST_HC_BIND_DMA:
		ret = lg_dma_bind(vcpu, r->ebx, r->ecx, r->edx, r->esi);
		trace_lguest_dma_bind(vcpu, ret);
		break;
	case LGUEST_HC_SEND_DMA:
		ret = send_dma(vcpu, r->ebx, r->ecx, &to_launcher);
		break;
	default:
		ret = -EOPNOTSUPP;
	}
	r->eax = ret;
	return to_launcher;
}
