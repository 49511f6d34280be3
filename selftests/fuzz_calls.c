// SPDX-License-Identifier: GPL-2.0
/* What the hostile guest does by hypercalls, page tables and control registers. */
#include "fuzz_guest.h"

/* A buffer of DMA. */
static __u32 make_dma(void)
{
	__u32 gpa = pool_room(sizeof(struct lguest_dma)), i;
	struct lguest_dma *dma = (struct lguest_dma *)gpa;

	if (one_in(32))
		return any();
	dma->used = one_in(8) ? any() : 0;
	dma->sections = one_in(8) ? any() : below(LGUEST_DMA_SECTIONS + 2);
	for (i = 0; i < LGUEST_DMA_SECTIONS; i++) {
		dma->section[i].addr = one_in(12) ? any() : pool_gpa();
		dma->section[i].len = one_in(6) ? any() : below(PAGE);
	}
	return gpa;
}

static __u32 dma_key(void)
{
	if (one_in(16))
		return any();
	return (key && one_in(2) ? key : ADDR(pool)) + 4 * below(8);
}

static void bind_dma(void)
{
	__u32 gpa = make_dma(), count = one_in(8) ? any() : below(6);

	/* The array begins with one that is made up, and goes on with anything. */
	if (one_in(4))
		count = 0;
	hc(LGUEST_HC_BIND_DMA, dma_key(), gpa, count, one_in(8) ? any() : below(32));
}

static void load_idt(void)
{
	__u64 *table = (__u64 *)pool;
	__u32 i;

	memcpy(table, idt, sizeof(idt));
	for (i = 0; i < 16; i++)
		table[32 + below(224)] = gate();
	if (one_in(16))
		table[below(32)] = gate();
	hc(LGUEST_HC_LOAD_IDT, one_in(48) ? address() : ADDR(table),
	   one_in(8) ? any() : 256, 0, 0);
	if (!one_in(16))
		hc(LGUEST_HC_LOAD_IDT, ADDR(idt), 256, 0, 0);
}

static void load_gdt(void)
{
	__u64 *table = (__u64 *)pool;
	__u32 i;

	memcpy(table, gdt, sizeof(gdt));
	for (i = 6; i < 32; i++)
		table[i] = descriptor();
	if (one_in(64))
		table[below(6)] = descriptor();
	hc(LGUEST_HC_LOAD_GDT, one_in(32) ? address() : ADDR(table),
	   one_in(64) ? any() : 32, 0, 0);
}

static void change_shared(void)
{
	__u32 i;

	if (!shared)
		return;
	switch (below(11)) {
	case 10:
		shared->fault_entry = one_in(4) ? any() : address();
		break;
	case 0:
		shared->irq_enabled = any();
		break;
	case 1:
		shared->irq_pending = any();
		break;
	case 2:
		shared->callback_vector = one_in(64) ? any() : 0x20 + below(32);
		break;
	case 3:
		shared->irqs = any();
		break;
	case 4:
		shared->irqs_masked = any();
		break;
	case 5:
		shared->next_ctx_id = below(4);
		shared->next_tlb_gen = below(4);
		break;
	case 6:
		shared->tlb_gen = below(4);
		break;
	case 7:
		shared->tls_index = one_in(4) ? any() : 6 + below(24);
		for (i = 0; i < LGUEST_TLS_ENTRIES; i++)
			shared->tls[i] = descriptor();
		break;
	case 8:
		shared->next_cr3 = root();
		break;
	case 9:
		shared->flush_count = one_in(8) ? any() : below(LGUEST_FLUSH_MAX + 3);
		for (i = 0; i < LGUEST_FLUSH_MAX; i++)
			shared->flush[i] = address();
		shared->irq_pending |= LGUEST_PENDING_FLUSH;
		break;
	}
}

static void halt(void)
{
	/* Without an interrupt that comes it is the end. */
	if (!one_in(256)) {
		if (!shared || shared->irqs_masked & 1)
			return;
		set_timer(below(100000));
		shared->irq_enabled = FLAG_IF;
	}
	hc(LGUEST_HC_HALT, 0, 0, 0, 0);
}

