// SPDX-License-Identifier: GPL-2.0
/*
 * Sends NMIs to a CPU, one after the other, and counts those whose handler
 * does not run within a second. Loading the module is the test:
 * insmod lgnmi.ko cpu=1 count=2000 gap_us=300
 */
#define pr_fmt(fmt) "lgnmi: " fmt

#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/random.h>
#include <asm/apic.h>
#include <asm/irq_vectors.h>
#include <asm/nmi.h>

static unsigned int cpu = 1, count = 2000, gap_us = 300;
module_param(cpu, uint, 0);
module_param(count, uint, 0);
module_param(gap_us, uint, 0);

static atomic_t expected, seen;

static int handler(unsigned int type, struct pt_regs *regs)
{
	if (raw_smp_processor_id() != cpu || !atomic_xchg(&expected, 0))
		return NMI_DONE;
	atomic_inc(&seen);
	return NMI_HANDLED;
}

static int __init lgnmi_init(void)
{
	unsigned int i, lost = 0;
	s64 worst = 0;
	int err;

	if (cpu >= nr_cpu_ids || !cpu_online(cpu))
		return -EINVAL;
	err = register_nmi_handler(NMI_LOCAL, handler, 0, "lgnmi");
	if (err)
		return err;
	for (i = 0; i < count && lost < 10; i++) {
		int before = atomic_read(&seen);
		ktime_t start = ktime_get();
		s64 us;

		atomic_set(&expected, 1);
		apic->send_IPI_mask(cpumask_of(cpu), NMI_VECTOR);
		do {
			us = ktime_us_delta(ktime_get(), start);
			cpu_relax();
		} while (atomic_read(&seen) == before && us < USEC_PER_SEC);
		if (atomic_read(&seen) == before)
			lost++;
		worst = max(worst, us);
		/* Not in step with anything. */
		usleep_range(1, 1 + get_random_u32_below(2 * gap_us));
	}
	unregister_nmi_handler(NMI_LOCAL, "lgnmi");
	pr_info("sent %u, lost %u, slowest %lld us\n", i, lost, worst);
	return 0;
}

static void __exit lgnmi_exit(void)
{
}

module_init(lgnmi_init);
module_exit(lgnmi_exit);
MODULE_DESCRIPTION("Counts NMIs");
MODULE_LICENSE("GPL");
