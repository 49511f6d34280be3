// SPDX-License-Identifier: GPL-2.0
/*
 * Which page of the host is behind a frame of the guest: a cache of what the
 * launcher's page tables say. No reference is held: the MMU notifier tells when
 * a page goes or changes, and what was made of it goes first.
 */
#include <linux/atomic.h>
#include <linux/memremap.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include "shadow.h"

/* What is done in one hold of lg_guest.mmu_lock: frames, tables searched. */
#define LG_ZAP_FRAMES	128
#define LG_ZAP_TABLES	16

/*
 * Forget one frame and its entry in @large, if that is the table for it. False:
 * for the entries of other tables it takes a search.
 */
static bool lg_zap_frame(struct lg_shadow *sh, u32 gfn, struct lg_spt *large)
{
	bool many = sh->leaf[gfn] == LG_LEAF_MANY;
	struct lg_spt *t;
	unsigned int i;

	if (large)
		lg_clear_leaf(large, gfn % LG_ENTRIES);
	t = many ? NULL : lg_leaf_table(sh, gfn, &i);
	if (t)
		lg_clear_leaf(t, i);
	sh->frames[gfn] = 0;
	sh->leaf[gfn] = LG_LEAF_NONE;
	return !many;
}

/* The entries made from frames [@from, @to), wherever they are. */
static void lg_zap_table(struct lg_spt *t, u32 from, u32 to)
{
	unsigned int i, end;

	if (!t->count || t->kind == LG_ROOT)
		return;
	for (i = 0; i < LG_ENTRIES; i = end) {
		end = i + BITS_PER_LONG;
		if (!t->present[i / BITS_PER_LONG])
			continue;
		/* The rare condition first, though what is gone can meet it. */
		for (; i < end; i++)
			if (lg_entry_gfn(t->guest[i]) - from < to - from &&
			    test_bit(i, t->present))
				lg_clear_leaf(t, i);
	}
}

/*
 * Forget frames [@from, @to) and every entry made from them, and wait for every
 * processor that may still use one: the pages are somebody else's after this.
 * True if there was anything. @count is added to notifier_count at once. Without
 * @search frames stay whose entries would have to be searched for.
 *
 * The lock is let go now and then. Until the end nobody learns a frame
 * (lg_get_frames()). A frame that is not known may have been forgotten by a zap
 * that is still under way: then all of that is done here too.
 */
static bool lg_zap_frames(struct lg_guest *g, u32 from, u32 to, int count, bool search)
{
	struct lg_shadow *sh = g->shadow;
	struct lg_spt *large;
	bool any = false, many = false;
	unsigned int i;
	u32 gfn, end;

	spin_lock(&g->mmu_lock);
	g->notifier_count += count;
	sh->zaps++;
	for (gfn = from; gfn < to;) {
		large = lg_find(sh, LG_LARGE, round_down(gfn, LG_ENTRIES) << PAGE_SHIFT);
		end = min(round_up(gfn + 1, LG_ZAP_FRAMES), to);
		for (; gfn < end; gfn++) {
			if (!search && (!sh->frames[gfn] || sh->leaf[gfn] == LG_LEAF_MANY))
				continue;
			if (sh->frames[gfn]) {
				any = true;
				if (!lg_zap_frame(sh, gfn, large))
					many = true;
			} else if (sh->zaps > 1) {
				any = true;
				many = true;
			}
		}
		if (gfn < to) {
			spin_unlock(&g->mmu_lock);
			spin_lock(&g->mmu_lock);
		}
	}
	for (i = 1; many && i <= LG_MAX_SPTS; i++) {
		if (sh->spt[i])
			lg_zap_table(sh->spt[i], from, to);
		if (i % LG_ZAP_TABLES == 0) {
			spin_unlock(&g->mmu_lock);
			spin_lock(&g->mmu_lock);
		}
	}

	if (any) {
		spin_unlock(&g->mmu_lock);
		lg_kick_sync(g);
		spin_lock(&g->mmu_lock);
	}
	sh->zaps--;
	spin_unlock(&g->mmu_lock);
	return any;
}

/*
 * The processor will not set D in the launcher's entry, and swap must not take the page
 * for clean. Who cleans it, or takes it away, holds the folio's lock, and has told the
 * notifier before: so that it is dirty is said of a page that is still there. If it is
 * cleaned from here on, the notifier says so.
 */
static int lg_dirty_page(struct lg_guest *g, struct page *page, unsigned long seq)
{
	struct folio *folio = page_folio(page);
	int err;

	if (folio_test_dirty(folio))
		return 0;
	err = folio_lock_killable(folio);
	if (err)
		return err;
	if (READ_ONCE(g->notifier_count) || READ_ONCE(g->notifier_seq) != seq)
		err = -EAGAIN;
	else
		folio_mark_dirty(folio);
	folio_unlock(folio);
	return err;
}

