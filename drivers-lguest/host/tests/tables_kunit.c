// SPDX-License-Identifier: GPL-2.0
/* Tests of tables.c, which includes this file, and of the helpers in shadow.h. */
#include <linux/string.h>
#include "guest.h"

#define P	_PAGE_PRESENT
#define RW	_PAGE_RW
#define US	_PAGE_USER
#define A	_PAGE_ACCESSED
#define D	_PAGE_DIRTY
#define PS	_PAGE_PSE

#define RAM_PAGES	64

/* The modes that a guest can be in on this host, paging off first. */
static const u32 modes[] = {
	0, LG_MODE_PG, LG_MODE_PG | LG_MODE_PSE,
#ifdef CONFIG_X86_PAE
	LG_MODE_PG | LG_MODE_PAE, LG_MODE_PG | LG_MODE_PAE | LG_MODE_NX,
#endif
};

static struct lg_guest *shadow_guest(struct kunit *test)
{
	struct lg_guest *g = lg_test_guest(test, RAM_PAGES);
	struct lg_shadow *sh = kunit_kzalloc(test, sizeof(*sh), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sh);
	/* One more, that looks good, for who looks behind the end. */
	sh->frames = kunit_kcalloc(test, RAM_PAGES + 1, sizeof(*sh->frames), GFP_KERNEL);
	sh->leaf = kunit_kcalloc(test, RAM_PAGES, sizeof(*sh->leaf), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sh->frames);
	KUNIT_ASSERT_NOT_NULL(test, sh->leaf);
	sh->frames[RAM_PAGES] = 0x2000 | LG_FRAME_VALID;
	mutex_init(&sh->lock);
	sh->mode = LG_MODE_PG | LG_MODE_PSE;
	g->shadow = sh;
	return g;
}

/* What a mode is made of. */
static void shadow_test_mode(struct kunit *test)
{
	struct lg_vcpu *vcpu = lg_test_guest(test, 1)->vcpu[0];
	bool pae = IS_ENABLED(CONFIG_X86_PAE);

	KUNIT_EXPECT_EQ(test, lg_mode(vcpu), 0);
	vcpu->cr0 = ~0u;
	KUNIT_EXPECT_EQ(test, lg_mode(vcpu), LG_MODE_PG);
	vcpu->cr4 = ~(u32)X86_CR4_PAE;
	vcpu->efer = ~0ull;
	/* EFER.NXE has a meaning with PAE only. */
	KUNIT_EXPECT_EQ(test, lg_mode(vcpu), LG_MODE_PG | LG_MODE_PSE);
	vcpu->cr4 = X86_CR4_PAE;
	KUNIT_EXPECT_EQ(test, lg_mode(vcpu),
			LG_MODE_PG | (pae ? LG_MODE_PAE | LG_MODE_NX : 0));
	vcpu->efer = 0;
	KUNIT_EXPECT_EQ(test, lg_mode(vcpu), LG_MODE_PG | (pae ? LG_MODE_PAE : 0));
}

static void shadow_test_index(struct kunit *test)
{
	bool pae = IS_ENABLED(CONFIG_X86_PAE);

	KUNIT_EXPECT_EQ(test, lg_root_index(0), 0);
	KUNIT_EXPECT_EQ(test, lg_root_index(0x1fffff), 0);
	KUNIT_EXPECT_EQ(test, lg_root_index(0x200000), pae ? 1 : 0);
	KUNIT_EXPECT_EQ(test, lg_root_index(0x400000), pae ? 2 : 1);
	KUNIT_EXPECT_EQ(test, lg_root_index(0xffffffff), LG_ROOT_ENTRIES - 1);
	KUNIT_EXPECT_EQ(test, LG_ROOT_ENTRIES, pae ? 2048 : 1024);
	KUNIT_EXPECT_EQ(test, lg_table_index(0xfff), 0);
	KUNIT_EXPECT_EQ(test, lg_table_index(0x1000), 1);
	KUNIT_EXPECT_EQ(test, lg_table_index(0x1ff000), 511);
	KUNIT_EXPECT_EQ(test, lg_table_index(0x200000), pae ? 0 : 512);
	KUNIT_EXPECT_EQ(test, lg_table_index(0xffffffff), LG_ENTRIES - 1);
	/* An entry of lg_shadow.leaf has room for any table and any entry. */
	KUNIT_EXPECT_LE(test, LG_ENTRIES, 1 << LG_LEAF_SHIFT);
	KUNIT_EXPECT_LT(test, LG_MAX_SPTS, LG_LEAF_MANY >> LG_LEAF_SHIFT);
}

