// SPDX-License-Identifier: GPL-2.0
/*
 * The values that the hostile guest uses. Each maker of one gives what is next to
 * a limit, what is right but for a detail, and now and then anything. What is
 * certain to be the end of the guest is rare, or it would not get far.
 */
#include "fuzz_guest.h"

__u32 edge(void)
{
	static const __u32 list[] = {
		0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 63, 64, 255, 256, 257, 511,
		0xffe, 0xfff, 0x1000, 0x1001, 0x7fff, 0x8000, 0xffff, 0x10000, 0x20000,
		0x20001, 0xfffff, 0x3fffff, 0x400000, 0x7fffffff, 0x80000000,
		0xbfffffff, 0xc0000000, WINDOW - 4096, WINDOW - 1, WINDOW, WINDOW + 4095,
		0xfffff000, 0xfffffff0, 0xfffffffc, 0xfffffffe, 0xffffffff,
	};

	switch (below(8)) {
	case 0:
		return 1u << below(32);
	case 1:
		return ~(1u << below(32));
	case 2:
		return ram + below(17) - 8;
	case 3:
		return (ram >> 12) + below(5) - 2;
	case 4:
		return PICK(list) + below(9) - 4;
	default:
		return PICK(list);
	}
}

__u32 any(void)
{
	return one_in(2) ? edge() : rnd();
}

/* Something in the pool, or rarely anywhere. */
__u32 pool_gpa(void)
{
	if (one_in(32))
		return one_in(2) ? below(ram) : any();
	return ADDR(pool) + below(sizeof(pool));
}

/* An aligned piece of the pool with @len bytes, often at the end of a page. */
__u32 pool_room(__u32 len)
{
	__u32 at = ADDR(pool) + below(POOL - 2) * PAGE;

	return one_in(2) ? at + (below(PAGE) & ~3u) : at + PAGE - (below(len + 1) & ~3u);
}

/* Upper entries of the directories that are played with. */
__u32 slot(void)
{
	static const __u16 list[] = { 1, 2, 3, 4, 0x1ff, 0x200, 0x300, 0x301, 0x3fd, 0x3fe };

	return PICK(list);
}

/* Entries of tables that are: some, and the last ones. */
__u32 entry_index(void)
{
	return one_in(4) ? 1023 - below(16) : below(32);
}

/* An address in what is mapped by those, more often than not. */
__u32 address(void)
{
	__u32 page;

	/* Without paging what is beyond the RAM is the end. */
	if (!paging && !one_in(256))
		return ADDR(pool) + below(sizeof(pool));
	if (one_in(24))
		return any();
	if (one_in(6))
		return ADDR(pool) + below(sizeof(pool));
	/* Every eighth entry may be beyond the RAM, and deadly: pte(). */
	do
		page = entry_index();
	while (page % 8 == 7 && !one_in(64));
	return slot() << 22 | page << 12 |
	       (one_in(2) ? PAGE - 1 - below(16) : below(PAGE));
}

static __u32 entry_flags(void)
{
	__u32 flags = rnd() & 0xfff & ~PTE_PS;

	if (one_in(16))
		flags ^= PTE_PS;
	return one_in(8) ? flags & ~PTE_P : flags | PTE_P;
}

/* A lower entry, for place @i. */
__u32 pte(__u32 i)
{
	__u32 frame;

	switch (below(16)) {
	case 0:
		frame = (ADDR(dirs) >> 12) + below(DIRS);
		break;
	case 1:
		frame = (ADDR(tables) >> 12) + below(TABLES);
		break;
	case 2:
		frame = ADDR(&shared_page) >> 12;
		break;
	default:
		frame = (ADDR(pool) >> 12) + below(POOL);
	}
	if (i % 8 == 7 && one_in(2))
		frame = any() & 0xfffff;
	return frame << 12 | entry_flags();
}

