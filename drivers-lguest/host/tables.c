// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of the shadow: what their entries may be, and how tables come and
 * go. Every entry is made here.
 */
#include <linux/bitmap.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "shadow.h"

/* Tables kept at hand, so that a fault seldom allocates. */
#define LG_POOL		8

/* Tables for a guest: a base, and one for each LG_LIMIT_PAGES of RAM, to LG_MAX_SPTS. */
#define LG_LIMIT_BASE	(64 * (LG_ROOT_ENTRIES / 1024))
#define LG_LIMIT_PAGES	(LG_ENTRIES / 16)

/*
 * The lower entry for a guest's entry. Whatever the guest wrote, these bits are
 * all that gets through: no G (roots share a processor with the host), no
 * cache attributes, no frame that is not the guest's. NX does, if the host uses
 * it. A and D are preset, so the processor never writes to the shadow. A page
 * that the guest has not dirtied stays read-only, so that the first write comes
 * here and sets D.
 */
static __always_inline pteval_t lg_leaf(struct lg_guest *g, pteval_t guest)
{
	u32 gfn = lg_entry_gfn(guest);
	pteval_t entry;
	u32 frame;

	if (!lg_usable(g->shadow, guest) || gfn >= g->ram_pages)
		return 0;
	frame = g->shadow->frames[gfn];
	if (!(frame & LG_FRAME_VALID))
		return 0;
	entry = (frame & PAGE_MASK) | _PAGE_PRESENT | _PAGE_ACCESSED |
		_PAGE_DIRTY |
		(guest & (_PAGE_USER | (_PAGE_NX & __supported_pte_mask)));
	if ((guest & _PAGE_RW) && (guest & _PAGE_DIRTY) &&
	    (frame & LG_FRAME_WRITE))
		entry |= _PAGE_RW;
	return entry;
}

/* The upper entry for a guest's, to the table @t. */
static pteval_t lg_link_entry(const struct lg_shadow *sh, struct lg_spt *t,
			      pteval_t pde)
{
	pteval_t entry = __pa(t->entry) | _PAGE_PRESENT | _PAGE_ACCESSED |
		(pde & (_PAGE_USER | (_PAGE_NX & __supported_pte_mask)));

	/* A large page's D is here; its table is shared with cleaner ones. */
	if ((pde & _PAGE_RW) && (!lg_is_large(sh, pde) || (pde & _PAGE_DIRTY)))
		entry |= _PAGE_RW;
	return entry;
}

struct lg_spt *lg_child(const struct lg_spt *root, unsigned int i)
{
	return (struct lg_spt *)page_private(pfn_to_page(lg_entry_gfn(root->entry[i])));
}

/*
 * The notifier clears entries that a processor may be walking. With PAE they are
 * written by halves: the one with P first when it goes, and last when it comes.
 * What is present changes to something else only outside of guest mode.
 */
static void lg_write_entry(pteval_t *p, pteval_t entry)
{
	if (*p == entry)
		return;
	if (entry)
		native_set_pte((pte_t *)p, native_make_pte(entry));
	else
		native_pte_clear(NULL, 0, (pte_t *)p);
}

static __always_inline void lg_set_entry(struct lg_spt *t, unsigned int i,
					 pteval_t entry, pteval_t guest)
{
	if (entry) {
		t->guest[i] = guest;
		if (!__test_and_set_bit(i, t->present))
			t->count++;
	} else if (__test_and_clear_bit(i, t->present)) {
		t->count--;
	}
	lg_write_entry(&t->entry[i], entry);
}

/*
 * The table of the only entry that may have been made from a frame, and in *i
 * the entry; NULL: it is gone. Nothing is noted when entries go. Not for
 * LG_LEAF_MANY.
 */
struct lg_spt *lg_leaf_table(const struct lg_shadow *sh, u32 gfn,
			     unsigned int *i)
{
	struct lg_spt *t = sh->spt[sh->leaf[gfn] >> LG_LEAF_SHIFT];

	*i = sh->leaf[gfn] % LG_ENTRIES;
	if (t && (t->kind == LG_USER || t->kind == LG_KERNEL) &&
	    test_bit(*i, t->present) && lg_entry_gfn(t->guest[*i]) == gfn)
		return t;
	return NULL;
}