static void shadow_test_usable(struct kunit *test)
{
	struct lg_shadow *sh = shadow_guest(test)->shadow;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		sh->mode = modes[i];
		KUNIT_EXPECT_FALSE(test, lg_usable(sh, 0));
		KUNIT_EXPECT_FALSE(test, lg_usable(sh, P));
		KUNIT_EXPECT_FALSE(test, lg_usable(sh, A));
		KUNIT_EXPECT_TRUE(test, lg_usable(sh, P | A));
		KUNIT_EXPECT_TRUE(test, lg_usable(sh, 0xffffffff));
		KUNIT_EXPECT_FALSE(test, lg_usable(sh, 0xffffffff & ~P));
#ifdef CONFIG_X86_PAE
		KUNIT_EXPECT_FALSE(test, lg_usable(sh, BIT_ULL(32) | P | A));
		KUNIT_EXPECT_FALSE(test, lg_usable(sh, BIT_ULL(52) | P | A));
		KUNIT_EXPECT_FALSE(test, lg_usable(sh, BIT_ULL(62) | P | A));
		KUNIT_EXPECT_EQ(test, lg_usable(sh, _PAGE_NX | P | A),
				!!(modes[i] & LG_MODE_NX));
		KUNIT_EXPECT_FALSE(test, lg_usable(sh, _PAGE_NX | BIT_ULL(32) | P | A));
#endif
	}
}

static const struct gpa_case {
	u32 mode;
	u32 pde;
	unsigned int i;
	bool large;
	u32 gpa;
} gpa_cases[] = {
#ifndef CONFIG_X86_PAE
	{ LG_MODE_PG, 0x401067, 0, false, 0x401000 },
	{ LG_MODE_PG, 0x401067, 5, false, 0x401000 },
	{ LG_MODE_PG, 0xfffff067, 1023, false, 0xfffff000 },
	{ LG_MODE_PG, 0xc010e7, 3, false, 0xc01000 },
	{ LG_MODE_PG | LG_MODE_PSE, 0x401067, 5, false, 0x401000 },
	{ LG_MODE_PG | LG_MODE_PSE, 0xc000e7, 3, true, 0xc00000 },
	{ LG_MODE_PG | LG_MODE_PSE, 0xc010e7, 3, true, 0xc00000 },
	{ LG_MODE_PG | LG_MODE_PSE, 0xffc000e7, 4, true, 0xffc00000 },
	{ 0, 0xc000e7, 3, true, 0xc00000 },
#else
	/* A guest of two levels: half of its table, half of its large page. */
	{ LG_MODE_PG, 0x401067, 4, false, 0x401000 },
	{ LG_MODE_PG, 0x401067, 5, false, 0x401800 },
	{ LG_MODE_PG, 0xfffff067, 2047, false, 0xfffff800 },
	{ LG_MODE_PG, 0xc010e7, 3, false, 0xc01800 },
	{ LG_MODE_PG | LG_MODE_PSE, 0xc000e7, 6, true, 0xc00000 },
	{ LG_MODE_PG | LG_MODE_PSE, 0xc000e7, 7, true, 0xe00000 },
	{ LG_MODE_PG | LG_MODE_PSE, 0xc010e7, 7, true, 0xe00000 },
	{ LG_MODE_PG | LG_MODE_PAE, 0x401067, 4, false, 0x401000 },
	{ LG_MODE_PG | LG_MODE_PAE, 0x401067, 5, false, 0x401000 },
	{ LG_MODE_PG | LG_MODE_PAE, 0xe000e7, 6, true, 0xe00000 },
	{ LG_MODE_PG | LG_MODE_PAE, 0xe010e7, 7, true, 0xe00000 },
	{ LG_MODE_PG | LG_MODE_PAE | LG_MODE_NX, 0x401067, 5, false, 0x401000 },
	/* Paging off: pages of 2M, each with an entry of its own. */
	{ 0, 0xe000e7, 7, true, 0xe00000 },
	{ 0, 0xc000e7, 6, true, 0xc00000 },
#endif
};

