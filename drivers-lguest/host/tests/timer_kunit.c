// SPDX-License-Identifier: GPL-2.0
/* Tests of timer.c, which includes this file. */
#include "guest.h"

#define GHZ	1000000000ull

/* A second of ticks must be a second, and a day of them a day. */
static void timer_test_scale(struct kunit *test)
{
	static const struct {
		u64 hz;
		s8 shift;
	} cases[] = {
		{ 1000, 20 }, { 1000000, 10 }, { 33000000, 5 }, { 500000000, 2 },
		{ 500000001, 1 }, { GHZ - 1, 1 }, { GHZ, 1 }, { GHZ + 1, 0 },
		{ 1500000000, 0 }, { 2 * GHZ, 0 }, { 2 * GHZ + 2, -1 }, { 3 * GHZ, -1 },
		{ 4 * GHZ, -1 }, { 4 * GHZ + 4, -2 }, { 5100000000ull, -2 },
	};
	struct lg_vcpu *vcpu = lg_test_guest(test, 1)->vcpu[0];
	unsigned int i;
	u64 ns;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u64 hz = cases[i].hz;

		scale_init(vcpu, hz);
		KUNIT_EXPECT_EQ_MSG(test, vcpu->tsc_shift, cases[i].shift, "%llu Hz", hz);
		/* All 32 bits are in use, and none is lost. */
		KUNIT_EXPECT_GE_MSG(test, vcpu->tsc_mul, 0x80000000u, "%llu Hz", hz);
		ns = pvclock_scale_delta(hz, vcpu->tsc_mul, vcpu->tsc_shift);
		KUNIT_EXPECT_LE_MSG(test, ns, GHZ, "%llu Hz", hz);
		KUNIT_EXPECT_GE_MSG(test, ns, GHZ - 3, "%llu Hz", hz);
		/* Not behind by more than 3 of 10^9, which is 95 ms a year. */
		ns = pvclock_scale_delta(hz * 86400, vcpu->tsc_mul, vcpu->tsc_shift);
		KUNIT_EXPECT_LE_MSG(test, ns, GHZ * 86400, "%llu Hz", hz);
		KUNIT_EXPECT_GE_MSG(test, ns, (GHZ - 3) * 86400, "%llu Hz", hz);
		KUNIT_EXPECT_EQ(test, pvclock_scale_delta(0, vcpu->tsc_mul, vcpu->tsc_shift), 0);
	}
}

static struct lg_vcpu *timer_vcpu(struct kunit *test)
{
	struct lg_vcpu *vcpu = lg_test_guest(test, 1)->vcpu[0];

	vcpu->shared = kunit_kzalloc(test, sizeof(*vcpu->shared), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, vcpu->shared);
	lg_timer_init(vcpu);
	return vcpu;
}

/* What the guest computes from its page is what the host goes by. */
static void timer_test_page(struct kunit *test)
{
	struct lg_vcpu *vcpu = timer_vcpu(test);
	struct pvclock_vcpu_time_info *time = (void *)vcpu->shared->time;
	u64 before, now, after;

	if (!tsc_khz)
		kunit_skip(test, "the frequency of the time stamp counter is not known");
	lg_timer_start(vcpu);
	KUNIT_EXPECT_EQ(test, vcpu->shared->tsc_khz, tsc_khz);
	KUNIT_EXPECT_LT(test, vcpu->shared->wall_nsec, (u32)GHZ);
	KUNIT_EXPECT_EQ(test, time->version & 1, 0);
	before = guest_time(vcpu);
	now = pvclock_scale_delta(rdtsc_ordered() - time->tsc_timestamp,
				  time->tsc_to_system_mul, time->tsc_shift) + time->system_time;
	after = guest_time(vcpu);
	KUNIT_EXPECT_LE(test, before, now);
	KUNIT_EXPECT_LE(test, now, after);
}

static void timer_test_set(struct kunit *test)
{
	struct lg_vcpu *vcpu = timer_vcpu(test);
	ktime_t left;
	u64 now;

	if (!tsc_khz)
		kunit_skip(test, "the frequency of the time stamp counter is not known");
	lg_timer_start(vcpu);

	/* In the past: at once, and no timer. */
	lg_timer_set(vcpu, 0);
	KUNIT_EXPECT_EQ(test, vcpu->shared->irqs, BIT(LGUEST_IRQ_TIMER));
	KUNIT_EXPECT_FALSE(test, hrtimer_active(&vcpu->timer));

	/* In an hour, and not before. */
	vcpu->shared->irqs = 0;
	now = guest_time(vcpu);
	lg_timer_set(vcpu, now + 3600 * GHZ);
	left = hrtimer_get_remaining(&vcpu->timer);
	KUNIT_EXPECT_TRUE(test, hrtimer_active(&vcpu->timer));
	KUNIT_EXPECT_LE(test, left, (s64)(3600 * GHZ));
	KUNIT_EXPECT_GE(test, left, (s64)(3500 * GHZ));

	/* Never takes that back. */
	lg_timer_set(vcpu, ~0ULL);
	KUNIT_EXPECT_FALSE(test, hrtimer_active(&vcpu->timer));

	/* In more years than ktime_t has: not at once, as a negative time would be. */
	lg_timer_set(vcpu, ~0ULL - 1);
	KUNIT_EXPECT_TRUE(test, hrtimer_active(&vcpu->timer));
	KUNIT_EXPECT_GE(test, hrtimer_get_remaining(&vcpu->timer), KTIME_MAX / 4);
	lg_timer_cancel(vcpu);
	KUNIT_EXPECT_FALSE(test, hrtimer_active(&vcpu->timer));
	KUNIT_EXPECT_EQ(test, vcpu->shared->irqs, 0);
}

static struct kunit_case timer_tests[] = {
	KUNIT_CASE(timer_test_scale),
	KUNIT_CASE(timer_test_page),
	KUNIT_CASE(timer_test_set),
	{ }
};

static struct kunit_suite timer_suite = {
	.name = "lguest_timer",
	.test_cases = timer_tests,
};

kunit_test_suite(timer_suite);
