/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The shadow, in private: what shadow.c, tables.c, frames.c and flush.c share.
 * shadow.c begins with how it works.
 */
#ifndef _LG_SHADOW_H
#define _LG_SHADOW_H

#include <linux/bitmap.h>
#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sizes.h>
#include <linux/types.h>
#include <asm/pgtable_types.h>
#include <asm/processor-flags.h>

#include "lg.h"

/*
 * The processor's tables have the format of the host's: two levels, or three
 * with PAE. Of three levels the upper two are one array here, a root, of which
 * each quarter is a page directory.
 */
#define LG_ENTRIES	PTRS_PER_PTE
#define LG_LARGE_SHIFT	PMD_SHIFT	/* what an entry of a root spans */
#define LG_ROOT_ENTRIES	(1u << (32 - LG_LARGE_SHIFT))

/* No address: the root for paging off, an entry that is in no table. */
#define LG_NO_GPA	(~0u)

/* Neighbours that are looked at when an entry is filled, aligned. */
#define LG_AROUND	16

/* Bits of lg_shadow.frames, below the host frame number. */
#define LG_FRAME_VALID	1u
#define LG_FRAME_WRITE	2u	/* the page was got for writing */

/* Tables of any kind that a guest may have, and roots among them. */
#define LG_MAX_SPTS	LG_ROOT_ENTRIES
#define LG_MAX_ROOTS	256

/* lg_shadow.leaf: which table, and below it which entry; or one of: */
#define LG_LEAF_SHIFT	10
#define LG_LEAF_NONE	0u
#define LG_LEAF_MANY	(~0u)

enum lg_spt_kind {
	LG_ROOT,	/* the four of shadow.c's first comment */
	LG_USER,
	LG_KERNEL,
	LG_LARGE,
};

/**
 * struct lg_spt - one table of the shadow
 * @hash: in lg_shadow.hash, but for user tables
 * @list: in one of the lists of lg_shadow
 * @entry: the page that the processor reads
 * @guest: the guest's entry that each present one of @entry was made from
 * @kind: what it is
 * @id: its place in lg_shadow.spt; never 0
 * @gpa: guest physical address of the entries that it shadows (a PAE root: of
 *	the four that lead to its directories); large table: of what it maps
 * @dir: root of a guest with PAE: frames of its page directories, or LG_NO_DIR,
 *	as they were when the root was loaded
 * @links: entries of roots that point here
 * @root: user table: the root it belongs to
 * @index: user table: entry of @root that links it
 * @stale: root: not checked since a flush of everything
 * @fresh: root: of an address space that was new when it was loaded
 * @ctx_id: root: identity of the address space; 0: not kept
 * @tlb_gen: root, not loaded: generation that the user half is good for
 * @kernel_epoch: lg_shadow.kernel_epoch when the kernel half of this root, or
 *	this kernel table, was checked
 * @checked: root: jiffies when the user half was last compared
 * @count: bits in @present
 * @present: which entries are present, the window apart
 */
struct lg_spt {
	struct hlist_node hash;
	struct list_head list;
	pteval_t *entry;
	pteval_t *guest;
	enum lg_spt_kind kind;
	unsigned int id;
	u32 gpa;
	u32 dir[LG_DIRS];
	unsigned int links;
	struct lg_spt *root;
	unsigned int index;
	bool stale;
	bool fresh;
	u64 ctx_id;
	u64 tlb_gen;
	unsigned long kernel_epoch;
	unsigned long checked;
	unsigned int count;
	DECLARE_BITMAP(present, LG_ROOT_ENTRIES);
};

/**
 * struct lg_shadow - the shadow of a guest
 * @lock: serialises the virtual processors
 * @roots: all roots, the one loaded longest ago first
 * @tables: all lower tables, the one filled longest ago first
 * @pool: tables without content, all entries zero; at 1 the roots
 * @dead: like @pool, but the processor may have entries cached that lead here, until
 *	lg_reap()
 * @pooled: length of @pool
 * @spts: number of tables of any kind
 * @nr_roots: length of @roots
 * @limit: when to evict
 * @spt: all tables by id
 * @kernel: the kernel half of a new root: links that were good for some root
 * @kernel_index: first entry of the kernel half; 0 while it is not known
 * @kernel_epoch: counts flushes of the kernel half
 * @mode: bits of CR0, CR4 and EFER that all of this was made for
 * @hash: roots, kernel and large tables by @gpa
 * @buf: room for the guest's entries for one table, under @lock
 * @frames: per guest frame: host frame and LG_FRAME_* bits, or 0
 * @leaf: per guest frame: the only entry of user and kernel tables that may
 *	have been made from it, LG_LEAF_NONE or LG_LEAF_MANY
 * @frames_counted: the two arrays count in lg_frames_total
 * @zaps: zaps under way: the frames are forgotten, but a processor may still
 *	use what was made from them
 */