static void shadow_test_table_gpa(struct kunit *test)
{
	struct lg_shadow *sh = shadow_guest(test)->shadow;
	struct lg_spt *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	for (i = 0; i < ARRAY_SIZE(gpa_cases); i++) {
		const struct gpa_case *c = &gpa_cases[i];

		sh->mode = c->mode;
		KUNIT_EXPECT_EQ_MSG(test, lg_is_large(sh, c->pde), c->large, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, lg_table_gpa(sh, c->pde, c->i), c->gpa, "case %u", i);

		t->gpa = c->gpa;
		t->kind = c->large ? LG_LARGE : LG_USER;
		KUNIT_EXPECT_TRUE_MSG(test, lg_is_for(sh, t, c->pde, c->i), "case %u", i);
		t->kind = c->large ? LG_KERNEL : LG_LARGE;
		KUNIT_EXPECT_EQ_MSG(test, lg_is_for(sh, t, c->pde, c->i), false, "case %u", i);
		t->kind = c->large ? LG_LARGE : LG_KERNEL;
		KUNIT_EXPECT_TRUE_MSG(test, lg_is_for(sh, t, c->pde, c->i), "case %u", i);
		t->gpa ^= c->large ? SZ_4M : PAGE_SIZE;
		KUNIT_EXPECT_FALSE_MSG(test, lg_is_for(sh, t, c->pde, c->i), "case %u", i);
	}
}

/* Paging off: entries that map 1:1, and are taken for large ones. */
static void shadow_test_linear(struct kunit *test)
{
	struct lg_shadow *sh = shadow_guest(test)->shadow;
	u32 addr, base;
	pteval_t pde;

	sh->mode = 0;
	for (addr = 0x123; addr < 0xffe00000; addr += SZ_2M) {
		base = addr & ~((1u << LG_LARGE_SHIFT) - 1);
		pde = lg_linear_pde(addr);
		if (!lg_is_large(sh, pde) || !lg_usable(sh, pde) ||
		    lg_table_gpa(sh, pde, lg_root_index(addr)) != base)
			KUNIT_FAIL(test, "%#x: %#llx", addr, (u64)pde);
	}
}

static void shadow_test_entry_gpa(struct kunit *test)
{
	struct lg_shadow *sh = shadow_guest(test)->shadow;
	struct lg_spt *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	sh->mode = LG_MODE_PG;
	t->kind = LG_USER;
	t->gpa = 0x5000;
	/* A guest of two levels has entries of 4 bytes on any host. */
	KUNIT_EXPECT_EQ(test, lg_entry_size(sh), 4);
	KUNIT_EXPECT_EQ(test, lg_entry_gpa(sh, t, 0), 0x5000);
	KUNIT_EXPECT_EQ(test, lg_entry_gpa(sh, t, 3), 0x500c);
	t->kind = LG_KERNEL;
	KUNIT_EXPECT_EQ(test, lg_entry_gpa(sh, t, LG_ENTRIES - 1), 0x5000 + 4 * LG_ENTRIES - 4);
	t->kind = LG_ROOT;
	KUNIT_EXPECT_EQ(test, lg_entry_gpa(sh, t, 0), 0x5000);
	KUNIT_EXPECT_EQ(test, lg_entry_gpa(sh, t, LG_ROOT_ENTRIES - 1), 0x5ffc);
#ifdef CONFIG_X86_PAE
	KUNIT_EXPECT_TRUE(test, lg_split(sh));
	/* Two entries of the processor's are one of the guest's. */
	KUNIT_EXPECT_EQ(test, lg_entry_gpa(sh, t, 6), 0x500c);
	KUNIT_EXPECT_EQ(test, lg_entry_gpa(sh, t, 7), 0x500c);
	KUNIT_EXPECT_EQ(test, lg_entry_gpa(sh, t, 8), 0x5010);

	sh->mode = LG_MODE_PG | LG_MODE_PAE;
	KUNIT_EXPECT_FALSE(test, lg_split(sh));
	KUNIT_EXPECT_EQ(test, lg_entry_size(sh), 8);
	t->dir[0] = 0x10;
	t->dir[1] = LG_NO_DIR;
	t->dir[2] = 0x77777;
	t->dir[3] = 0x13;
	KUNIT_EXPECT_EQ(test, lg_entry_gpa(sh, t, 0), 0x10000);
	KUNIT_EXPECT_EQ(test, lg_entry_gpa(sh, t, 511), 0x10ff8);
	KUNIT_EXPECT_EQ(test, lg_entry_gpa(sh, t, 512), LG_NO_GPA);
	KUNIT_EXPECT_EQ(test, lg_entry_gpa(sh, t, 1023), LG_NO_GPA);
	KUNIT_EXPECT_EQ(test, lg_entry_gpa(sh, t, 1024), 0x77777000);
	KUNIT_EXPECT_EQ(test, lg_entry_gpa(sh, t, 2047), 0x13ff8);
	t->kind = LG_USER;
	KUNIT_EXPECT_EQ(test, lg_entry_gpa(sh, t, 3), 0x5018);
#else
	KUNIT_EXPECT_FALSE(test, lg_split(sh));
#endif
}

