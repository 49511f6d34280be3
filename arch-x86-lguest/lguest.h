/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest side of lguest: a kernel that runs in ring 1. Private header, with
 * the prototypes by file.
 */
#ifndef _LGUEST_GUEST_H
#define _LGUEST_GUEST_H

#include <linux/types.h>
#include <asm/lguest.h>
#include <asm/pvclock-abi.h>

/*
 * The page that the host shares with this virtual processor. It is static, so
 * that the interrupt flag can be reached from assembly and before there is any
 * per-CPU memory. A union, because nothing else may lie in that page.
 */
union lguest_shared_page {
	struct lguest_shared s;
	u8 page[PAGE_SIZE];
};

extern union lguest_shared_page lguest_shared_page;
#define lguest_shared	(&lguest_shared_page.s)

/* cpu.c: descriptor tables, CPUID and MSRs, context switch */
void lguest_cpu_init(void);
/*
 * A CR3 load that waits for the end of the context switch: true if there is one
 * and the caller need not make the hypercall.
 */
bool lguest_defer_cr3(unsigned long cr3);
void lguest_switch_drain(void);

/* lguest_32.S: called from everywhere, instrumentation-free code included */
unsigned long lguest_save_fl(void);
void lguest_irq_disable(void);
void lguest_irq_enable(void);
unsigned long lguest_read_cr2(void);
/* Here the host enters to tell of a page fault of ring 3. */
void lguest_page_fault(void);

/* irq.c: the interrupt flag and interrupts */
void lguest_irq_init(void);
void lguest_set_pending(unsigned int mask);

/* mmu.c: page table root and translations */
extern bool lguest_flush_waits;
void lguest_mmu_init(void);
void lguest_cr3_loaded(unsigned long cr3);

/* time.c: clock and timer */
void lguest_time_init(void);
void lguest_sched_clock_init(void);

/* power.c: the end */
void lguest_power_init(void);

/* early_console.c: what is printed before there is a driver */
void lguest_early_console_init(void);
void lguest_boot_console_register(void);

#endif /* _LGUEST_GUEST_H */
