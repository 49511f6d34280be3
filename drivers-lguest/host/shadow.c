// SPDX-License-Identifier: GPL-2.0
/*
 * The shadow: the page tables that the processor walks while the guest runs.
 *
 * The shadow is a tagged TLB. Nobody tells the host when the guest changes a
 * table; the host reads the guest's tables at a page fault and forgets what it
 * read when the guest flushes. That is what Linux expects of a processor, so
 * Linux's own TLB code keeps the shadow right. Address spaces stay cached while
 * others are loaded; whether one is still good when it comes back is decided by
 * the generation count that Linux keeps for that (lg_shadow_load_cr3()).
 *
 * What a table of the shadow may hold:
 *
 *  - A *root* shadows a page directory (with PAE four), or nothing (paging off). It holds links
 *    to lower tables. A link carries the rights of the guest's upper entry, so
 *    that a lower table can be shared by roots that differ there.
 *  - A *user table* shadows a page table of the user half and belongs to one
 *    root: only the generation of that root says whether it is good.
 *  - A *kernel table* shadows a page table of the kernel half. All roots share
 *    it, since flushes of kernel addresses count for every address space.
 *  - A *large table* maps 4M (with PAE 2M) of the guest's memory 1:1. It depends on no
 *    guest table, so no flush concerns it: it serves large pages and the time
 *    before paging is on.
 *
 * Every lower entry is a function of the guest's entry and of @frames, the
 * cache of what host frame is behind which guest frame (lg_leaf()). An entry
 * can be present only while its frame is. The MMU notifier clears frames and
 * the entries made from them; that, and not a reference, is why the shadow may
 * map a page.
 *
 * Locking: lg_shadow.lock (a mutex, because guest tables are read under it)
 * serialises the virtual processors of a guest here. lg_guest.mmu_lock guards
 * the entries, the frames and the lists against the notifier; guest memory is
 * never touched under it. The top entry of a root, the window, is written by
 * the processor that is about to enter, with preemption off.
 *
 * The size of an entry and the number of levels are known to shadow.h, to the
 * makers of entries in tables.c, and to what reads guest tables; not elsewhere.
 */
#include <linux/bitmap.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/trap_pf.h>

#include "shadow.h"

/* How long a root may be reused before accessed bits are looked at. */
#define LG_AGE		HZ

/* A guest that the host has no memory for cannot go on. */
static int lg_shadow_result(struct lg_guest *g, int r)
{
	if (r == -ENOMEM)
		return lg_kill(g, "no memory for the shadow page tables");
	return r;
}

/* A root without links. The pool is filled. */
static struct lg_spt *lg_new_root(struct lg_vcpu *vcpu, u32 gpa, u64 ctx_id)
{
	struct lg_guest *g = vcpu->guest;
	struct lg_spt *root = lg_take(g, LG_ROOT, gpa);

	memcpy(root->dir, vcpu->dir, sizeof(root->dir));
	root->ctx_id = ctx_id;
	root->fresh = true;
	root->kernel_epoch = g->shadow->kernel_epoch;
	root->checked = jiffies;
	return root;
}

/*
 * Give a new root the links of the kernel half that were good elsewhere, if its
 * upper entries are the same: an address space begins with a kernel mapped.
 */
static void lg_adopt_kernel(struct lg_guest *g, struct lg_spt *root)
{
	struct lg_shadow *sh = g->shadow;
	unsigned int i, end = lg_window_index();

	if (lg_linear(sh) || !sh->kernel_index ||
	    lg_read_table(g, root, sh->kernel->present, sh->kernel_index, end))
		return;
	spin_lock(&g->mmu_lock);
	lg_for_each_bit(i, sh->kernel->present, sh->kernel_index, end)
		if (sh->buf[i] == sh->kernel->guest[i])
			lg_set_link(g, root, i, lg_child(sh->kernel, i), sh->buf[i]);
	spin_unlock(&g->mmu_lock);
}

/*
 * The first entry of the kernel half, or 0. It is the guest's word: any value is
 * safe, but all tables are made for one, so it is asked for only while it is 0.
 */
static unsigned int lg_kernel_start(const struct lg_vcpu *vcpu)
{
	if (!vcpu->shared)
		return 0;
	return min(lg_root_index(READ_ONCE(vcpu->shared->kernel_start)),
		   lg_window_index());
}

