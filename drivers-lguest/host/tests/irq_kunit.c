// SPDX-License-Identifier: GPL-2.0
/* Tests of irq.c, which includes this file. */
#include "guest.h"

static struct lg_vcpu *irq_vcpu(struct kunit *test)
{
	struct lg_vcpu *vcpu = lg_test_guest(test, 1)->vcpu[0];

	vcpu->shared = kunit_kzalloc(test, sizeof(*vcpu->shared), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, vcpu->shared);
	return vcpu;
}

static void irq_test_pending(struct kunit *test)
{
	static const struct {
		u32 irqs, masked;
		bool pending;
	} cases[] = {
		{ 0, 0, false }, { 0, ~0u, false }, { 1, 0, true }, { 1, 1, false },
		{ 1, ~1u, true }, { 0x80000000, 0, true }, { 0x80000000, 0x80000000, false },
		{ 5, 4, true }, { 5, 5, false }, { ~0u, ~0u, false },
	};
	struct lg_vcpu *vcpu = irq_vcpu(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		vcpu->shared->irqs = cases[i].irqs;
		vcpu->shared->irqs_masked = cases[i].masked;
		KUNIT_EXPECT_EQ_MSG(test, lg_irq_pending(vcpu), cases[i].pending, "case %u", i);
	}
	vcpu->shared = NULL;
	KUNIT_EXPECT_FALSE(test, lg_irq_pending(vcpu));
}

/* What is raised before there is a page is not lost, and moves once. */
static void irq_test_early(struct kunit *test)
{
	struct lg_vcpu *vcpu = irq_vcpu(test);
	struct lguest_shared *shared = vcpu->shared;

	vcpu->shared = NULL;
	lg_irq_raise(vcpu, 0);
	lg_irq_raise(vcpu, LGUEST_IRQS - 1);
	KUNIT_EXPECT_TRUE(test, vcpu->kicked);
	KUNIT_EXPECT_EQ(test, (u32)atomic_read(&vcpu->early_irqs), 0x80000001);
	vcpu->shared = shared;
	shared->irqs = 2;
	lg_irq_move_early(vcpu, shared);
	KUNIT_EXPECT_EQ(test, shared->irqs, 0x80000003);
	shared->irqs = 0;
	lg_irq_move_early(vcpu, shared);
	KUNIT_EXPECT_EQ(test, shared->irqs, 0);
	vcpu->kicked = false;
	lg_irq_raise(vcpu, 3);
	KUNIT_EXPECT_EQ(test, shared->irqs, 8);
	KUNIT_EXPECT_TRUE(test, vcpu->kicked);
	KUNIT_EXPECT_EQ(test, atomic_read(&vcpu->early_irqs), 0);
}

/* While the guest's kernel has interrupts off, its way to ring 3 is barred. */
static void irq_test_wait(struct kunit *test)
{
	struct lg_vcpu *vcpu = irq_vcpu(test);
	struct lguest_shared *shared = vcpu->shared;

	vcpu->regs.cs = 8 + LG_KERNEL_RPL;
	vcpu->user_cs = 0x73;
	shared->irqs = 1;
	KUNIT_EXPECT_EQ(test, 0, lg_irq_deliver(vcpu));
	KUNIT_EXPECT_EQ(test, shared->irq_pending & LGUEST_PENDING_IRQ, LGUEST_PENDING_IRQ);
	KUNIT_EXPECT_TRUE(test, vcpu->user_cs_hidden);
	KUNIT_EXPECT_TRUE(test, vcpu->gdt_changed);
	/* Nothing changes: nothing is loaded again. */
	vcpu->gdt_changed = false;
	KUNIT_EXPECT_EQ(test, 0, lg_irq_deliver(vcpu));
	KUNIT_EXPECT_FALSE(test, vcpu->gdt_changed);
	/* The guest has masked it since. */
	shared->irqs_masked = 1;
	KUNIT_EXPECT_EQ(test, 0, lg_irq_deliver(vcpu));
	KUNIT_EXPECT_EQ(test, shared->irq_pending & LGUEST_PENDING_IRQ, 0);
	KUNIT_EXPECT_FALSE(test, vcpu->user_cs_hidden);
	KUNIT_EXPECT_TRUE(test, vcpu->gdt_changed);
	KUNIT_EXPECT_EQ(test, vcpu->stats[LGUEST_STAT_INJECT_IRQ], 0);
}

static struct kunit_case irq_tests[] = {
	KUNIT_CASE(irq_test_pending),
	KUNIT_CASE(irq_test_early),
	KUNIT_CASE(irq_test_wait),
	{ }
};

static struct kunit_suite irq_suite = {
	.name = "lguest_irq",
	.test_cases = irq_tests,
};

kunit_test_suite(irq_suite);
