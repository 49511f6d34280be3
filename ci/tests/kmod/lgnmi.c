// SPDX-License-Identifier: GPL-2.0
/*
 * Sends NMIs to a CPU, one after the other, and counts those whose handler
 * does not run within ten seconds. Loading the module is the test:
 * insmod lgnmi.ko cpu=1 count=2000 gap_us=300
 * While it is loaded, the number of a CPU that is written to its parameter "send"
 * sends one more there; the write fails with EIO if that is lost. A handler that
 * runs with less in CR4 than the host has is a warning in the host's log.
 */
#define pr_fmt(fmt) "lgnmi: " fmt

#include <linux/atomic.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/random.h>
#include <asm/apic.h>
#include <asm/irq_vectors.h>
#include <asm/nmi.h>
#include <asm/special_insns.h>

static unsigned int cpu = 1, count = 2000, gap_us = 300;
module_param(cpu, uint, 0);
module_param(count, uint, 0);
module_param(gap_us, uint, 0);

/* The CPU that an NMI is on its way to; -1: none */
static atomic_t expected = ATOMIC_INIT(-1);

/* What the kernel sets once for all CPUs, and keeps. */
#define CR4_KEPT	(X86_CR4_OSXSAVE | X86_CR4_SMEP | X86_CR4_SMAP | X86_CR4_UMIP)

static unsigned long host_cr4;

static int handler(unsigned int type, struct pt_regs *regs)
{
	unsigned long lost = host_cr4 & ~native_read_cr4();
	int me = raw_smp_processor_id();

	WARN_ONCE(lost, "lgnmi: an NMI without the bits %#lx of CR4\n", lost);
	return atomic_try_cmpxchg(&expected, &me, -1) ? NMI_HANDLED : NMI_DONE;
}

/* How long it took; true: it came. */
static bool send(unsigned int to, s64 *us)
{
	ktime_t start = ktime_get();

	atomic_set(&expected, to);
	apic->send_IPI_mask(cpumask_of(to), NMI_VECTOR);
	do {
		*us = ktime_us_delta(ktime_get(), start);
		cpu_relax();
	} while (atomic_read(&expected) >= 0 && *us < 10 * USEC_PER_SEC);
	return atomic_read(&expected) < 0;
}

static int send_set(const char *text, const struct kernel_param *kp)
{
	unsigned int to;
	int err;
	s64 us;

	err = kstrtouint(text, 0, &to);
	if (err)
		return err;
	cpus_read_lock();
	if (to >= nr_cpu_ids || !cpu_online(to))
		err = -EINVAL;
	else if (!send(to, &us))
		err = -EIO;
	cpus_read_unlock();
	return err;
}

static const struct kernel_param_ops send_ops = { .set = send_set };
/* One write at a time: the lock of the module's parameters is held. */
module_param_cb(send, &send_ops, NULL, 0200);

static int __init lgnmi_init(void)
{
	unsigned int i, lost = 0;
	s64 worst = 0, us;
	int err;

	if (count && (cpu >= nr_cpu_ids || !cpu_online(cpu)))
		return -EINVAL;
	host_cr4 = native_read_cr4() & CR4_KEPT;
	err = register_nmi_handler(NMI_LOCAL, handler, 0, "lgnmi");
	if (err)
		return err;
	for (i = 0; i < count && lost < 10; i++) {
		if (!send(cpu, &us))
			lost++;
		worst = max(worst, us);
		/* Not in step with anything. */
		usleep_range(1, 1 + get_random_u32_below(2 * gap_us));
	}
	pr_info("sent %u, lost %u, slowest %lld us\n", i, lost, worst);
	return 0;
}

static void __exit lgnmi_exit(void)
{
	unregister_nmi_handler(NMI_LOCAL, "lgnmi");
}

module_init(lgnmi_init);
module_exit(lgnmi_exit);
MODULE_DESCRIPTION("Sends NMIs and counts them");
MODULE_LICENSE("GPL");