static void shadow_test_next_bit(struct kunit *test)
{
	static const unsigned long maps[][3] = {
		{ 0, 0, 0 }, { ~0ul, ~0ul, ~0ul }, { 1, 0, 0 }, { 0x80000000, 0, 0 },
		{ 0, 1, 0 }, { 0, 0, 0x80000000 }, { 0x80000001, 0, 0x80000001 },
		{ 0x55555555, 0xaaaaaaaa, 0x0f0f0f0f }, { 0, 0x00018000, 0 },
	};
	unsigned int m, from, to, i, n, want;

	for (m = 0; m < ARRAY_SIZE(maps); m++) {
		for (to = 0; to <= 96; to++) {
			for (from = 0; from <= 97; from++) {
				want = from >= to ? to : find_next_bit(maps[m], to, from);
				if (lg_next_bit(maps[m], to, from) != want)
					KUNIT_FAIL(test, "map %u: %u to %u", m, from, to);
				n = 0;
				lg_for_each_bit(i, maps[m], from, to) {
					if (i < from || i >= to || !test_bit(i, maps[m]))
						KUNIT_FAIL(test, "map %u: %u", m, i);
					n++;
				}
				for (i = from; i < to; i++)
					n -= test_bit(i, maps[m]);
				if (n)
					KUNIT_FAIL(test, "map %u: %u to %u: number", m, from, to);
			}
		}
	}
}

/* All of what a guest can write into an entry, against what may get through. */
static void tables_test_leaf(struct kunit *test)
{
	struct lg_guest *g = shadow_guest(test);
	pteval_t guest, want;
	unsigned int i, flags;
	u32 *frame = &g->shadow->frames[5];

	for (flags = 0; flags < 4; flags++) {
		*frame = 0x89abc000 | flags;
		for (i = 0; i < 4096; i++) {
			guest = 0x5000 | i;
			want = 0;
			if ((flags & LG_FRAME_VALID) && (i & P) && (i & A))
				want = 0x89abc000 | P | A | D | (i & US) |
				       ((flags & LG_FRAME_WRITE) && (i & D) ? i & RW : 0);
			if (lg_leaf(g, guest) != want)
				KUNIT_FAIL(test, "%#llx, flags %u: %#llx", (u64)guest, flags,
					   (u64)lg_leaf(g, guest));
		}
	}

	*frame = 0x89abc000 | LG_FRAME_VALID | LG_FRAME_WRITE;
	/* The neighbours are not known, the last one is, and none lies behind it. */
	KUNIT_EXPECT_EQ(test, (u64)lg_leaf(g, 0x4067), 0);
	KUNIT_EXPECT_EQ(test, (u64)lg_leaf(g, 0x6067), 0);
	g->shadow->frames[RAM_PAGES - 1] = 0x1000 | LG_FRAME_VALID;
	KUNIT_EXPECT_EQ(test, (u64)lg_leaf(g, (RAM_PAGES - 1) << PAGE_SHIFT | 0x67), 0x1065);
	KUNIT_EXPECT_EQ(test, (u64)lg_leaf(g, RAM_PAGES << PAGE_SHIFT | 0x67), 0);
	KUNIT_EXPECT_EQ(test, (u64)lg_leaf(g, 0xfffff067), 0);
#ifdef CONFIG_X86_PAE
	KUNIT_EXPECT_EQ(test, lg_leaf(g, 0x100005067ull), 0);
	KUNIT_EXPECT_EQ(test, lg_leaf(g, _PAGE_NX | 0x5067), 0);
	g->shadow->mode = LG_MODE_PG | LG_MODE_PAE | LG_MODE_NX;
	KUNIT_EXPECT_EQ(test, lg_leaf(g, _PAGE_NX | 0x5067),
			0x89abc067 | (_PAGE_NX & __supported_pte_mask));
	KUNIT_EXPECT_EQ(test, lg_leaf(g, 0x5067), 0x89abc067);
	KUNIT_EXPECT_EQ(test, lg_leaf(g, BIT_ULL(52) | 0x5067), 0);
#endif
}