struct lg_shadow {
	struct mutex lock;		/* serialises the virtual processors */
	struct list_head roots;
	struct list_head tables;
	struct list_head pool[2];
	struct list_head dead;
	unsigned int pooled[2];
	unsigned int spts;
	unsigned int nr_roots;
	unsigned int limit;
	struct lg_spt *spt[LG_MAX_SPTS + 1];
	struct lg_spt *kernel;
	unsigned int kernel_index;
	unsigned long kernel_epoch;
	u32 mode;
	DECLARE_HASHTABLE(hash, 8);
	pteval_t buf[LG_ROOT_ENTRIES];
	u32 *frames;
	u32 *leaf;
	bool frames_counted;
	unsigned int zaps;
};

#define LG_MODE_PG	1u
#define LG_MODE_PSE	2u
#define LG_MODE_PAE	4u
#define LG_MODE_NX	8u

static inline u32 lg_mode(const struct lg_vcpu *vcpu)
{
	return (vcpu->cr0 & X86_CR0_PG ? LG_MODE_PG : 0) |
	       (vcpu->cr4 & X86_CR4_PSE ? LG_MODE_PSE : 0) |
	       (lg_pae(vcpu) ? LG_MODE_PAE : 0) |
	       (lg_nx(vcpu) ? LG_MODE_NX : 0);
}

static inline bool lg_linear(const struct lg_shadow *sh)
{
	return !(sh->mode & LG_MODE_PG);
}

static inline unsigned int lg_root_index(u32 addr)
{
	return addr >> LG_LARGE_SHIFT;
}

static inline unsigned int lg_table_index(u32 addr)
{
	return (addr >> PAGE_SHIFT) % LG_ENTRIES;
}

/* The first entry of a root that no guest gets. */
static inline unsigned int lg_window_index(void)
{
	return lg_root_index(lg_window_start());
}

/* Has the guest two levels of tables, of which one is two of the processor's? */
static inline bool lg_split(const struct lg_shadow *sh)
{
	return IS_ENABLED(CONFIG_X86_PAE) && !(sh->mode & LG_MODE_PAE);
}

/* Bytes of an entry in the guest's tables. */
static inline unsigned int lg_entry_size(const struct lg_shadow *sh)
{
	return lg_split(sh) ? sizeof(u32) : sizeof(pteval_t);
}

/* What the guest's upper entry says, with CR4.PSE as it is. */
static inline bool lg_is_large(const struct lg_shadow *sh, pteval_t pde)
{
	return (pde & _PAGE_PSE) &&
	       (lg_linear(sh) || (sh->mode & (LG_MODE_PSE | LG_MODE_PAE)));
}

/*
 * What the guest's upper entry says for entry @i of a root: lg_spt.gpa of the
 * lower table. Of an entry that leads above 4G it is wrong, but no such table
 * gets an entry: see lg_usable() and lg_fill().
 */
static inline u32 lg_table_gpa(const struct lg_shadow *sh, pteval_t pde,
			       unsigned int i)
{
	bool second = lg_split(sh) && !lg_linear(sh) && (i & 1);

	if (!lg_is_large(sh, pde))
		return ((u32)pde & PAGE_MASK) + (second ? PAGE_SIZE / 2 : 0);
	if (lg_split(sh) && !lg_linear(sh))
		return ((u32)pde & ~(SZ_4M - 1)) + (second ? SZ_2M : 0);
	return (u32)pde & (~0u << LG_LARGE_SHIFT);
}

/* Is @t the table for what the guest's upper entry for @i names? */
static inline bool lg_is_for(const struct lg_shadow *sh, const struct lg_spt *t,
			     pteval_t pde, unsigned int i)
{
	bool large = t->kind == LG_LARGE;

	/* Without paging the entry is none of the guest's: see lg_linear_pde(). */
	if (large && !lg_linear(sh) &&
	    (pde & lg_large_rsvd(sh->mode & LG_MODE_PAE)))
		return false;
	return lg_is_large(sh, pde) == large && lg_table_gpa(sh, pde, i) == t->gpa;
}

/* Where in the guest's memory the entry is that entry @i of @t was made from. */
static inline u32 lg_entry_gpa(const struct lg_shadow *sh, const struct lg_spt *t,
			       unsigned int i)
{
	u32 dir;

	if (t->kind != LG_ROOT)
		return t->gpa + i * lg_entry_size(sh);
	if (lg_split(sh))
		return t->gpa + i / 2 * sizeof(u32);
	if (!(sh->mode & LG_MODE_PAE))
		return t->gpa + i * sizeof(pteval_t);
	dir = t->dir[i / LG_ENTRIES];
	if (dir == LG_NO_DIR)
		return LG_NO_GPA;
	return (dir << PAGE_SHIFT) + i % LG_ENTRIES * sizeof(pteval_t);
}