/* It becomes known at LGUEST_HC_INIT, as a rule. */
static bool lg_kernel_unknown(const struct lg_vcpu *vcpu)
{
	return !vcpu->guest->shadow->kernel_index && lg_kernel_start(vcpu);
}

/* lg_spt.gpa of the root for a value of CR3 */
static u32 lg_root_gpa(const struct lg_shadow *sh, u32 cr3)
{
	if (lg_linear(sh))
		return LG_NO_GPA;
	return sh->mode & LG_MODE_PAE ? cr3 & ~31u : cr3 & PAGE_MASK;
}

/* Forget everything and begin with an empty root for the mode as it is. */
static int lg_restart(struct lg_vcpu *vcpu, u64 ctx_id)
{
	struct lg_guest *g = vcpu->guest;
	struct lg_shadow *sh = g->shadow;
	struct lg_spt *t, *n;
	int r;

	r = lg_fill_pool(g);
	if (r)
		return r;
	vcpu->mmu.root = NULL;
	spin_lock(&g->mmu_lock);
	lg_unlink_range(g, sh->kernel, 0, LG_ROOT_ENTRIES);
	list_for_each_entry_safe(t, n, &sh->roots, list)
		lg_drop_root(g, t);

	sh->mode = lg_mode(vcpu);
	sh->kernel_index = lg_kernel_start(vcpu);
	vcpu->mmu.root = lg_new_root(vcpu, lg_root_gpa(sh, vcpu->cr3), ctx_id);
	spin_unlock(&g->mmu_lock);
	lg_reap(g);
	return 0;
}

/* Leave the loaded root for another. */
static void lg_leave_root(struct lg_vcpu *vcpu)
{
	struct lg_guest *g = vcpu->guest;
	struct lg_spt *root = vcpu->mmu.root;

	vcpu->mmu.root = NULL;
	if (!root->ctx_id || !vcpu->shared)
		lg_drop_root(g, root);
	else
		root->tlb_gen = READ_ONCE(vcpu->shared->tlb_gen);
}

/* The directories of a root that is loaded again: links of old ones go. */
static void lg_renew_dirs(struct lg_vcpu *vcpu, struct lg_spt *root)
{
	struct lg_guest *g = vcpu->guest;
	unsigned int i;

	lockdep_assert_held(&g->mmu_lock);
	for (i = 0; lg_pae(vcpu) && i < LG_DIRS; i++) {
		if (root->dir[i] == vcpu->dir[i])
			continue;
		lg_unlink_range(g, root, i * LG_ENTRIES,
				min((i + 1) * LG_ENTRIES, lg_window_index()));
		root->dir[i] = vcpu->dir[i];
	}
}

static int lg_load_root(struct lg_vcpu *vcpu, u32 gpa, u64 ctx_id, u64 tlb_gen)
{
	struct lg_guest *g = vcpu->guest;
	struct lg_shadow *sh = g->shadow;
	struct lg_spt *root;
	bool known;
	int r;

	r = lg_fill_pool(g);
	if (r)
		return r;

	spin_lock(&g->mmu_lock);
	lg_leave_root(vcpu);
	root = lg_find(sh, LG_ROOT, gpa);
	if (root && (!ctx_id || root->ctx_id != ctx_id)) {
		/* The page directory is another address space's now. */
		lg_drop_root(g, root);
		root = NULL;
	}
	known = root;
	if (root) {
		list_move_tail(&root->list, &sh->roots);
		lg_renew_dirs(vcpu, root);
	} else {
		root = lg_new_root(vcpu, gpa, ctx_id);
	}
	vcpu->mmu.root = root;
	spin_unlock(&g->mmu_lock);

	if (!known) {
		lg_adopt_kernel(g, root);
	} else {
		lg_sync_kernel_links(g, root);
		if (root->stale || root->tlb_gen != tlb_gen) {
			lg_sync_user(g, root);
			root->fresh = false;
		} else {
			/*
			 * Linux takes A from entries without a flush, and
			 * counts on a switch to flush some day.
			 */
			if (time_after(jiffies, root->checked + LG_AGE))
				lg_sync_user(g, root);
			vcpu->stats[LGUEST_STAT_CR3_REUSED]++;
		}
	}
	lg_reap(g);
	return 0;
}

