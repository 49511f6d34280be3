// SPDX-License-Identifier: GPL-2.0
/* Tests of stats.c, which includes this file. */
#include <linux/ctype.h>
#include "guest.h"

/* Each counter has a name, of its own, that is one word. */
static void stats_test_names(struct kunit *test)
{
	unsigned int i, k;
	const char *p;

	for (i = 0; i < LGUEST_STATS; i++) {
		KUNIT_ASSERT_NOT_NULL_MSG(test, stat_names[i], "counter %u", i);
		KUNIT_EXPECT_GT(test, strlen(stat_names[i]), 0);
		for (p = stat_names[i]; *p; p++)
			KUNIT_EXPECT_TRUE(test, islower(*p) || isdigit(*p) || *p == '_');
		for (k = 0; k < i; k++)
			KUNIT_EXPECT_STRNEQ(test, stat_names[i], stat_names[k]);
	}
}

static void stats_test_sum(struct kunit *test)
{
	struct lg_guest *g = lg_test_guest(test, 1);
	u64 sums[LGUEST_STATS];
	unsigned int i;

	memset(sums, 0x55, sizeof(sums));
	for (i = 0; i < LGUEST_STATS; i++)
		g->vcpu[0]->stats[i] = (u64)i << 32 | 1;
	lg_stats_sum(g, sums);
	for (i = 0; i < LGUEST_STATS; i++)
		KUNIT_EXPECT_EQ(test, sums[i], (u64)i << 32 | 1);
}

static struct kunit_case stats_tests[] = {
	KUNIT_CASE(stats_test_names),
	KUNIT_CASE(stats_test_sum),
	{ }
};

static struct kunit_suite stats_suite = {
	.name = "lguest_stats",
	.test_cases = stats_tests,
};

kunit_test_suite(stats_suite);
