// SPDX-License-Identifier: GPL-2.0
/*
 * Flushes. What a processor does by forgetting, the shadow does by comparing,
 * where it can: what still is as the guest's tables say may stay, and a guest
 * that flushes much does not fault for all of it again.
 */
#include <linux/bitmap.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>

#include "shadow.h"

/*
 * Entries that one flush compares before it drops the rest: what bounds a
 * flush. To compare one costs about a hundredth of a fault that fills it.
 */
#define LG_SYNC_MAX	4096

/* Read those entries of a guest's table that @bits names into sh->buf. */
int lg_read_table(struct lg_guest *g, u32 gfn, const unsigned long *bits,
		  unsigned int from, unsigned int to)
{
	struct lg_shadow *sh = g->shadow;
	const u32 __user *p;
	unsigned int i;

	if (gfn >= g->ram_pages)
		return -EFAULT;
	p = (const u32 __user *)(g->ram_base + ((unsigned long)gfn << PAGE_SHIFT));
	if (!user_read_access_begin(p, PAGE_SIZE))
		return -EFAULT;
	for (i = find_next_bit(bits, to, from); i < to;
	     i = find_next_bit(bits, to, i + 1))
		unsafe_get_user(sh->buf[i], p + i, fault);
	user_read_access_end();
	return 0;

fault:
	user_read_access_end();
	return -EFAULT;
}

/*
 * Compare every entry of a lower table with the guest's, which is what a flush
 * comes to if it does not simply forget: what changed is set to what the guest
 * says now, without a fault. An entry that has lost A goes, so that the next
 * use sets it. @budget: how many may still be compared.
 */
static void lg_sync_table(struct lg_guest *g, struct lg_spt *t,
			  unsigned int *budget)
{
	struct lg_shadow *sh = g->shadow;
	unsigned int i;

	if (t->kind == LG_LARGE || !t->count)
		return;
	if (t->count > *budget ||
	    lg_read_table(g, t->gfn, t->present, 0, LG_ENTRIES)) {
		spin_lock(&g->mmu_lock);
		lg_clear_table(g, t);
		spin_unlock(&g->mmu_lock);
		return;
	}
	*budget -= t->count;

	/* The notifier may have taken bits, nobody may have added some. */
	spin_lock(&g->mmu_lock);
	for_each_set_bit(i, t->present, LG_ENTRIES)
		if (sh->buf[i] != t->guest[i])
			lg_set_leaf(g, t, i, sh->buf[i]);
	spin_unlock(&g->mmu_lock);
}

/*
 * Make links [@from, @to) of a root what the guest's upper entries say. A link
 * whose entry names another table goes; one whose rights differ is changed.
 */
static void lg_sync_links(struct lg_guest *g, struct lg_spt *root,
			  unsigned int from, unsigned int to)
{
	struct lg_shadow *sh = g->shadow;
	unsigned int i;
	int r;

	r = lg_read_table(g, root->gfn, root->present, from, to);
	spin_lock(&g->mmu_lock);
	for (i = find_next_bit(root->present, to, from); i < to;
	     i = find_next_bit(root->present, to, i + 1)) {
		struct lg_spt *t = lg_child(root, i);
		u32 pde = sh->buf[i];

		if (!r && pde == root->guest[i])
			continue;
		if (r || !lg_usable(pde) || !lg_is_for(sh, t, pde))
			lg_unlink(g, root, i);
		else
			lg_set_link(g, root, i, t, pde);
		cond_resched_lock(&g->mmu_lock);
	}
	spin_unlock(&g->mmu_lock);
}

/* Flush the user half of @root. */
void lg_sync_user(struct lg_guest *g, struct lg_spt *root)
{
	struct lg_shadow *sh = g->shadow;
	unsigned int budget = LG_SYNC_MAX;
	unsigned int i;

	if (lg_linear(sh))
		return;
	lg_sync_links(g, root, 0, sh->kernel_index);
	for_each_set_bit(i, root->present, sh->kernel_index)
		lg_sync_table(g, lg_child(root, i), &budget);
	root->stale = false;
	root->checked = jiffies;
}

/* The kernel half of @root, but for what is in the tables. */
void lg_sync_kernel_links(struct lg_guest *g, struct lg_spt *root)
{
	struct lg_shadow *sh = g->shadow;

	if (root->kernel_epoch == sh->kernel_epoch)
		return;
	lg_sync_links(g, root, sh->kernel_index, lg_window_index());
	root->kernel_epoch = sh->kernel_epoch;
}

/*
 * Flush the kernel half, in every address space. A table that @root does not
 * link may have been freed by the guest, and its frame be a table again before
 * the roots that link it are loaded and looked at: it is emptied.
 */
