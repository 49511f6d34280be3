/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module lg, in private. The prototypes at the end, grouped by file, are
 * the map of the host side.
 */
#ifndef _LG_H
#define _LG_H

#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/rcuwait.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <uapi/linux/lguest.h>
#include <asm/desc_defs.h>
#include <asm/fpu/types.h>
#include <asm/msr-index.h>
#include <asm/pgtable_types.h>
#include <asm/processor-flags.h>
#include <asm/pvclock-abi.h>
#include <asm/segment.h>
#include <uapi/asm/lguest.h>

#include "switcher.h"

#define LG_MAX_VCPUS	1

/* The largest guest: its launcher needs some of its address space for itself. */
#define LG_MAX_RAM	0x80000000u

/* Rings: the guest kernel runs in 1, its programs in 3. */
#define LG_KERNEL_RPL	1
#define LG_USER_RPL	3

/*
 * What a guest may set in EFLAGS; IF is always 1, the rest always 0. NT it can
 * set by POPF as well; gates clear it, so that no IRET of the host sees it.
 */
#define LG_EFLAGS_GUEST	(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | \
			 X86_EFLAGS_ZF | X86_EFLAGS_SF | X86_EFLAGS_TF | \
			 X86_EFLAGS_DF | X86_EFLAGS_OF | X86_EFLAGS_NT | \
			 X86_EFLAGS_RF | X86_EFLAGS_AC | X86_EFLAGS_ID)

/* What functions that handle an exit return, beside 0 (run on) and -errno. */
#define LG_TO_LAUNCHER	1	/* vcpu->exit is for the launcher */
#define LG_NOT_OURS	2	/* not an instruction that is emulated */
#define LG_JUMPED	3	/* emulated, and %eip is where it goes on */
#define LG_REFLECTED	4	/* the guest sees a fault of the instruction */

struct lg_guest;

/**
 * struct lg_fault - a fault that the guest shall see
 * @vector: exception vector
 * @error: error code
 * @cr2: for a page fault
 */
struct lg_fault {
	u8 vector;
	u32 error;
	u32 cr2;
};

/* A table of the shadow: see shadow.h. */
struct lg_spt;

/**
 * struct lg_mmu - what shadow.c keeps for a virtual processor
 * @root: the shadow root that is loaded
 */
struct lg_mmu {
	struct lg_spt *root;
};

/* A descriptor that was replaced in a loaded GDT: keep_loaded(). */
struct lg_kept {
	u32 index;			/* 0: none */
	struct desc_struct real;	/* what the guest's table has there */
};

/* Page directories of a root of three levels, and what stands for none. */
#define LG_DIRS		4
#define LG_NO_DIR	(~0u)

struct lg_vcpu {
	struct lg_guest *guest;
	unsigned int id;
	struct mutex lock;		/* held by the one that runs it */

	/* The processor's state, as the guest knows it. */
	struct lg_regs regs;
	u32 cr0, cr3, cr4;
	u64 efer;			/* NXE counts, of a guest with PAE */
	u32 dir[LG_DIRS];		/* lg_spt.dir of the loaded root */
	u32 cr2;			/* the CPU's, of the last exit */
	u32 guest_cr2;			/* what the guest reads */
	u32 dr[8];
	struct desc_struct gdt[GDT_ENTRIES];	/* checked by desc.c */
	struct lg_kept kept_cs, kept_ss;
	gate_desc idt[256];		/* as the guest wrote them */
	u32 ss1, esp1;			/* stack for traps to ring 1 */
	bool boot_irqs;			/* virtual IF before LGUEST_HC_INIT */
	bool gdt_changed, idt_changed;	/* the CPU's copy is old */
	u32 fault_entry;		/* shared->fault_entry, as it was when read last */
	u16 user_cs;			/* shared->user_cs, checked; or 0 */
	bool user_cs_hidden;		/* see hide_user_cs() in irq.c */
	bool halted;			/* waits for an interrupt */
	int last_cpu;			/* whose copies are ours, or -1 */