static void one_call(void)
{
	__u64 d;
	__u32 nr = 1 + below(16);

	switch (nr) {
	case LGUEST_HC_INIT:
		if (!shared && !one_in(8))
			break;
		hc(nr, one_in(4) ? ADDR(&shared_page) : any(), one_in(4) ? any() : 1, 0, 0);
		break;
	case LGUEST_HC_LOAD_CR3:
		hc(nr, root(), 0, 0, 0);
		break;
	case LGUEST_HC_FLUSH:
		hc(nr, one_in(8) ? any() : 1 + below(4), address(), 0, 0);
		break;
	case LGUEST_HC_LOAD_GDT:
		load_gdt();
		break;
	case LGUEST_HC_LOAD_GDT_ENTRY:
		d = descriptor();
		hc(nr, gdt_index(), d, d >> 32, 0);
		break;
	case LGUEST_HC_SWITCH:
		hc(nr, one_in(8) ? any() : below(4), 0, 0, 0);
		break;
	case LGUEST_HC_LOAD_IDT:
		load_idt();
		break;
	case LGUEST_HC_LOAD_IDT_ENTRY:
		d = gate();
		hc(nr, idt_index(), d, d >> 32, 0);
		break;
	case LGUEST_HC_SET_STACK:
		hc(nr, one_in(2) ? DATA : selector(),
		   one_in(128) ? address() : ADDR(&trap_stack) + PAGE - below(64), 0, 0);
		break;
	case LGUEST_HC_HALT:
		halt();
		break;
	case LGUEST_HC_SET_TIMER:
		if (one_in(2))
			set_timer(below(TIMER_NS));
		else
			hc(nr, any(), any(), 0, 0);
		break;
	case LGUEST_HC_CONSOLE:
		hc(nr, one_in(2) ? any() : pool_gpa(), one_in(2) ? any() : below(64), 0, 0);
		break;
	case LGUEST_HC_SHUTDOWN:
		hc(nr, one_in(512) ? below(5) : 4 + (any() & 0x7fffffff), any(), 0, 0);
		break;
	case LGUEST_HC_BIND_DMA:
		bind_dma();
		break;
	case LGUEST_HC_SEND_DMA:
		hc(nr, dma_key(), make_dma(), 0, 0);
		break;
	default:
		hc(nr, any(), any(), any(), any());
	}
}

/* Any number with any arguments; but for what is likely to be the end. */
static void wild_call(void)
{
	__u32 nr, a = any();

	do
		nr = one_in(2) ? 1 + below(17) : any();
	while (nr == LGUEST_HC_SHUTDOWN || nr == LGUEST_HC_HALT || nr == LGUEST_HC_LOAD_CR3 ||
	       nr == LGUEST_HC_LOAD_IDT || nr == LGUEST_HC_LOAD_GDT || nr == LGUEST_HC_SWITCH ||
	       nr == LGUEST_HC_SET_STACK || nr == LGUEST_HC_INIT ||
	       (nr == LGUEST_HC_LOAD_GDT_ENTRY && a < 6) ||
	       (nr == LGUEST_HC_LOAD_IDT_ENTRY && a < 64));
	hc(nr, a, any(), any(), any());
}

void many_calls(void)
{
	__u32 n = 1 + below(128);

	if (one_in(4))
		for (n += 256; n; n--)
			wild_call();
	while (n--) {
		if (one_in(16))
			change_shared();
		else if (one_in(8))
			wild_call();
		else
			one_call();
	}
}

void many_tables(void)
{
	__u32 n = 1 + below(16);

	while (n--) {
		change_tables();
		switch (below(8)) {
		case 0:
			hc(LGUEST_HC_FLUSH, 1 + below(3), address(), 0, 0);
			break;
		case 1:
			asm volatile("invlpg (%0)" : : "r" (address()) : "memory");
			break;
		case 2:
			set_cr3(root());
			break;
		case 3:
			change_shared();
			hc(LGUEST_HC_SWITCH, below(4), 0, 0, 0);
			break;
		case 4:
			hc(LGUEST_HC_LOAD_CR3, root(), 0, 0, 0);
			break;
		case 5:
			set_cr4((one_in(2) ? 0 : 0x10) | (one_in(2) ? 0x80 : 0));
			break;
		default:
			peek(address());
		}
	}
}

void change_cr(void)
{
	__u32 value = any();

	switch (below(6)) {
	case 0:
		/* Without PE it is the end. */
		set_cr0(one_in(64) ? value : value | 1);
		break;
	case 1:
		set_cr3(root());
		break;
	case 2:
		/* PAE, too. */
		set_cr4(one_in(64) ? value : value & ~0x20);
		break;
	case 3:
		asm volatile("movl %0, %%dr7; movl %%dr6, %%eax" : : "r" (value) : "eax");
		break;
	case 4:
		asm volatile("movl %0, %%cr2; movl %%cr2, %%eax" : : "r" (value) : "eax");
		break;
	case 5:
		asm volatile("lmsw %%ax; clts; smsw %%eax" : : "a" (value));
		break;
	}
	paging = 1;
	set_paging(!one_in(16));
}
