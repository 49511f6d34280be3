// SPDX-License-Identifier: GPL-2.0
/*
 * The end of the guest: power off, reboot, halt and panic. And no sleep before.
 */
#include <linux/console.h>
#include <linux/cpufeature.h>
#include <linux/init.h>
#include <linux/notifier.h>
#include <linux/panic_notifier.h>
#include <linux/pm.h>
#include <linux/reboot.h>
#include <linux/string.h>
#include <linux/suspend.h>

#include <asm/irqflags.h>
#include <asm/page.h>
#include <asm/reboot.h>

#include "lguest.h"

/* In the kernel's own memory, where physical addresses are consecutive. */
static char end_text[256];

/* Does not return, unless the host does not know the call. */
static void lguest_shutdown(unsigned long kind, const char *text)
{
	if (text)
		strscpy(end_text, text);
	lguest_hypercall(LGUEST_HC_SHUTDOWN, kind, text ? __pa(end_text) : 0,
			 0, 0);
}

static void lguest_power_off(void)
{
	lguest_shutdown(LGUEST_SHUTDOWN_POWEROFF, NULL);
}

static void lguest_emergency_restart(void)
{
	lguest_shutdown(LGUEST_SHUTDOWN_REBOOT, NULL);
}

/* @cmd: the text of LINUX_REBOOT_CMD_RESTART2, or NULL; the launcher gets it. */
static void lguest_restart(char *cmd)
{
	lguest_shutdown(LGUEST_SHUTDOWN_REBOOT, cmd);
}

static void lguest_halt_machine(void)
{
	local_irq_disable();
	halt();
}

/* Last of the notifiers: what the others print still reaches the console. */
static int lguest_panic(struct notifier_block *nb, unsigned long event,
			void *text)
{
	console_flush_on_panic(CONSOLE_FLUSH_PENDING);
	lguest_shutdown(LGUEST_SHUTDOWN_PANIC, text);
	return NOTIFY_DONE;
}

static struct notifier_block lguest_panic_nb = {
	.notifier_call	= lguest_panic,
	.priority	= INT_MIN,
};

/*
 * The host knows where the shared page and the buffers of devices are, and nothing wakes
 * a guest that sleeps: the launcher can pause it, and that is all.
 */
static int lguest_no_sleep(struct notifier_block *nb, unsigned long event, void *data)
{
	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		pr_info("lguest: a guest cannot sleep; its launcher can pause it\n");
		return notifier_from_errno(-EOPNOTSUPP);
	}
	return NOTIFY_DONE;
}

static int __init lguest_sleep_init(void)
{
	if (boot_cpu_has(X86_FEATURE_LGUEST))
		pm_notifier(lguest_no_sleep, INT_MAX);
	return 0;
}
core_initcall(lguest_sleep_init);

void __init lguest_power_init(void)
{
	machine_ops.restart = lguest_restart;
	machine_ops.emergency_restart = lguest_emergency_restart;
	machine_ops.halt = lguest_halt_machine;
	machine_ops.power_off = lguest_power_off;
	/* Without it the reboot system call turns power off into halt. */
	pm_power_off = lguest_power_off;

	atomic_notifier_chain_register(&panic_notifier_list, &lguest_panic_nb);
}