/* May CR3 be loaded? With PAE the entries that it points to are. */
static int lg_check_cr3(struct lg_vcpu *vcpu, u32 cr3)
{
	struct lg_guest *g = vcpu->guest;

	if (!(vcpu->cr0 & X86_CR0_PG))
		return 0;
	if (cr3 >> PAGE_SHIFT >= g->ram_pages)
		return lg_kill(g, "CR3 %#x is not RAM, at eip %#x", cr3, vcpu->regs.eip);
	if (lg_pae(vcpu) && lg_load_dirs(vcpu, cr3))
		return lg_kill(g,
			       "CR3 %#x: the entries there are no page directory pointers, at eip %#x",
			       cr3, vcpu->regs.eip);
	return 0;
}

/*
 * Load a root. The guest says which version (@tlb_gen) of which address space
 * (@ctx_id) it is. What the host has of it is as good as the generation that
 * the guest had reached when it left it, and if that is still the one, nothing
 * has changed since. The guest can lie, but only about its own memory: no entry
 * leads out of that, stale or not.
 */
int lg_shadow_load_cr3(struct lg_vcpu *vcpu, u32 cr3, u64 ctx_id, u64 tlb_gen)
{
	struct lg_guest *g = vcpu->guest;
	struct lg_shadow *sh = g->shadow;
	struct lg_spt *root;
	int r;

	vcpu->stats[LGUEST_STAT_LOAD_CR3]++;
	r = lg_check_cr3(vcpu, cr3);
	if (r)
		return r;

	mutex_lock(&sh->lock);
	vcpu->cr3 = cr3;
	root = vcpu->mmu.root;
	if (lg_linear(sh)) {
		/* Paging is off: it counts when it goes on. */
	} else if (!sh->kernel_index) {
		/* Which half is which is not known: all goes. */
		r = lg_restart(vcpu, ctx_id);
	} else if (root->gpa == lg_root_gpa(sh, cr3)) {
		/* By old custom this is how to flush. */
		root->ctx_id = ctx_id;
		spin_lock(&g->mmu_lock);
		lg_renew_dirs(vcpu, root);
		spin_unlock(&g->mmu_lock);
		lg_sync_user(g, root);
		if (lg_kernel_not_global(vcpu))
			lg_sync_kernel(g, root);
		lg_reap(g);
	} else {
		r = lg_load_root(vcpu, lg_root_gpa(sh, cr3), ctx_id, tlb_gen);
		if (!r && lg_kernel_not_global(vcpu)) {
			lg_sync_kernel(g, vcpu->mmu.root);
			lg_reap(g);
		}
	}
	if (vcpu->shared)
		WRITE_ONCE(vcpu->shared->tlb_gen, tlb_gen);
	mutex_unlock(&sh->lock);
	return lg_shadow_result(g, r);
}

/*
 * A full flush stands for a load of CR3 or a change of CR4.PGE, and with PAE either of
 * these loads the page directory pointers. Linux frees directories, and counts on it.
 */
int lg_shadow_reload_dirs(struct lg_vcpu *vcpu)
{
	struct lg_shadow *sh = vcpu->guest->shadow;
	int r;

	if (!lg_pae(vcpu) || !(vcpu->cr0 & X86_CR0_PG))
		return 0;
	r = lg_check_cr3(vcpu, vcpu->cr3);
	if (r)
		return r;
	mutex_lock(&sh->lock);
	spin_lock(&vcpu->guest->mmu_lock);
	lg_renew_dirs(vcpu, vcpu->mmu.root);
	spin_unlock(&vcpu->guest->mmu_lock);
	mutex_unlock(&sh->lock);
	return 0;
}

int lg_shadow_mode_changed(struct lg_vcpu *vcpu)
{
	return lg_check_cr3(vcpu, vcpu->cr3) ?: lg_shadow_renew(vcpu);
}

int lg_shadow_renew(struct lg_vcpu *vcpu)
{
	struct lg_guest *g = vcpu->guest;
	struct lg_shadow *sh = g->shadow;
	bool begin;
	int r = 0;

	vcpu->idt_changed = true;	/* what error codes say of fetches is with those */
	mutex_lock(&sh->lock);
	begin = !vcpu->mmu.root;
	if (begin || sh->mode != lg_mode(vcpu) || lg_kernel_unknown(vcpu)) {
		r = lg_restart(vcpu, 0);
	} else {
		spin_lock(&g->mmu_lock);
		lg_renew_dirs(vcpu, vcpu->mmu.root);
		spin_unlock(&g->mmu_lock);
	}
	mutex_unlock(&sh->lock);
	if (!r)
		lg_shadow_flush_all(vcpu);
	/* Not yet a guest: the launcher may try again. */
	return begin ? r : lg_shadow_result(g, r);
}

