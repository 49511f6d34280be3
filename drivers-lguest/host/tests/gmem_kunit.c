// SPDX-License-Identifier: GPL-2.0
/* Tests of gmem.c, which includes this file. */
#include <linux/string.h>
#include "guest.h"

static void gmem_test_gpa_ok(struct kunit *test)
{
	static const struct {
		u32 pages, gpa, len;
		bool ok;
	} cases[] = {
		{ 0, 0, 0, true }, { 0, 0, 1, false },
		{ 1, 0, 0x1000, true }, { 1, 0, 0x1001, false },
		{ 1, 0xfff, 1, true }, { 1, 0xfff, 2, false },
		{ 1, 0x1000, 0, true }, { 1, 0x1000, 1, false },
		{ 1, 0x1001, 0, false },
		/* No sum of 32 bits. */
		{ 1, 0xffffffff, 1, false }, { 1, 0xffffffff, 2, false },
		{ 1, 1, 0xffffffff, false }, { 1, 0xfff, 0xfffff001, false },
		{ LG_MAX_RAM >> PAGE_SHIFT, LG_MAX_RAM - 4, 4, true },
		{ LG_MAX_RAM >> PAGE_SHIFT, LG_MAX_RAM - 4, 5, false },
		{ LG_MAX_RAM >> PAGE_SHIFT, 0, LG_MAX_RAM, true },
		{ LG_MAX_RAM >> PAGE_SHIFT, LG_MAX_RAM, LG_MAX_RAM, false },
	};
	struct lg_guest *g = lg_test_guest(test, 0);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		g->ram_pages = cases[i].pages;
		KUNIT_EXPECT_EQ_MSG(test, lg_gpa_ok(g, cases[i].gpa, cases[i].len),
				    cases[i].ok, "case %u", i);
	}
}

static void gmem_test_page_rest(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, lg_page_rest(0), PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, lg_page_rest(1), PAGE_SIZE - 1);
	KUNIT_EXPECT_EQ(test, lg_page_rest(PAGE_SIZE - 1), 1);
	KUNIT_EXPECT_EQ(test, lg_page_rest(PAGE_SIZE), PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, lg_page_rest(~0u), 1);
}

static void gmem_test_entry_gfn(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, lg_entry_gfn(0), 0);
	KUNIT_EXPECT_EQ(test, lg_entry_gfn(0xfff), 0);
	KUNIT_EXPECT_EQ(test, lg_entry_gfn(0x1067), 1);
	KUNIT_EXPECT_EQ(test, lg_entry_gfn(0xfffff067), 0xfffff);
#ifdef CONFIG_X86_PAE
	KUNIT_EXPECT_EQ(test, lg_entry_gfn(0x8000000000001067ull), 1);
	KUNIT_EXPECT_EQ(test, lg_entry_gfn(0x100000067ull), 0x100000);
	KUNIT_EXPECT_EQ(test, lg_entry_gfn(0xfffffffffffull), 0xffffffff);
	/* Above all frames that 32 bits can number: none. */
	KUNIT_EXPECT_EQ(test, lg_entry_gfn(0x7fffffffffffffffull), ~0u);
#endif
}

/* What the processor says, from the manual, for each access to each page. */
static void gmem_test_walk_allowed(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 64; i++) {
		bool user = i & 1, writable = i & 2, nx = i & 4, want;
		bool by_user = i & 8, write = i & 16, fetch = i & 32;
		pteval_t rights = (user ? _PAGE_USER : 0) | (writable ? _PAGE_RW : 0) |
				  (nx ? _PAGE_NX : 0) | _PAGE_PRESENT;
		u32 access = (by_user ? LG_ACCESS_USER : 0) | (write ? LG_ACCESS_WRITE : 0) |
			     (fetch ? LG_ACCESS_FETCH : 0);

		/* Without PAE there is no such bit. */
		nx &= IS_ENABLED(CONFIG_X86_PAE);
		want = (user || !by_user) && (writable || !write) && !(nx && fetch);
		KUNIT_EXPECT_EQ_MSG(test, lg_walk_allowed(rights, access), want,
				    "rights %#llx access %#x", (u64)rights, access);
	}
}