static void tables_test_link_entry(struct kunit *test)
{
	struct lg_shadow *sh = shadow_guest(test)->shadow;
	struct lg_spt *t = lg_spt_alloc(false);
	pteval_t base, pde, want;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	base = __pa(t->entry) | P | A;
	for (i = 0; i < 512; i++) {
		pde = 0x7000 | i;
		want = base | (i & US);
		if ((i & RW) && (!(i & PS) || (i & D)))
			want |= RW;
		if (lg_link_entry(sh, t, pde) != want)
			KUNIT_FAIL(test, "%#x: %#llx", i, (u64)lg_link_entry(sh, t, pde));
	}
	/* Without CR4.PSE it is no large page, and D is nothing. */
	sh->mode = LG_MODE_PG;
	KUNIT_EXPECT_EQ(test, (u64)lg_link_entry(sh, t, 0x7000 | P | RW | PS), (u64)base | RW);
#ifdef CONFIG_X86_PAE
	KUNIT_EXPECT_EQ(test, lg_link_entry(sh, t, _PAGE_NX | 0x7000 | P),
			base | (_PAGE_NX & __supported_pte_mask));
#endif
	lg_spt_free(t);
}

/* A table as lg_take() gives it, with an id. */
static struct lg_spt *table(struct kunit *test, struct lg_shadow *sh, unsigned int id,
			    enum lg_spt_kind kind)
{
	struct lg_spt *t = lg_spt_alloc(false);

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->kind = kind;
	t->id = id;
	sh->spt[id] = t;
	list_add(&t->list, &sh->tables);
	return t;
}

/* An expectation that fails may sleep: the lock is held for what needs it only. */
static void set_leaf(struct lg_guest *g, struct lg_spt *t, unsigned int i, pteval_t guest)
{
	spin_lock(&g->mmu_lock);
	lg_set_leaf(g, t, i, guest);
	spin_unlock(&g->mmu_lock);
}

static void clear_leaf(struct lg_guest *g, struct lg_spt *t, unsigned int i)
{
	spin_lock(&g->mmu_lock);
	lg_clear_leaf(t, i);
	spin_unlock(&g->mmu_lock);
}

static void set_large(struct lg_guest *g, struct lg_spt *t, unsigned int i)
{
	spin_lock(&g->mmu_lock);
	lg_set_large(g, t, i);
	spin_unlock(&g->mmu_lock);
}

