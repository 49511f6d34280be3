// SPDX-License-Identifier: GPL-2.0
/*
 * Privileged instructions of the processor that are frequent, or that do not
 * fault in ring 1 although they should: descriptor tables, CPUID, MSRs, and what
 * a context switch loads.
 *
 * Control and debug registers keep their native operations. These fault, the
 * host emulates them, and they are rare.
 */
#include <linux/bitops.h>
#include <linux/cpufeature.h>
#include <linux/minmax.h>
#include <linux/processor.h>
#include <linux/sched.h>
#include <linux/string.h>

#include <asm/cpu_entry_area.h>
#include <asm/cpuid/api.h>
#include <asm/desc.h>
#include <asm/io_bitmap.h>
#include <asm/paravirt.h>

#include "lguest.h"

/* The tables that the host has copied, by linear address. */
static unsigned long loaded_gdt;
static bool idt_loaded;

/*
 * What the host holds in the three TLS entries: those of the thread that runs, or,
 * while a kernel thread runs, of the last user thread.
 */
static u64 loaded_tls[LGUEST_TLS_ENTRIES];

/* Between start_context_switch and end_context_switch; and what waits for it. */
static bool switching;
static unsigned long switch_flags;

/*
 * Descriptor tables. The host takes a copy when a table is loaded, and must be
 * told of changes to the loaded table afterwards.
 *
 * A table is written by its address in the kernel's data but loaded by its
 * read-only alias in the CPU entry area, so the two have to be recognised as
 * the same. Writes to a table that is not loaded must not be forwarded:
 * setup_percpu_segment() prepares the next GDT while %fs still has the old base,
 * and the host reloads %fs at each exit.
 */
static bool gdt_is_loaded(const struct desc_struct *dt)
{
	unsigned int cpu = raw_smp_processor_id();

	if ((unsigned long)dt == loaded_gdt)
		return true;
	return dt == get_cpu_gdt_rw(cpu) &&
	       loaded_gdt == (unsigned long)get_cpu_gdt_ro(cpu);
}

static void lguest_load_gdt(const struct desc_ptr *dtr)
{
	const struct desc_struct *gdt = (void *)dtr->address;

	lguest_switch_drain();
	loaded_gdt = dtr->address;
	memcpy(loaded_tls, gdt + GDT_ENTRY_TLS_MIN, sizeof(loaded_tls));
	lguest_hypercall(LGUEST_HC_LOAD_GDT, dtr->address,
			 (dtr->size + 1) / sizeof(*gdt), 0, 0);
}

static void lguest_write_gdt_entry(struct desc_struct *dt, int entry,
				   const void *desc, int type)
{
	native_write_gdt_entry(dt, entry, desc, type);

	/* The host has its own TSS, and takes no system descriptor from us. */
	if (type == DESC_TSS || type == DESC_LDT || !gdt_is_loaded(dt))
		return;

	lguest_hypercall(LGUEST_HC_LOAD_GDT_ENTRY, entry,
			 ((const u32 *)desc)[0], ((const u32 *)desc)[1], 0);
}

static void lguest_load_idt(const struct desc_ptr *dtr)
{
	idt_loaded = dtr->address;
	lguest_hypercall(LGUEST_HC_LOAD_IDT, dtr->address,
			 dtr->address ? (dtr->size + 1) / sizeof(gate_desc) : 0,
			 0, 0);
}

/*
 * There is one IDT; it is loaded under the address that idt.c writes to, later
 * under that of the CPU entry area, and before the first load_idt() here it was
 * loaded through the emulated instruction. So every write is to the loaded one,
 * unless idt_invalidate() has taken it away.
 */
static void lguest_write_idt_entry(gate_desc *dt, int entry,
				   const gate_desc *gate)
{
	native_write_idt_entry(dt, entry, gate);
	if (!idt_loaded)
		return;

	lguest_hypercall(LGUEST_HC_LOAD_IDT_ENTRY, entry,
			 ((const u32 *)gate)[0], ((const u32 *)gate)[1], 0);
}

/*
 * The task register is the host's. The TSS of the guest is plain memory, of
 * which the entry code reads sp0 and sp1.
 */
static void lguest_load_tr_desc(void)
{
}

static unsigned long lguest_store_tr(void)
{
	return GDT_ENTRY_TSS * 8;
}

static void lguest_load_sp0(unsigned long sp0)
{
	this_cpu_write(cpu_tss_rw.x86_tss.sp0, sp0);
	lguest_hypercall(LGUEST_HC_SET_STACK, __KERNEL_DS | 1, sp0, 0, 0);
}

/*
 * Context switch. What it loads is collected, and goes to the host in one call
 * at its end, if there is anything. That call is made before __switch_to() loads
 * %gs, which needs the new TLS descriptors.
 */
static void lguest_start_context_switch(struct task_struct *prev)
{
	switching = true;
}