/* The lower table for @pde, linked in @root with the rights of @pde. */
static struct lg_spt *lg_link(struct lg_guest *g, struct lg_spt *root, u32 addr,
			      pteval_t pde)
{
	struct lg_shadow *sh = g->shadow;
	unsigned int i = lg_root_index(addr);
	bool large = lg_is_large(sh, pde);
	u32 gpa = lg_table_gpa(sh, pde, i);
	struct lg_spt *t;

	lockdep_assert_held(&g->mmu_lock);
	if (test_bit(i, root->present)) {
		t = lg_child(root, i);
		if (lg_is_for(sh, t, pde, i)) {
			if (root->guest[i] != pde)
				lg_set_link(g, root, i, t, pde);
			return t;
		}
		lg_unlink(g, root, i);
	}

	if (!large && i < sh->kernel_index) {
		t = lg_take(g, LG_USER, gpa);
		t->root = root;
		t->index = i;
	} else {
		t = lg_find(sh, large ? LG_LARGE : LG_KERNEL, gpa);
		if (!t)
			t = lg_take(g, large ? LG_LARGE : LG_KERNEL, gpa);
	}
	lg_set_link(g, root, i, t, pde);
	return t;
}

/* Remember a link of the kernel half for roots to come. */
static void lg_remember_kernel(struct lg_guest *g, struct lg_spt *root, u32 addr)
{
	struct lg_shadow *sh = g->shadow;
	unsigned int i = lg_root_index(addr);
	struct lg_spt *t = lg_child(root, i);

	if (lg_linear(sh) || !sh->kernel_index || i < sh->kernel_index ||
	    (test_bit(i, sh->kernel->present) &&
	     sh->kernel->guest[i] == root->guest[i]))
		return;
	/* First the new one: @t must not be without a link for a moment. */
	t->links++;
	lg_unlink(g, sh->kernel, i);
	lg_set_link(g, sh->kernel, i, t, root->guest[i]);
	t->links--;
}

/* Fill @t, a large table, around the page of @addr. */
static void lg_fill_large(struct lg_guest *g, struct lg_spt *t, u32 addr)
{
	unsigned int i = lg_table_index(addr);
	unsigned int from = round_down(i, LG_AROUND);
	unsigned int j;

	for (j = from; j < from + LG_AROUND; j++)
		if (j == i || !test_bit(j, t->present))
			lg_set_large(g, t, j);
}

/*
 * Learn the frames behind the page of @gfn, as far as they are in the host's
 * memory: a large page or a linear map is walked upwards more often than not.
 */
static void lg_get_frames_around(struct lg_guest *g, u32 gfn)
{
	u32 end = min(round_up(gfn + 1, LG_AROUND), g->ram_pages);
	u32 to;

	for (gfn++; gfn < end && lg_frame_known(g->shadow, gfn, false); gfn++)
		;
	for (to = gfn; to < end && !lg_frame_known(g->shadow, to, false); to++)
		;
	if (gfn < to)
		lg_get_frames(g, gfn, to - gfn, true, true);
}

/**
 * struct lg_around - guest entries around the one that faulted
 * @from: index of the first
 * @want: those that the shadow should have, and has not, a bit each
 * @entry: as they are in the guest
 */
struct lg_around {
	unsigned int from;
	unsigned long want;
	pteval_t entry[LG_AROUND];
};

/*
 * Read them from @gpa on, in one go: this is a good part of a fault. Those that are
 * present, a bit each; none if they cannot be read.
 */
static unsigned long lg_read_entries(struct lg_guest *g, u32 gpa,
				     struct lg_around *around)
{
	unsigned int size = lg_entry_size(g->shadow);
	const u32 __user *p = lg_gpa_user(g, gpa);
	unsigned long present = 0;
	u32 low, high = 0;
	unsigned int k;