static void tables_test_entries(struct kunit *test)
{
	struct lg_guest *g = shadow_guest(test);
	struct lg_shadow *sh = g->shadow;
	struct lg_spt *t;
	unsigned int i;

	INIT_LIST_HEAD(&sh->tables);
	t = table(test, sh, 1, LG_USER);
	for (i = 0; i < RAM_PAGES; i++)
		sh->frames[i] = (0x100 + i) << PAGE_SHIFT | LG_FRAME_VALID;

	set_leaf(g, t, 0, 0x5067);
	set_leaf(g, t, LG_ENTRIES - 1, 0x6067);
	set_leaf(g, t, 0, 0x7067);		/* another, in the same place */
	KUNIT_EXPECT_EQ(test, t->count, 2);
	KUNIT_EXPECT_EQ(test, (u64)t->entry[0], 0x107065);
	KUNIT_EXPECT_EQ(test, (u64)t->guest[0], 0x7067);
	KUNIT_EXPECT_EQ(test, (u64)t->entry[LG_ENTRIES - 1], 0x106065);
	/* What cannot be filled goes. */
	set_leaf(g, t, 0, 0x7066);
	KUNIT_EXPECT_EQ(test, t->count, 1);
	KUNIT_EXPECT_EQ(test, (u64)t->entry[0], 0);
	KUNIT_EXPECT_FALSE(test, test_bit(0, t->present));
	clear_leaf(g, t, 0);
	KUNIT_EXPECT_EQ(test, t->count, 1);
	clear_leaf(g, t, LG_ENTRIES - 1);
	KUNIT_EXPECT_EQ(test, t->count, 0);

	for (i = 0; i < LG_ENTRIES; i += 3)
		set_leaf(g, t, i, 0x5067);
	KUNIT_EXPECT_EQ(test, t->count, DIV_ROUND_UP(LG_ENTRIES, 3));
	spin_lock(&g->mmu_lock);
	lg_clear_table(g, t);
	spin_unlock(&g->mmu_lock);
	KUNIT_EXPECT_EQ(test, t->count, 0);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(t->present, LG_ROOT_ENTRIES));
	KUNIT_EXPECT_NULL(test, memchr_inv(t->entry, 0, PAGE_SIZE));

	/* Of a large page the guest's entries are implied. */
	t->kind = LG_LARGE;
	t->gpa = 0x10000;
	set_large(g, t, 2);
	KUNIT_EXPECT_EQ(test, (u64)t->guest[2], 0x12067);
	KUNIT_EXPECT_EQ(test, (u64)t->entry[2], 0x112065);
	lg_spt_free(t);
}

/* Which entry was made from a frame: exactly one, or many, or none any more. */
static void tables_test_notes(struct kunit *test)
{
	struct lg_guest *g = shadow_guest(test);
	struct lg_shadow *sh = g->shadow;
	struct lg_spt *one, *two, *large;
	unsigned int i;

	INIT_LIST_HEAD(&sh->tables);
	one = table(test, sh, 1, LG_USER);
	two = table(test, sh, LG_MAX_SPTS, LG_KERNEL);
	large = table(test, sh, 3, LG_LARGE);
	for (i = 0; i < RAM_PAGES; i++)
		sh->frames[i] = (0x100 + i) << PAGE_SHIFT | LG_FRAME_VALID;

	KUNIT_EXPECT_NULL(test, lg_leaf_table(sh, 5, &i));
	set_leaf(g, one, 7, 0x5067);
	KUNIT_EXPECT_PTR_EQ(test, lg_leaf_table(sh, 5, &i), one);
	KUNIT_EXPECT_EQ(test, i, 7);
	KUNIT_EXPECT_NULL(test, lg_leaf_table(sh, 6, &i));
	/* Again the same: still one. */
	set_leaf(g, one, 7, 0x5065);
	KUNIT_EXPECT_PTR_EQ(test, lg_leaf_table(sh, 5, &i), one);
	/* It goes without a note, and another comes. */
	clear_leaf(g, one, 7);
	KUNIT_EXPECT_NULL(test, lg_leaf_table(sh, 5, &i));
	set_leaf(g, two, LG_ENTRIES - 1, 0x5067);
	KUNIT_EXPECT_PTR_EQ(test, lg_leaf_table(sh, 5, &i), two);
	KUNIT_EXPECT_EQ(test, i, LG_ENTRIES - 1);
	/* In its place is what was made from another frame. */
	set_leaf(g, two, LG_ENTRIES - 1, 0x6067);
	KUNIT_EXPECT_NULL(test, lg_leaf_table(sh, 5, &i));
	KUNIT_EXPECT_PTR_EQ(test, lg_leaf_table(sh, 6, &i), two);
	/* A second one: many, and so it stays. */
	set_leaf(g, one, 0, 0x6067);
	KUNIT_EXPECT_EQ(test, sh->leaf[6], LG_LEAF_MANY);
	clear_leaf(g, one, 0);
	set_leaf(g, one, 0, 0x6067);
	KUNIT_EXPECT_EQ(test, sh->leaf[6], LG_LEAF_MANY);
	/* Large pages are not noted, nor entries that could not be made. */
	large->gpa = 0;
	set_large(g, large, 9);
	KUNIT_EXPECT_EQ(test, sh->leaf[9], LG_LEAF_NONE);
	set_leaf(g, one, 1, 0xa066);
	KUNIT_EXPECT_EQ(test, sh->leaf[10], LG_LEAF_NONE);

	lg_spt_free(one);
	lg_spt_free(two);
	lg_spt_free(large);
}