	/* The page shared with the guest; NULL before LGUEST_HC_INIT. */
	struct lguest_shared *shared;
	struct page *shared_page;

	struct lg_mmu mmu;

	/*
	 * Set while the vCPU runs in guest mode on @cpu. Pairs with
	 * lg_kick_sync(): who changes shadow tables and then finds it clear
	 * knows that the next entry loads CR3.
	 */
	bool in_guest;
	int cpu;

	/* Interrupts, irq.c; irqs raised before INIT wait in early_irqs. */
	atomic_t early_irqs;
	bool kicked;			/* look again before entering */
	bool break_requested;
	struct rcuwait wait;
	struct hrtimer timer;

	/* Clock, timer.c */
	u64 tsc_base;			/* value of the TSC at @ns_base */
	u64 ns_base;			/* guest's time then */
	u32 tsc_mul;
	s8 tsc_shift;

	void *fpu;			/* FXSAVE area, 16 byte aligned */

	struct lguest_exit exit;	/* what the next return to user space says */
	u64 stats[LGUEST_STATS];
};

struct lg_dma_table;

struct lg_guest {
	struct mutex lock;		/* initialisation */
	bool initialised;

	struct mm_struct *mm;		/* of who opened the file; kept by mmgrab() */
	unsigned long ram_base;		/* user address of guest physical 0 */
	u32 ram_pages;

	/* The guest is dead; the text says why. Set once, under kill_lock. */
	spinlock_t kill_lock;
	bool dead;
	u32 dead_reason;		/* enum lguest_exit_reason */
	u32 dead_kind;			/* LGUEST_SHUTDOWN_* */
	bool dead_told;			/* the launcher has read it */
	char dead_text[LGUEST_EXIT_TEXT];
	wait_queue_head_t poll_wait;

	struct mmu_notifier notifier;
	bool notifier_registered;
	/* Shadow tables, shadow.c. The spinlock guards every shadow entry. */
	spinlock_t mmu_lock;
	unsigned long notifier_seq;
	unsigned int notifier_count;	/* invalidations under way */
	struct lg_shadow *shadow;

	struct lg_dma_table *dma;	/* dma.c */

	struct dentry *stats;
	u32 serial;			/* in its name, and in events */
	struct lg_vcpu *vcpu[LG_MAX_VCPUS];
};

/*
 * Access of a guest to memory, in the bits of a page fault's error code. With
 * CR0.WP, which counts as set, ring 1 writes only where the entries say so.
 */
#define LG_ACCESS_WRITE	X86_PF_WRITE
#define LG_ACCESS_USER	X86_PF_USER
#define LG_ACCESS_FETCH	X86_PF_INSTR

/* Has the guest three levels of tables? Only if the host has. */
static inline bool lg_pae(const struct lg_vcpu *vcpu)
{
	return IS_ENABLED(CONFIG_X86_PAE) && (vcpu->cr4 & X86_CR4_PAE);
}

static inline bool lg_nx(const struct lg_vcpu *vcpu)
{
	return lg_pae(vcpu) && (vcpu->efer & EFER_NX);
}

/* The frame in an entry of a guest's table; of one above all that are: ~0. */
static inline u32 lg_entry_gfn(pteval_t entry)
{
	u64 gfn = (entry & ~(u64)_PAGE_NX) >> PAGE_SHIFT;

	return min_t(u64, gfn, ~0u);
}

/* main.c: load and unload */
extern bool lg_strict_segments;

/* dev.c: the control file */
int lg_dev_init(void);
void lg_dev_exit(void);

/*
 * vcpu.c: life of a guest and the run loop. lg_guest_initialise() makes a guest
 * of an open file; lg_vcpu_run() runs it until there is something for the
 * launcher in vcpu->exit (0), a signal (-ERESTARTSYS) or an error.
 */