/* Another entry than the one that is noted. */
static noinline void lg_note_other(struct lg_shadow *sh, u32 gfn, u32 leaf)
{
	unsigned int old;

	sh->leaf[gfn] = lg_leaf_table(sh, gfn, &old) ? LG_LEAF_MANY : leaf;
}

/* Note that entry @i of @t is made from a frame. */
static void lg_note_leaf(struct lg_shadow *sh, u32 gfn, const struct lg_spt *t,
			 unsigned int i)
{
	u32 leaf = t->id << LG_LEAF_SHIFT | i;

	if (sh->leaf[gfn] != leaf && sh->leaf[gfn] != LG_LEAF_MANY)
		lg_note_other(sh, gfn, leaf);
}

/* Set a lower entry of a user or kernel table to what the guest's says. */
void lg_set_leaf(struct lg_guest *g, struct lg_spt *t, unsigned int i,
		 pteval_t guest)
{
	pteval_t entry = lg_leaf(g, guest);

	lockdep_assert_held(&g->mmu_lock);
	if (entry)
		lg_note_leaf(g->shadow, lg_entry_gfn(guest), t, i);
	lg_set_entry(t, i, entry, guest);
}

/* And of a large table, where the guest's entry is implied. */
void lg_set_large(struct lg_guest *g, struct lg_spt *t, unsigned int i)
{
	pteval_t guest = (t->gpa + (i << PAGE_SHIFT)) | _PAGE_PRESENT | _PAGE_RW |
			 _PAGE_USER | _PAGE_ACCESSED | _PAGE_DIRTY;

	lockdep_assert_held(&g->mmu_lock);
	lg_set_entry(t, i, lg_leaf(g, guest), guest);
}

/* Forget a lower entry. */
void lg_clear_leaf(struct lg_spt *t, unsigned int i)
{
	lg_set_entry(t, i, 0, 0);
}

static unsigned int lg_order(const struct lg_spt *t)
{
	return t->kind == LG_ROOT ? get_order(LG_ROOT_ENTRIES * sizeof(*t->entry)) : 0;
}

static void lg_spt_free(struct lg_spt *t)
{
	if (!t)
		return;
	if (t->entry)
		set_page_private(virt_to_page(t->entry), 0);
	free_pages((unsigned long)t->entry, lg_order(t));
	free_pages((unsigned long)t->guest, lg_order(t));
	kfree(t);
}

/* What leads to tables has 32 bits for addresses: lowmem, as these flags give. */
static struct lg_spt *lg_spt_alloc(bool root)
{
	struct lg_spt *t = kzalloc_obj(*t, GFP_KERNEL_ACCOUNT);
	const gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_ZERO;

	if (!t)
		return NULL;
	t->kind = root ? LG_ROOT : LG_USER;
	t->entry = (pteval_t *)__get_free_pages(gfp, lg_order(t));
	t->guest = (pteval_t *)__get_free_pages(gfp, lg_order(t));
	if (!t->entry || !t->guest) {
		lg_spt_free(t);
		return NULL;
	}
	set_page_private(virt_to_page(t->entry), (unsigned long)t);
	INIT_LIST_HEAD(&t->list);
	return t;
}

/* To the tables that are at hand. */
static void lg_pool_add(struct lg_shadow *sh, struct lg_spt *t)
{
	bool root = t->kind == LG_ROOT;

	list_move(&t->list, &sh->pool[root]);
	sh->pooled[root]++;
}

/* The notifier finds it from here on. */
static void lg_spt_register(struct lg_guest *g, struct lg_spt *t)
{
	struct lg_shadow *sh = g->shadow;

	/* There are fewer than places (lg_fill_pool()), and few go: this one is free, mostly. */
	t->id = sh->spts + 1;
	while (sh->spt[t->id])
		t->id = t->id % LG_MAX_SPTS + 1;
	spin_lock(&g->mmu_lock);
	sh->spt[t->id] = t;
	spin_unlock(&g->mmu_lock);
	sh->spts++;
}

static void lg_spt_unregister(struct lg_guest *g, struct lg_spt *t)
{
	struct lg_shadow *sh = g->shadow;

	spin_lock(&g->mmu_lock);
	sh->spt[t->id] = NULL;
	spin_unlock(&g->mmu_lock);
	sh->spts--;
}

/* lg_fill_pool() has seen to it that there is one. */
struct lg_spt *lg_take(struct lg_guest *g, enum lg_spt_kind kind, u32 gpa)
{
	bool root = kind == LG_ROOT;
	struct lg_shadow *sh = g->shadow;
	struct lg_spt *t;

