// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's memory, as the host reads and writes it.
 *
 * Guest physical address 0 is the user address ram_base of the launcher, and
 * the host gets there by the ordinary user accessors, so that the launcher's
 * page tables stay the only ones that say where guest memory is. Everything
 * here may therefore sleep, and may fail at any time.
 *
 * Lengths and addresses come from the guest: each is checked where it is used.
 */
#include <linux/ctype.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/uaccess.h>
#include <asm/pgtable_types.h>
#include <asm/processor-flags.h>
#include <asm/trap_pf.h>
#include <asm/trapnr.h>

#include "lg.h"

/*
 * How often a walk starts again because an entry changed under it. The guest
 * and its launcher could keep that up for ever; nobody else can.
 */
#define LG_WALK_TRIES		64

/* Reserved bits of the guest's entries. */
#define LG_PAE_RSVD		0x7ff0000000000000ull	/* with PAE: 52-62; 63 is NX */
#define LG_PDPTE_RSVD		0xfff00000000001e6ull	/* pointer: 1, 2, 5-8, 52-63 */

/* From where in @addr's page to the end of it. */
static u32 lg_page_rest(u32 addr)
{
	return PAGE_SIZE - offset_in_page(addr);
}

bool lg_gpa_ok(const struct lg_guest *g, u32 gpa, u32 len)
{
	return (u64)gpa + len <= (u64)g->ram_pages << PAGE_SHIFT;
}

/*
 * To be asked before GUP has to look at more than page tables: it complains, with a dump
 * of the stack, of addresses that lie closely below a stack's, where there is nothing. (If
 * another thread of the launcher's makes it so right after this it complains all the same,
 * once an hour, as it does of any program's calls.)
 */
bool lg_gpa_mapped(const struct lg_guest *g, u32 gpa)
{
	bool mapped;

	if (mmap_read_lock_killable(g->mm))
		return false;
	mapped = vma_lookup(g->mm, g->ram_base + gpa);
	mmap_read_unlock(g->mm);
	return mapped;
}

void __user *lg_gpa_user(const struct lg_guest *g, u32 gpa)
{
	return (void __user *)(g->ram_base + gpa);
}

int lg_gpa_read(struct lg_guest *g, u32 gpa, void *buf, u32 len)
{
	if (!lg_gpa_ok(g, gpa, len))
		return -EFAULT;
	return copy_from_user(buf, lg_gpa_user(g, gpa), len) ? -EFAULT : 0;
}

int lg_gpa_write(struct lg_guest *g, u32 gpa, const void *buf, u32 len)
{
	if (!lg_gpa_ok(g, gpa, len))
		return -EFAULT;
	return copy_to_user(lg_gpa_user(g, gpa), buf, len) ? -EFAULT : 0;
}

/*
 * An entry of a table in frame @gfn, of the guest's size. Half of what the walker
 * does, hence not a copy. *gpa is where it is.
 */
static int lg_entry_read(struct lg_vcpu *vcpu, u32 gfn, unsigned int index,
			 u32 *gpa, pteval_t *entry)
{
	unsigned int size = lg_pae(vcpu) ? sizeof(u64) : sizeof(u32);
	struct lg_guest *g = vcpu->guest;
	u32 __user *p;
	u32 low, high = 0;

	if (gfn >= g->ram_pages)
		return -EFAULT;
	*gpa = (gfn << PAGE_SHIFT) + index * size;
	p = lg_gpa_user(g, *gpa);
	if (get_user(low, p) || (lg_pae(vcpu) && get_user(high, p + 1)))
		return -EFAULT;
	*entry = (u64)high << 32 | low;
	return 0;
}

int lg_load_dirs(struct lg_vcpu *vcpu, u32 cr3)
{
	u64 entry[LG_DIRS];
	unsigned int i;

	if (lg_gpa_read(vcpu->guest, cr3 & ~31u, entry, sizeof(entry)))
		return -EFAULT;
	for (i = 0; i < LG_DIRS; i++)
		if ((entry[i] & _PAGE_PRESENT) &&
		    ((entry[i] & LG_PDPTE_RSVD) ||
		     entry[i] >> PAGE_SHIFT >= vcpu->guest->ram_pages))
			return -EFAULT;
	for (i = 0; i < LG_DIRS; i++)
		vcpu->dir[i] = entry[i] & _PAGE_PRESENT ?
			       (u32)(entry[i] >> PAGE_SHIFT) : LG_NO_DIR;
	return 0;
}