struct lg_guest *lg_guest_create(void);
void lg_guest_destroy(struct lg_guest *g);
int lg_guest_initialise(struct lg_guest *g, const struct lguest_initialise *init);
int lg_vcpu_run(struct lg_vcpu *vcpu);
/* Kill: the guest runs no further code. The first reason given counts. */
__printf(2, 3) int lg_kill(struct lg_guest *g, const char *fmt, ...);
/* The same for what an instruction did; the reason names it (emulate.c). */
__printf(2, 3) int lg_kill_at(struct lg_vcpu *vcpu, const char *fmt, ...);
/* The guest ends by its own will; @text may be NULL. */
void lg_end(struct lg_guest *g, u32 reason, u32 kind, const char *text);
/* Make a vCPU look at its requests: wakes it, or gets it out of the guest. */
void lg_vcpu_kick(struct lg_vcpu *vcpu);
/*
 * Wait until every vCPU that is in guest mode has left it once. May be called
 * where sleeping is not allowed, with interrupts on and no spinlock that is
 * taken with interrupts off.
 */
void lg_kick_sync(struct lg_guest *g);

/* switcher.c, switcher_32.S: the window and the world switch */
int lg_switcher_init(void);
void lg_switcher_exit(void);
unsigned long lg_window_start(void);		/* W */
/* The page table page of this CPU's window, for the top entry of a root. */
phys_addr_t lg_switcher_window_table(int cpu);
/* The value for CR3 of a CPU, for a root whose entries begin at @root. */
unsigned long lg_switcher_cr3(int cpu, phys_addr_t root);
void lg_switcher_enter(struct lg_vcpu *vcpu);	/* interrupts off */
void lg_switcher_forget(struct lg_vcpu *vcpu);	/* it is about to be freed */

/* check.c: with CONFIG_LGUEST_DEBUG, is the processor as the host had it? */
struct lg_check {
#ifdef CONFIG_LGUEST_DEBUG
	unsigned long cr0, cr3, cr4, dr7, eflags;
	struct desc_ptr gdt, idt;
	u64 sysenter[3];
	u16 ldt, tr, fs, gs, ds, ss;
#endif
};

#ifdef CONFIG_LGUEST_DEBUG
void lg_check_before(struct lg_check *c);
void lg_check_after(const struct lg_check *c);
#else
static inline void lg_check_before(struct lg_check *c) { }
static inline void lg_check_after(const struct lg_check *c) { }
#endif

/* desc.c: descriptors that a guest may have. Pure. */
u32 lg_desc_last_byte(const struct desc_struct *d);
bool lg_desc_sanitise(struct desc_struct *d, u32 window, bool strict);

/* trap.c: what happened, and what the guest gets to see of it */
int lg_handle_exit(struct lg_vcpu *vcpu);
int lg_inject(struct lg_vcpu *vcpu, u8 vector, bool has_error, u32 error);
int lg_inject_fault(struct lg_vcpu *vcpu, const struct lg_fault *fault);
/* For an instruction that is emulated: LG_REFLECTED, or -errno. */
int lg_refuse_fault(struct lg_vcpu *vcpu, const struct lg_fault *fault);
int lg_refuse(struct lg_vcpu *vcpu, u8 vector);	/* the error code, if there is one, is 0 */
int lg_complete_iret(struct lg_vcpu *vcpu);	/* LG_JUMPED, ... */
const struct desc_struct *lg_descriptor(const struct lg_vcpu *vcpu, u32 selector);
bool lg_segment_reads(const struct lg_vcpu *vcpu, u32 selector, u32 offset, u32 bytes);
bool lg_stack_holds(const struct lg_vcpu *vcpu, u32 selector, u32 esp, u32 bytes);
bool lg_code_holds(const struct lg_vcpu *vcpu, u32 selector, u32 eip);
bool lg_kernel_code(const struct lg_vcpu *vcpu, u32 selector);
bool lg_kernel_data(const struct lg_vcpu *vcpu, u32 selector);
u32 lg_segment_base(const struct lg_vcpu *vcpu, u32 selector);
u32 lg_stack_address(const struct lg_vcpu *vcpu, u32 selector, u32 esp);
void lg_stack_pop(struct lg_vcpu *vcpu, u32 bytes);
bool lg_virtual_if(struct lg_vcpu *vcpu);
void lg_set_virtual_if(struct lg_vcpu *vcpu, bool on);

