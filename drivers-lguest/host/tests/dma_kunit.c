// SPDX-License-Identifier: GPL-2.0
/* Tests of dma.c, which includes this file. */
#include "guest.h"

static void dma_test_array_ok(struct kunit *test)
{
	const u32 size = sizeof(struct lguest_dma), end = 16 << PAGE_SHIFT;
	const struct {
		u32 gpa, count;
		bool ok;
	} cases[] = {
		{ 0, 0, true }, { 0, 1, true }, { 4, 1, true },
		{ 1, 1, false }, { 2, 1, false }, { 3, 1, false },
		{ end - size, 1, true }, { end - size + 4, 1, false },
		{ end - 2 * size, 2, true }, { end - 2 * size + 4, 2, false },
		{ end, 0, true }, { end, 1, false }, { end + 4, 0, false },
		{ 0, LG_DMA_BUFFERS, true }, { 0, LG_DMA_BUFFERS + 1, false },
		/* Products and sums that do not fit into 32 bits. */
		{ 0, 0xffffffff / sizeof(struct lguest_dma) + 1, false },
		{ 0, 0xffffffff, false }, { 0xfffffffc, 1, false },
		{ 0x100000000ull - sizeof(struct lguest_dma), 1, false },
	};
	struct lg_guest *g = lg_test_guest(test, end >> PAGE_SHIFT);
	unsigned int i;

	/* As many as may be fit. */
	KUNIT_ASSERT_LE(test, LG_DMA_BUFFERS * size, end);
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, lg_dma_array_ok(g, cases[i].gpa, cases[i].count),
				    cases[i].ok, "case %u", i);
}

/* Keys of both kinds count; what is taken out makes room. */
static void dma_test_keys(struct kunit *test)
{
	struct lg_guest *g = lg_test_guest(test, 1);
	struct lg_dma_table *t;
	int *thing;
	u32 i;

	KUNIT_ASSERT_EQ(test, 0, lg_dma_init(g));
	t = g->dma;
	thing = kunit_kzalloc(test, sizeof(*thing), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, thing);
	for (i = 0; i < LG_DMA_KEYS; i++)
		KUNIT_EXPECT_EQ(test, 0, lg_dma_add(t, i & 1 ? &t->ports : &t->listeners,
						    i, thing));
	KUNIT_EXPECT_EQ(test, -ENOSPC, lg_dma_add(t, &t->ports, 0, thing));
	KUNIT_EXPECT_EQ(test, -EEXIST, lg_dma_add(t, &t->ports, 1, thing));
	KUNIT_EXPECT_NULL(test, lg_dma_remove(t, &t->ports, 0));
	KUNIT_EXPECT_EQ(test, -ENOSPC, lg_dma_add(t, &t->ports, 0, thing));
	KUNIT_EXPECT_PTR_EQ(test, lg_dma_remove(t, &t->listeners, 0), (void *)thing);
	KUNIT_EXPECT_EQ(test, -EEXIST, lg_dma_add(t, &t->ports, 1, thing));
	/* The refusal has not cost a place. */
	KUNIT_EXPECT_EQ(test, 0, lg_dma_add(t, &t->ports, 0, thing));
	KUNIT_EXPECT_EQ(test, -ENOSPC, lg_dma_add(t, &t->ports, LG_DMA_KEYS, thing));
	for (i = 0; i < LG_DMA_KEYS; i++)
		KUNIT_EXPECT_PTR_EQ(test, (void *)thing,
				    lg_dma_remove(t, i && !(i & 1) ? &t->listeners : &t->ports,
						  i));
	KUNIT_EXPECT_EQ(test, atomic_read(&t->keys), 0);
	lg_dma_destroy(g);
	KUNIT_EXPECT_NULL(test, g->dma);
}

/* The ring of what waits is taken from its head on, over the end, some at a time. */
static void dma_test_take_sent(struct kunit *test)
{
	struct lg_guest *g = lg_test_guest(test, 1);
	struct lg_listener *l = kunit_kzalloc(test, sizeof(*l), GFP_KERNEL);
	struct lguest_sent *sent = kunit_kzalloc(test, sizeof(*sent), GFP_KERNEL);
	const u32 max = ARRAY_SIZE(sent->dma), key = 0x1230;
	u32 i, next = 0;

	KUNIT_ASSERT_NOT_NULL(test, l);
	KUNIT_ASSERT_NOT_NULL(test, sent);
	KUNIT_ASSERT_EQ(test, 0, lg_dma_init(g));
	KUNIT_EXPECT_EQ(test, -ENOENT, lg_dma_take_sent(g, key, sent));
	KUNIT_ASSERT_EQ(test, 0, lg_dma_add(g->dma, &g->dma->listeners, key, l));
	KUNIT_EXPECT_EQ(test, -ENOENT, lg_dma_take_sent(g, key + 4, sent));

	sent->count = 99;
	KUNIT_EXPECT_EQ(test, 0, lg_dma_take_sent(g, key, sent));
	KUNIT_EXPECT_EQ(test, sent->count, 0);

	/* Full, and the oldest is the last one of the array. */
	l->head = LGUEST_SENT_MAX - 1;
	l->count = LGUEST_SENT_MAX;
	for (i = 0; i < LGUEST_SENT_MAX; i++)
		l->sent[(l->head + i) % LGUEST_SENT_MAX] = 0x1000 + i;
	while (next < LGUEST_SENT_MAX) {
		KUNIT_ASSERT_EQ(test, 0, lg_dma_take_sent(g, key, sent));
		KUNIT_ASSERT_EQ(test, sent->count, min(max, LGUEST_SENT_MAX - next));
		for (i = 0; i < sent->count; i++, next++)
			KUNIT_EXPECT_EQ(test, sent->dma[i], 0x1000 + next);
		KUNIT_EXPECT_EQ(test, l->count, LGUEST_SENT_MAX - next);
	}
	KUNIT_EXPECT_EQ(test, 0, lg_dma_take_sent(g, key, sent));
	KUNIT_EXPECT_EQ(test, sent->count, 0);
	KUNIT_EXPECT_EQ(test, l->head, LGUEST_SENT_MAX - 1);

	/* Who sends when it is full gets no room: it is before the signal. */
	l->count = LGUEST_SENT_MAX;
	KUNIT_EXPECT_EQ(test, -ENOBUFS, lg_dma_queue(g->dma, key, 4));
	KUNIT_EXPECT_EQ(test, 1, lg_dma_queue(g->dma, key + 4, 4));
	KUNIT_EXPECT_PTR_EQ(test, lg_dma_remove(g->dma, &g->dma->listeners, key), (void *)l);
	lg_dma_destroy(g);
}

static struct kunit_case dma_tests[] = {
	KUNIT_CASE(dma_test_array_ok),
	KUNIT_CASE(dma_test_keys),
	KUNIT_CASE(dma_test_take_sent),
	{ }
};

static struct kunit_suite dma_suite = {
	.name = "lguest_dma",
	.test_cases = dma_tests,
};

kunit_test_suite(dma_suite);
