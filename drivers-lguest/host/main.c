// SPDX-License-Identifier: GPL-2.0
/*
 * The module lg: guests in ring 1 on processors without virtualisation.
 */
#define pr_fmt(fmt) "lg: " fmt

#include <linux/cpufeature.h>
#include <linux/cpuhotplug.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <asm/kvm_para.h>
#include <asm/msr.h>
#include "lg.h"

bool lg_strict_segments __ro_after_init;
module_param_named(strict_segments, lg_strict_segments, bool, 0444);
MODULE_PARM_DESC(strict_segments,
		 "Refuse segments that wrap around 4 GB (guests need nokaslr, and no thread-local storage below %gs)");

/* What the host must be, or not be. */
static int __init check_host(void)
{
	u64 apf;

	if (boot_cpu_has(X86_FEATURE_LGUEST)) {
		pr_err("this kernel is itself an lguest guest\n");
		return -ENODEV;
	}
	if (!boot_cpu_has(X86_FEATURE_FXSR)) {
		pr_err("the processor has no FXSAVE\n");
		return -ENODEV;
	}
	/*
	 * KVM, if it has swapped out a page of ours, raises a page fault that is none,
	 * and does so in ring 1 to 3 only.
	 */
	if (IS_ENABLED(CONFIG_KVM_GUEST) && kvm_para_available() &&
	    !rdmsrq_safe(MSR_KVM_ASYNC_PF_EN, &apf) && (apf & KVM_ASYNC_PF_ENABLED)) {
		pr_err("KVM's asynchronous page faults are on: boot this host with no-kvmapf\n");
		return -ENODEV;
	}
	if (!tsc_khz) {
		pr_err("the frequency of the time stamp counter is not known\n");
		return -ENODEV;
	}
	return 0;
}

/*
 * For each processor, also those that come online later: nothing must lead from a
 * guest's program into the host's kernel. What an earlier kernel has left in the MSRs
 * that this one does not use is still there after kexec.
 */
static int check_cpu(unsigned int cpu)
{
	u64 msr;

	if (!rdmsrq_safe(MSR_EFER, &msr) && (msr & EFER_SCE)) {
		pr_err("CPU %u: SYSCALL is enabled (EFER.SCE)\n", cpu);
		return -ENODEV;
	}
	/* With SEP it is as sysenter_set() wants it. */
	if (!boot_cpu_has(X86_FEATURE_SEP) &&
	    !rdmsrq_safe(MSR_IA32_SYSENTER_CS, &msr) && (msr & ~3)) {
		pr_err("CPU %u: SYSENTER is enabled, and not used\n", cpu);
		return -ENODEV;
	}
	return 0;
}

static int cpu_state __ro_after_init;

static int __init lg_init(void)
{
	int err;

	err = check_host();
	if (err)
		return err;
	cpu_state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "lguest:online", check_cpu, NULL);
	if (cpu_state < 0)
		return cpu_state;
	err = lg_switcher_init();
	if (err)
		goto exit_cpus;
	lg_stats_init();
	err = lg_dev_init();
	if (err)
		goto exit_switcher;
	pr_info("guests below %#lx\n", lg_window_start());
	return 0;

exit_switcher:
	lg_stats_exit();
	lg_switcher_exit();
exit_cpus:
	cpuhp_remove_state(cpu_state);
	return err;
}

static void __exit lg_exit(void)
{
	lg_dev_exit();
	lg_stats_exit();
	lg_switcher_exit();
	cpuhp_remove_state(cpu_state);
}

module_init(lg_init);
module_exit(lg_exit);
MODULE_DESCRIPTION("Small hypervisor for 32-bit Linux guests, without VT-x or SVM");
MODULE_LICENSE("GPL");