static struct lg_guest *tables_guest(struct kunit *test)
{
	struct lg_guest *g = shadow_guest(test);

	if (!lg_window_start())
		kunit_skip(test, "lg has not started on this machine");
	KUNIT_ASSERT_EQ(test, 0, lg_tables_init(g));
	return g;
}

/* Lower tables live as long as a root links them. */
static void tables_test_links(struct kunit *test)
{
	struct lg_guest *g = tables_guest(test);
	struct lg_shadow *sh = g->shadow;
	struct lg_spt *root[2], *t;
	unsigned int i;

	mutex_lock(&sh->lock);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, 0, lg_fill_pool(g));
		spin_lock(&g->mmu_lock);
		root[i] = lg_take(g, LG_ROOT, 0x1000 * (i + 1));
		spin_unlock(&g->mmu_lock);
	}
	KUNIT_EXPECT_EQ(test, sh->nr_roots, 2);
	KUNIT_EXPECT_EQ(test, 0, lg_fill_pool(g));
	spin_lock(&g->mmu_lock);
	t = lg_take(g, LG_KERNEL, 0x1000);
	spin_unlock(&g->mmu_lock);
	KUNIT_EXPECT_PTR_EQ(test, lg_find(sh, LG_ROOT, 0x1000), root[0]);
	KUNIT_EXPECT_PTR_EQ(test, lg_find(sh, LG_ROOT, 0x2000), root[1]);
	KUNIT_EXPECT_PTR_EQ(test, lg_find(sh, LG_KERNEL, 0x1000), t);
	KUNIT_EXPECT_NULL(test, lg_find(sh, LG_KERNEL, 0x2000));
	KUNIT_EXPECT_NULL(test, lg_find(sh, LG_LARGE, 0x1000));

	spin_lock(&g->mmu_lock);
	lg_set_link(g, root[0], 3, t, 0x1067);
	lg_set_link(g, root[0], 3, t, 0x1063);	/* the same link, changed */
	lg_set_link(g, root[0], 4, t, 0x1067);
	lg_set_link(g, root[1], 3, t, 0x1067);
	spin_unlock(&g->mmu_lock);
	KUNIT_EXPECT_EQ(test, t->links, 3);
	KUNIT_EXPECT_EQ(test, root[0]->count, 2);
	KUNIT_EXPECT_PTR_EQ(test, lg_child(root[0], 3), t);
	KUNIT_EXPECT_FALSE(test, root[0]->entry[3] & US);
	KUNIT_EXPECT_TRUE(test, root[0]->entry[4] & US);
	spin_lock(&g->mmu_lock);
	lg_set_leaf(g, t, 0, 0);
	lg_unlink(g, root[0], 5);		/* nothing there */
	lg_unlink_range(g, root[0], 0, LG_ROOT_ENTRIES);
	spin_unlock(&g->mmu_lock);
	KUNIT_EXPECT_EQ(test, t->links, 1);
	KUNIT_EXPECT_EQ(test, root[0]->count, 0);
	KUNIT_EXPECT_PTR_EQ(test, lg_find(sh, LG_KERNEL, 0x1000), t);
	KUNIT_EXPECT_TRUE(test, list_empty(&sh->dead));
	/* The last one. */
	spin_lock(&g->mmu_lock);
	lg_unlink(g, root[1], 3);
	spin_unlock(&g->mmu_lock);
	KUNIT_EXPECT_NULL(test, lg_find(sh, LG_KERNEL, 0x1000));
	KUNIT_EXPECT_FALSE(test, list_empty(&sh->dead));
	i = sh->pooled[0];
	lg_reap(g);
	KUNIT_EXPECT_TRUE(test, list_empty(&sh->dead));
	KUNIT_EXPECT_EQ(test, sh->pooled[0], i + 1);
	mutex_unlock(&sh->lock);
	lg_tables_destroy(g);
}

