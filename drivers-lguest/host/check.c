// SPDX-License-Identifier: GPL-2.0
/*
 * After a guest's slice the processor must be as the host had it. What is not
 * restored is seldom noticed where it happens; this looks, for tests.
 */
#include <linux/bug.h>
#include <linux/cpufeature.h>
#include <linux/string.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/irqflags.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>
#include <asm/segment.h>
#include <asm/special_insns.h>

#include "lg.h"

/* Of EFLAGS what a guest can change and C code relies on. */
#define COMPARED_EFLAGS	(X86_EFLAGS_DF | X86_EFLAGS_AC | X86_EFLAGS_NT | \
			 X86_EFLAGS_TF | X86_EFLAGS_IF | X86_EFLAGS_IOPL)

void lg_check_before(struct lg_check *c)
{
	static const u32 sysenter[] = {
		MSR_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_ESP, MSR_IA32_SYSENTER_EIP,
	};
	unsigned int i;

	/* Compared as bytes, so also what is between the members. */
	memset(c, 0, sizeof(*c));
	c->cr0 = native_read_cr0();
	c->cr3 = __native_read_cr3();
	c->cr4 = native_read_cr4();
	c->dr7 = native_get_debugreg(7);
	c->eflags = native_save_fl() & COMPARED_EFLAGS;
	native_store_gdt(&c->gdt);
	store_idt(&c->idt);
	/* The limit becomes 0xffff by each guest of VMX, and KVM leaves it so. */
	c->idt.size = 0;
	for (i = 0; boot_cpu_has(X86_FEATURE_SEP) && i < ARRAY_SIZE(sysenter); i++)
		rdmsrq(sysenter[i], c->sysenter[i]);
	asm volatile("sldt %0" : "=m" (c->ldt));
	asm volatile("str %0" : "=m" (c->tr));
	savesegment(fs, c->fs);
	savesegment(gs, c->gs);
	savesegment(ds, c->ds);
	savesegment(ss, c->ss);
}

static void compare(const char *name, unsigned long is, unsigned long was)
{
	WARN_ONCE(is != was, "lg: %s is %#lx, was %#lx\n", name, is, was);
}

void lg_check_after(const struct lg_check *c)
{
	struct lg_check now;

	lg_check_before(&now);
	if (!memcmp(&now, c, sizeof(now)))
		return;
	compare("cr0", now.cr0, c->cr0);
	compare("cr3", now.cr3, c->cr3);
	compare("cr4", now.cr4, c->cr4);
	compare("dr7", now.dr7, c->dr7);
	compare("eflags", now.eflags, c->eflags);
	compare("gdt.address", now.gdt.address, c->gdt.address);
	compare("gdt.size", now.gdt.size, c->gdt.size);
	compare("idt.address", now.idt.address, c->idt.address);
	compare("sysenter[0]", now.sysenter[0], c->sysenter[0]);
	compare("sysenter[1]", now.sysenter[1], c->sysenter[1]);
	compare("sysenter[2]", now.sysenter[2], c->sysenter[2]);
	compare("ldt", now.ldt, c->ldt);
	compare("tr", now.tr, c->tr);
	compare("fs", now.fs, c->fs);
	compare("gs", now.gs, c->gs);
	compare("ds", now.ds, c->ds);
	compare("ss", now.ss, c->ss);
}