void lg_sync_kernel(struct lg_guest *g, struct lg_spt *root)
{
	struct lg_shadow *sh = g->shadow;
	unsigned int budget = LG_SYNC_MAX;
	unsigned int i, end = lg_window_index();
	struct lg_spt *t;

	if (lg_linear(sh))
		return;
	/* Other roots look at their links when they are loaded next. */
	sh->kernel_epoch++;
	lg_sync_kernel_links(g, root);

	for (i = find_next_bit(root->present, end, sh->kernel_index); i < end;
	     i = find_next_bit(root->present, end, i + 1)) {
		t = lg_child(root, i);
		t->kernel_epoch = sh->kernel_epoch;
		lg_sync_table(g, t, &budget);
	}

	list_for_each_entry(t, &sh->tables, list) {
		if (t->kind != LG_KERNEL || t->kernel_epoch == sh->kernel_epoch)
			continue;
		spin_lock(&g->mmu_lock);
		lg_clear_table(g, t);
		spin_unlock(&g->mmu_lock);
		cond_resched();
	}

	spin_lock(&g->mmu_lock);
	/* New roots take their links from here: nothing that is not in @root. */
	for (i = find_next_bit(sh->kernel->present, end, sh->kernel_index); i < end;
	     i = find_next_bit(sh->kernel->present, end, i + 1)) {
		if (sh->kernel->guest[i] != root->guest[i] ||
		    !test_bit(i, root->present))
			lg_unlink(g, sh->kernel, i);
		cond_resched_lock(&g->mmu_lock);
	}
	spin_unlock(&g->mmu_lock);
}

/*
 * Forget a kernel address for which the links cannot be trusted: in every root.
 * Rare: a kernel seldom changes its upper entries.
 */
static void lg_unlink_kernel(struct lg_guest *g, unsigned int i)
{
	struct lg_shadow *sh = g->shadow;
	struct lg_spt *root;

	spin_lock(&g->mmu_lock);
	list_for_each_entry(root, &sh->roots, list) {
		lg_unlink(g, root, i);
		cond_resched_lock(&g->mmu_lock);
	}
	lg_unlink(g, sh->kernel, i);
	spin_unlock(&g->mmu_lock);
}

/*
 * Flush one address. The guest's upper entry is read again: it may name another
 * table than the link does, and then it is not enough to forget the lower entry
 * of the old one.
 */
static void lg_flush_one(struct lg_vcpu *vcpu, u32 addr)
{
	struct lg_guest *g = vcpu->guest;
	struct lg_shadow *sh = g->shadow;
	unsigned int i = lg_root_index(addr), j = lg_table_index(addr);
	bool kernel = i >= sh->kernel_index;
	struct lg_spt *root = vcpu->mmu.root;
	struct lg_spt *from, *t;
	u32 pde, pte = 0;

	if (lg_linear(sh) || i >= lg_window_index())
		return;

	/* A kernel table that this root has not met may be known to others. */
	from = root;
	if (kernel && !test_bit(i, root->present))
		from = sh->kernel;
	if (!test_bit(i, from->present)) {
		if (kernel)
			lg_unlink_kernel(g, i);
		return;
	}
	if (lg_gpa_read(g, (root->gfn << PAGE_SHIFT) + i * sizeof(u32), &pde,
			sizeof(pde)))
		pde = 0;
	t = lg_child(from, i);
	if (!lg_usable(pde) || !lg_is_for(sh, t, pde)) {
		if (kernel) {
			lg_unlink_kernel(g, i);
		} else {
			spin_lock(&g->mmu_lock);
			lg_unlink(g, root, i);
			spin_unlock(&g->mmu_lock);
		}
		return;
	}

	if (t->kind != LG_LARGE && test_bit(j, t->present) &&
	    lg_gpa_read(g, (t->gfn << PAGE_SHIFT) + j * sizeof(u32), &pte,
			sizeof(pte)))
		pte = 0;
	spin_lock(&g->mmu_lock);
	if (pde != from->guest[i]) {
		/* Other roots have upper entries of their own. */
		if (kernel)
			sh->kernel_epoch++;
		lg_set_link(g, from, i, t, pde);
	}
	if (t->kind != LG_LARGE && test_bit(j, t->present))
		lg_set_leaf(g, t, j, pte);
	spin_unlock(&g->mmu_lock);
}

void lg_shadow_flush_one(struct lg_vcpu *vcpu, u32 addr)
{
	struct lg_shadow *sh = vcpu->guest->shadow;

	vcpu->stats[LGUEST_STAT_FLUSH_ONE]++;
	mutex_lock(&sh->lock);
	lg_flush_one(vcpu, addr);
	lg_reap(vcpu->guest);
	mutex_unlock(&sh->lock);
}

void lg_shadow_flush_user(struct lg_vcpu *vcpu)
{
	struct lg_guest *g = vcpu->guest;
	struct lg_shadow *sh = g->shadow;

	vcpu->stats[LGUEST_STAT_FLUSH_USER]++;
	mutex_lock(&sh->lock);
	lg_sync_user(g, vcpu->mmu.root);
	/* Until the guest has said what its user half is, that is all. */
	if (lg_kernel_not_global(vcpu) || !sh->kernel_index)
		lg_sync_kernel(g, vcpu->mmu.root);
	lg_reap(g);
	mutex_unlock(&sh->lock);
}

void lg_shadow_flush_all(struct lg_vcpu *vcpu)
{
	struct lg_guest *g = vcpu->guest;
	struct lg_shadow *sh = g->shadow;
	struct lg_spt *root;

	vcpu->stats[LGUEST_STAT_FLUSH_ALL]++;
	mutex_lock(&sh->lock);
	list_for_each_entry(root, &sh->roots, list)
		root->stale = true;
	lg_sync_user(g, vcpu->mmu.root);
	lg_sync_kernel(g, vcpu->mmu.root);
	lg_reap(g);
	mutex_unlock(&sh->lock);
}
