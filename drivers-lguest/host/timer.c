// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's clock and timer.
 *
 * The clock is the time stamp counter, scaled: anchored once, when the guest
 * names its shared page, and never corrected, so it cannot step. A timer's
 * absolute time becomes a delay by the same scale.
 */
#include <linux/hrtimer.h>
#include <linux/math64.h>
#include <linux/timekeeping.h>
#include <asm/msr.h>
#include <asm/pvclock.h>
#include <asm/tsc.h>
#include "lg.h"

/*
 * pvclock: ns = ((ticks << shift) * mul) >> 32, with shift < 0 to the right.
 * Bring the frequency into (1, 2] GHz by @shift, so that @mul has 32 good bits.
 */
static void scale_init(struct lg_vcpu *vcpu, u64 hz)
{
	int shift = 0;

	for (; hz > 2 * (u64)NSEC_PER_SEC; hz >>= 1)
		shift--;
	for (; hz <= NSEC_PER_SEC; hz <<= 1)
		shift++;
	vcpu->tsc_shift = shift;
	/* (10^9 << 32) / hz, which is below 2^32 as hz > 10^9. */
	vcpu->tsc_mul = div64_u64((u64)NSEC_PER_SEC << 32, hz);
}

static u64 guest_time(const struct lg_vcpu *vcpu)
{
	return pvclock_scale_delta(rdtsc_ordered() - vcpu->tsc_base,
				   vcpu->tsc_mul, vcpu->tsc_shift);
}

static enum hrtimer_restart timer_fired(struct hrtimer *timer)
{
	struct lg_vcpu *vcpu = container_of(timer, struct lg_vcpu, timer);

	lg_irq_raise(vcpu, LGUEST_IRQ_TIMER);
	return HRTIMER_NORESTART;
}

void lg_timer_init(struct lg_vcpu *vcpu)
{
	hrtimer_setup(&vcpu->timer, timer_fired, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
}

/* The guest has a shared page: publish the clock in it. */
void lg_timer_start(struct lg_vcpu *vcpu)
{
	struct lguest_shared *shared = vcpu->shared;
	struct pvclock_vcpu_time_info *time = (void *)shared->time;
	struct timespec64 now;

	BUILD_BUG_ON(sizeof(*time) != sizeof(shared->time));

	scale_init(vcpu, (u64)tsc_khz * 1000);
	ktime_get_real_ts64(&now);
	vcpu->tsc_base = rdtsc_ordered();

	*time = (struct pvclock_vcpu_time_info) {
		.version = 2,
		.tsc_timestamp = vcpu->tsc_base,
		.tsc_to_system_mul = vcpu->tsc_mul,
		.tsc_shift = vcpu->tsc_shift,
		.flags = check_tsc_unstable() ? 0 : PVCLOCK_TSC_STABLE_BIT,
	};
	shared->tsc_khz = tsc_khz;
	shared->wall_sec = now.tv_sec;
	shared->wall_nsec = now.tv_nsec;
}

/**
 * lg_timer_set - arm the timer
 * @vcpu: whose
 * @when: guest time in ns; ~0ULL: never
 */
void lg_timer_set(struct lg_vcpu *vcpu, u64 when)
{
	u64 now = guest_time(vcpu);

	hrtimer_cancel(&vcpu->timer);
	if (when == ~0ULL)
		return;
	if (when <= now) {
		lg_irq_raise(vcpu, LGUEST_IRQ_TIMER);
		return;
	}
	/* KTIME_MAX is some 292 years: clamp what is beyond. */
	hrtimer_start(&vcpu->timer, ns_to_ktime(min_t(u64, when - now, KTIME_MAX / 2)),
		      HRTIMER_MODE_REL);
}

void lg_timer_cancel(struct lg_vcpu *vcpu)
{
	hrtimer_cancel(&vcpu->timer);
}

#ifdef CONFIG_LGUEST_KUNIT_TEST
#include "tests/timer_kunit.c"
#endif
