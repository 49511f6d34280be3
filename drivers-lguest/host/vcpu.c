// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a guest, and the loop that runs it.
 */
#include <linux/cpufeature.h>
#include <linux/cpumask.h>
#include <linux/entry-virt.h>
#include <linux/kernel.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/fpu/api.h>
#include <asm/switch_to.h>
#include <trace/events/ipi.h>
#include "lg.h"

/* The smallest guest: a micro-guest needs no more than its image. */
#define MIN_RAM_PAGES	16

/* Flat segments of the boot protocol (Documentation/arch/x86/boot.rst). */
#define BOOT_CS_INDEX	2
#define BOOT_DS_INDEX	3

/*
 * The guest's FPU state is in the registers from here to fpu_put(), and bottom
 * halves and preemption are off.
 */
static void fpu_get(struct lg_vcpu *vcpu)
{
	static const u32 nothing;

	kernel_fpu_begin();
	/*
	 * Some AMD processors do not load the pointers of the last x87
	 * instruction unless an exception is pending: load harmless ones.
	 */
	if (boot_cpu_has_bug(X86_BUG_FXSAVE_LEAK))
		asm volatile("fnclex; emms; fildl %0" :: "m" (nothing));
	asm volatile("fxrstor %0" :: "m" (*(struct fxregs_state *)vcpu->fpu));
}

static void fpu_put(struct lg_vcpu *vcpu)
{
	asm volatile("fxsave %0" : "=m" (*(struct fxregs_state *)vcpu->fpu));
	kernel_fpu_end();
}

static void fpu_init(struct lg_vcpu *vcpu)
{
	struct fxregs_state *fx = vcpu->fpu;

	fx->cwd = 0x37f;
	fx->mxcsr = MXCSR_DEFAULT;
}

/*
 * SYSENTER in a guest would arrive in the host's kernel, on the guest's page
 * tables. Without a code segment in its MSR it faults; the scheduler keeps the
 * MSR per task, for vm86's sake.
 */
static void sysenter_set(unsigned long cs)
{
	if (!boot_cpu_has(X86_FEATURE_SEP))
		return;
	preempt_disable();
	current->thread.sysenter_cs = cs;
	refresh_sysenter_cs(&current->thread);
	preempt_enable();
}

static void boot_state(struct lg_vcpu *vcpu, const struct lguest_initialise *init)
{
	struct desc_struct flat = {
		.limit0 = 0xffff, .limit1 = 0xf, .g = 1, .d = 1, .p = 1, .s = 1,
	};

	flat.type = 0xb;
	vcpu->gdt[BOOT_CS_INDEX] = flat;
	flat.type = 0x3;
	vcpu->gdt[BOOT_DS_INDEX] = flat;
	lg_desc_sanitise(&vcpu->gdt[BOOT_CS_INDEX], lg_window_start(), false);
	lg_desc_sanitise(&vcpu->gdt[BOOT_DS_INDEX], lg_window_start(), false);

	vcpu->regs.cs = BOOT_CS_INDEX * 8 + LG_KERNEL_RPL;
	vcpu->regs.ds = BOOT_DS_INDEX * 8 + LG_KERNEL_RPL;
	vcpu->regs.es = vcpu->regs.ds;
	vcpu->regs.ss = vcpu->regs.ds;
	vcpu->regs.eip = init->entry;
	vcpu->regs.esi = init->boot_params;
	vcpu->cr0 = X86_CR0_PE | X86_CR0_ET | X86_CR0_NE;
	vcpu->dr[6] = DR6_RESERVED;
	vcpu->dr[7] = DR7_FIXED_1;
	vcpu->last_cpu = -1;
}

static struct lg_vcpu *vcpu_create(struct lg_guest *g, unsigned int id)
{
	struct lg_vcpu *vcpu = kzalloc_obj(*vcpu, GFP_KERNEL_ACCOUNT);

	if (!vcpu)
		return NULL;
	/* A page: more than needed, and aligned. */
	vcpu->fpu = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!vcpu->fpu) {
		kfree(vcpu);
		return NULL;
	}
	vcpu->guest = g;
	vcpu->id = id;
	mutex_init(&vcpu->lock);
	rcuwait_init(&vcpu->wait);
	lg_timer_init(vcpu);
	fpu_init(vcpu);
	return vcpu;
}

static void vcpu_destroy(struct lg_vcpu *vcpu)
{
	if (!vcpu)
		return;
	lg_timer_cancel(vcpu);
	lg_switcher_forget(vcpu);
	if (vcpu->shared_page) {
		vunmap(vcpu->shared);
		unpin_user_pages_dirty_lock(&vcpu->shared_page, 1, true);
		lg_unaccount_pin(vcpu->guest->mm);
	}
	free_page((unsigned long)vcpu->fpu);
	mutex_destroy(&vcpu->lock);
	kfree(vcpu);
}

struct lg_guest *lg_guest_create(void)
{
	struct lg_guest *g = kzalloc_obj(*g, GFP_KERNEL_ACCOUNT);