/*
 * Learn up to @n frames from @gfn, for writing if the entry that needs it will
 * be writable: a page that was got for reading may be the zero page, or shared.
 * With @fast only what is there already. Returns how many; -EAGAIN: the page
 * went away in the meantime; or another error, never 0.
 */
int lg_get_frames(struct lg_guest *g, u32 gfn, unsigned int n, bool write,
		  bool fast)
{
	unsigned long addr = g->ram_base + ((unsigned long)gfn << PAGE_SHIFT);
	unsigned int flags = write ? FOLL_WRITE : 0;
	struct lg_shadow *sh = g->shadow;
	struct page *page[LG_AROUND];
	bool changed = false;
	unsigned long seq;
	int i, got, r;

	seq = READ_ONCE(g->notifier_seq);
	/* Before the page tables are read; pairs with lg_notifier_end(). */
	smp_rmb();
	got = get_user_pages_fast_only(addr, n, flags, page);
	if (got <= 0 && !fast && lg_gpa_mapped(g, gfn << PAGE_SHIFT))
		got = get_user_pages_unlocked(addr, n, page, flags);
	if (got <= 0)
		return got ?: -EFAULT;
	for (i = 0, r = 0; write && i < got && !r; i++)
		r = lg_dirty_page(g, page[i], seq);
	if (r)
		goto put;

	r = got;
	spin_lock(&g->mmu_lock);
	if (g->notifier_count || g->notifier_seq != seq || sh->zaps) {
		r = -EAGAIN;
		goto out;
	}
	for (i = 0; i < got; i++) {
		unsigned long pfn = page_to_pfn(page[i]);
		u32 *frame = &sh->frames[gfn + i];

		/*
		 * Device memory has no place here, struct page or not; and
		 * there is no memory above 4G (CONFIG_HIGHMEM4G).
		 */
		if (!pfn_valid(pfn) || pfn >> (32 - PAGE_SHIFT) || is_zone_device_page(page[i])) {
			r = i ?: -EFAULT;
			break;
		}
		/* A notifier has said so before; but if not: */
		if (*frame && *frame >> PAGE_SHIFT != pfn) {
			changed = true;
			r = -EAGAIN;
			break;
		}
		*frame |= (pfn << PAGE_SHIFT) | LG_FRAME_VALID |
			  (write ? LG_FRAME_WRITE : 0);
	}
out:
	spin_unlock(&g->mmu_lock);
	if (changed)
		lg_zap_frames(g, gfn, gfn + got, 0, true);
put:
	for (i = 0; i < got; i++)
		put_page(page[i]);
	return r;
}

/*
 * The frame that a fault needs. @write: the guest writes now. @may_write: its
 * entry would allow it; then the page is got for writing where that changes
 * nothing in the host, so that the first write need not fault again.
 */
int lg_get_frame(struct lg_guest *g, u32 gfn, bool write, bool may_write)
{
	struct lg_shadow *sh = g->shadow;
	int r;

	if (lg_frame_known(sh, gfn, write))
		return 1;
	if (!write && may_write) {
		r = lg_get_frames(g, gfn, 1, true, true);
		if (r == 1 || r == -EAGAIN)
			return r;
	}
	r = lg_get_frames(g, gfn, 1, write, false);
	/*
	 * Never written: it will be, and the zero page would go then. If the launcher
	 * does not let it be written, it can still be read.
	 */
	if (r == 1 && may_write && is_zero_pfn(READ_ONCE(sh->frames[gfn]) >> PAGE_SHIFT) &&
	    lg_get_frames(g, gfn, 1, true, false) == -EAGAIN)
		r = -EAGAIN;
	return r;
}

/*
 * The notifier: the host wants guest memory back, or changes it.
 */

/* The frames of [@start, @end) that are the guest's; false: none. */
static bool lg_notifier_frames(const struct lg_guest *g, unsigned long start,
			       unsigned long end, u32 *from, u32 *to)
{
	unsigned long ram_end = g->ram_base + ((unsigned long)g->ram_pages << PAGE_SHIFT);

	start = max(start, g->ram_base);
	end = min(end, ram_end);
	if (start >= end)
		return false;
	*from = (start - g->ram_base) >> PAGE_SHIFT;
	*to = (end - 1 - g->ram_base) / PAGE_SIZE + 1;
	return true;
}

static bool lg_notifier_zap(struct lg_guest *g, unsigned long start,
			    unsigned long end, int count, bool search)
{
	u32 from, to;

	return lg_notifier_frames(g, start, end, &from, &to) &&
	       lg_zap_frames(g, from, to, count, search);
}

static struct lg_guest *lg_notifier_guest(struct mmu_notifier *mn)
{
	return container_of(mn, struct lg_guest, notifier);
}

