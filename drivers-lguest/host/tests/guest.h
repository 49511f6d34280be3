/* SPDX-License-Identifier: GPL-2.0 */
/* For the tests: a guest that never runs, with memory of the test's own. */
#ifndef _LG_TESTS_GUEST_H
#define _LG_TESTS_GUEST_H

#include <kunit/test.h>
#include <linux/mman.h>
#include <linux/uaccess.h>
#include "../lg.h"

/* Without memory: what looks at ram_pages only. */
static inline struct lg_guest *lg_test_guest(struct kunit *test, u32 pages)
{
	struct lg_guest *g = kunit_kzalloc(test, sizeof(*g), GFP_KERNEL);
	struct lg_vcpu *vcpu = kunit_kzalloc(test, sizeof(*vcpu), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, g);
	KUNIT_ASSERT_NOT_NULL(test, vcpu);
	g->ram_pages = pages;
	g->vcpu[0] = vcpu;
	vcpu->guest = g;
	rcuwait_init(&vcpu->wait);
	spin_lock_init(&g->kill_lock);
	spin_lock_init(&g->mmu_lock);
	init_waitqueue_head(&g->poll_wait);
	return g;
}

/* With memory, all zeros, in the address space of the test's thread. */
static inline struct lg_guest *lg_test_guest_ram(struct kunit *test, u32 pages)
{
	struct lg_guest *g = lg_test_guest(test, pages);

	/* One page more, which is taken away: nothing lies behind the memory. */
	g->ram_base = kunit_vm_mmap(test, NULL, 0, (pages + 1) << PAGE_SHIFT,
				    PROT_READ | PROT_WRITE,
				    MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_NE(test, g->ram_base, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(g->ram_base));
	KUNIT_ASSERT_EQ(test, 0, vm_munmap(g->ram_base + (pages << PAGE_SHIFT), PAGE_SIZE));
	g->mm = current->mm;
	return g;
}

static inline void lg_test_put(struct kunit *test, struct lg_guest *g, u32 gpa,
			       const void *data, u32 len)
{
	KUNIT_ASSERT_EQ(test, 0, copy_to_user((void __user *)(g->ram_base + gpa), data, len));
}

static inline void lg_test_get(struct kunit *test, struct lg_guest *g, u32 gpa,
			       void *data, u32 len)
{
	KUNIT_ASSERT_EQ(test, 0, copy_from_user(data, (void __user *)(g->ram_base + gpa), len));
}

#endif /* _LG_TESTS_GUEST_H */