int lg_gpa_cmpxchg(struct lg_guest *g, u32 gpa, u32 *old, u32 new)
{
	u32 __user *p = lg_gpa_user(g, gpa);

	/* Across a page, or a cache line, it would not be atomic. */
	if (!IS_ALIGNED(gpa, sizeof(u32)) || !lg_gpa_ok(g, gpa, sizeof(u32)) ||
	    !access_ok(p, sizeof(u32)))
		return -EFAULT;
	return __try_cmpxchg_user(p, old, new, fault);
}

/*
 * Set bits of an entry as the processor does: in one step with the check that
 * it still is what the walk has read. -EAGAIN: it is not.
 */
static int lg_entry_set(struct lg_guest *g, u32 gpa, pteval_t *entry, u32 bits)
{
	u32 old = *entry;	/* the lower half, with PAE: all bits are there */
	int r;

	if ((old & bits) == bits)
		return 0;
	r = lg_gpa_cmpxchg(g, gpa, &old, old | bits);
	if (r)
		return r < 0 ? r : -EAGAIN;
	*entry |= bits;
	return 0;
}

static int lg_walk_fault(struct lg_fault *fault, u32 addr, u32 error)
{
	fault->vector = X86_TRAP_PF;
	fault->error = error;
	fault->cr2 = addr;
	return 1;
}

/* Are @rights, the AND of the levels but for NX, enough? */
static bool lg_walk_allowed(pteval_t rights, u32 access)
{
	if ((access & LG_ACCESS_USER) && !(rights & _PAGE_USER))
		return false;
	if ((access & LG_ACCESS_FETCH) && (rights & _PAGE_NX))
		return false;
	/* CR0.WP counts as set: the host could not offer anything else. */
	return !(access & LG_ACCESS_WRITE) || (rights & _PAGE_RW);
}

/* Has a present entry bits that the processor wants to be 0? */
static bool lg_reserved(struct lg_vcpu *vcpu, pteval_t entry, bool large)
{
	if (large && (entry & lg_large_rsvd(lg_pae(vcpu))))
		return true;
	if (!lg_pae(vcpu))
		return false;
	if ((entry & _PAGE_NX) && !lg_nx(vcpu))
		return true;
	return (u64)entry & LG_PAE_RSVD;
}

static int lg_walk_once(struct lg_vcpu *vcpu, u32 addr, u32 access,
			struct lg_walk *w, struct lg_fault *fault)
{
	unsigned int shift = lg_pae(vcpu) ? 21 : 22;
	u32 rsvd = access | X86_PF_PROT | X86_PF_RSVD;
	u32 dir = vcpu->cr3 >> PAGE_SHIFT;
	struct lg_guest *g = vcpu->guest;
	u32 entries = 1u << (shift - PAGE_SHIFT);
	u32 pde_gpa, pte_gpa = 0, bits;
	pteval_t rights;
	int r;

	if (lg_pae(vcpu)) {
		dir = vcpu->dir[addr >> 30];
		if (dir == LG_NO_DIR)
			return lg_walk_fault(fault, addr, access);
	}
	r = lg_entry_read(vcpu, dir, (addr >> shift) % entries, &pde_gpa, &w->pde);
	if (r)
		return r;
	if (!(w->pde & _PAGE_PRESENT))
		return lg_walk_fault(fault, addr, access);

	w->large = (w->pde & _PAGE_PSE) && (lg_pae(vcpu) || (vcpu->cr4 & X86_CR4_PSE));
	if (lg_reserved(vcpu, w->pde, w->large))
		return lg_walk_fault(fault, addr, rsvd);
	rights = w->pde;
	if (!w->large) {
		r = lg_entry_read(vcpu, lg_entry_gfn(w->pde),
				  (addr >> PAGE_SHIFT) % entries, &pte_gpa, &w->pte);
		if (r)
			return r;
		if (!(w->pte & _PAGE_PRESENT))
			return lg_walk_fault(fault, addr, access);
		if (lg_reserved(vcpu, w->pte, false))
			return lg_walk_fault(fault, addr, rsvd);
		rights &= w->pte;
		rights |= (w->pde | w->pte) & _PAGE_NX;
	}
	if (!lg_walk_allowed(rights, access))
		return lg_walk_fault(fault, addr, access | X86_PF_PROT);