static void gmem_test_reserved(struct kunit *test)
{
	struct lg_vcpu *vcpu = lg_test_guest(test, 1)->vcpu[0];
	unsigned int bit;

	/* Two levels: bits 13 to 21 of an entry of 4M, and no others. */
	for (bit = 0; bit < 32; bit++) {
		KUNIT_EXPECT_EQ_MSG(test, lg_reserved(vcpu, BIT(bit), true),
				    bit >= 13 && bit <= 21, "4M, bit %u", bit);
		KUNIT_EXPECT_FALSE_MSG(test, lg_reserved(vcpu, BIT(bit), false),
				       "4K, bit %u", bit);
	}
#ifdef CONFIG_X86_PAE
	vcpu->cr4 = X86_CR4_PAE;
	for (bit = 0; bit < 64; bit++) {
		bool high = bit >= 52;

		KUNIT_EXPECT_EQ_MSG(test, lg_reserved(vcpu, BIT_ULL(bit), true),
				    high || (bit >= 13 && bit <= 20), "2M, bit %u", bit);
		KUNIT_EXPECT_EQ_MSG(test, lg_reserved(vcpu, BIT_ULL(bit), false),
				    high, "4K, bit %u", bit);
	}
	vcpu->efer = EFER_NX;
	KUNIT_EXPECT_FALSE(test, lg_reserved(vcpu, _PAGE_NX, false));
	KUNIT_EXPECT_FALSE(test, lg_reserved(vcpu, _PAGE_NX, true));
	KUNIT_EXPECT_TRUE(test, lg_reserved(vcpu, BIT_ULL(62), false));
#endif
}

/*
 * The guest's tables: a directory in frame 1, a table in frame 2. The address is the
 * same with two and with three levels: entry 2 of the directory, 3 of the table.
 */
#define PGD_GPA		0x1000u
#define TABLE_GPA	0x2000u
#define RAM_PAGES	16
#define ADDR(_shift)	(2u << (_shift) | 3u << PAGE_SHIFT | 0x123)

#define P	_PAGE_PRESENT
#define RW	_PAGE_RW
#define US	_PAGE_USER
#define A	_PAGE_ACCESSED
#define D	_PAGE_DIRTY
#define PS	_PAGE_PSE
#define W	LG_ACCESS_WRITE
#define U	LG_ACCESS_USER
#define PROT	X86_PF_PROT
#define RSVD	X86_PF_RSVD