static int lg_notifier_start(struct mmu_notifier *mn,
			     const struct mmu_notifier_range *range)
{
	lg_notifier_zap(lg_notifier_guest(mn), range->start, range->end, 1, true);
	return 0;
}

static void lg_notifier_end(struct mmu_notifier *mn,
			    const struct mmu_notifier_range *range)
{
	struct lg_guest *g = lg_notifier_guest(mn);
	u32 from, to;

	if (!lg_notifier_frames(g, range->start, range->end, &from, &to))
		return;
	spin_lock(&g->mmu_lock);
	/*
	 * Who has read the old page tables, and looks under the lock after
	 * this, sees another number than before; who looks earlier sees the
	 * count. Pairs with lg_get_frames().
	 */
	g->notifier_seq++;
	g->notifier_count--;
	spin_unlock(&g->mmu_lock);
}

/*
 * The shadow has no accessed bits, so to age a page is to forget it: if the
 * guest needs it, it will be back. It is the same for clear_young, which need not
 * flush and looks at many more pages: the multi-generational LRU asks by nothing else.
 * A page that the guest has mapped twice counts as old: here a table of the host's is
 * locked, which is no time to search.
 */
static bool lg_notifier_young(struct mmu_notifier *mn, struct mm_struct *mm,
			      unsigned long start, unsigned long end)
{
	return lg_notifier_zap(lg_notifier_guest(mn), start, end, 0, false);
}

static bool lg_notifier_test_young(struct mmu_notifier *mn, struct mm_struct *mm,
				   unsigned long addr)
{
	struct lg_guest *g = lg_notifier_guest(mn);
	u32 from, to;

	return lg_notifier_frames(g, addr, addr + 1, &from, &to) &&
	       READ_ONCE(g->shadow->frames[from]);
}

/* The launcher's memory goes for good, or the guest does. */
static void lg_notifier_release(struct mmu_notifier *mn, struct mm_struct *mm)
{
	struct lg_guest *g = lg_notifier_guest(mn);

	/* It is also called when the notifier is unregistered. */
	if (g->notifier_registered)
		lg_kill(g, "the launcher's memory is gone");
	lg_notifier_zap(g, 0, ULONG_MAX, 0, true);
}

static const struct mmu_notifier_ops lg_notifier_ops = {
	.release = lg_notifier_release,
	.clear_flush_young = lg_notifier_young,
	.clear_young = lg_notifier_young,
	.test_young = lg_notifier_test_young,
	.invalidate_range_start = lg_notifier_start,
	.invalidate_range_end = lg_notifier_end,
};

/*
 * The arrays of large guests come from vmalloc's address space, of which a 32-bit
 * kernel has 128 MB in all, and so does the mapping of each shared page, with a guard
 * page: for all guests together there is a part of it.
 */
#define LG_FRAMES_TOTAL	(VMALLOC_TOTAL / 2)

static atomic_long_t lg_frames_total;

static long lg_frames_size(const struct lg_guest *g)
{
	return g->ram_pages * (sizeof(*g->shadow->frames) + sizeof(*g->shadow->leaf)) +
	       2 * PAGE_SIZE;
}

int lg_frames_init(struct lg_guest *g)
{
	long size = lg_frames_size(g);
	int err;

	if (atomic_long_add_return(size, &lg_frames_total) > LG_FRAMES_TOTAL) {
		atomic_long_sub(size, &lg_frames_total);
		return -ENOMEM;
	}
	g->shadow->frames_counted = true;
	g->shadow->frames = kvcalloc(g->ram_pages, sizeof(*g->shadow->frames),
				     GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	g->shadow->leaf = kvcalloc(g->ram_pages, sizeof(*g->shadow->leaf),
				   GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!g->shadow->frames || !g->shadow->leaf)
		return -ENOMEM;
	g->notifier.ops = &lg_notifier_ops;
	/* As mmu_notifier_register(), which cannot be killed. */
	if (mmap_write_lock_killable(g->mm))
		return -EINTR;
	err = __mmu_notifier_register(&g->notifier, g->mm);
	mmap_write_unlock(g->mm);
	/* For a signal, or work that is announced like one: then it begins anew. */
	if (err == -EINTR)
		return -ERESTARTNOINTR;
	if (err)
		return err;
	g->notifier_registered = true;
	return 0;
}

/* The launcher's mm may be long dead. */
void lg_frames_destroy(struct lg_guest *g)
{
	if (g->notifier_registered) {
		g->notifier_registered = false;
		mmu_notifier_unregister(&g->notifier, g->mm);
		/* An invalidation may have begun before, and not end with us. */
		g->notifier_count = 0;
	}
	kvfree(g->shadow->frames);
	kvfree(g->shadow->leaf);
	if (g->shadow->frames_counted)
		atomic_long_sub(lg_frames_size(g), &lg_frames_total);
}
