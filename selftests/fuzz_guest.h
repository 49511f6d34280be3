/* SPDX-License-Identifier: GPL-2.0 */
/* The hostile guest, in private: what its parts share. */
#ifndef _FUZZ_GUEST_H
#define _FUZZ_GUEST_H

#include <asm/lguest.h>

#define PAGE		4096
#define WINDOW		0xffc00000

/* Selectors of the table that build_gdt() makes. */
#define CODE		0x11
#define DATA		0x19
#define USER_CODE	0x23
#define USER_DATA	0x2b

/* Flat segments of ring 1. */
#define FLAT_LOW	0x0000ffff
#define CODE_HIGH	0x00cfbb00
#define DATA_HIGH	0x00cfb300

#define MAIN_STACK	8192		/* bytes of main_stack */

#ifndef __ASSEMBLER__
#include <linux/compiler.h>		/* of tools/include */
#include <linux/types.h>
#define FUZZ_IN_GUEST
#include "fuzz.h"

#define PTE_P		0x001
#define PTE_RW		0x002
#define PTE_US		0x004
#define PTE_A		0x020
#define PTE_D		0x040
#define PTE_PS		0x080

#define FLAG_TF		0x00100
#define FLAG_IF		0x00200
#define FLAG_VM		0x20000

#define ROUND		32		/* actions between two repairs */
#define DIRS		12		/* page directories */
#define TABLES		24		/* page tables */
#define POOL		128		/* pages that may be anything */
#define TIMER_NS	2000000		/* what ends an endless loop */

/* An address, as a number. */
#define ADDR(x)		((__u32)(unsigned long)(x))

struct page {
	__u32 word[PAGE / 4];
} __aligned(PAGE);

extern struct page good_dir, good_table;	/* map the RAM 1:1 */
extern struct page dirs[DIRS], tables[TABLES];
extern struct page pool[POOL];
extern struct page code[2];			/* the second one is not mapped */
extern struct page user_stack, trap_stack;	/* the latter for traps from ring 3 */
extern struct lguest_shared *shared;		/* NULL before LGUEST_HC_INIT */
extern struct lguest_shared shared_page;
extern __u64 gdt[32], idt[256];
extern __u32 key, ram;
extern __u32 flags_mask;			/* what frames may have in EFLAGS */
extern int paging;

/* fuzz_entry.S: the start, traps, and ways out, none of which returns. */
extern char stubs[], etext[];
extern __u32 run_regs[8], run_target, run_flags, run_esp;
__noreturn void run_ring1(void);
__noreturn void run_ring3(void);
__noreturn void run_frame(void);

/* fuzz_guest.c */
__u32 hc(__u32 nr, __u32 a, __u32 b, __u32 c, __u32 d);
void set_timer(__u32 ns);
void init_shared(void);
__noreturn void start(const __u8 *params);
__noreturn void recovered(void);
/* GCC makes calls to these of loops and assignments. */
void *memcpy(void *to, const void *from, unsigned long n);
void *memset(void *to, int byte, unsigned long n);

/* fuzz_values.c: numbers, addresses, descriptors, entries */
__u32 edge(void);
__u32 any(void);
__u32 pool_gpa(void);
__u32 pool_room(__u32 len);
__u32 slot(void);
__u32 entry_index(void);
__u32 address(void);
__u32 pte(__u32 i);
__u32 pde(void);
__u32 root(void);
__u64 flat(__u32 type, __u32 dpl);
__u64 descriptor(void);
__u32 selector(void);
__u64 good_gate(__u32 vector, __u32 type, __u32 dpl);
__u64 gate(void);
__u32 gdt_index(void);
__u32 idt_index(void);

/* fuzz_state.c: tables, and a clean state to begin with */
void build_gdt(void);
void build_idt(void);
void build_tables(void);
void change_tables(void);
void set_paging(int on);
void new_round(int first);

/* fuzz_calls.c: hypercalls; fuzz_code.c: instructions */
void many_calls(void);
void many_tables(void);
void change_cr(void);
void touch(void);
void run_code(void);
void run_transfer(void);
void load_segment(void);
void use_fpu(void);
void change_flags(void);

/* Accesses that may fault, and must not be left out. */
static inline __u32 peek(__u32 at)
{
	__u32 value;

	asm volatile("movl (%1), %0" : "=r" (value) : "r" (at) : "memory");
	return value;
}

static inline void poke(__u32 at, __u32 value)
{
	asm volatile("movl %1, (%0)" : : "r" (at), "r" (value) : "memory");
}

static inline void set_cr0(__u32 value)
{
	asm volatile("movl %0, %%cr0" : : "r" (value) : "memory");
}

static inline void set_cr3(__u32 value)
{
	asm volatile("movl %0, %%cr3" : : "r" (value) : "memory");
}

static inline void set_cr4(__u32 value)
{
	asm volatile("movl %0, %%cr4" : : "r" (value) : "memory");
}
#endif /* __ASSEMBLER__ */

#endif /* _FUZZ_GUEST_H */