/* Results beside 0 and -errno: a fault, with .error. */
static const struct walk_case {
	const char *name;
	u32 pde, pte, access;
	int ret;
	u32 error;		/* of the fault */
	u32 pde_after, pte_after;
	u32 gfn;
} walk_cases[] = {
	{ "read", TABLE_GPA | P, 0x5000 | P, 0, 0, 0,
	  TABLE_GPA | P | A, 0x5000 | P | A, 5 },
	{ "write", TABLE_GPA | P | RW, 0x5000 | P | RW, W, 0, 0,
	  TABLE_GPA | P | RW | A, 0x5000 | P | RW | A | D, 5 },
	{ "read by a program", TABLE_GPA | P | US, 0x5000 | P | US, U, 0, 0,
	  TABLE_GPA | P | US | A, 0x5000 | P | US | A, 5 },
	{ "write by a program", TABLE_GPA | P | RW | US, 0x5000 | P | RW | US, U | W, 0, 0,
	  TABLE_GPA | P | RW | US | A, 0x5000 | P | RW | US | A | D, 5 },
	{ "bits that are set already", TABLE_GPA | P | RW | A | D, 0xf000 | P | RW | A | D, W,
	  0, 0, TABLE_GPA | P | RW | A | D, 0xf000 | P | RW | A | D, 15 },
	{ "a frame that is not RAM is for others to refuse", TABLE_GPA | P, 0x99999000 | P, 0,
	  0, 0, TABLE_GPA | P | A, 0x99999000 | P | A, 0x99999 },
	{ "no directory entry", TABLE_GPA | RW, 0x5000 | P | RW, W, 1, W,
	  TABLE_GPA | RW, 0x5000 | P | RW },
	{ "no table entry", TABLE_GPA | P | US, 0x5000 | US, U, 1, U,
	  TABLE_GPA | P | US, 0x5000 | US },
	{ "write to what is read-only above", TABLE_GPA | P, 0x5000 | P | RW, W, 1, W | PROT,
	  TABLE_GPA | P, 0x5000 | P | RW },
	{ "write to what is read-only below", TABLE_GPA | P | RW, 0x5000 | P, W, 1, W | PROT,
	  TABLE_GPA | P | RW, 0x5000 | P },
	{ "a program and the kernel's table", TABLE_GPA | P, 0x5000 | P | US, U, 1, U | PROT,
	  TABLE_GPA | P, 0x5000 | P | US },
	{ "a program and the kernel's page", TABLE_GPA | P | US, 0x5000 | P, U, 1, U | PROT,
	  TABLE_GPA | P | US, 0x5000 | P },
	{ "a table that is not RAM", 0x99999000 | P, 0, 0, -EFAULT, 0, 0x99999000 | P, 0 },
	{ "a table right behind the RAM", (RAM_PAGES << PAGE_SHIFT) | P, 0, 0, -EFAULT, 0,
	  (RAM_PAGES << PAGE_SHIFT) | P, 0 },
	{ "large, read", 0x400000 | P | PS, 0, 0, 0, 0, 0x400000 | P | PS | A, 0, 0x403 },
	{ "large, write", 0x400000 | P | PS | RW, 0, W, 0, 0,
	  0x400000 | P | PS | RW | A | D, 0, 0x403 },
	{ "large, PAT's bit is none of the frame's", 0x401000 | P | PS, 0, 0, 0, 0,
	  0x401000 | P | PS | A, 0, 0x403 },
	{ "large, reserved bit", 0x402000 | P | PS, 0, U | W, 1, U | W | PROT | RSVD,
	  0x402000 | P | PS, 0 },
	{ "large, read-only", 0x400000 | P | PS, 0, W, 1, W | PROT, 0x400000 | P | PS, 0 },
};

