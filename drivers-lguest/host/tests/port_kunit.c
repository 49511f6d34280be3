// SPDX-License-Identifier: GPL-2.0
/* Tests of port.c, which includes this file. */
#include <linux/string.h>
#include "guest.h"

#define RAM_PAGES	80
#define RAM_END		(RAM_PAGES << PAGE_SHIFT)

/* In each guest's memory: two structs lguest_dma in a row, the first across a page. */
#define DMA_GPA		(PAGE_SIZE - 8)
#define BUFFERS		2

static void port_test_sections(struct kunit *test)
{
	struct lguest_dma *dma = kunit_kzalloc(test, sizeof(*dma), GFP_KERNEL);
	struct lg_sections s;
	u32 gpa = 0;

	KUNIT_ASSERT_NOT_NULL(test, dma);
	/* More than there can be are as many as there can be. */
	dma->sections = ~0u;
	dma->section[LGUEST_DMA_SECTIONS - 1] = (struct lguest_dma_section){ 0x9000, 3 };
	lg_sections_start(&s, dma);
	KUNIT_EXPECT_EQ(test, s.count, LGUEST_DMA_SECTIONS);
	/* Empty ones are stepped over. */
	KUNIT_EXPECT_EQ(test, lg_sections_rest(&s, &gpa), 3);
	KUNIT_EXPECT_EQ(test, gpa, 0x9000);
	s.done = 2;
	KUNIT_EXPECT_EQ(test, lg_sections_rest(&s, &gpa), 1);
	KUNIT_EXPECT_EQ(test, gpa, 0x9002);
	s.done = 3;
	KUNIT_EXPECT_EQ(test, lg_sections_rest(&s, &gpa), 0);
	KUNIT_EXPECT_EQ(test, lg_sections_rest(&s, &gpa), 0);

	dma->sections = 0;
	lg_sections_start(&s, dma);
	KUNIT_EXPECT_EQ(test, lg_sections_rest(&s, &gpa), 0);

	dma->sections = 2;
	dma->section[0] = (struct lguest_dma_section){ 0x1000, 5 };
	dma->section[1] = (struct lguest_dma_section){ 0x3000, 0xffffffff };
	lg_sections_start(&s, dma);
	KUNIT_EXPECT_EQ(test, lg_sections_rest(&s, &gpa), 5);
	s.done = 5;
	KUNIT_EXPECT_EQ(test, lg_sections_rest(&s, &gpa), 0xffffffff);
	KUNIT_EXPECT_EQ(test, gpa, 0x3000);
	KUNIT_EXPECT_EQ(test, s.i, 1);
	KUNIT_EXPECT_EQ(test, s.done, 0);
}

static void port_test_ok(struct kunit *test)
{
	struct lg_port *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	p->ram_size = 0x2000;
	KUNIT_EXPECT_TRUE(test, lg_port_ok(p, 0, 0x2000));
	KUNIT_EXPECT_FALSE(test, lg_port_ok(p, 0, 0x2001));
	KUNIT_EXPECT_TRUE(test, lg_port_ok(p, 0x1fff, 1));
	KUNIT_EXPECT_FALSE(test, lg_port_ok(p, 0x1fff, 2));
	KUNIT_EXPECT_FALSE(test, lg_port_ok(p, 0xffffffff, 1));
	KUNIT_EXPECT_FALSE(test, lg_port_ok(p, 1, 0xffffffff));
	p->ram_size = LG_MAX_RAM;
	KUNIT_EXPECT_TRUE(test, lg_port_ok(p, LG_MAX_RAM - 1, 1));
	KUNIT_EXPECT_FALSE(test, lg_port_ok(p, LG_MAX_RAM, LG_MAX_RAM));
}

static void port_test_place(struct kunit *test)
{
	struct lg_place a = { .inode = (void *)0x1000, .index = 5, .offset = 8 };
	struct lg_place b = a;

	KUNIT_EXPECT_TRUE(test, lg_place_same(&a, &b));
	KUNIT_EXPECT_EQ(test, lg_place_hash(&a), lg_place_hash(&b));
	/* The path is how it was found, and not where it is. */
	b.path.dentry = (void *)0x5000;
	KUNIT_EXPECT_TRUE(test, lg_place_same(&a, &b));
	KUNIT_EXPECT_EQ(test, lg_place_hash(&a), lg_place_hash(&b));
	b.offset = 12;
	KUNIT_EXPECT_FALSE(test, lg_place_same(&a, &b));
	b = a;
	b.index = 6;
	KUNIT_EXPECT_FALSE(test, lg_place_same(&a, &b));
	b = a;
	b.inode = (void *)0x2000;
	KUNIT_EXPECT_FALSE(test, lg_place_same(&a, &b));
}