	lockdep_assert_held(&g->mmu_lock);
	t = list_first_entry(&sh->pool[root], struct lg_spt, list);
	sh->pooled[root]--;
	t->kind = kind;
	t->gpa = gpa;
	if (kind != LG_USER)
		hash_add(sh->hash, &t->hash, gpa);
	if (root)
		sh->nr_roots++;
	list_move_tail(&t->list, root ? &sh->roots : &sh->tables);
	return t;
}

struct lg_spt *lg_find(struct lg_shadow *sh, enum lg_spt_kind kind, u32 gpa)
{
	struct lg_spt *t;

	hash_for_each_possible(sh->hash, t, hash, gpa)
		if (t->gpa == gpa && t->kind == kind)
			return t;
	return NULL;
}

/* Nothing points to @t any more, but a processor may still know it. */
static void lg_bury(struct lg_shadow *sh, struct lg_spt *t)
{
	if (t->kind != LG_USER)
		hash_del(&t->hash);
	if (t->kind == LG_ROOT)
		sh->nr_roots--;
	t->root = NULL;
	t->index = 0;
	t->stale = false;
	t->fresh = false;
	t->ctx_id = 0;
	t->tlb_gen = 0;
	list_move(&t->list, &sh->dead);
}

/* Clear all of a lower table; it stays linked. */
void lg_clear_table(struct lg_guest *g, struct lg_spt *t)
{
	unsigned long bits;
	unsigned int w;

	lockdep_assert_held(&g->mmu_lock);
	for (w = 0; w < LG_ENTRIES / BITS_PER_LONG; w++) {
		for (bits = t->present[w]; bits; bits &= bits - 1)
			lg_write_entry(&t->entry[w * BITS_PER_LONG + __ffs(bits)], 0);
		t->present[w] = 0;
	}
	t->count = 0;
}

void lg_unlink(struct lg_guest *g, struct lg_spt *root, unsigned int i)
{
	struct lg_spt *t;

	lockdep_assert_held(&g->mmu_lock);
	if (!test_bit(i, root->present))
		return;
	t = lg_child(root, i);
	lg_set_entry(root, i, 0, 0);
	if (--t->links)
		return;
	/* No root reaches it: it would only grow old. */
	lg_clear_table(g, t);
	lg_bury(g->shadow, t);
}

void lg_unlink_range(struct lg_guest *g, struct lg_spt *root, unsigned int from,
		     unsigned int to)
{
	unsigned int i;

	lg_for_each_bit(i, root->present, from, to) {
		lg_unlink(g, root, i);
		/* Each may be the last link of a table, and that full. */
		cond_resched_lock(&g->mmu_lock);
	}
}

void lg_set_link(struct lg_guest *g, struct lg_spt *root, unsigned int i,
		 struct lg_spt *t, pteval_t pde)
{
	if (!test_bit(i, root->present))
		t->links++;
	lg_set_entry(root, i, lg_link_entry(g->shadow, t, pde), pde);
}

void lg_drop_root(struct lg_guest *g, struct lg_spt *root)
{
	lg_unlink_range(g, root, 0, lg_window_index());
	lg_write_entry(&root->entry[LG_ROOT_ENTRIES - 1], 0);
	lg_bury(g->shadow, root);
}

static bool lg_root_loaded(struct lg_guest *g, const struct lg_spt *root)
{
	int i;

	for (i = 0; i < LG_MAX_VCPUS; i++)
		if (g->vcpu[i] && g->vcpu[i]->mmu.root == root)
			return true;
	return false;
}

static void lg_unlink_table(struct lg_guest *g, struct lg_spt *root,
			    const struct lg_spt *t)
{
	unsigned int i;

	lg_for_each_bit(i, root->present, 0, LG_ROOT_ENTRIES)
		if (lg_child(root, i) == t)
			lg_unlink(g, root, i);
}

/* Unlink a lower table wherever it is linked, which drops it. */
static void lg_evict_table(struct lg_guest *g, struct lg_spt *t)
{
	struct lg_shadow *sh = g->shadow;
	struct lg_spt *root;

	if (t->kind == LG_USER) {
		lg_unlink(g, t->root, t->index);
		return;
	}
	/* The last link that goes drops it; until then @t is good to compare. */
	t->links++;
	lg_unlink_table(g, sh->kernel, t);
	list_for_each_entry(root, &sh->roots, list)
		lg_unlink_table(g, root, t);
	t->links--;
	lg_clear_table(g, t);
	lg_bury(sh, t);
}

