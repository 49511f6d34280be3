// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of each guest, one file a guest in debugfs: lguest/<pid>-<serial>; and
 * the events of trace.h.
 */
#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include "lg.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static const char *const stat_names[LGUEST_STATS] = { LGUEST_STAT_NAMES };

static struct dentry *stats_dir __ro_after_init;

void lg_stats_sum(struct lg_guest *g, u64 *sums)
{
	unsigned int i, v;

	for (i = 0; i < LGUEST_STATS; i++) {
		sums[i] = 0;
		for (v = 0; v < LG_MAX_VCPUS; v++)
			sums[i] += g->vcpu[v]->stats[i];
	}
}

static int stats_show(struct seq_file *m, void *unused)
{
	u64 sums[LGUEST_STATS];
	unsigned int i;

	lg_stats_sum(m->private, sums);
	for (i = 0; i < LGUEST_STATS; i++)
		seq_printf(m, "%s %llu\n", stat_names[i], sums[i]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

void lg_stats_add(struct lg_guest *g)
{
	static atomic_t serial;
	char name[32];

	g->serial = atomic_inc_return(&serial);
	snprintf(name, sizeof(name), "%d-%u", task_tgid_nr(current), g->serial);
	g->stats = debugfs_create_file(name, 0444, stats_dir, g, &stats_fops);
}

/* Waits for readers: after this none looks at the guest. */
void lg_stats_remove(struct lg_guest *g)
{
	debugfs_remove(g->stats);
}

void __init lg_stats_init(void)
{
	stats_dir = debugfs_create_dir("lguest", NULL);
}

void lg_stats_exit(void)
{
	debugfs_remove_recursive(stats_dir);
}

#ifdef CONFIG_LGUEST_KUNIT_TEST
#include "tests/stats_kunit.c"
#endif