/* A pair that talks: both are in the test's address space. */
struct pair {
	struct lg_guest *from;
	struct lg_guest *to;
	struct lg_port *p;
};

static void pair_init(struct kunit *test, struct pair *pair)
{
	struct lg_port *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	pair->from = lg_test_guest_ram(test, RAM_PAGES);
	pair->to = lg_test_guest_ram(test, RAM_PAGES);
	spin_lock_init(&p->lock);
	p->dmas = DMA_GPA;
	p->count = BUFFERS;
	p->mm = pair->to->mm;
	p->ram_base = pair->to->ram_base;
	p->ram_size = RAM_END;
	pair->p = p;
}

static u8 pattern(u32 gpa)
{
	return gpa * 7 + (gpa >> 8) * 13 + 1;
}

struct port_case {
	const char *name;
	u32 bytes;		/* that arrive */
	u32 from_count, to_count;
	struct lguest_dma_section from[LGUEST_DMA_SECTIONS], to[LGUEST_DMA_SECTIONS];
};

static const struct port_case port_cases[] = {
	{ "one to one", 100, 1, 1, { { 0x3000, 100 } }, { { 0x5000, 100 } } },
	{ "nothing", 0, 0, 1, { }, { { 0x5000, 100 } } },
	{ "no room", 0, 1, 0, { { 0x3000, 100 } }, { } },
	{ "sections that are empty", 5, 3, 4, { { 0x3000 }, { 0x3000, 5 }, { 0x3000 } },
	  { { 0x5000 }, { 0x5000, 2 }, { 0x5100 }, { 0x5200, 3 } } },
	{ "empty ones only", 0, 2, 1, { { 0x3000 }, { 0x4000 } }, { { 0x5000, 100 } } },
	{ "less than there is room", 10, 1, 1, { { 0x3001, 10 } }, { { 0x5003, 100 } } },
	{ "more than there is room", 10, 1, 1, { { 0x3001, 100 } }, { { 0x5003, 10 } } },
	{ "bounds that differ", 30, 3, 3, { { 0x3001, 10 }, { 0x3101, 1 }, { 0x3201, 19 } },
	  { { 0x5001, 1 }, { 0x5101, 12 }, { 0x5201, 17 } } },
	{ "byte by byte", 16, 1, 16, { { 0x3ff8, 16 } },
	  { { 0x5000, 1 }, { 0x5010, 1 }, { 0x5020, 1 }, { 0x5030, 1 }, { 0x5040, 1 },
	    { 0x5050, 1 }, { 0x5060, 1 }, { 0x5070, 1 }, { 0x5080, 1 }, { 0x5090, 1 },
	    { 0x50a0, 1 }, { 0x50b0, 1 }, { 0x50c0, 1 }, { 0x50d0, 1 }, { 0x50e0, 1 },
	    { 0x50f0, 1 } } },
	{ "across pages on both sides", 0x2100, 2, 2, { { 0x3f00, 0x1100 }, { 0x6fff, 0x1000 } },
	  { { 0x8ffe, 0x1002 }, { 0xbfff, 0x10fe } } },
	{ "last bytes of both memories", 8, 1, 1, { { RAM_END - 8, 8 } }, { { RAM_END - 8, 8 } } },
	{ "more pages than are pinned at once", 0x14000, 1, 1, { { 0x3000, 0x14000 } },
	  { { 0x20010, 0x14000 } } },
	{ "as much as may be", LGUEST_DMA_MAX, 1, 1, { { 0x3000, LGUEST_DMA_MAX } },
	  { { 0x3000, LGUEST_DMA_MAX } } },
	{ "more than may be", LGUEST_DMA_MAX, 1, 2, { { 0x3000, LGUEST_DMA_MAX + 1 } },
	  { { 0x3004, LGUEST_DMA_MAX - 1 }, { 0x2f00, 8 } } },
	/* Half of something is nothing. */
	{ "a receiver's section that is not RAM", 0, 1, 2, { { 0x3000, 100 } },
	  { { 0x5000, 10 }, { RAM_END - 10, 11 } } },
	{ "a receiver's address of all ones", 0, 1, 1, { { 0x3000, 100 } }, { { ~0u, 100 } } },
};

