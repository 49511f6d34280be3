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
#include "trace.h"

/*
 * Entries that one flush compares before it drops the rest: what bounds a
 * flush. To compare one costs about a hundredth of a fault that fills it.
 */
#define LG_SYNC_MAX	4096

/*
 * Read the guest's entries for those of @t that @bits names into sh->buf. What
 * is not in RAM reads as 0.
 */
int lg_read_table(struct lg_guest *g, const struct lg_spt *t,
		  const unsigned long *bits, unsigned int from, unsigned int to)
{
	struct lg_shadow *sh = g->shadow;
	void __user *ram = lg_gpa_user(g, 0);
	unsigned int i;

	if (!user_read_access_begin(ram, (size_t)g->ram_pages << PAGE_SHIFT))
		return -EFAULT;
	lg_for_each_bit(i, bits, from, to) {
		u32 gpa = lg_entry_gpa(sh, t, i);
		u32 low = 0, high = 0;

		if (gpa >> PAGE_SHIFT < g->ram_pages) {
			unsafe_get_user(low, (u32 __user *)(ram + gpa), fault);
			if (!lg_split(sh) && IS_ENABLED(CONFIG_X86_PAE))
				unsafe_get_user(high, (u32 __user *)(ram + gpa + 4), fault);
		}
		sh->buf[i] = (u64)high << 32 | low;
	}
	user_read_access_end();
	return 0;

fault:
	user_read_access_end();
	return -EFAULT;
}

/* The guest's entry for entry @i of @t; 0 if it is not in RAM. */
static pteval_t lg_read_one(struct lg_guest *g, const struct lg_spt *t,
			    unsigned int i)
{
	u32 gpa = lg_entry_gpa(g->shadow, t, i);
	const u32 __user *p = lg_gpa_user(g, gpa);
	u32 low, high = 0;

	if (gpa >> PAGE_SHIFT >= g->ram_pages || get_user(low, p) ||
	    (lg_entry_size(g->shadow) > sizeof(low) && get_user(high, p + 1)))
		return 0;
	return (u64)high << 32 | low;
}

/*
 * Which entries of a lower table differ from the guest's? What the guest's are goes to
 * sh->buf. It is most of what a fork costs the host: a few instructions an entry.
 */