void lguest_switch_drain(void)
{
	unsigned long flags = switch_flags;

	if (!flags)
		return;

	switch_flags = 0;
	lguest_hypercall(LGUEST_HC_SWITCH, flags, 0, 0, 0);
	if (flags & LGUEST_SWITCH_CR3)
		lguest_cr3_loaded(lguest_shared->next_cr3);
}

static void lguest_end_context_switch(struct task_struct *next)
{
	switching = false;
	lguest_switch_drain();
}

/*
 * Until the end of a context switch the kernel runs with interrupts off and
 * touches kernel memory only, which every address space maps alike; so the old
 * root serves.
 */
bool lguest_defer_cr3(unsigned long cr3)
{
	if (!switching)
		return false;

	lguest_shared->next_cr3 = cr3;
	switch_flags |= LGUEST_SWITCH_CR3;
	return true;
}

static void lguest_load_tls(struct thread_struct *t, unsigned int cpu)
{
	BUILD_BUG_ON(sizeof(t->tls_array) != sizeof(loaded_tls));

	/* A kernel thread uses none, and never becomes one that does. */
	if (container_of(t, struct task_struct, thread)->flags & PF_KTHREAD)
		return;
	if (!memcmp(loaded_tls, t->tls_array, sizeof(loaded_tls)))
		return;

	/* Keep the table in memory right for those that read it. */
	native_load_tls(t, cpu);
	memcpy(loaded_tls, t->tls_array, sizeof(loaded_tls));
	memcpy(lguest_shared->tls, t->tls_array, sizeof(loaded_tls));
	switch_flags |= LGUEST_SWITCH_TLS;
	if (!switching)
		lguest_switch_drain();
}

/*
 * CPUID does not fault: the host's features show. The kernel gets to see only
 * what works in ring 1 and what the host keeps for a guest: everything that is
 * not listed here is hidden, so that a new processor brings no surprise.
 *
 * Hidden with good reason are SEP (SYSENTER would enter the host), SMEP, SMAP,
 * UMIP (stac and clac are undefined in ring 1), XSAVE and what needs it (the
 * host keeps an FXSAVE image), APIC, MTRR, PAT, MCE (there is no hardware), MWAIT
 * (undefined in ring 1), speculation control, performance monitoring and the
 * like (their MSRs are not there), LM; PAE and NX, but to a kernel with PAE, which
 * a host without refuses when it sets CR4.PAE. PGE stays: it makes Linux tell
 * apart a flush of everything from one of user addresses.
 */
#define FEATURE(bit)	BIT((bit) & 31)
#define PAE_FEATURE(bit) (IS_ENABLED(CONFIG_X86_PAE) ? FEATURE(bit) : 0)

#define CPUID_1_EDX	(FEATURE(X86_FEATURE_FPU) | FEATURE(X86_FEATURE_PSE) | \
			 FEATURE(X86_FEATURE_TSC) | FEATURE(X86_FEATURE_CX8) | \
			 FEATURE(X86_FEATURE_PGE) | FEATURE(X86_FEATURE_CMOV) | \
			 FEATURE(X86_FEATURE_CLFLUSH) | FEATURE(X86_FEATURE_MMX) | \
			 FEATURE(X86_FEATURE_FXSR) | FEATURE(X86_FEATURE_XMM) | \
			 FEATURE(X86_FEATURE_XMM2) | FEATURE(X86_FEATURE_SELFSNOOP) | \
			 PAE_FEATURE(X86_FEATURE_PAE))
#define CPUID_1_ECX	(FEATURE(X86_FEATURE_XMM3) | FEATURE(X86_FEATURE_PCLMULQDQ) | \
			 FEATURE(X86_FEATURE_SSSE3) | FEATURE(X86_FEATURE_CX16) | \
			 FEATURE(X86_FEATURE_XMM4_1) | FEATURE(X86_FEATURE_XMM4_2) | \
			 FEATURE(X86_FEATURE_MOVBE) | FEATURE(X86_FEATURE_POPCNT) | \
			 FEATURE(X86_FEATURE_AES) | FEATURE(X86_FEATURE_RDRAND))
#define CPUID_7_EBX	(FEATURE(X86_FEATURE_BMI1) | FEATURE(X86_FEATURE_BMI2) | \
			 FEATURE(X86_FEATURE_ERMS) | FEATURE(X86_FEATURE_RDSEED) | \
			 FEATURE(X86_FEATURE_ADX) | FEATURE(X86_FEATURE_CLFLUSHOPT) | \
			 FEATURE(X86_FEATURE_CLWB) | FEATURE(X86_FEATURE_SHA_NI))
#define CPUID_7_EDX	(FEATURE(X86_FEATURE_FSRM) | FEATURE(X86_FEATURE_SERIALIZE))
#define CPUID_8_1_EDX	(FEATURE(X86_FEATURE_MMXEXT) | FEATURE(X86_FEATURE_FXSR_OPT) | \
			 FEATURE(X86_FEATURE_3DNOWEXT) | FEATURE(X86_FEATURE_3DNOW) | \
			 PAE_FEATURE(X86_FEATURE_NX))