static void walk_case_name(const struct walk_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(walk, walk_cases, walk_case_name);

static void walk_one(struct kunit *test, bool pae)
{
	const struct walk_case *c = test->param_value;
	struct lg_guest *g = lg_test_guest_ram(test, RAM_PAGES);
	unsigned int size = pae ? sizeof(u64) : sizeof(u32);
	struct lg_vcpu *vcpu = g->vcpu[0];
	u32 addr = ADDR(pae ? 21 : 22);
	struct lg_fault fault = { };
	struct lg_walk w;
	u64 got = 0;

	vcpu->cr0 = X86_CR0_PE | X86_CR0_PG;
	vcpu->cr4 = pae ? X86_CR4_PAE : X86_CR4_PSE;
	vcpu->cr3 = PGD_GPA;
	vcpu->dir[0] = PGD_GPA >> PAGE_SHIFT;
	lg_test_put(test, g, PGD_GPA + 2 * size, &c->pde, sizeof(u32));
	lg_test_put(test, g, TABLE_GPA + 3 * size, &c->pte, sizeof(u32));

	KUNIT_EXPECT_EQ(test, lg_walk_once(vcpu, addr, c->access, &w, &fault), c->ret);
	if (c->ret == 1) {
		KUNIT_EXPECT_EQ(test, fault.vector, X86_TRAP_PF);
		KUNIT_EXPECT_EQ(test, fault.error, c->error);
		KUNIT_EXPECT_EQ(test, fault.cr2, addr);
	} else if (!c->ret) {
		KUNIT_EXPECT_EQ(test, w.gfn, c->gfn);
		KUNIT_EXPECT_EQ(test, w.large, !!(c->pde & PS));
		KUNIT_EXPECT_EQ(test, (u64)w.pde, c->pde_after);
	}
	lg_test_get(test, g, PGD_GPA + 2 * size, &got, size);
	KUNIT_EXPECT_EQ(test, got, c->pde_after);
	lg_test_get(test, g, TABLE_GPA + 3 * size, &got, size);
	KUNIT_EXPECT_EQ(test, got, c->pte_after);
}

static void gmem_test_walk(struct kunit *test)
{
	walk_one(test, false);
}

/* Without CR4.PSE bit 7 of an upper entry says nothing. */
static void gmem_test_walk_no_pse(struct kunit *test)
{
	const u32 pde = TABLE_GPA | P | PS, pte = 0x5000 | P;
	struct lg_guest *g = lg_test_guest_ram(test, RAM_PAGES);
	struct lg_vcpu *vcpu = g->vcpu[0];
	struct lg_fault fault;
	struct lg_walk w;

	vcpu->cr3 = PGD_GPA;
	lg_test_put(test, g, PGD_GPA + 8, &pde, sizeof(pde));
	lg_test_put(test, g, TABLE_GPA + 12, &pte, sizeof(pte));
	KUNIT_EXPECT_EQ(test, 0, lg_walk_once(vcpu, ADDR(22), 0, &w, &fault));
	KUNIT_EXPECT_FALSE(test, w.large);
	KUNIT_EXPECT_EQ(test, w.gfn, 5);
}

#ifdef CONFIG_X86_PAE
static void gmem_test_walk_pae(struct kunit *test)
{
	walk_one(test, true);
}

static void gmem_test_walk_nx(struct kunit *test)
{
	const u64 pde = TABLE_GPA | P | US, pte = 0x5000 | P | US | _PAGE_NX;
	struct lg_guest *g = lg_test_guest_ram(test, RAM_PAGES);
	struct lg_vcpu *vcpu = g->vcpu[0];
	struct lg_fault fault;
	struct lg_walk w;

	vcpu->cr4 = X86_CR4_PAE;
	vcpu->dir[0] = PGD_GPA >> PAGE_SHIFT;
	vcpu->dir[1] = LG_NO_DIR;
	lg_test_put(test, g, PGD_GPA + 16, &pde, sizeof(pde));
	lg_test_put(test, g, TABLE_GPA + 24, &pte, sizeof(pte));

	/* Off: a reserved bit. */
	KUNIT_EXPECT_EQ(test, 1, lg_walk_once(vcpu, ADDR(21), U, &w, &fault));
	KUNIT_EXPECT_EQ(test, fault.error, U | PROT | RSVD);
	vcpu->efer = EFER_NX;
	KUNIT_EXPECT_EQ(test, 0, lg_walk_once(vcpu, ADDR(21), U, &w, &fault));
	KUNIT_EXPECT_EQ(test, w.gfn, 5);
	KUNIT_EXPECT_EQ(test, 1, lg_walk_once(vcpu, ADDR(21), U | LG_ACCESS_FETCH, &w, &fault));
	KUNIT_EXPECT_EQ(test, fault.error, U | PROT | X86_PF_INSTR);
	/* The second gigabyte has no directory. */
	KUNIT_EXPECT_EQ(test, 1, lg_walk_once(vcpu, ADDR(21) + SZ_1G, W, &w, &fault));
	KUNIT_EXPECT_EQ(test, fault.error, W);
}

static void gmem_test_load_dirs(struct kunit *test)
{
	static const struct {
		u64 entry;
		int ret;
		u32 dir;
	} cases[] = {
		{ 0, 0, LG_NO_DIR },
		{ 0x3001, 0, 3 },
		{ 0x3000, 0, LG_NO_DIR },
		{ 0x3019, 0, 3 },		/* PWT, PCD */
		{ 0x3e01, 0, 3 },		/* for software */
		{ (RAM_PAGES - 1) << PAGE_SHIFT | 1, 0, RAM_PAGES - 1 },
		{ RAM_PAGES << PAGE_SHIFT | 1, -EFAULT },
		{ 0x3003, -EFAULT }, { 0x3005, -EFAULT }, { 0x3021, -EFAULT },
		{ 0x3041, -EFAULT }, { 0x3081, -EFAULT }, { 0x3101, -EFAULT },
		{ 0x8000000000003001ull, -EFAULT }, { 0x0010000000003001ull, -EFAULT },
		{ 0x100003001ull, -EFAULT },
		{ 0xffffffffffffffeull, 0, LG_NO_DIR },
	};
	struct lg_guest *g = lg_test_guest_ram(test, RAM_PAGES);
	struct lg_vcpu *vcpu = g->vcpu[0];
	u64 entry[LG_DIRS];
	unsigned int i, n;
	u32 want;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (n = 0; n < LG_DIRS; n++) {
			memset(entry, 0, sizeof(entry));
			memset(vcpu->dir, 0x55, sizeof(vcpu->dir));
			entry[n] = cases[i].entry;
			lg_test_put(test, g, 0x1020, entry, sizeof(entry));
			/* The lower bits are not part of the address. */
			KUNIT_EXPECT_EQ_MSG(test, lg_load_dirs(vcpu, 0x1038), cases[i].ret,
					    "case %u at %u", i, n);
			want = cases[i].dir;
			if (cases[i].ret)	/* as they were */
				want = 0x55555555;
			KUNIT_EXPECT_EQ_MSG(test, vcpu->dir[n], want, "case %u at %u", i, n);
		}
	}
	KUNIT_EXPECT_EQ(test, lg_load_dirs(vcpu, RAM_PAGES << PAGE_SHIFT), -EFAULT);
}
#endif