	if (!g)
		return NULL;
	mutex_init(&g->lock);
	spin_lock_init(&g->kill_lock);
	spin_lock_init(&g->mmu_lock);
	init_waitqueue_head(&g->poll_wait);
	/*
	 * RAM will be in this address space, whoever gets hold of the file: a
	 * program that is made to write to it must not become a guest's RAM.
	 */
	g->mm = current->mm;
	mmgrab(g->mm);
	return g;
}

/* The file was its only user. */
void lg_guest_destroy(struct lg_guest *g)
{
	unsigned int i;

	lg_stats_remove(g);
	lg_shadow_destroy(g);
	lg_dma_destroy(g);
	for (i = 0; i < LG_MAX_VCPUS; i++)
		vcpu_destroy(g->vcpu[i]);
	mmdrop(g->mm);
	mutex_destroy(&g->lock);
	kfree(g);
}

/**
 * lg_guest_initialise - LGUEST_INITIALISE
 * @g: a guest fresh from lg_guest_create()
 * @init: what the launcher wrote; checked by dev.c
 *
 * Return: 0, -EINVAL if there is too little RAM for anything, -ENOMEM.
 */
int lg_guest_initialise(struct lg_guest *g, const struct lguest_initialise *init)
{
	int err;

	lockdep_assert_held(&g->lock);

	if (init->ram_size >> PAGE_SHIFT < MIN_RAM_PAGES ||
	    !access_ok((void __user *)(unsigned long)init->ram_base, init->ram_size))
		return -EINVAL;

	g->ram_base = init->ram_base;
	g->ram_pages = init->ram_size >> PAGE_SHIFT;
	g->vcpu[0] = vcpu_create(g, 0);
	if (!g->vcpu[0])
		return -ENOMEM;
	boot_state(g->vcpu[0], init);

	err = lg_dma_init(g);
	if (err)
		goto destroy_vcpu;
	err = lg_shadow_init(g);
	if (err)
		goto destroy_dma;
	err = lg_shadow_renew(g->vcpu[0]);
	if (err)
		goto destroy_shadow;

	lg_stats_add(g);
	return 0;

destroy_shadow:
	lg_shadow_destroy(g);
destroy_dma:
	lg_dma_destroy(g);
destroy_vcpu:
	vcpu_destroy(g->vcpu[0]);
	g->vcpu[0] = NULL;
	return err;
}

static void tell_dead(struct lg_guest *g)
{
	unsigned int i;

	for (i = 0; i < LG_MAX_VCPUS; i++)
		if (g->vcpu[i])
			lg_vcpu_kick(g->vcpu[i]);
	wake_up_interruptible_all(&g->poll_wait);
}

/* The first to end the guest says why. */
static __printf(4, 5) void end_guest(struct lg_guest *g, u32 reason, u32 kind,
				     const char *fmt, ...)
{
	unsigned long flags;
	va_list args;
	bool first;

	spin_lock_irqsave(&g->kill_lock, flags);
	first = !g->dead;
	if (first) {
		g->dead_reason = reason;
		g->dead_kind = kind;
		va_start(args, fmt);
		vscnprintf(g->dead_text, sizeof(g->dead_text), fmt, args);
		va_end(args);
		/* With all of this: pairs with the acquire in run(). */
		smp_store_release(&g->dead, true);
	}
	spin_unlock_irqrestore(&g->kill_lock, flags);
	if (first)
		tell_dead(g);
}

/**
 * lg_kill - the guest did what it must not
 * @g: the guest; it runs no further code
 * @fmt: the reason, for the launcher
 *
 * Return: -ESHUTDOWN, for the caller to return.
 */
int lg_kill(struct lg_guest *g, const char *fmt, ...)
{
	struct va_format text = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	text.va = &args;
	end_guest(g, LGUEST_EXIT_KILLED, 0, "%pV", &text);
	va_end(args);
	return -ESHUTDOWN;
}

/**
 * lg_end - the guest ends, by its own will
 * @g: the guest
 * @reason: LGUEST_EXIT_SHUTDOWN or LGUEST_EXIT_HALTED
 * @kind: LGUEST_SHUTDOWN_*
 * @text: the guest's words, or NULL
 */
void lg_end(struct lg_guest *g, u32 reason, u32 kind, const char *text)
{
	end_guest(g, reason, kind, "%s", text ?: "");
}

/**
 * lg_vcpu_kick - make a vCPU look at what it was asked
 * @vcpu: sleeping, in the guest, or on its way there
 *
 * From any context. What was asked was stored before the call.
 */
void lg_vcpu_kick(struct lg_vcpu *vcpu)
{
	int cpu, me;

	WRITE_ONCE(vcpu->kicked, true);
	/* Pairs with the barrier in enter(): it sees kicked or we see in_guest. */
	smp_mb();
	rcuwait_wake_up(&vcpu->wait);

	/* While preemption is off no CPU that is online goes away. */
	me = get_cpu();
	cpu = READ_ONCE(vcpu->cpu);
	if (READ_ONCE(vcpu->in_guest) && cpu != me && cpu_online(cpu))
		smp_send_reschedule(cpu);
	put_cpu();
}

static void left_guest(void *unused)
{
	/* The interrupt itself is what was wanted. */
}