static int lg_compare_table(struct lg_guest *g, const struct lg_spt *t,
			    unsigned long *changed, bool *any)
{
	struct lg_shadow *sh = g->shadow;
	unsigned int size = lg_entry_size(sh);
	const void __user *table = lg_gpa_user(g, t->gpa);
	const pteval_t *known = t->guest;
	unsigned int w, i;
	unsigned long bits, differ;

	*any = false;
	if (!lg_gpa_ok(g, t->gpa, LG_ENTRIES * size) ||
	    !user_read_access_begin(table, LG_ENTRIES * size))
		return -EFAULT;
	for (w = 0; w < LG_ENTRIES / BITS_PER_LONG; w++) {
		changed[w] = 0;
		bits = READ_ONCE(t->present[w]);
		if (!bits)
			continue;
		for (differ = 0; bits; bits &= bits - 1) {
			pteval_t entry;
			u32 low, high = 0;

			i = w * BITS_PER_LONG + __ffs(bits);
			unsafe_get_user(low, (u32 __user *)(table + i * size), fault);
			if (size > sizeof(low))
				unsafe_get_user(high, (u32 __user *)(table + i * size + 4),
						fault);
			entry = (u64)high << 32 | low;
			if (entry == known[i])
				continue;
			sh->buf[i] = entry;
			differ |= BIT(i % BITS_PER_LONG);
		}
		changed[w] = differ;
		*any |= differ;
	}
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
	DECLARE_BITMAP(changed, LG_ENTRIES) __uninitialized;
	unsigned int i;
	bool any;

	if (t->kind == LG_LARGE || !t->count)
		return;
	if (t->count > *budget || lg_compare_table(g, t, changed, &any)) {
		spin_lock(&g->mmu_lock);
		lg_clear_table(g, t);
		spin_unlock(&g->mmu_lock);
		return;
	}
	*budget -= t->count;
	if (!any)
		return;

	/* The notifier may have taken some, nobody may have added any. */
	spin_lock(&g->mmu_lock);
	lg_for_each_bit(i, changed, 0, LG_ENTRIES)
		if (test_bit(i, t->present))
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

	r = lg_read_table(g, root, root->present, from, to);
	spin_lock(&g->mmu_lock);
	lg_for_each_bit(i, root->present, from, to) {
		struct lg_spt *t = lg_child(root, i);
		pteval_t pde = sh->buf[i];

		if (!r && pde == root->guest[i])
			continue;
		if (r || !lg_usable(sh, pde) || !lg_is_for(sh, t, pde, i))
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
	lg_for_each_bit(i, root->present, 0, sh->kernel_index) {
		lg_sync_table(g, lg_child(root, i), &budget);
		cond_resched();
	}
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

	lg_for_each_bit(i, root->present, sh->kernel_index, end) {
		t = lg_child(root, i);
		t->kernel_epoch = sh->kernel_epoch;
		lg_sync_table(g, t, &budget);
		cond_resched();
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
	lg_for_each_bit(i, sh->kernel->present, sh->kernel_index, end) {
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

/* Is entry @i of @root made from one that named another table than @pde, or gave more? */
static bool lg_link_stale(const struct lg_spt *root, unsigned int i, pteval_t pde)
{
	const pteval_t used = _PAGE_ACCESSED | _PAGE_DIRTY;

	return test_bit(i, root->present) &&
	       ((root->guest[i] ^ pde) & ~(used & ~root->guest[i]));
}

/* The same of all address spaces, for an entry of the kernel half. */
static bool lg_kernel_stale(const struct lg_shadow *sh, unsigned int i, pteval_t pde)
{
	const struct lg_spt *root;

	list_for_each_entry(root, &sh->roots, list)
		if (lg_link_stale(root, i, pde))
			return true;
	return lg_link_stale(sh->kernel, i, pde);
}

/*
 * Make entry @i of the loaded root what the guest's says now: it may name another
 * table than the link does. The lower table, or NULL: there is none any more. In the
 * kernel half other roots may have old entries although the loaded one was filled anew
 * since the guest changed them all.
 */
static struct lg_spt *lg_flush_link(struct lg_vcpu *vcpu, unsigned int i)
{
	struct lg_guest *g = vcpu->guest;
	struct lg_shadow *sh = g->shadow;
	bool kernel = i >= sh->kernel_index;
	struct lg_spt *root = vcpu->mmu.root;
	struct lg_spt *from, *t;
	pteval_t pde;

	/* A kernel table that this root has not met may be known to others. */
	from = root;
	if (kernel && !test_bit(i, root->present))
		from = sh->kernel;
	if (!test_bit(i, from->present)) {
		if (kernel)
			lg_unlink_kernel(g, i);
		return NULL;
	}
	pde = lg_read_one(g, root, i);
	t = lg_child(from, i);
	if (!lg_usable(sh, pde) || !lg_is_for(sh, t, pde, i) ||
	    (kernel && lg_kernel_stale(sh, i, pde))) {
		if (kernel) {
			lg_unlink_kernel(g, i);
		} else {
			spin_lock(&g->mmu_lock);
			lg_unlink(g, root, i);
			spin_unlock(&g->mmu_lock);
		}
		return NULL;
	}
	if (pde != from->guest[i]) {
		spin_lock(&g->mmu_lock);
		lg_set_link(g, from, i, t, pde);
		spin_unlock(&g->mmu_lock);
	}
	return t;
}

/* Flush one address. */
static void lg_flush_one(struct lg_vcpu *vcpu, u32 addr)
{
	struct lg_guest *g = vcpu->guest;
	struct lg_shadow *sh = g->shadow;
	unsigned int i = lg_root_index(addr), j = lg_table_index(addr);
	struct lg_spt *t;
	pteval_t pte;

	if (lg_linear(sh) || i >= lg_window_index())
		return;

	/* The guest's upper entry leads to two tables, of which this is one. */
	if (lg_split(sh))
		lg_flush_link(vcpu, i ^ 1);
	t = lg_flush_link(vcpu, i);
	if (!t || t->kind == LG_LARGE || !test_bit(j, t->present))
		return;
	pte = lg_read_one(g, t, j);
	spin_lock(&g->mmu_lock);
	if (test_bit(j, t->present))
		lg_set_leaf(g, t, j, pte);
	spin_unlock(&g->mmu_lock);
}

void lg_shadow_flush_one(struct lg_vcpu *vcpu, u32 addr)
{
	struct lg_shadow *sh = vcpu->guest->shadow;

	vcpu->stats[LGUEST_STAT_FLUSH_ONE]++;
	trace_lguest_flush(vcpu, LGUEST_FLUSH_ONE, addr);
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
	trace_lguest_flush(vcpu, LGUEST_FLUSH_USER, 0);
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
	trace_lguest_flush(vcpu, LGUEST_FLUSH_ALL, 0);
	mutex_lock(&sh->lock);
	list_for_each_entry(root, &sh->roots, list)
		root->stale = true;
	lg_sync_user(g, vcpu->mmu.root);
	lg_sync_kernel(g, vcpu->mmu.root);
	lg_reap(g);
	mutex_unlock(&sh->lock);
}