/* The upper entry that paging off amounts to. */
static inline pteval_t lg_linear_pde(u32 addr)
{
	return (addr & (~0u << LG_LARGE_SHIFT)) | _PAGE_PSE | _PAGE_PRESENT |
	       _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED | _PAGE_DIRTY;
}

/*
 * The next set bit from @from on, as find_next_bit(), but without a call: to look for what
 * is present is much of what a flush costs.
 */
static inline unsigned int lg_next_bit(const unsigned long *map, unsigned int to,
				       unsigned int from)
{
	unsigned int i = from / BITS_PER_LONG;
	unsigned long word;

	if (from >= to)
		return to;
	word = map[i] & (~0ul << from % BITS_PER_LONG);
	while (!word) {
		if (++i * BITS_PER_LONG >= to)
			return to;
		word = map[i];
	}
	return min(i * BITS_PER_LONG + (unsigned int)__ffs(word), to);
}

#define lg_for_each_bit(i, map, from, to)				\
	for ((i) = lg_next_bit(map, to, from); (i) < (to);		\
	     (i) = lg_next_bit(map, to, (i) + 1))

/*
 * Present, and used before: what a TLB may hold. No guest has memory above 4G,
 * and bits up there are reserved or lead out of it; but for NX, if it is on.
 */
static inline bool lg_usable(const struct lg_shadow *sh, pteval_t guest)
{
	const pteval_t bits = _PAGE_PRESENT | _PAGE_ACCESSED;

	if ((u64)guest & ~(u64)~0u & ~(sh->mode & LG_MODE_NX ? (u64)_PAGE_NX : 0))
		return false;
	return (guest & bits) == bits;
}

/* Is what is known of a frame enough for an entry? */
static inline bool lg_frame_known(const struct lg_shadow *sh, u32 gfn, bool write)
{
	u32 need = LG_FRAME_VALID | (write ? LG_FRAME_WRITE : 0);

	return (READ_ONCE(sh->frames[gfn]) & need) == need;
}

/* Has the guest's kernel half to go with every load of CR3? */
static inline bool lg_kernel_not_global(const struct lg_vcpu *vcpu)
{
	return !(vcpu->cr4 & X86_CR4_PGE);
}

/*
 * tables.c: the tables and what is in them; under lg_guest.mmu_lock, which what
 * drops more than one link lets go in between. That is safe because nobody
 * changes the lists and links without lg_shadow.lock.
 */
void lg_set_leaf(struct lg_guest *g, struct lg_spt *t, unsigned int i,
		 pteval_t guest);
void lg_set_large(struct lg_guest *g, struct lg_spt *t, unsigned int i);
void lg_clear_leaf(struct lg_spt *t, unsigned int i);
struct lg_spt *lg_leaf_table(const struct lg_shadow *sh, u32 gfn,
			     unsigned int *i);
void lg_clear_table(struct lg_guest *g, struct lg_spt *t);
struct lg_spt *lg_child(const struct lg_spt *root, unsigned int i);
struct lg_spt *lg_find(struct lg_shadow *sh, enum lg_spt_kind kind, u32 gpa);
struct lg_spt *lg_take(struct lg_guest *g, enum lg_spt_kind kind, u32 gpa);
void lg_set_link(struct lg_guest *g, struct lg_spt *root, unsigned int i,
		 struct lg_spt *t, pteval_t pde);
void lg_unlink(struct lg_guest *g, struct lg_spt *root, unsigned int i);
void lg_unlink_range(struct lg_guest *g, struct lg_spt *root, unsigned int from,
		     unsigned int to);
void lg_drop_root(struct lg_guest *g, struct lg_spt *root);
/* These take it, sleep, and are under lg_shadow.lock. */
int lg_fill_pool(struct lg_guest *g);
void lg_reap(struct lg_guest *g);
int lg_tables_init(struct lg_guest *g);
void lg_tables_destroy(struct lg_guest *g);

/* frames.c: the host's pages behind the guest's, and the MMU notifier */
int lg_get_frame(struct lg_guest *g, u32 gfn, bool write, bool may_write);
int lg_get_frames(struct lg_guest *g, u32 gfn, unsigned int n, bool write,
		  bool fast);
int lg_frames_init(struct lg_guest *g);
void lg_frames_destroy(struct lg_guest *g);

/* flush.c: forgetting what the guest has changed. Under lg_shadow.lock. */
int lg_read_table(struct lg_guest *g, const struct lg_spt *t,
		  const unsigned long *bits, unsigned int from, unsigned int to);
void lg_sync_user(struct lg_guest *g, struct lg_spt *root);
void lg_sync_kernel(struct lg_guest *g, struct lg_spt *root);
void lg_sync_kernel_links(struct lg_guest *g, struct lg_spt *root);

#endif /* _LG_SHADOW_H */