/**
 * lg_kick_sync - wait until every vCPU in guest mode has left it
 * @g: whose shadow tables have changed
 *
 * Interrupts on. A vCPU that is not in guest mode now loads CR3 before it is.
 */
void lg_kick_sync(struct lg_guest *g)
{
	unsigned int i;

	/* Pairs with the barrier in enter(). */
	smp_mb();
	for (i = 0; i < LG_MAX_VCPUS; i++) {
		struct lg_vcpu *vcpu = g->vcpu[i];

		if (vcpu && READ_ONCE(vcpu->in_guest))
			smp_call_function_single(READ_ONCE(vcpu->cpu), left_guest, NULL, 1);
	}
}

/* Into the guest and back; interrupts and preemption on. */
static void enter(struct lg_vcpu *vcpu)
{
	fpu_get(vcpu);
	local_irq_disable();
	xfer_to_guest_mode_prepare();

	WRITE_ONCE(vcpu->cpu, smp_processor_id());
	WRITE_ONCE(vcpu->in_guest, true);
	/* Who asks after this sends an interrupt; who asked before is seen. */
	smp_mb();
	if (READ_ONCE(vcpu->kicked) || xfer_to_guest_mode_work_pending()) {
		vcpu->regs.trap = LG_TRAP_NONE;
	} else {
		vcpu->stats[LGUEST_STAT_ENTRY]++;
		lg_switcher_enter(vcpu);
	}
	WRITE_ONCE(vcpu->in_guest, false);

	local_irq_enable();
	fpu_put(vcpu);
}

static bool wake_condition(struct lg_vcpu *vcpu)
{
	return lg_irq_pending(vcpu) || READ_ONCE(vcpu->break_requested) ||
	       READ_ONCE(vcpu->guest->dead);
}

/* HLT. Return: 0 to look again, -EINTR for a signal. */
static int wait_halted(struct lg_vcpu *vcpu)
{
	vcpu->stats[LGUEST_STAT_HALT]++;
	/* Without a shared page there are no interrupts to wait for. */
	if (!lg_virtual_if(vcpu) || !vcpu->shared) {
		lg_end(vcpu->guest, LGUEST_EXIT_HALTED, 0, NULL);
		return 0;
	}
	rcuwait_wait_event(&vcpu->wait,
			   wake_condition(vcpu) || signal_pending(current) ||
			   test_thread_flag(TIF_NOTIFY_SIGNAL),
			   TASK_INTERRUPTIBLE);
	if (lg_irq_pending(vcpu))
		vcpu->halted = false;
	return signal_pending(current) ? -EINTR : 0;
}

/* The guest is dead: say why, until dev.c could tell the launcher. */
static int report_death(struct lg_vcpu *vcpu)
{
	struct lg_guest *g = vcpu->guest;

	if (g->dead_told)
		return -ESHUTDOWN;
	vcpu->exit = (struct lguest_exit) {
		.reason = g->dead_reason,
		.shutdown = { .kind = g->dead_kind },
	};
	strscpy(vcpu->exit.text, g->dead_text);
	return 0;
}

static int run(struct lg_vcpu *vcpu)
{
	int err;

	for (;;) {
		WRITE_ONCE(vcpu->kicked, false);
		/* What is asked after this is seen in enter(), if not below. */
		smp_mb();

		/* Pairs with end_guest(). */
		if (smp_load_acquire(&vcpu->guest->dead))
			return report_death(vcpu);
		if (xchg(&vcpu->break_requested, false)) {
			vcpu->exit = (struct lguest_exit){ .reason = LGUEST_EXIT_BREAK };
			return 0;
		}
		if (__xfer_to_guest_mode_work_pending()) {
			err = xfer_to_guest_mode_handle_work();
			if (err)
				return err;
		}
		if (vcpu->halted) {
			err = wait_halted(vcpu);
			if (err)
				return err;
			if (vcpu->halted)
				continue;
		}

		if (lg_irq_deliver(vcpu))
			continue;

		enter(vcpu);
		if (vcpu->regs.trap == LG_TRAP_NONE)
			continue;
		if (lg_handle_exit(vcpu) == LG_TO_LAUNCHER)
			return 0;
	}
}

/**
 * lg_vcpu_run - run until there is something for the launcher
 * @vcpu: whose lock is held; the caller's mm is the guest's
 *
 * Return: 0 with vcpu->exit filled, -ERESTARTSYS for a signal, -ESHUTDOWN if the
 * guest is dead and the launcher knows.
 */
int lg_vcpu_run(struct lg_vcpu *vcpu)
{
	unsigned long sysenter_cs = current->thread.sysenter_cs;
	int err;

	lockdep_assert_held(&vcpu->lock);

	sysenter_set(0);
	err = run(vcpu);
	sysenter_set(sysenter_cs);
	vcpu->stats[LGUEST_STAT_USER_EXIT]++;
	/*
	 * The launcher hears of a signal if it has a handler that wants to interrupt
	 * this, not of a stop, a debugger, or work that the kernel has for the thread.
	 */
	return err == -EINTR ? -ERESTARTSYS : err;
}