/* emulate.c: privileged instructions */
int lg_emulate(struct lg_vcpu *vcpu);	/* or LG_NOT_OURS */
u32 lg_int_length(struct lg_vcpu *vcpu);	/* 0: there is none */

/* hypercall.c */
int lg_hypercall(struct lg_vcpu *vcpu);
bool lg_drop_kept(struct lg_vcpu *vcpu);
void lg_flush_queue(struct lg_vcpu *vcpu);
int lg_load_gdt(struct lg_vcpu *vcpu, u32 addr, u32 entries);
int lg_load_idt(struct lg_vcpu *vcpu, u32 addr, u32 entries);
void lg_unaccount_pin(struct mm_struct *mm);

/*
 * gmem.c: the guest's memory. All may sleep; the caller's mm is the guest's.
 * They return 0, or -EFAULT: not RAM, or the launcher unmapped it.
 */
bool lg_gpa_ok(const struct lg_guest *g, u32 gpa, u32 len);
/* Only for addresses that lg_gpa_ok() has seen: does the launcher have memory there? */
bool lg_gpa_mapped(const struct lg_guest *g, u32 gpa);
/* The same: */
void __user *lg_gpa_user(const struct lg_guest *g, u32 gpa);
int lg_gpa_read(struct lg_guest *g, u32 gpa, void *buf, u32 len);
int lg_gpa_write(struct lg_guest *g, u32 gpa, const void *buf, u32 len);
/*
 * Compare and exchange a 32 bit word of guest physical memory, atomically.
 * 0: done; 1: *old was not the value, which is now in *old; or -EFAULT.
 */
int lg_gpa_cmpxchg(struct lg_guest *g, u32 gpa, u32 *old, u32 new);
/*
 * By linear address, translated by the guest's own tables with the rights of
 * @access (LG_ACCESS_USER or 0). 0; or 1: the guest shall see *fault; or
 * -errno. A write checks that all of the range can be written before any of it
 * is. Accessed and dirty bits are set as the processor would.
 */
int lg_gva_read(struct lg_vcpu *vcpu, u32 addr, void *buf, u32 len,
		u32 access, struct lg_fault *fault);
int lg_gva_write(struct lg_vcpu *vcpu, u32 addr, const void *buf, u32 len,
		 u32 access, struct lg_fault *fault);
/* Copy a guest's string, bounded, unprintable bytes replaced by '?'. */
void lg_gpa_text(struct lg_guest *g, u32 gpa, char *buf, size_t size);

/* Reserved bits of the guest's upper entry for a large page. */
static inline u32 lg_large_rsvd(bool pae)
{
	/* 2M: 13-20; 4M without PSE-36: 13-21 */
	return pae ? 0x001fe000 : 0x003fe000;
}

/**
 * struct lg_walk - what the guest's tables say of an address
 * @gfn: frame
 * @pde: the upper entry (0 with paging off)
 * @pte: the lower entry, if there is one
 * @large: a page of 2M or 4M
 */
struct lg_walk {
	u32 gfn;
	pteval_t pde;
	pteval_t pte;
	bool large;
};

/*
 * Walk the guest's tables for an access, setting A (and D on a write). 0; 1:
 * the guest shall see *fault; -errno. With paging off it maps 1:1.
 */
int lg_walk(struct lg_vcpu *vcpu, u32 addr, u32 access, struct lg_walk *w,
	    struct lg_fault *fault);
/*
 * With PAE a load of CR3 loads the entries that it points to, into vcpu->dir.
 * 0; or -EFAULT: they are not in RAM, or have reserved bits.
 */
int lg_load_dirs(struct lg_vcpu *vcpu, u32 cr3);

/* shadow.c: the tables that the CPU walks */
int lg_shadow_init(struct lg_guest *g);		/* also the mmu notifier */
void lg_shadow_destroy(struct lg_guest *g);	/* no vCPU runs any more */
/*
 * A page fault came from the guest at @addr with the processor's @error. 0: the
 * shadow was filled, run on; 1: the guest shall see *fault; -errno: killed, or
 * -EINTR.
 */
