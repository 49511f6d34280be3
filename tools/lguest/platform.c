// SPDX-License-Identifier: GPL-2.0
/*
 * The page that tells the guest where it is and which devices it has. The
 * launcher only writes it: what it needs to know it keeps for itself, since
 * the guest may write there too.
 */
#include <string.h>
#include "launcher.h"

void platform_init(struct guest *g)
{
	struct lguest_platform *p = gpa_ptr(g, PLATFORM_GPA, sizeof(*p));

	memset(p, 0, sizeof(*p));
	memcpy(p->signature, LGUEST_SIGNATURE, sizeof(p->signature));
	p->version = LGUEST_ABI_VERSION;
	p->size = sizeof(*p);
	g->platform = p;
}

/*
 * A device's key is the guest physical address of its own descriptor: unique,
 * and no other use of that memory can collide with it. The caller fills in what
 * belongs to the type; the guest does not run yet.
 */
struct device *platform_add(struct guest *g, uint32_t type, const char *text)
{
	unsigned int i = g->devices;
	struct device *dev = &g->device[i];

	if (i == DEVICES_MAX)
		die("too many devices: a guest can have %u", DEVICES_MAX);
	g->devices++;
	dev->type = type;
	dev->text = text;
	dev->irq = LGUEST_IRQ_TIMER + 1 + i;
	dev->key = PLATFORM_GPA + offsetof(struct lguest_platform, device) +
		   i * sizeof(*dev->desc);
	dev->desc = &g->platform->device[i];
	dev->desc->type = type;
	dev->desc->key = dev->key;
	dev->desc->irq = dev->irq;
	return dev;
}