/* By age, the loaded root apart, and with all that only it leads to. */
static void tables_test_evict(struct kunit *test)
{
	struct lg_guest *g = tables_guest(test);
	struct lg_shadow *sh = g->shadow;
	struct lg_spt *root[3], *t;
	unsigned int i;

	mutex_lock(&sh->lock);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, 0, lg_fill_pool(g));
		spin_lock(&g->mmu_lock);
		root[i] = lg_take(g, LG_ROOT, 0x1000 * (i + 1));
		t = lg_take(g, LG_USER, 0x8000);
		t->root = root[i];
		t->index = 1;
		lg_set_link(g, root[i], 1, t, 0x8067);
		spin_unlock(&g->mmu_lock);
	}
	g->vcpu[0]->mmu.root = root[0];
	KUNIT_EXPECT_TRUE(test, lg_evict(g));
	KUNIT_EXPECT_PTR_EQ(test, lg_find(sh, LG_ROOT, 0x1000), root[0]);
	KUNIT_EXPECT_NULL(test, lg_find(sh, LG_ROOT, 0x2000));
	KUNIT_EXPECT_PTR_EQ(test, lg_find(sh, LG_ROOT, 0x3000), root[2]);
	KUNIT_EXPECT_EQ(test, sh->nr_roots, 2);
	KUNIT_EXPECT_TRUE(test, lg_evict(g));
	KUNIT_EXPECT_NULL(test, lg_find(sh, LG_ROOT, 0x3000));
	KUNIT_EXPECT_EQ(test, sh->nr_roots, 1);
	/* Now a table of the loaded one, and then there is nothing. */
	KUNIT_EXPECT_EQ(test, root[0]->count, 1);
	KUNIT_EXPECT_TRUE(test, lg_evict(g));
	KUNIT_EXPECT_EQ(test, root[0]->count, 0);
	KUNIT_EXPECT_FALSE(test, lg_evict(g));
	KUNIT_EXPECT_EQ(test, sh->nr_roots, 1);

	/* At the limit nothing is allocated as long as something can go. */
	sh->limit = sh->spts;
	for (i = 0; i < 20; i++) {
		KUNIT_EXPECT_EQ(test, 0, lg_fill_pool(g));
		spin_lock(&g->mmu_lock);
		lg_take(g, LG_ROOT, 0x10000 + 0x1000 * i);
		spin_unlock(&g->mmu_lock);
	}
	KUNIT_EXPECT_LE(test, sh->spts, sh->limit);
	KUNIT_EXPECT_PTR_EQ(test, lg_find(sh, LG_ROOT, 0x1000), root[0]);
	KUNIT_EXPECT_NOT_NULL(test, lg_find(sh, LG_ROOT, 0x10000 + 0x1000 * 19));
	KUNIT_EXPECT_NULL(test, lg_find(sh, LG_ROOT, 0x10000));
	mutex_unlock(&sh->lock);
	lg_tables_destroy(g);
}

static struct kunit_case tables_tests[] = {
	KUNIT_CASE(shadow_test_mode),
	KUNIT_CASE(shadow_test_index),
	KUNIT_CASE(shadow_test_usable),
	KUNIT_CASE(shadow_test_table_gpa),
	KUNIT_CASE(shadow_test_linear),
	KUNIT_CASE(shadow_test_entry_gpa),
	KUNIT_CASE(shadow_test_next_bit),
	KUNIT_CASE(tables_test_leaf),
	KUNIT_CASE(tables_test_link_entry),
	KUNIT_CASE(tables_test_entries),
	KUNIT_CASE(tables_test_notes),
	KUNIT_CASE(tables_test_links),
	KUNIT_CASE(tables_test_evict),
	{ }
};

static struct kunit_suite tables_suite = {
	.name = "lguest_tables",
	.test_cases = tables_tests,
};

kunit_test_suite(tables_suite);