	if (!lg_gpa_ok(g, gpa, LG_AROUND * size) ||
	    !user_read_access_begin(p, LG_AROUND * size))
		return 0;
	for (k = 0; k < LG_AROUND; k++) {
		unsafe_get_user(low, p++, fault);
		if (size > sizeof(low))
			unsafe_get_user(high, p++, fault);
		around->entry[k] = (u64)high << 32 | low;
		present |= (unsigned long)(low & _PAGE_PRESENT) << k;
	}
	user_read_access_end();
	return present;

fault:
	user_read_access_end();
	return 0;
}

/* Which of the entries from @from on @root has in the table for @addr already. */
static unsigned long lg_there(struct lg_shadow *sh, const struct lg_spt *root, u32 addr,
			      pteval_t pde, unsigned int from)
{
	unsigned int i = lg_root_index(addr);
	const struct lg_spt *t;

	BUILD_BUG_ON(BITS_PER_LONG % LG_AROUND);
	if (!test_bit(i, root->present))
		return 0;
	t = lg_child(root, i);
	if (!lg_is_for(sh, t, pde, i))
		return 0;
	return READ_ONCE(t->present[from / BITS_PER_LONG]) >> (from % BITS_PER_LONG);
}

/*
 * Read the neighbours of an entry and learn their frames. Those that the guest
 * has used before will be used again; in a new address space (fork clears A in
 * the child's entries) also the others, and A is set in them: a processor may
 * set it ahead of use.
 */
static void lg_read_around(struct lg_guest *g, const struct lg_spt *root, pteval_t pde,
			   u32 addr, struct lg_around *around)
{
	struct lg_shadow *sh = g->shadow;
	bool fresh = root->fresh && lg_root_index(addr) < sh->kernel_index;
	unsigned int i = lg_table_index(addr), size = lg_entry_size(sh);
	unsigned long bits;
	u32 gpa;

	around->want = 0;
	around->from = round_down(i, LG_AROUND);
	gpa = lg_table_gpa(sh, pde, lg_root_index(addr)) + around->from * size;
	bits = lg_read_entries(g, gpa, around) & ~BIT(i - around->from);
	if (!bits)
		return;
	bits &= ~lg_there(sh, root, addr, pde, around->from);
	for (; bits; bits &= bits - 1) {
		unsigned int k = __ffs(bits);
		pteval_t entry = around->entry[k];
		u32 gfn = lg_entry_gfn(entry), low = entry;
		bool write = (entry & _PAGE_RW) && (entry & _PAGE_DIRTY);

		if (!lg_usable(sh, entry | _PAGE_ACCESSED) || gfn >= g->ram_pages)
			continue;
		if (!(entry & _PAGE_ACCESSED)) {
			/* It is in the lower half. */
			if (!fresh ||
			    lg_gpa_cmpxchg(g, gpa + k * size, &low,
					   low | _PAGE_ACCESSED))
				continue;
			around->entry[k] = entry | _PAGE_ACCESSED;
		}
		around->want |= BIT(k);
		if (!lg_frame_known(sh, gfn, false))
			lg_get_frames(g, gfn, 1, write, true);
	}
}

/* The walk of @addr led to a frame that is known: now to the shadow, with neighbours. */
static void lg_enter(struct lg_vcpu *vcpu, u32 addr, const struct lg_walk *w)
{
	struct lg_guest *g = vcpu->guest;
	struct lg_shadow *sh = g->shadow;
	struct lg_spt *root = vcpu->mmu.root;
	struct lg_around around __uninitialized;
	struct lg_spt *t;
	unsigned int k;

	if (w->large)
		lg_get_frames_around(g, w->gfn);
	else
		lg_read_around(g, root, w->pde, addr, &around);

	spin_lock(&g->mmu_lock);
	t = lg_link(g, root, addr, w->pde);
	list_move_tail(&t->list, &sh->tables);
	if (w->large) {
		lg_fill_large(g, t, addr);
	} else {
		lg_set_leaf(g, t, lg_table_index(addr), w->pte);
		for (; around.want; around.want &= around.want - 1) {
			k = __ffs(around.want);
			lg_set_leaf(g, t, around.from + k, around.entry[k]);
		}
	}
	lg_remember_kernel(g, root, addr);
	spin_unlock(&g->mmu_lock);
}

