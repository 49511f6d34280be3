// SPDX-License-Identifier: GPL-2.0
/* Tests of desc.c, which includes this file. */
#include <kunit/test.h>

#define WINDOW	0xffc00000u

/* A 32-bit segment; @_l is the field, in bytes or pages as @_g says. */
#define SEGMENT(_b, _l, _g, _type, _dpl) {				\
	.base0 = (_b) & 0xffff, .base1 = (_b) >> 16 & 0xff,		\
	.base2 = (_b) >> 24, .limit0 = (_l) & 0xffff,			\
	.limit1 = (_l) >> 16, .g = (_g), .type = (_type), .dpl = (_dpl), \
	.s = 1, .p = 1, .d = 1 }
#define REFUSED	{ }

/* What is the same in strict mode says LAX | STRICT. */
#define LAX	1
#define STRICT	2

static const struct desc_case {
	const char *name;
	u32 modes;
	u32 window;
	struct desc_struct in, out;
} desc_cases[] = {
	{ "flat data of the kernel", LAX | STRICT, WINDOW,
	  SEGMENT(0, 0xfffff, 1, 0x2, 0), SEGMENT(0, 0xffbff, 1, 0x3, 1) },
	{ "flat code of the kernel", LAX | STRICT, WINDOW,
	  SEGMENT(0, 0xfffff, 1, 0xa, 0), SEGMENT(0, 0xffbff, 1, 0xb, 1) },
	{ "flat data of programs", LAX | STRICT, WINDOW,
	  SEGMENT(0, 0xfffff, 1, 0x2, 3), SEGMENT(0, 0xffbff, 1, 0x3, 3) },
	{ "level 2 stays", LAX | STRICT, WINDOW,
	  SEGMENT(0, 0xfffff, 1, 0x2, 2), SEGMENT(0, 0xffbff, 1, 0x3, 2) },
	{ "another window", LAX | STRICT, 0xff800000,
	  SEGMENT(0, 0xfffff, 1, 0x2, 3), SEGMENT(0, 0xff7ff, 1, 0x3, 3) },
	{ "last byte right below the window", LAX | STRICT, WINDOW,
	  SEGMENT(0, 0xffbff, 1, 0x3, 3), SEGMENT(0, 0xffbff, 1, 0x3, 3) },
	{ "one page in the window", LAX | STRICT, WINDOW,
	  SEGMENT(0, 0xffc00, 1, 0x3, 3), SEGMENT(0, 0xffbff, 1, 0x3, 3) },
	{ "base that is not aligned: rounded down", LAX | STRICT, WINDOW,
	  SEGMENT(0x800, 0xffbff, 1, 0x3, 3), SEGMENT(0x800, 0xffbfe, 1, 0x3, 3) },
	{ "one byte below the window", LAX | STRICT, WINDOW,
	  SEGMENT(WINDOW - 1, 0, 0, 0x3, 3), SEGMENT(WINDOW - 1, 0, 0, 0x3, 3) },
	{ "one byte below, one in the window", LAX | STRICT, WINDOW,
	  SEGMENT(WINDOW - 1, 1, 0, 0x3, 3), SEGMENT(WINDOW - 1, 0, 0, 0x3, 3) },
	{ "one byte in the window", LAX | STRICT, WINDOW,
	  SEGMENT(WINDOW, 0, 0, 0x3, 3), REFUSED },
	{ "last byte of all", LAX | STRICT, WINDOW,
	  SEGMENT(0xffffffff, 0, 0, 0x3, 3), REFUSED },
	{ "bytes, cut", LAX | STRICT, WINDOW,
	  SEGMENT(WINDOW - 0x100, 0x1ff, 0, 0x3, 3), SEGMENT(WINDOW - 0x100, 0xff, 0, 0x3, 3) },
	{ "pages, cut to less than one: bytes", LAX | STRICT, WINDOW,
	  SEGMENT(WINDOW - 0x100, 0, 1, 0x3, 3), SEGMENT(WINDOW - 0x100, 0xff, 0, 0x3, 3) },
	{ "pages, cut to exactly one", LAX | STRICT, WINDOW,
	  SEGMENT(WINDOW - 0x1000, 1, 1, 0x3, 3), SEGMENT(WINDOW - 0x1000, 0, 1, 0x3, 3) },
	{ "data that wraps keeps its limit", LAX, WINDOW,
	  SEGMENT(0xb7000000, 0xfffff, 1, 0x2, 3), SEGMENT(0xb7000000, 0xfffff, 1, 0x3, 3) },
	{ "data that wraps, strict", STRICT, WINDOW,
	  SEGMENT(0xb7000000, 0xfffff, 1, 0x2, 3), SEGMENT(0xb7000000, 0x48bff, 1, 0x3, 3) },
	{ "data that begins in the window and wraps", LAX, WINDOW,
	  SEGMENT(0xfffff000, 0xfffff, 1, 0x2, 1), SEGMENT(0xfffff000, 0xfffff, 1, 0x3, 1) },
	{ "data that begins in the window and wraps, strict", STRICT, WINDOW,
	  SEGMENT(0xfffff000, 0xfffff, 1, 0x2, 1), REFUSED },
	{ "data that just does not wrap", LAX, WINDOW,
	  SEGMENT(0xfff00000, 0xfffff, 0, 0x2, 3), REFUSED },
	{ "code that wraps is cut", LAX | STRICT, WINDOW,
	  SEGMENT(0xb7000000, 0xfffff, 1, 0xa, 3), SEGMENT(0xb7000000, 0x48bff, 1, 0xb, 3) },
	{ "stack of programs that expands down", LAX, WINDOW,
	  SEGMENT(0, 0xfff, 1, 0x6, 3), SEGMENT(0, 0xfff, 1, 0x7, 3) },
	{ "stack of programs that expands down, strict", STRICT, WINDOW,
	  SEGMENT(0, 0xfff, 1, 0x6, 3), REFUSED },
	{ "stack of the kernel that expands down", LAX | STRICT, WINDOW,
	  SEGMENT(0, 0xfff, 1, 0x6, 0), REFUSED },
	{ "stack of ring 1 that expands down", LAX | STRICT, WINDOW,
	  SEGMENT(0, 0xfff, 1, 0x6, 1), REFUSED },
	{ "conforming code of the kernel", LAX | STRICT, WINDOW,
	  SEGMENT(0, 0xfff, 1, 0xe, 0), REFUSED },
	{ "conforming code of programs", LAX | STRICT, WINDOW,
	  SEGMENT(0, 0xfff, 1, 0xe, 3), SEGMENT(0, 0xfff, 1, 0xf, 3) },
	{ "null", LAX | STRICT, WINDOW, { }, { } },
};