static void port_case_name(const struct port_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(port, port_cases, port_case_name);

static void put_dma(struct kunit *test, struct lg_guest *g, u32 gpa, u32 count,
		    const struct lguest_dma_section *section)
{
	struct lguest_dma *dma = kunit_kzalloc(test, sizeof(*dma), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, dma);
	dma->sections = count;
	memcpy(dma->section, section, sizeof(dma->section));
	lg_test_put(test, g, gpa, dma, sizeof(*dma));
}

static u32 get_used(struct kunit *test, struct lg_guest *g, u32 gpa)
{
	u32 used;

	lg_test_get(test, g, gpa + offsetof(struct lguest_dma, used), &used, sizeof(used));
	return used;
}

/* What arrives, by the definition: byte by byte through both lists. */
static void model(const struct port_case *c, u8 *ram)
{
	u32 f = 0, t = 0, fdone = 0, tdone = 0, n;

	for (n = 0; n < c->bytes; n++) {
		while (fdone == c->from[f].len) {
			f++;
			fdone = 0;
		}
		while (tdone == c->to[t].len) {
			t++;
			tdone = 0;
		}
		ram[c->to[t].addr + tdone++] = pattern(c->from[f].addr + fdone++);
	}
}

KUNIT_DEFINE_ACTION_WRAPPER(kvfree_action, kvfree, const void *);

/* For all of a guest's memory. */
static u8 *ram_copy(struct kunit *test)
{
	u8 *copy = kvzalloc(RAM_END, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, kvfree_action, copy));
	return copy;
}

static void port_test_send(struct kunit *test)
{
	const struct port_case *c = test->param_value;
	u8 *want = ram_copy(test), *got = ram_copy(test);
	const u32 first = DMA_GPA + sizeof(struct lguest_dma);
	struct pair pair;
	u32 i;

	pair_init(test, &pair);
	for (i = 0; i < RAM_END; i++)
		got[i] = pattern(i);
	lg_test_put(test, pair.from, 0, got, RAM_END);
	put_dma(test, pair.from, DMA_GPA, c->from_count, c->from);
	put_dma(test, pair.to, DMA_GPA, c->to_count, c->to);

	lg_test_get(test, pair.to, 0, want, RAM_END);
	model(c, want);
	*(u32 *)(want + DMA_GPA) = LGUEST_DMA_USED | c->bytes;

	KUNIT_EXPECT_EQ(test, 0, lg_port_send(pair.p, pair.from, DMA_GPA));
	KUNIT_EXPECT_EQ(test, pair.p->next, 1);
	KUNIT_EXPECT_EQ(test, get_used(test, pair.from, DMA_GPA), LGUEST_DMA_USED | c->bytes);
	lg_test_get(test, pair.to, 0, got, RAM_END);
	KUNIT_EXPECT_EQ(test, get_used(test, pair.to, first), 0);
	for (i = 0; i < RAM_END && got[i] == want[i]; i++)
		;
	KUNIT_EXPECT_EQ_MSG(test, i, RAM_END, "first difference at %#x", i);
}

/* What is wrong with the sender's list is an error, and takes no buffer. */
static void port_test_bad_sender(struct kunit *test)
{
	static const struct lguest_dma_section bad[][LGUEST_DMA_SECTIONS] = {
		{ { RAM_END, 1 } }, { { 0x3000, RAM_END } }, { { ~0u, 1 } },
		{ { 0x3000, 4 }, { 0x3000, ~0u } },
	};
	static const struct lguest_dma_section good[LGUEST_DMA_SECTIONS] = { { 0x5000, 100 } };
	struct pair pair;
	unsigned int i;

	pair_init(test, &pair);
	put_dma(test, pair.to, DMA_GPA, 1, good);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		put_dma(test, pair.from, DMA_GPA, 2, bad[i]);
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL, lg_port_send(pair.p, pair.from, DMA_GPA),
				    "case %u", i);
	}
	/* The structure itself is not in RAM. */
	KUNIT_EXPECT_EQ(test, -EINVAL, lg_port_send(pair.p, pair.from, RAM_END - 4));
	KUNIT_EXPECT_EQ(test, pair.p->next, 0);
	KUNIT_EXPECT_EQ(test, get_used(test, pair.to, DMA_GPA), 0);
}

