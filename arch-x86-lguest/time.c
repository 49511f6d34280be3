// SPDX-License-Identifier: GPL-2.0
/*
 * Time: the clock that the host publishes in shared->time (the format is that of
 * KVM and Xen), and a timer that is a hypercall with an absolute time of it.
 */
#include <linux/clockchips.h>
#include <linux/clocksource.h>
#include <linux/cpufeature.h>
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/time.h>

#include <asm/pvclock.h>
#include <asm/timer.h>
#include <asm/tsc.h>
#include <asm/x86_init.h>

#include "lguest.h"

#define lguest_pvclock \
	((struct pvclock_vcpu_time_info *)lguest_shared_page.s.time)

/* Above TSC's 300: without a stable TSC this is the clock. */
#define LGUEST_CLOCK_RATING		400
/* Below: with one, the TSC itself is read in user space without a call. */
#define LGUEST_CLOCK_RATING_STABLE	299

static noinstr u64 lguest_sched_clock(void)
{
	return pvclock_clocksource_read_nowd(lguest_pvclock);
}

static u64 lguest_clock_read(struct clocksource *cs)
{
	return pvclock_clocksource_read(lguest_pvclock);
}

static struct clocksource lguest_clock = {
	.name	= "lguest",
	.read	= lguest_clock_read,
	.rating	= LGUEST_CLOCK_RATING,
	.mask	= CLOCKSOURCE_MASK(64),
	.flags	= CLOCK_SOURCE_IS_CONTINUOUS,
};

static unsigned long lguest_tsc_khz(void)
{
	return lguest_shared->tsc_khz;
}

static void lguest_get_wallclock(struct timespec64 *now)
{
	u64 ns = pvclock_clocksource_read(lguest_pvclock) +
		 lguest_shared->wall_nsec;
	u32 rem = do_div(ns, NSEC_PER_SEC);

	now->tv_sec = lguest_shared->wall_sec + ns;
	now->tv_nsec = rem;
}

static int lguest_set_wallclock(const struct timespec64 *now)
{
	return -ENODEV;
}

static void set_timer(u64 when)
{
	lguest_hypercall(LGUEST_HC_SET_TIMER, when, when >> 32, 0, 0);
}

static int lguest_timer_next_event(unsigned long delta,
				   struct clock_event_device *dev)
{
	set_timer(pvclock_clocksource_read(lguest_pvclock) + delta);
	return 0;
}

static int lguest_timer_shutdown(struct clock_event_device *dev)
{
	set_timer(~0ULL);
	return 0;
}

static struct clock_event_device lguest_timer = {
	.name			= "lguest",
	.features		= CLOCK_EVT_FEAT_ONESHOT,
	.rating			= 400,
	.set_next_event		= lguest_timer_next_event,
	.set_state_shutdown	= lguest_timer_shutdown,
	.set_state_oneshot_stopped = lguest_timer_shutdown,
};

static irqreturn_t lguest_timer_interrupt(int irq, void *dev)
{
	struct clock_event_device *timer = dev;

	timer->event_handler(timer);
	return IRQ_HANDLED;
}

/* The shortest and the longest time the timer is set to, in nanoseconds. */
#define LGUEST_TIMER_MIN	1000
#define LGUEST_TIMER_MAX	0xffffffffu

static void __init lguest_timer_init(void)
{
	int irq = lguest_irq_map(LGUEST_IRQ_TIMER);

	if (irq < 0 ||
	    request_irq(irq, lguest_timer_interrupt,
			IRQF_TIMER | IRQF_NOBALANCING | IRQF_IRQPOLL,
			"timer", &lguest_timer))
		panic("lguest: no timer");

	lguest_timer.cpumask = cpumask_of(0);
	lguest_timer.irq = irq;
	clockevents_config_and_register(&lguest_timer, NSEC_PER_SEC,
					LGUEST_TIMER_MIN, LGUEST_TIMER_MAX);

	if (pvclock_read_flags(lguest_pvclock) & PVCLOCK_TSC_STABLE_BIT)
		lguest_clock.rating = LGUEST_CLOCK_RATING_STABLE;
	else
		mark_tsc_unstable("the host does not keep time by it");
	clocksource_register_hz(&lguest_clock, NSEC_PER_SEC);
}

/* When static calls can be changed. */
void __init lguest_sched_clock_init(void)
{
	paravirt_set_sched_clock(lguest_sched_clock);
}

void __init lguest_time_init(void)
{
	pvclock_set_flags(PVCLOCK_TSC_STABLE_BIT);
	if (pvclock_read_flags(lguest_pvclock) & PVCLOCK_TSC_STABLE_BIT)
		setup_force_cpu_cap(X86_FEATURE_TSC_RELIABLE);
	setup_force_cpu_cap(X86_FEATURE_TSC_KNOWN_FREQ);

	x86_platform.calibrate_cpu = lguest_tsc_khz;
	x86_platform.calibrate_tsc = lguest_tsc_khz;
	x86_platform.get_wallclock = lguest_get_wallclock;
	x86_platform.set_wallclock = lguest_set_wallclock;

	x86_init.timers.timer_init = lguest_timer_init;
	x86_init.timers.setup_percpu_clockev = x86_init_noop;
	x86_init.timers.wallclock_init = x86_init_noop;
}