static int lg_fill(struct lg_vcpu *vcpu, u32 addr, u32 access,
		   struct lg_fault *fault)
{
	struct lg_guest *g = vcpu->guest;
	struct lg_shadow *sh = g->shadow;
	bool write = access & LG_ACCESS_WRITE;
	bool may_write;
	struct lg_walk w;
	int r;

	if (lg_kernel_unknown(vcpu)) {
		r = lg_restart(vcpu, 0);
		if (r)
			return r;
	}
	r = lg_fill_pool(g);
	if (r)
		return r;

	r = lg_walk(vcpu, addr, access, &w, fault);
	if (r < 0)
		return lg_kill_at(vcpu,
				  "page table of address %#x, from CR3 %#x, cannot be read (error %d)",
				  addr, vcpu->cr3, r);
	if (r)
		return r;
	if (lg_linear(sh)) {
		w.pde = lg_linear_pde(addr);
		w.large = true;
	}
	if (w.gfn >= g->ram_pages)
		return lg_kill_at(vcpu, "address %#x is mapped to frame %#x, which is not RAM",
				  addr, w.gfn);

	may_write = w.large || ((w.pte & _PAGE_RW) && (w.pte & _PAGE_DIRTY));
	r = lg_get_frame(g, w.gfn, write, may_write);
	if (r == -EAGAIN)
		return 0;	/* and fault again */
	if (r < 0) {
		if (fatal_signal_pending(current))
			return -EINTR;
		return lg_kill_at(vcpu,
				  "no memory behind guest frame %#x (address %#x): error %d",
				  w.gfn, addr, r);
	}

	lg_enter(vcpu, addr, &w);
	return 0;
}

int lg_shadow_fault(struct lg_vcpu *vcpu, u32 addr, u32 error,
		    struct lg_fault *fault)
{
	struct lg_guest *g = vcpu->guest;
	struct lg_shadow *sh = g->shadow;
	int r;

	mutex_lock(&sh->lock);
	r = lg_fill(vcpu, addr, error & (LG_ACCESS_WRITE | LG_ACCESS_USER |
					 LG_ACCESS_FETCH), fault);
	lg_reap(g);
	mutex_unlock(&sh->lock);
	return lg_shadow_result(g, r);
}

/*
 * The guest is told of a write to a read-only page, which it will copy: with the old
 * one in the shadow the flush that follows puts the copy there (lg_flush_one()). If
 * that cannot be done, it is not.
 */
void lg_shadow_expect_flush(struct lg_vcpu *vcpu, u32 addr, u32 error)
{
	struct lg_guest *g = vcpu->guest;
	struct lg_shadow *sh = g->shadow;
	struct lg_fault fault;
	struct lg_walk w;

	mutex_lock(&sh->lock);
	if (!lg_linear(sh) && !lg_fill_pool(g) &&
	    !lg_walk(vcpu, addr, error & LG_ACCESS_USER, &w, &fault) &&
	    !w.large && w.gfn < g->ram_pages && lg_get_frame(g, w.gfn, false, false) == 1)
		lg_enter(vcpu, addr, &w);
	lg_reap(g);
	mutex_unlock(&sh->lock);
}

unsigned long lg_shadow_cr3(struct lg_vcpu *vcpu, int cpu)
{
	struct lg_spt *root = vcpu->mmu.root;

	WRITE_ONCE(root->entry[LG_ROOT_ENTRIES - 1],
		   lg_switcher_window_table(cpu) | _PAGE_PRESENT | _PAGE_RW |
		   _PAGE_ACCESSED);
	return lg_switcher_cr3(cpu, __pa(root->entry));
}

int lg_shadow_init(struct lg_guest *g)
{
	struct lg_shadow *sh = kvzalloc_obj(*sh, GFP_KERNEL_ACCOUNT);
	int err;

	if (!sh)
		return -ENOMEM;
	mutex_init(&sh->lock);
	g->shadow = sh;

	err = lg_tables_init(g);
	if (!err)
		err = lg_frames_init(g);
	if (err)
		lg_shadow_destroy(g);
	return err;
}

void lg_shadow_destroy(struct lg_guest *g)
{
	struct lg_shadow *sh = g->shadow;

	if (!sh)
		return;
	/* First of all: after this no notifier runs. */
	lg_frames_destroy(g);
	lg_tables_destroy(g);
	g->shadow = NULL;
	mutex_destroy(&sh->lock);
	kvfree(sh);
}
