// SPDX-License-Identifier: GPL-2.0
/*
 * Find out whether this is an lguest guest, and make the kernel one.
 *
 * Up to here the decompressor, head_32.S and the first lines of
 * i386_start_kernel() have run as on a PC, in ring 1, and the host has emulated
 * what faulted. From here on the operations of pv_ops are used, and emulation
 * is the exception.
 */
#define pr_fmt(fmt) "lguest: " fmt

#include <linux/acpi.h>
#include <linux/cpufeature.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/printk.h>
#include <linux/string.h>

#include <asm/apic.h>
#include <asm/i8259.h>
#include <asm/paravirt.h>
#include <asm/pci_x86.h>
#include <asm/setup.h>
#include <asm/x86_init.h>

#include "lguest.h"

union lguest_shared_page lguest_shared_page __page_aligned_bss;

/* A copy of what the launcher left in memory, and where it did. */
static struct lguest_platform platform __ro_after_init;
static phys_addr_t platform_addr __ro_after_init;

/* The guest keeps out of the last 4M: the host's window is there. */
#define LGUEST_WINDOW_SIZE	SZ_4M

/**
 * lguest_find_device - find a device that the launcher offers
 * @type: its type
 * @nth: 0 for the first of that type, and so on
 *
 * Return: its description, or NULL; and always NULL if this is not a guest.
 */
const struct lguest_device_desc *lguest_find_device(u32 type, unsigned int nth)
{
	unsigned int i;

	for (i = 0; i < LGUEST_MAX_DEVICES; i++) {
		const struct lguest_device_desc *d = &platform.device[i];

		if (d->type == LGUEST_DEVICE_NONE)
			break;
		if (d->type == type && !nth--)
			return d;
	}
	return NULL;
}

/**
 * lguest_get_platform - what the launcher offers
 * @addr: where its description lies in memory; the launcher changes some of it
 *	while the guest runs
 *
 * Return: a copy, made at boot, or NULL if this is not a guest.
 */
const struct lguest_platform *lguest_get_platform(phys_addr_t *addr)
{
	if (!platform_addr)
		return NULL;

	*addr = platform_addr;
	return &platform;
}

/*
 * The launcher leaves the description in the first megabyte, since the early page
 * tables map the low end of memory, up to somewhat above the kernel, and nothing
 * else can be mapped so early.
 */
static bool __init lguest_detect(void)
{
	u64 addr = boot_params.hdr.hardware_subarch_data;
	const struct lguest_platform *p;

	if (!addr || addr > PFN_PHYS(max_pfn_mapped) - sizeof(*p))
		return false;

	p = __va(addr);
	if (memcmp(p->signature, LGUEST_SIGNATURE, sizeof(p->signature)) ||
	    p->version != LGUEST_ABI_VERSION)
		return false;

	memcpy(&platform, p, min(p->size, sizeof(platform)));
	platform_addr = addr;
	return true;
}

/* 0: no PCI, and nothing to probe for. */
static int __init lguest_pci_arch_init(void)
{
	return 0;
}

/* Hardware of a PC that is not there, and that nobody need look for. */
static void __init no_legacy_hardware(void)
{
	x86_init.resources.probe_roms = x86_init_noop;
	x86_init.mpparse.find_mptable = x86_init_noop;
	x86_init.mpparse.early_parse_smp_cfg = x86_init_noop;
	x86_init.mpparse.parse_smp_cfg = x86_init_noop;

	x86_init.pci.arch_init = lguest_pci_arch_init;

	x86_platform.realmode_reserve = x86_init_noop;
	x86_platform.realmode_init = x86_init_noop;

	x86_platform.legacy.rtc = 0;
	x86_platform.legacy.warm_reset = 0;
	x86_platform.legacy.no_vga = 1;
	x86_platform.legacy.reserve_bios_regions = 0;
	x86_platform.legacy.i8042 = X86_LEGACY_I8042_PLATFORM_ABSENT;
	x86_platform.legacy.devices.pnpbios = 0;
	legacy_pic = &null_legacy_pic;

	apic_is_disabled = true;
#ifdef CONFIG_PCI
	pci_probe = 0;
#endif
#ifdef CONFIG_ACPI
	disable_acpi();
#endif
}

static bool has_meltdown __initdata;

/* The first hook in setup_arch() after static calls can be changed. */
static void __init lguest_arch_setup(void)
{
	lguest_sched_clock_init();
	/*
	 * Isolated page tables, which the processor may ask for, would write
	 * CR3 in the entry code, and each time fault. Not unless "pti=on" says
	 * so. early_cpu_init() has just set this, init_mem_mapping() looks.
	 */
	has_meltdown = boot_cpu_has_bug(X86_BUG_CPU_MELTDOWN);
	setup_clear_cpu_cap(X86_BUG_CPU_MELTDOWN);
}

/* Page tables are mapped: from here on the bug is only shown, to who asks. */
static void __init lguest_guest_late_init(void)
{
	if (has_meltdown)
		setup_force_cpu_bug(X86_BUG_CPU_MELTDOWN);
}

/* The first one after the early parameters are known, "quiet" among them. */
static void __init lguest_dmi_setup(void)
{
	lguest_boot_console_register();
}

/**
 * lguest_init - become a guest, if the signature says so
 *
 * Called with interrupts off and on the early page tables. Without the signature
 * nothing happens, and the kernel goes on as on a PC.
 */
void __init lguest_init(void)
{
	long err;

	if (!lguest_detect())
		return;

	/*
	 * These fill in what the host wants to know with LGUEST_HC_INIT. In
	 * return it puts the interrupt flag that it has emulated so far into
	 * the shared page, and the clock. The interrupt flag comes first: with
	 * the processor's own, which is always set, locks that are taken here
	 * would complain.
	 */
	lguest_irq_init();
	lguest_early_console_init();
	lguest_power_init();
	lguest_mmu_init();
	lguest_cpu_init();
	err = lguest_hypercall(LGUEST_HC_INIT, __pa(&lguest_shared_page),
			       LGUEST_ABI_VERSION, 0, 0);
	if (err)
		panic("lguest: the host refuses: %ld\n", err);

	pv_info.name = "lguest";
	pv_info.io_delay = false;

	lguest_time_init();
	no_legacy_hardware();
	x86_init.oem.arch_setup = lguest_arch_setup;
	x86_init.hyper.guest_late_init = lguest_guest_late_init;
	x86_init.resources.dmi_setup = lguest_dmi_setup;

	/* Before anything is put into the fixmap. */
	reserve_top_address(LGUEST_WINDOW_SIZE);
}
