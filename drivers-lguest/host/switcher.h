/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The layout of the window, which switcher.c fills and switcher_32.S walks.
 * asm-offsets.c hands the offsets to the assembly.
 */
#ifndef _LG_SWITCHER_H
#define _LG_SWITCHER_H

/*
 * Selectors of the switcher. They lie behind the GDT_ENTRIES that a guest has,
 * in the bridge and in the guest's table alike; see switcher_32.S.
 */
#define LG_GDT_CS		32
#define LG_GDT_DS		33
#define LG_GDT_TSS		34
#define LG_GDT_ENTRIES		36

#define LG_CS			(LG_GDT_CS * 8)
#define LG_DS			(LG_GDT_DS * 8)
#define LG_TSS			(LG_GDT_TSS * 8)

#define LG_STUB_SIZE		12	/* bytes from stub to stub */

/*
 * From a CPU's regs page, in bytes: its state page, and the place where a guest that
 * runs there has its own shared page for the switcher, and the host something else.
 */
#define LG_TO_STATE		PAGE_SIZE
#define LG_TO_SHARED		(-0x100000)

/* lg_regs.trap: a vector, or one of these */
#define LG_TRAP_BAD_IRET	0x100	/* + vector: the guest's frame faulted */
#define LG_TRAP_LOST		0x200	/* + vector: a fault inside the switcher */
#define LG_TRAP_NONE		0x300	/* the guest was not entered */

#ifndef __ASSEMBLER__

#include <linux/processor.h>
#include <linux/types.h>
#include <asm/desc_defs.h>
#include <asm/page.h>
#include <asm/segment.h>

/*
 * The guest's registers as the switcher pops them on the way in and as the
 * processor (from @error on) and the stubs leave them on the way out.
 */
struct lg_regs {
	u32 gs;
	u32 fs;
	u32 es;
	u32 ds;
	u32 ebx;
	u32 ecx;
	u32 edx;
	u32 esi;
	u32 edi;
	u32 ebp;
	u32 eax;
	u32 trap;
	u32 error;
	u32 eip;
	u32 cs;
	u32 eflags;
	u32 esp;
	u32 ss;
};

/*
 * Per CPU, mapped read-write in the guest: the ring 0 stack of the guest's
 * TSS. What a trap stores there lands in @regs; the processor stores it in
 * this very trap, so the guest cannot have forged it.
 */
struct lg_regs_page {
	u32 told_page;		/* number of the last page that it told the guest of, or 0 */
	u32 told;		/* page faults that it told the guest of */
	u8 stack[PAGE_SIZE - sizeof(struct lg_regs) - 8];
	struct lg_regs regs;
};

/* The operand of a far jump. */
struct lg_far_ptr {
	u32 offset;
	u16 selector;
	u16 pad;
};

/*
 * Per CPU, mapped read-only in the guest: what decides where the host goes
 * next. It follows the regs page in the window.
 */
struct lg_state_page {
	/* In the way of every switch: keep together. */
	u32 guest_cr3;
	u32 guest_cr4;
	u32 host_cr3;
	u32 host_cr4;
	u32 host_esp;
	u32 nmi_count;		/* NMIs that hit the switcher */
	u32 mce_count;		/* machine checks that hit the switcher */
	u32 fault_entry;	/* where the switcher tells the guest of faults */
	u32 fault_cs;		/* 0: it must not */
	u32 fault_error;	/* the bits of error codes that the guest knows */
	u32 stop_msr[2];	/* MSRs that are 0 while the guest runs; 0: none */
	u64 stopped[2];		/* what the host had there */
	struct lg_far_ptr enter_far;	/* into the window, LG_CS */
	struct lg_far_ptr leave_far;	/* into the window, __KERNEL_CS */
	struct desc_ptr guest_gdt_ptr __aligned(4);
	struct desc_ptr bridge_gdt_ptr __aligned(4);
	struct desc_ptr host_gdt_ptr __aligned(4);
	struct desc_ptr guest_idt_ptr __aligned(4);
	struct desc_ptr host_idt_ptr __aligned(4);
	u64 pdpt[4] __aligned(32);	/* the top level, with PAE */
	struct x86_hw_tss tss __aligned(128);
	/* The guest's descriptors, then the switcher's. */
	struct desc_struct guest_gdt[LG_GDT_ENTRIES] __aligned(8);
	/* The host's descriptors, then the switcher's. */
	struct desc_struct bridge_gdt[LG_GDT_ENTRIES];
	gate_desc idt[256];
};

/* switcher_32.S; the code runs from its copy in the window. */
extern const char lg_switcher_begin[], lg_switcher_end[];
extern const char lg_switcher_enter_code[], lg_switcher_entered[], lg_switcher_leave[];
extern const char lg_switcher_stubs[];
/* Call the host's handler of an interrupt or exception. */
asmlinkage void lg_call_gate(unsigned long handler, unsigned long eflags);

#endif /* __ASSEMBLER__ */
#endif /* _LG_SWITCHER_H */