#define CPUID_8_1_ECX	(FEATURE(X86_FEATURE_ABM) | FEATURE(X86_FEATURE_SSE4A) | \
			 FEATURE(X86_FEATURE_MISALIGNSSE) | \
			 FEATURE(X86_FEATURE_3DNOWPREFETCH))
/* Bit 8: the TSC runs at one rate in all states of the processor. */
#define CPUID_8_7_EDX	BIT(8)

#define CPUID_MAX	7u
#define CPUID_MAX_EXT	0x80000008u

static void lguest_cpuid(unsigned int *eax, unsigned int *ebx,
			 unsigned int *ecx, unsigned int *edx)
{
	unsigned int leaf = *eax, subleaf = *ecx;

	native_cpuid(eax, ebx, ecx, edx);

	switch (leaf) {
	case 0:
		*eax = min(*eax, CPUID_MAX);
		return;
	case 1:
		/* Of EBX the size of a cache line stays, not the APIC. */
		*ebx &= 0x0000ffff;
		*ecx &= CPUID_1_ECX;
		*ecx |= FEATURE(X86_FEATURE_HYPERVISOR);
		*edx &= CPUID_1_EDX;
		return;
	case 2:
		return;
	case 4:
		/* The caches as they are, but shared with no other processor. */
		*eax &= 0x3fff;
		return;
	case 7:
		if (subleaf)
			break;
		*eax = 0;
		*ebx &= CPUID_7_EBX;
		*ecx = 0;
		*edx &= CPUID_7_EDX;
		return;
	case 0x80000000:
		*eax = min(*eax, CPUID_MAX_EXT);
		return;
	case 0x80000001:
		*ecx &= CPUID_8_1_ECX;
		*edx &= CPUID_8_1_EDX;
		return;
	case 0x80000002 ... 0x80000006:
		return;
	case 0x80000007:
		*eax = 0;
		*ebx = 0;
		*ecx = 0;
		*edx &= CPUID_8_7_EDX;
		return;
	case 0x80000008:
		*ebx = 0;
		*ecx = 0;
		*edx = 0;
		return;
	}

	*eax = 0;
	*ebx = 0;
	*ecx = 0;
	*edx = 0;
}

/* There are no MSRs: safe accesses fail, others read 0 and write nothing. */
static u64 lguest_read_msr(u32 msr)
{
	return 0;
}

static void lguest_write_msr(u32 msr, u64 val)
{
}

static int lguest_read_msr_safe(u32 msr, u64 *val)
{
	*val = 0;
	return -EIO;
}

static int lguest_write_msr_safe(u32 msr, u64 val)
{
	return -EIO;
}

static u64 lguest_read_pmc(int counter)
{
	return 0;
}

void __init lguest_cpu_init(void)
{
	/* head_32.S and idt_setup_early_handler() have loaded these. */
	loaded_gdt = (unsigned long)get_current_gdt_rw();
	idt_loaded = true;

	lguest_shared->tls_index = GDT_ENTRY_TLS_MIN;
	/* While an interrupt waits, the host makes an iret to this selector fault. */
	lguest_shared->user_cs = __USER_CS;

	pv_ops.cpu.load_gdt		= lguest_load_gdt;
	pv_ops.cpu.write_gdt_entry	= lguest_write_gdt_entry;
	pv_ops.cpu.load_idt		= lguest_load_idt;
	pv_ops.cpu.write_idt_entry	= lguest_write_idt_entry;
	/* modify_ldt() fails in a guest, so there is none. */
	pv_ops.cpu.set_ldt		= paravirt_nop;
	pv_ops.cpu.load_tr_desc		= lguest_load_tr_desc;
	pv_ops.cpu.store_tr		= lguest_store_tr;
	pv_ops.cpu.load_sp0		= lguest_load_sp0;
	pv_ops.cpu.load_tls		= lguest_load_tls;
	pv_ops.cpu.start_context_switch	= lguest_start_context_switch;
	pv_ops.cpu.end_context_switch	= lguest_end_context_switch;
#ifdef CONFIG_X86_IOPL_IOPERM
	/* Ports belong to the host: an access faults, whatever the bitmap says. */
	pv_ops.cpu.invalidate_io_bitmap	= paravirt_nop;
	pv_ops.cpu.update_io_bitmap	= paravirt_nop;
#endif
	pv_ops.cpu.cpuid		= lguest_cpuid;
	pv_ops.cpu.read_msr		= lguest_read_msr;
	pv_ops.cpu.write_msr		= lguest_write_msr;
	pv_ops.cpu.read_msr_safe	= lguest_read_msr_safe;
	pv_ops.cpu.write_msr_safe	= lguest_write_msr_safe;
	pv_ops.cpu.read_pmc		= lguest_read_pmc;

	setup_force_cpu_cap(X86_FEATURE_LGUEST);
	/* The return through a 16 bit stack uses cli, lss and the GDT. */
	setup_clear_cpu_cap(X86_BUG_ESPFIX);
}