static void gmem_test_cmpxchg(struct kunit *test)
{
	struct lg_guest *g = lg_test_guest_ram(test, 1);
	u32 value = 7, old = 7;

	lg_test_put(test, g, 0xffc, &value, sizeof(value));
	KUNIT_EXPECT_EQ(test, 0, lg_gpa_cmpxchg(g, 0xffc, &old, 8));
	KUNIT_EXPECT_EQ(test, 1, lg_gpa_cmpxchg(g, 0xffc, &old, 9));
	KUNIT_EXPECT_EQ(test, old, 8);
	lg_test_get(test, g, 0xffc, &value, sizeof(value));
	KUNIT_EXPECT_EQ(test, value, 8);
	KUNIT_EXPECT_EQ(test, -EFAULT, lg_gpa_cmpxchg(g, 0xffd, &old, 9));
	KUNIT_EXPECT_EQ(test, -EFAULT, lg_gpa_cmpxchg(g, 2, &old, 9));
	KUNIT_EXPECT_EQ(test, -EFAULT, lg_gpa_cmpxchg(g, 0x1000, &old, 9));
	KUNIT_EXPECT_EQ(test, -EFAULT, lg_gpa_cmpxchg(g, 0xfffffffc, &old, 9));
}

static void gmem_test_text(struct kunit *test)
{
	struct lg_guest *g = lg_test_guest_ram(test, 1);
	char buf[8];

	lg_test_put(test, g, 0, "a\nb\x7f\x80z", 7);
	lg_gpa_text(g, 0, buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, "a?b??z");
	lg_gpa_text(g, 0, buf, 4);
	KUNIT_EXPECT_STREQ(test, buf, "a?b");
	lg_gpa_text(g, 0, buf, 1);
	KUNIT_EXPECT_STREQ(test, buf, "");
	/* It ends where the memory does. */
	lg_test_put(test, g, 0xffe, "xy", 2);
	lg_gpa_text(g, 0xffe, buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, "xy");
	lg_gpa_text(g, 0x1000, buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, "");
	buf[0] = 'q';
	lg_gpa_text(g, 0, buf, 0);
	KUNIT_EXPECT_EQ(test, buf[0], 'q');
}

static struct kunit_case gmem_tests[] = {
	KUNIT_CASE(gmem_test_gpa_ok),
	KUNIT_CASE(gmem_test_page_rest),
	KUNIT_CASE(gmem_test_entry_gfn),
	KUNIT_CASE(gmem_test_walk_allowed),
	KUNIT_CASE(gmem_test_reserved),
	KUNIT_CASE_PARAM(gmem_test_walk, walk_gen_params),
	KUNIT_CASE(gmem_test_walk_no_pse),
#ifdef CONFIG_X86_PAE
	KUNIT_CASE_PARAM(gmem_test_walk_pae, walk_gen_params),
	KUNIT_CASE(gmem_test_walk_nx),
	KUNIT_CASE(gmem_test_load_dirs),
#endif
	KUNIT_CASE(gmem_test_cmpxchg),
	KUNIT_CASE(gmem_test_text),
	{ }
};

static struct kunit_suite gmem_suite = {
	.name = "lguest_gmem",
	.test_cases = gmem_tests,
};

kunit_test_suite(gmem_suite);
