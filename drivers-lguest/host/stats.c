// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of each guest, one file a guest in debugfs: lguest/<pid>-<serial>.
 */
#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include "lg.h"

static const char *const stat_names[LG_STATS] = {
	[LG_STAT_ENTRY]		= "entry",
	[LG_STAT_INTERRUPT]	= "interrupt",
	[LG_STAT_NMI]		= "nmi",
	[LG_STAT_NMI_SWITCHER]	= "nmi_switcher",
	[LG_STAT_HYPERCALL]	= "hypercall",
	[LG_STAT_PAGE_FAULT]	= "page_fault",
	[LG_STAT_FILL]		= "fill",
	[LG_STAT_REFLECT]	= "reflect",
	[LG_STAT_EMULATE]	= "emulate",
	[LG_STAT_IRET]		= "iret",
	[LG_STAT_INJECT_IRQ]	= "inject_irq",
	[LG_STAT_INJECT_TRAP]	= "inject_trap",
	[LG_STAT_LOAD_CR3]	= "load_cr3",
	[LG_STAT_CR3_REUSED]	= "cr3_reused",
	[LG_STAT_FLUSH_ONE]	= "flush_one",
	[LG_STAT_FLUSH_USER]	= "flush_user",
	[LG_STAT_FLUSH_ALL]	= "flush_all",
	[LG_STAT_HALT]		= "halt",
	[LG_STAT_USER_EXIT]	= "user_exit",
};

static struct dentry *stats_dir;

static int stats_show(struct seq_file *m, void *unused)
{
	struct lg_guest *g = m->private;
	unsigned int i, v;
	u64 sum;

	for (i = 0; i < LG_STATS; i++) {
		sum = 0;
		for (v = 0; v < LG_MAX_VCPUS; v++)
			sum += g->vcpu[v]->stats[i];
		seq_printf(m, "%s %llu\n", stat_names[i], sum);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

void lg_stats_add(struct lg_guest *g)
{
	static atomic_t serial;
	char name[32];

	snprintf(name, sizeof(name), "%d-%d", task_tgid_nr(current),
		 atomic_inc_return(&serial));
	g->stats = debugfs_create_file(name, 0444, stats_dir, g, &stats_fops);
}

/* Waits for readers: after this none looks at the guest. */
void lg_stats_remove(struct lg_guest *g)
{
	debugfs_remove(g->stats);
}

void lg_stats_init(void)
{
	stats_dir = debugfs_create_dir("lguest", NULL);
}

void lg_stats_exit(void)
{
	debugfs_remove_recursive(stats_dir);
}