/* In array order, round and round, each when it is free. */
static void port_test_cursor(struct kunit *test)
{
	static const struct lguest_dma_section section[LGUEST_DMA_SECTIONS] = { { 0x5000, 9 } };
	const u32 size = sizeof(struct lguest_dma), zero = 0;
	struct lg_taken taken;
	struct pair pair;

	pair_init(test, &pair);
	put_dma(test, pair.from, DMA_GPA, 1, section);
	put_dma(test, pair.to, DMA_GPA, 1, section);
	put_dma(test, pair.to, DMA_GPA + size, 1, section);
	KUNIT_EXPECT_EQ(test, 0, lg_port_send(pair.p, pair.from, DMA_GPA));
	KUNIT_EXPECT_EQ(test, pair.p->next, 1);
	KUNIT_EXPECT_EQ(test, 0, lg_port_take(pair.p, &taken));
	KUNIT_EXPECT_EQ(test, taken.dma, DMA_GPA + size);
	lg_taken_put(&taken);
	KUNIT_EXPECT_EQ(test, get_used(test, pair.to, DMA_GPA + size), LGUEST_DMA_TAKEN);
	KUNIT_EXPECT_EQ(test, pair.p->next, 0);
	/* The first one is still in use, and the cursor does not step over it. */
	KUNIT_EXPECT_EQ(test, -ENOBUFS, lg_port_send(pair.p, pair.from, DMA_GPA));
	lg_test_put(test, pair.to, DMA_GPA + size, &zero, sizeof(zero));
	KUNIT_EXPECT_EQ(test, -ENOBUFS, lg_port_send(pair.p, pair.from, DMA_GPA));
	KUNIT_EXPECT_EQ(test, pair.p->next, 0);
	lg_test_put(test, pair.to, DMA_GPA, &zero, sizeof(zero));
	KUNIT_EXPECT_EQ(test, 0, lg_port_send(pair.p, pair.from, DMA_GPA));
	KUNIT_EXPECT_EQ(test, pair.p->next, 1);
	/* Of one that has been unbound nothing is taken. */
	pair.p->dead = true;
	KUNIT_EXPECT_EQ(test, -ENOENT, lg_port_take(pair.p, &taken));
	KUNIT_EXPECT_EQ(test, get_used(test, pair.to, DMA_GPA + size), 0);
}

/* Memory that the launcher has taken away meanwhile: nothing is sent. */
static void port_test_unmapped(struct kunit *test)
{
	static const struct lguest_dma_section section[LGUEST_DMA_SECTIONS] = {
		{ 0x5000, 0x2000 }
	};
	struct pair pair;

	pair_init(test, &pair);
	put_dma(test, pair.from, DMA_GPA, 1, section);
	put_dma(test, pair.to, DMA_GPA, 1, section);
	KUNIT_ASSERT_EQ(test, 0, vm_munmap(pair.to->ram_base + 0x6000, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, 0, lg_port_send(pair.p, pair.from, DMA_GPA));
	KUNIT_EXPECT_EQ(test, get_used(test, pair.from, DMA_GPA), LGUEST_DMA_USED);
	KUNIT_EXPECT_EQ(test, get_used(test, pair.to, DMA_GPA), LGUEST_DMA_USED);

	KUNIT_ASSERT_EQ(test, 0, vm_munmap(pair.from->ram_base + 0x6000, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, -EINVAL, lg_port_send(pair.p, pair.from, DMA_GPA));
	KUNIT_EXPECT_EQ(test, pair.p->next, 1);
}

static struct kunit_case port_tests[] = {
	KUNIT_CASE(port_test_sections),
	KUNIT_CASE(port_test_ok),
	KUNIT_CASE(port_test_place),
	KUNIT_CASE_PARAM(port_test_send, port_gen_params),
	KUNIT_CASE(port_test_bad_sender),
	KUNIT_CASE(port_test_cursor),
	KUNIT_CASE(port_test_unmapped),
	{ }
};

static struct kunit_suite port_suite = {
	.name = "lguest_port",
	.test_cases = port_tests,
};

kunit_test_suite(port_suite);