int lg_shadow_fault(struct lg_vcpu *vcpu, u32 addr, u32 error,
		    struct lg_fault *fault);
/* The guest will see that fault, of a write to a page that it may only read. */
void lg_shadow_expect_flush(struct lg_vcpu *vcpu, u32 addr, u32 error);
/* CR0.PG, CD or NW, CR4.PSE, PAE or PGE have changed in the vCPU: PAE loads PDPTEs. */
int lg_shadow_mode_changed(struct lg_vcpu *vcpu);
/* The same without that: EFER.NXE, or kernel_start. */
int lg_shadow_renew(struct lg_vcpu *vcpu);
/* Load a root; @ctx_id 0: not to be kept. vcpu->cr3 is set. */
int lg_shadow_load_cr3(struct lg_vcpu *vcpu, u32 cr3, u64 ctx_id, u64 tlb_gen);
/* PAE loads PDPTEs, from the root that is loaded. */
int lg_shadow_reload_dirs(struct lg_vcpu *vcpu);
void lg_shadow_flush_one(struct lg_vcpu *vcpu, u32 addr);
void lg_shadow_flush_user(struct lg_vcpu *vcpu);
void lg_shadow_flush_all(struct lg_vcpu *vcpu);
/*
 * The value for CR3 on this CPU, with the window of this CPU in its top entry.
 * Preemption is off. The root stays as it is until the vCPU has left the guest.
 */
unsigned long lg_shadow_cr3(struct lg_vcpu *vcpu, int cpu);

/* irq.c, timer.c: virtual interrupts and time */
void lg_irq_move_early(struct lg_vcpu *vcpu, struct lguest_shared *shared);
void lg_irq_raise(struct lg_vcpu *vcpu, u32 irq);	/* from any context */
bool lg_irq_pending(struct lg_vcpu *vcpu);		/* raised and not masked */
int lg_irq_deliver(struct lg_vcpu *vcpu);		/* before each entry */
void lg_timer_init(struct lg_vcpu *vcpu);
void lg_timer_start(struct lg_vcpu *vcpu);		/* at LGUEST_HC_INIT */
void lg_timer_set(struct lg_vcpu *vcpu, u64 when);
void lg_timer_cancel(struct lg_vcpu *vcpu);

/*
 * dma.c: buffers bound to addresses. Called from hypercalls and from launcher
 * commands, both with the guest's mm; they may sleep.
 */
int lg_dma_init(struct lg_guest *g);
void lg_dma_destroy(struct lg_guest *g);
/* A hypercall's result: 0 or -errno (BIND_DMA in asm/lguest.h). */
int lg_dma_bind(struct lg_vcpu *vcpu, u32 key, u32 dmas, u32 count, u32 irq);
/* Whom a buffer goes to. */
enum lg_dma_to { LG_DMA_NOBODY, LG_DMA_GUEST, LG_DMA_THREAD, LG_DMA_LAUNCHER };
/* 0, -errno, or 1: the launcher shall handle it (LGUEST_EXIT_DMA). */
int lg_dma_send(struct lg_vcpu *vcpu, u32 key, u32 dma);
/* LGUEST_GET_DMA, LGUEST_LISTEN, LGUEST_TAKE_DMA */
int lg_dma_get(struct lg_guest *g, u32 key, struct lguest_dma_buffer *buf);
int lg_dma_listen(struct lg_guest *g, u32 key, int fd);
int lg_dma_take_sent(struct lg_guest *g, u32 key, struct lguest_sent *sent);

/* stats.c: counters, in debugfs */
void lg_stats_init(void);
void lg_stats_exit(void);
void lg_stats_sum(struct lg_guest *g, u64 *sums);	/* of LGUEST_STATS */
void lg_stats_add(struct lg_guest *g);
void lg_stats_remove(struct lg_guest *g);

#endif /* _LG_H */
