// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts. The host raises bits of shared->irqs and delivers through one
 * vector; a small irq domain makes Linux interrupts of the bits. The interrupt
 * flag is in lguest_32.S.
 *
 * The host runs on another CPU while it sets bits here, also when this kernel
 * believes that it has but one: locked instructions have to stay locked (sync_*),
 * and barriers have to be real (virt_*).
 */
#include <linux/bitops.h>
#include <linux/cpufeature.h>
#include <linux/hardirq.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>

#include <asm/barrier.h>
#include <asm/desc.h>
#include <asm/hardirq.h>
#include <asm/idtentry.h>
#include <asm/irq_regs.h>
#include <asm/paravirt.h>
#include <asm/sync_bitops.h>
#include <asm/trapnr.h>
#include <asm/x86_init.h>

#include "lguest.h"

static struct irq_domain *lguest_domain __ro_after_init;

static unsigned long *shared_bits(u32 *word)
{
	BUILD_BUG_ON(sizeof(*word) != sizeof(unsigned long));
	return (unsigned long *)word;
}

/* @mask: LGUEST_PENDING_IRQ or LGUEST_PENDING_FLUSH; the next sti looks at them. */
void lguest_set_pending(unsigned int mask)
{
	sync_set_bit(__ffs(mask), shared_bits(&lguest_shared->irq_pending));
}

/* The flag is clear here: a halt without interrupts is the end. */
static void lguest_halt(void)
{
	WRITE_ONCE(lguest_shared->irq_enabled, 0);
	lguest_hypercall(LGUEST_HC_HALT, 0, 0, 0, 0);
}

/*
 * The host sets the flag as it begins to wait. Were it set here, an interrupt could
 * come before the call, and what it has woken would wait for the next one.
 */
static noinstr void lguest_safe_halt(void)
{
	lguest_hypercall(LGUEST_HC_HALT, X86_EFLAGS_IF, 0, 0, 0);
}

/*
 * LGUEST_PENDING_IRQ says that the host has something to deliver. What the loop
 * here finds shall not cost another exit at the next sti.
 */
DEFINE_IDTENTRY_SYSVEC(sysvec_lguest_callback)
{
	struct pt_regs *old_regs = set_irq_regs(regs);
	unsigned long *irqs = shared_bits(&lguest_shared->irqs);
	unsigned long raised;
	unsigned int n;

	inc_irq_stat(HYPERVISOR_CALLBACK);

	sync_clear_bit(__ffs(LGUEST_PENDING_IRQ),
		       shared_bits(&lguest_shared->irq_pending));
	/*
	 * The host sets a bit of the bitmap first and that bit after it: what
	 * the loop misses leaves it set.
	 */
	virt_mb();

	while ((raised = READ_ONCE(*irqs) & ~lguest_shared->irqs_masked)) {
		for_each_set_bit(n, &raised, LGUEST_IRQS) {
			/* Before the handler: what comes meanwhile is new. */
			sync_clear_bit(n, irqs);
			generic_handle_domain_irq(lguest_domain, n);
		}
	}

	set_irq_regs(old_regs);
}

static void lguest_irq_mask(struct irq_data *d)
{
	sync_set_bit(irqd_to_hwirq(d), shared_bits(&lguest_shared->irqs_masked));
}

static void lguest_irq_unmask(struct irq_data *d)
{
	unsigned long bit = BIT(irqd_to_hwirq(d));

	sync_clear_bit(irqd_to_hwirq(d), shared_bits(&lguest_shared->irqs_masked));
	/*
	 * The host sets the bit and then looks at the mask: either it sees that
	 * the interrupt is wanted, or it has been raised before, and the next
	 * sti asks for it.
	 */
	virt_mb();
	if (READ_ONCE(lguest_shared->irqs) & bit)
		lguest_set_pending(LGUEST_PENDING_IRQ);
}

/* The callback has done it. */
static void lguest_irq_ack(struct irq_data *d)
{
}

static const struct irq_chip lguest_irq_chip = {
	.name		= "lguest",
	.irq_ack	= lguest_irq_ack,
	.irq_mask	= lguest_irq_mask,
	.irq_unmask	= lguest_irq_unmask,
};

static int lguest_domain_map(struct irq_domain *d, unsigned int virq,
			     irq_hw_number_t hwirq)
{
	irq_set_chip_and_handler(virq, &lguest_irq_chip, handle_edge_irq);
	irq_set_noprobe(virq);
	return 0;
}

static const struct irq_domain_ops lguest_domain_ops = {
	.map	= lguest_domain_map,
};

/**
 * lguest_irq_map - Linux's number for an interrupt of the host
 * @hwirq: number of the interrupt, below LGUEST_IRQS
 *
 * Return: the number to request, or a negative errno.
 */
int lguest_irq_map(u32 hwirq)
{
	unsigned int virq;

	if (!lguest_domain || hwirq >= LGUEST_IRQS)
		return -ENXIO;

	virq = irq_create_mapping(lguest_domain, hwirq);
	return virq ? virq : -ENOMEM;
}

/* The last moment at which the IDT can be written. */
static void __init lguest_pre_vector_init(void)
{
	struct fwnode_handle *fwnode;

	sysvec_install(HYPERVISOR_CALLBACK_VECTOR, sysvec_lguest_callback);

	/* A kernel with isolated page tables has not mapped that for ring 3. */
	if (!boot_cpu_has(X86_FEATURE_PTI))
		lguest_shared->fault_entry = (unsigned long)lguest_page_fault;

	fwnode = irq_domain_alloc_named_fwnode("lguest");
	if (fwnode)
		lguest_domain = irq_domain_create_linear(fwnode, LGUEST_IRQS,
							 &lguest_domain_ops, NULL);
	if (!lguest_domain)
		panic("lguest: no irq domain");
}

void __init lguest_irq_init(void)
{
	lguest_shared->callback_vector = HYPERVISOR_CALLBACK_VECTOR;
	lguest_shared->irqs_masked = ~0;

	pv_ops.irq.save_fl = __PV_IS_CALLEE_SAVE(lguest_save_fl);
	pv_ops.irq.irq_disable = __PV_IS_CALLEE_SAVE(lguest_irq_disable);
	pv_ops.irq.irq_enable = __PV_IS_CALLEE_SAVE(lguest_irq_enable);
	pv_ops.irq.safe_halt = lguest_safe_halt;
	pv_ops.irq.halt = lguest_halt;

	x86_init.irqs.pre_vector_init = lguest_pre_vector_init;
	x86_init.irqs.intr_mode_select = x86_init_noop;
	x86_init.irqs.intr_mode_init = x86_init_noop;
}