	/*
	 * The bits go in before anybody uses the translation: a guest that
	 * finds A or D clear may count on the next use setting it.
	 */
	bits = _PAGE_ACCESSED;
	if (access & LG_ACCESS_WRITE)
		bits |= _PAGE_DIRTY;
	r = lg_entry_set(g, pde_gpa, &w->pde, w->large ? bits : _PAGE_ACCESSED);
	if (!r && !w->large)
		r = lg_entry_set(g, pte_gpa, &w->pte, bits);
	if (r)
		return r;
	w->gfn = lg_entry_gfn(w->large ? w->pde : w->pte);
	if (w->large)
		w->gfn = (w->gfn & ~(entries - 1)) |
			 (addr >> PAGE_SHIFT) % entries;
	return 0;
}

int lg_walk(struct lg_vcpu *vcpu, u32 addr, u32 access, struct lg_walk *w,
	    struct lg_fault *fault)
{
	int tries, r;

	/* Without NX the processor of the guest does not tell fetches apart. */
	if (!lg_nx(vcpu))
		access &= ~LG_ACCESS_FETCH;

	/* The window is in every address space, and is nobody's memory. */
	if (addr >= lg_window_start())
		return lg_walk_fault(fault, addr, access);

	if (!(vcpu->cr0 & X86_CR0_PG)) {
		*w = (struct lg_walk){ .gfn = addr >> PAGE_SHIFT };
		return 0;
	}

	for (tries = 0; tries < LG_WALK_TRIES; tries++) {
		r = lg_walk_once(vcpu, addr, access, w, fault);
		if (r != -EAGAIN)
			return r;
	}
	return -EIO;
}

/* The guest physical address of @addr for an access within one page. */
static int lg_gva_to_gpa(struct lg_vcpu *vcpu, u32 addr, u32 access, u32 *gpa,
			 struct lg_fault *fault)
{
	struct lg_walk w;
	int r;

	r = lg_walk(vcpu, addr, access, &w, fault);
	if (r)
		return r;
	if (w.gfn >= vcpu->guest->ram_pages)
		return -EFAULT;
	*gpa = (w.gfn << PAGE_SHIFT) | offset_in_page(addr);
	return 0;
}

int lg_gva_read(struct lg_vcpu *vcpu, u32 addr, void *buf, u32 len,
		u32 access, struct lg_fault *fault)
{
	access &= LG_ACCESS_USER;

	/* An address that wraps passes the window, where the walk ends. */
	while (len) {
		u32 part = min(len, lg_page_rest(addr));
		u32 gpa;
		int r;

		r = lg_gva_to_gpa(vcpu, addr, access, &gpa, fault);
		if (!r)
			r = lg_gpa_read(vcpu->guest, gpa, buf, part);
		if (r)
			return r;
		addr += part;
		buf += part;
		len -= part;
	}
	return 0;
}

int lg_gva_write(struct lg_vcpu *vcpu, u32 addr, const void *buf, u32 len,
		 u32 access, struct lg_fault *fault)
{
	u32 at, left, part, gpa;
	int r;

	access = (access & LG_ACCESS_USER) | LG_ACCESS_WRITE;

	/*
	 * First pass: can all of it be written? A frame that has been pushed
	 * by half, before a fault, would be a state that no processor has.
	 * Within one page there is no half.
	 */
	if (len > lg_page_rest(addr)) {
		for (at = addr, left = len; left; at += part, left -= part) {
			part = min(left, lg_page_rest(at));
			r = lg_gva_to_gpa(vcpu, at, access, &gpa, fault);
			if (r)
				return r;
		}
	}

	for (; len; addr += part, buf += part, len -= part) {
		part = min(len, lg_page_rest(addr));
		r = lg_gva_to_gpa(vcpu, addr, access, &gpa, fault);
		if (!r)
			r = lg_gpa_write(vcpu->guest, gpa, buf, part);
		if (r)
			return r;
	}
	return 0;
}

void lg_gpa_text(struct lg_guest *g, u32 gpa, char *buf, size_t size)
{
	size_t i, len;

	if (!size)
		return;
	*buf = '\0';
	if (!lg_gpa_ok(g, gpa, 1))
		return;

	/* A text at the end of RAM may have no room for all of @size. */
	len = min_t(u64, size - 1, ((u64)g->ram_pages << PAGE_SHIFT) - gpa);
	len -= copy_from_user(buf, lg_gpa_user(g, gpa), len);
	for (i = 0; i < len && buf[i]; i++)
		if (!isascii(buf[i]) || !isprint(buf[i]))
			buf[i] = '?';
	buf[i] = '\0';
}

#ifdef CONFIG_LGUEST_KUNIT_TEST
#include "tests/gmem_kunit.c"
#endif
