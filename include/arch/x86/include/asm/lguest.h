/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rest of the kernel needs of an lguest guest: detection at boot, the
 * hypercall for the guest's drivers, and their interrupts and devices.
 */
#ifndef _ASM_X86_LGUEST_H
#define _ASM_X86_LGUEST_H

#include <uapi/asm/lguest.h>

#ifndef __ASSEMBLER__

#ifdef CONFIG_LGUEST_GUEST

/* arch/x86/lguest/setup.c */
void lguest_init(void);
const struct lguest_device_desc *lguest_find_device(u32 type, unsigned int nth);
const struct lguest_platform *lguest_get_platform(phys_addr_t *addr);

/* arch/x86/lguest/irq.c */
int lguest_irq_map(u32 hwirq);

/*
 * Call the host. Unused arguments are 0. The host may look at and change any
 * memory of the guest, hence the clobber.
 */
static __always_inline long lguest_hypercall(unsigned long nr, unsigned long a,
					     unsigned long b, unsigned long c,
					     unsigned long d)
{
	long ret;

	asm volatile("int %[vector]"
		     : "=a" (ret)
		     : [vector] "i" (LGUEST_HYPERCALL),
		       "a" (nr), "b" (a), "c" (b), "d" (c), "S" (d)
		     : "memory");
	return ret;
}

#else /* !CONFIG_LGUEST_GUEST */

static inline void lguest_init(void) { }

#endif /* CONFIG_LGUEST_GUEST */
#endif /* __ASSEMBLER__ */
#endif /* _ASM_X86_LGUEST_H */