static void desc_case_name(const struct desc_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(desc, desc_cases, desc_case_name);

static void desc_test_table(struct kunit *test)
{
	const struct desc_case *c = test->param_value;
	const struct desc_struct refused = REFUSED;
	struct desc_struct d;
	bool ok;
	int strict;

	for (strict = 0; strict < 2; strict++) {
		if (!(c->modes & (strict ? STRICT : LAX)))
			continue;
		d = c->in;
		ok = lg_desc_sanitise(&d, c->window, strict);
		KUNIT_EXPECT_MEMEQ(test, &d, &c->out, sizeof(d));
		KUNIT_EXPECT_EQ(test, ok, !d.p ? !c->in.p :
				memcmp(&d, &refused, sizeof(d)) != 0);
	}
}

/* What is not present is nothing to the processor, whatever else it says. */
static void desc_test_not_present(struct kunit *test)
{
	struct desc_struct d, was;
	unsigned int type;

	for (type = 0; type < 32; type++) {
		d = (struct desc_struct)SEGMENT(WINDOW, 0xfffff, 1, type & 15, 0);
		d.s = type >> 4;
		d.p = 0;
		was = d;
		KUNIT_EXPECT_TRUE(test, lg_desc_sanitise(&d, WINDOW, true));
		KUNIT_EXPECT_MEMEQ(test, &d, &was, sizeof(d));
	}
}

/* Gates, LDTs and task segments, of any kind and for any level. */
static void desc_test_system(struct kunit *test)
{
	const struct desc_struct refused = REFUSED;
	struct desc_struct d;
	unsigned int i;

	for (i = 0; i < 64; i++) {
		d = (struct desc_struct)SEGMENT(0, 0x67, 0, i & 15, i >> 4);
		d.s = 0;
		KUNIT_EXPECT_FALSE(test, lg_desc_sanitise(&d, WINDOW, false));
		KUNIT_EXPECT_MEMEQ(test, &d, &refused, sizeof(d));
	}
}

/* With L, a processor that has 64 bits would see a segment of another kind. */
static void desc_test_long(struct kunit *test)
{
	struct desc_struct d = SEGMENT(0, 0xfff, 1, 0xa, 3);

	d.l = 1;
	KUNIT_EXPECT_TRUE(test, lg_desc_sanitise(&d, WINDOW, false));
	KUNIT_EXPECT_FALSE(test, d.l);
	KUNIT_EXPECT_TRUE(test, d.d);
}

static void desc_test_set_limit(struct kunit *test)
{
	static const struct {
		u32 g, limit, want_g, want;
	} cases[] = {
		{ 0, 0, 0, 0 },
		{ 0, 0xfffff, 0, 0xfffff },
		{ 0, 0x100fff, 1, 0x100fff },
		{ 0, 0x100ffe, 1, 0xfffff },
		{ 1, 0, 0, 0 },
		{ 1, 0xffe, 0, 0xffe },
		{ 1, 0xfff, 1, 0xfff },
		{ 1, 0x1ffe, 1, 0xfff },
		{ 1, 0x1fff, 1, 0x1fff },
		{ 1, 0xffbfffff, 1, 0xffbfffff },
		{ 1, 0xfffffffe, 1, 0xffffefff },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct desc_struct d = SEGMENT(0, 0x12345, cases[i].g, 3, 3);

		set_last_byte(&d, cases[i].limit);
		KUNIT_EXPECT_EQ_MSG(test, (u32)d.g, cases[i].want_g, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, lg_desc_last_byte(&d), cases[i].want, "case %u", i);
	}
}

static u64 desc_raw(const struct desc_struct *d)
{
	u64 raw;

	memcpy(&raw, d, sizeof(raw));
	return raw;
}

/* Whatever a guest asks for: it gets no more than that, and not the window. */
static void desc_check_one(struct kunit *test, const struct desc_struct *in, bool strict)
{
	bool code = in->type & TYPE_CODE, ok, down = (in->type & 0xc) == TYPE_EXPAND;
	u32 base = get_desc_base(in), end, limit;
	struct desc_struct d = *in, again;

	ok = lg_desc_sanitise(&d, WINDOW, strict);
	if (!ok) {
		KUNIT_EXPECT_EQ_MSG(test, desc_raw(&d), 0, "refused: %#llx", desc_raw(in));
		return;
	}
	limit = lg_desc_last_byte(&d);
	end = base + limit;
	again = d;
	if (d.dpl == 0 || d.l || !(d.type & TYPE_ACCESSED) || !d.s || !d.p ||
	    get_desc_base(&d) != base || limit > lg_desc_last_byte(in) ||
	    (d.type | TYPE_ACCESSED) != (in->type | TYPE_ACCESSED) ||
	    d.dpl != (in->dpl ?: LG_KERNEL_RPL) || d.d != in->d)
		KUNIT_FAIL(test, "%#llx became %#llx", desc_raw(in), desc_raw(&d));
	else if (down ? strict || d.dpl != 3 : end < base ? code || strict : end >= WINDOW)
		KUNIT_FAIL(test, "reaches too far: %#llx from %#llx, strict %d",
			   desc_raw(&d), desc_raw(in), strict);
	else if (!lg_desc_sanitise(&again, WINDOW, strict) || desc_raw(&again) != desc_raw(&d))
		KUNIT_FAIL(test, "not stable: %#llx", desc_raw(&d));
}

static void desc_test_all_kinds(struct kunit *test)
{
	static const u32 bases[] = {
		0, 1, 0x800, 0xfff, 0x1000, 0xb7000000, WINDOW - 0x1001, WINDOW - 0x1000,
		WINDOW - 0xfff, WINDOW - 1, WINDOW, WINDOW + 1, 0xfff00000, 0xffffffff,
	};
	static const u32 limits[] = {
		0, 1, 0xffe, 0xfff, 0x1000, 0x48bff, 0x48c00, 0xffbfe, 0xffbff, 0xffc00, 0xfffff,
	};
	unsigned int b, l, i;

	for (b = 0; b < ARRAY_SIZE(bases); b++) {
		for (l = 0; l < ARRAY_SIZE(limits); l++) {
			for (i = 0; i < 256; i++) {
				struct desc_struct d = SEGMENT(bases[b], limits[l], i & 1,
							       i >> 4, i >> 1 & 3);

				desc_check_one(test, &d, i & 8);
			}
		}
	}
}

static struct kunit_case desc_tests[] = {
	KUNIT_CASE_PARAM(desc_test_table, desc_gen_params),
	KUNIT_CASE(desc_test_not_present),
	KUNIT_CASE(desc_test_system),
	KUNIT_CASE(desc_test_long),
	KUNIT_CASE(desc_test_set_limit),
	KUNIT_CASE(desc_test_all_kinds),
	{ }
};

static struct kunit_suite desc_suite = {
	.name = "lguest_desc",
	.test_cases = desc_tests,
};

kunit_test_suite(desc_suite);
