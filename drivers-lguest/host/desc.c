// SPDX-License-Identifier: GPL-2.0
/*
 * Which descriptors a guest may have. Pure: no state, no side effects.
 *
 * Segmentation hides the window: every segment ends below it. Some data segments
 * cannot be cut and still work. C libraries address thread-local data at negative
 * offsets from %gs, so their segments have a base above 0 and a limit of 4 GB
 * and wrap around; the kernel's own per-CPU segment wraps when the area lies
 * below the image; and in one of ring 3 that expands down a lower limit makes
 * more accessible, not less. They keep their limit, unless the strict mode asks
 * otherwise: what is in the window is read-only to a guest and no secret.
 */
#include <asm/desc.h>

#include "lg.h"

#define TYPE_ACCESSED	0x1
#define TYPE_EXPAND	0x4	/* data: expand down; code: conforming */
#define TYPE_CODE	0x8

/**
 * lg_desc_last_byte - where a segment ends
 * @d: code, or data that expands up
 *
 * Return: its limit in bytes: the offset of its last one.
 */
u32 lg_desc_last_byte(const struct desc_struct *d)
{
	u32 limit = get_desc_limit(d);

	return d->g ? limit << 12 | 0xfff : limit;
}

/* Set the last byte; with pages as the unit it is rounded down. */
static void set_last_byte(struct desc_struct *d, u32 limit)
{
	if (d->g && limit < 0xfff)
		d->g = 0;
	if (!d->g && limit > 0xfffff)
		d->g = 1;
	if (d->g)
		limit = ((limit + 1) >> 12) - 1;
	set_desc_limit(d, limit);
}

/**
 * lg_desc_sanitise - make a descriptor safe for the table of a guest
 * @d: the descriptor, changed in place; zeroed if refused
 * @window: first address that the guest must not reach
 * @strict: also segments that wrap around
 *
 * Return: false if it is of a kind that a guest must not have.
 */
bool lg_desc_sanitise(struct desc_struct *d, u32 window, bool strict)
{
	bool code = d->type & TYPE_CODE;
	u32 base = get_desc_base(d), limit = lg_desc_last_byte(d);

	if (!d->p)
		return true;
	if (!d->s)			/* gates, TSS, LDT */
		goto refuse;
	if (code && d->dpl == 0 && (d->type & TYPE_EXPAND))
		goto refuse;		/* would run at the caller's level */

	if (d->dpl == 0)
		d->dpl = LG_KERNEL_RPL;
	/* The table is read-only while the guest runs. */
	d->type |= TYPE_ACCESSED;
	d->l = 0;

	if (!code && (d->type & TYPE_EXPAND)) {
		/* Valid offsets lie above the limit: a cut would widen it. */
		if (d->dpl != LG_USER_RPL || strict)
			goto refuse;
		return true;
	}
	if (base + limit < base) {
		if (!code && !strict)
			return true;
	} else if (base + limit < window) {
		return true;
	}
	if (base >= window)
		goto refuse;
	set_last_byte(d, window - 1 - base);
	return true;

refuse:
	*d = (struct desc_struct){ };
	return false;
}

#ifdef CONFIG_LGUEST_KUNIT_TEST
#include "tests/desc_kunit.c"
#endif