/* An upper entry. */
__u32 pde(void)
{
	__u32 flags = entry_flags() | (one_in(4) ? 0 : PTE_RW | PTE_US);

	if (one_in(256))
		return any();			/* mostly the end */
	switch (below(32)) {
	case 1:
		return ADDR(dirs) + below(DIRS) * PAGE + flags;
	case 2:
		return ADDR(pool) + below(POOL) * PAGE + flags;
	case 3:
	case 4:
		/* 4M: only the first is RAM; with reserved bits, too. */
		return PTE_PS | flags | (one_in(3) ? rnd() & 0x3fe000 : 0);
	default:
		return ADDR(tables) + below(TABLES) * PAGE + flags;
	}
}

__u64 flat(__u32 type, __u32 dpl)
{
	return (__u64)(0x00cf9000 | type << 8 | dpl << 13) << 32 | FLAT_LOW;
}

/* A descriptor of any kind. */
__u64 descriptor(void)
{
	__u64 d;
	__u32 base, limit;

	switch (below(6)) {
	case 0:
		return (__u64)rnd() << 32 | rnd();
	case 1:
		return flat(below(16), below(4));
	case 2:
		/* A gate or a system segment. */
		d = (__u64)any() << 32 | any();
		return (d & ~(0x9fULL << 40)) | (__u64)(0x80 | below(16)) << 40;
	default:
		base = any();
		limit = any() & 0xfffff;
		d = flat(below(16), below(4)) & 0x00f0ff0000000000ULL;
		d |= limit & 0xffff;
		d |= (__u64)(limit >> 16) << 48;
		d |= (__u64)(base & 0xffffff) << 16;
		d |= (__u64)(base >> 24) << 56;
		/* G, D, L, AVL, P */
		return d ^ (__u64)(rnd() & 0xf0) << 48 ^ (one_in(8) ? 1ULL << 47 : 0);
	}
}

__u32 selector(void)
{
	static const __u16 list[] = {
		0, 1, 3, 4, 7, 0x10, CODE, 0x12, 0x18, DATA, 0x1b, USER_CODE, 0x20,
		USER_DATA, 0x28, 0x60, 0x7b, 0x80, 0xf8, 0xfb, 0x100, 0x103, 0x108,
		0x110, 0x118, 0x120, 0xfff8, 0xffff,
	};

	if (one_in(3))
		return rnd() & (one_in(2) ? 0xff : 0xffff);
	return PICK(list) | (one_in(16) ? rnd() << 16 : 0);
}

__u64 good_gate(__u32 vector, __u32 type, __u32 dpl)
{
	__u32 handler = ADDR(stubs) + vector * 16;

	return (__u64)(handler & 0xffff0000) << 32 | (__u64)(0x80 | dpl << 5 | type) << 40 |
	       CODE << 16 | (handler & 0xffff);
}

__u64 gate(void)
{
	__u64 g = good_gate(below(256), one_in(2) ? 14 : 15, below(4));

	switch (below(5)) {
	case 0:
		return (__u64)rnd() << 32 | rnd();
	case 1:
		return descriptor();
	case 2:
		return (g & ~(0x1fULL << 40)) | (__u64)below(32) << 40;
	case 3:
		return (g & ~0xffff0000ULL) | (selector() & 0xffff) << 16;
	default:
		return g;
	}
}

/* Entries of the GDT: those that the guest lives on are spared, as a rule. */
__u32 gdt_index(void)
{
	if (one_in(128))
		return one_in(2) ? below(32) : any();
	return 4 + below(28);
}

/* And gates of exceptions. */
__u32 idt_index(void)
{
	if (one_in(128))
		return one_in(2) ? below(64) : any();
	return one_in(4) ? 0x80 : 64 + below(192);
}

__u32 root(void)
{
	if (one_in(512))
		return any();
	if (one_in(4))
		return ADDR(&good_dir) | (rnd() & 0xfff);
	return ADDR(dirs) + below(DIRS) * PAGE + (one_in(8) ? rnd() & 0xfff : 0);
}
