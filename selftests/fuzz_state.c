// SPDX-License-Identifier: GPL-2.0
/* Tables of the hostile guest, and the clean state that a round begins with. */
#include "fuzz_guest.h"

#define TEXT_START	FUZZ_CODE_GPA

struct page good_dir, good_table;
struct page dirs[DIRS], tables[TABLES];
struct page pool[POOL];
struct page code[2];
struct page user_stack, trap_stack;
__u64 gdt[32], idt[256];
int paging;

void build_gdt(void)
{
	gdt[2] = flat(0xb, 1);
	gdt[3] = flat(0x3, 1);
	gdt[4] = flat(0xb, 3);
	gdt[5] = flat(0x3, 3);
}

void build_idt(void)
{
	__u32 i;

	for (i = 0; i < 256; i++)
		idt[i] = good_gate(i, i == 0x80 ? 15 : 14, i == 3 || i == 4 || i >= 0x80 ? 3 : 0);
}

void build_tables(void)
{
	__u32 i, last = (ADDR(code) >> 12) + 1;
	__u32 flags;

	for (i = 0; i < 1024; i++) {
		flags = PTE_P | PTE_RW | PTE_A | PTE_D;
		/* A wild write must not change the program. */
		if (i >= TEXT_START >> 12 && i < ADDR(etext) >> 12)
			flags &= ~(PTE_RW | PTE_D);
		if (i >= ADDR(pool) >> 12 && i < last)
			flags |= PTE_US;
		if (i << 12 == ADDR(&user_stack))
			flags |= PTE_US;
		good_table.word[i] = i < ram >> 12 ? i << 12 | flags : 0;
	}
	good_table.word[last] = 0;
	good_dir.word[0] = ADDR(&good_table) | PTE_P | PTE_RW | PTE_US | PTE_A;
	for (i = 0; i < DIRS; i++)
		dirs[i].word[0] = good_dir.word[0];
}

/* Some of the upper entries of a directory, some entries of a table. */
void change_tables(void)
{
	__u32 i, k, n = 1 + below(8);
	__u32 *dir = dirs[below(DIRS)].word, *table = tables[below(TABLES)].word;

	while (n--)
		dir[slot()] = pde();
	if (one_in(1024))
		dir[0] = pde();
	if (one_in(64))
		dir[1023] = pde();
	for (n = below(32); n; n--) {
		i = entry_index();
		for (k = one_in(4) ? 16 : 1; k && i < 1024; k--, i++)
			table[i] = pte(i);
	}
}

void set_paging(int on)
{
	set_cr0(on ? 0x80000031 : 0x31);
	paging = on;
}

void new_round(int first)
{
	hc(LGUEST_HC_LOAD_GDT, ADDR(gdt), 32, 0, 0);
	hc(LGUEST_HC_LOAD_IDT, ADDR(idt), 256, 0, 0);
	hc(LGUEST_HC_SET_STACK, DATA, ADDR(&trap_stack) + PAGE, 0, 0);
	if (shared) {
		shared->irq_enabled = 0;
		shared->callback_vector = 0x20 + below(8);
		shared->irqs_masked = 0;
		shared->next_ctx_id = one_in(8) ? 0 : 1;
		shared->next_cr3 = ADDR(&good_dir);
	} else if (!first && one_in(8)) {
		init_shared();
	}
	build_tables();
	change_tables();
	set_cr4((one_in(4) ? 0 : 0x10) | (one_in(2) ? 0x80 : 0));
	set_cr3(ADDR(&good_dir));
	set_paging(!one_in(8));
}