/*
 * Let go of what is dead. To be called after the spinlock, by everybody who may
 * have dropped tables.
 */
void lg_reap(struct lg_guest *g)
{
	struct lg_shadow *sh = g->shadow;
	struct lg_spt *t, *n;

	lockdep_assert_held(&sh->lock);
	if (list_empty(&sh->dead))
		return;
	/* No processor has upper entries cached that lead here: the only one is the caller. */
	BUILD_BUG_ON(LG_MAX_VCPUS > 1);
	list_for_each_entry_safe(t, n, &sh->dead, list) {
		if (sh->pooled[t->kind == LG_ROOT] < LG_POOL) {
			lg_pool_add(sh, t);
		} else {
			list_del(&t->list);
			lg_spt_unregister(g, t);
			lg_spt_free(t);
		}
		cond_resched();
	}
}

/*
 * Make room: the address space not loaded for longest goes, as a whole; without
 * one the table not filled for longest. By age, not by chance: a run can be
 * repeated.
 */
static bool lg_evict_locked(struct lg_guest *g)
{
	struct lg_shadow *sh = g->shadow;
	struct lg_spt *t;

	lockdep_assert_held(&g->mmu_lock);
	list_for_each_entry(t, &sh->roots, list) {
		if (!lg_root_loaded(g, t)) {
			lg_drop_root(g, t);
			return true;
		}
	}
	t = list_first_entry_or_null(&sh->tables, struct lg_spt, list);
	if (!t)
		return false;
	lg_evict_table(g, t);
	return true;
}

static bool lg_evict(struct lg_guest *g)
{
	bool evicted;

	spin_lock(&g->mmu_lock);
	evicted = lg_evict_locked(g);
	spin_unlock(&g->mmu_lock);
	lg_reap(g);
	return evicted;
}

/*
 * Have the most that one operation takes in the pool, a root and a lower table,
 * before the spinlock is taken.
 */
int lg_fill_pool(struct lg_guest *g)
{
	struct lg_shadow *sh = g->shadow;
	struct lg_spt *t;
	int root;

	lockdep_assert_held(&sh->lock);
	/* One may be taken, and there always is one that is not loaded. */
	if (sh->nr_roots >= LG_MAX_ROOTS)
		lg_evict(g);
	for (root = 0; root < 2; root++) {
		while (!sh->pooled[root]) {
			/* With nothing to evict there are next to none: no limit. */
			if (sh->spts >= sh->limit && lg_evict(g))
				continue;
			t = lg_spt_alloc(root);
			if (!t)
				return -ENOMEM;
			lg_spt_register(g, t);
			lg_pool_add(sh, t);
		}
	}
	return 0;
}

int lg_tables_init(struct lg_guest *g)
{
	struct lg_shadow *sh = g->shadow;

	INIT_LIST_HEAD(&sh->roots);
	INIT_LIST_HEAD(&sh->tables);
	INIT_LIST_HEAD(&sh->pool[0]);
	INIT_LIST_HEAD(&sh->pool[1]);
	INIT_LIST_HEAD(&sh->dead);
	hash_init(sh->hash);
	sh->limit = min(LG_LIMIT_BASE + g->ram_pages / LG_LIMIT_PAGES, LG_MAX_SPTS);
	sh->kernel = lg_spt_alloc(true);
	return sh->kernel ? 0 : -ENOMEM;
}

static void lg_free_list(struct list_head *list)
{
	struct lg_spt *t, *n;

	list_for_each_entry_safe(t, n, list, list)
		lg_spt_free(t);
}

/* Nobody runs, and no notifier. */
void lg_tables_destroy(struct lg_guest *g)
{
	struct lg_shadow *sh = g->shadow;

	lg_free_list(&sh->roots);
	lg_free_list(&sh->tables);
	lg_free_list(&sh->pool[0]);
	lg_free_list(&sh->pool[1]);
	lg_free_list(&sh->dead);
	lg_spt_free(sh->kernel);
}

#ifdef CONFIG_LGUEST_KUNIT_TEST
#include "tests/tables_kunit.c"
#endif
