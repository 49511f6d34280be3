// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual interrupts. Whoever raises one sets its bit in the shared page and
 * makes the vCPU look; the vCPU itself delivers, before it enters the guest.
 */
#include <linux/bitops.h>
#include <linux/rcuwait.h>
#include "lg.h"

/* What was raised before there was a shared page. */
void lg_irq_move_early(struct lg_vcpu *vcpu, struct lguest_shared *shared)
{
	atomic_or(atomic_xchg(&vcpu->early_irqs, 0), (atomic_t *)&shared->irqs);
}

/**
 * lg_irq_raise - raise an interrupt
 * @vcpu: where
 * @irq: below LGUEST_IRQS
 *
 * From any context, also with interrupts off.
 */
void lg_irq_raise(struct lg_vcpu *vcpu, u32 irq)
{
	/* Pairs with the release in init() of hypercall.c. */
	struct lguest_shared *shared = smp_load_acquire(&vcpu->shared);

	if (!shared) {
		/* The page may come right now: who sees both moves the bits. */
		atomic_or(BIT(irq), &vcpu->early_irqs);
		smp_mb__after_atomic();		/* and init() does it the other way */
		shared = READ_ONCE(vcpu->shared);
		if (shared)
			lg_irq_move_early(vcpu, shared);
	} else {
		set_bit(irq, (unsigned long *)&shared->irqs);
	}
	lg_vcpu_kick(vcpu);
}

bool lg_irq_pending(struct lg_vcpu *vcpu)
{
	const struct lguest_shared *shared = vcpu->shared;

	return shared && (READ_ONCE(shared->irqs) & ~READ_ONCE(shared->irqs_masked));
}

/*
 * An interrupt that becomes pending while the guest kernel is on its way out to
 * ring 3 with interrupts off would wait for the next exit, perhaps for a tick:
 * the IRET that ends the way is not privileged. So while one waits, the guest's
 * user code segment is none in the CPU's table, but data (see copy_gdt()). The
 * IRET faults, and the host completes it and delivers.
 */
static void hide_user_cs(struct lg_vcpu *vcpu, bool hide)
{
	if (vcpu->user_cs_hidden == hide || !vcpu->user_cs)
		return;
	vcpu->user_cs_hidden = hide;
	vcpu->gdt_changed = true;
}

/**
 * lg_irq_deliver - deliver what is pending, or arrange that it is soon
 * @vcpu: a vCPU that is about to enter its guest
 *
 * Return: 0, or -errno if the guest was killed over it.
 */
int lg_irq_deliver(struct lg_vcpu *vcpu)
{
	struct lguest_shared *shared = vcpu->shared;
	int err;

	if (!lg_irq_pending(vcpu)) {
		if (shared)
			shared->irq_pending &= ~LGUEST_PENDING_IRQ;
		hide_user_cs(vcpu, false);
		return 0;
	}

	/* In ring 3 interrupts are on, whatever the flag says. */
	if ((vcpu->regs.cs & 3) == LG_KERNEL_RPL && !lg_virtual_if(vcpu)) {
		/* The guest is not running: no other writer. */
		shared->irq_pending |= LGUEST_PENDING_IRQ;
		hide_user_cs(vcpu, true);
		return 0;
	}

	hide_user_cs(vcpu, false);
	shared->irq_pending &= ~LGUEST_PENDING_IRQ;
	/* Its handler may look at a program's memory, and what waits may wait long. */
	if (READ_ONCE(shared->flush_count))
		lg_flush_queue(vcpu);
	err = lg_inject(vcpu, READ_ONCE(shared->callback_vector), false, 0);
	if (!err)
		vcpu->stats[LGUEST_STAT_INJECT_IRQ]++;
	return err;
}

#ifdef CONFIG_LGUEST_KUNIT_TEST
#include "tests/irq_kunit.c"
#endif
