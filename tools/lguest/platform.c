// SPDX-License-Identifier: GPL-2.0
/*
 * The page that tells the guest where it is and which devices it has. The
 * launcher only writes it: what it needs to know it keeps for itself, since
 * the guest may write there too.
 */
#include <string.h>
#include "launcher.h"

static unsigned int devices;

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
 * and no other use of that memory can collide with it.
 */
static uint32_t platform_add(struct guest *g, uint32_t type, uint32_t *irq)
{
	unsigned int i = devices++;
	struct lguest_device_desc *d = &g->platform->device[i];
	uint32_t key = PLATFORM_GPA +
		       offsetof(struct lguest_platform, device) +
		       i * sizeof(*d);

	*irq = LGUEST_IRQ_TIMER + 1 + i;
	d->features = 0;
	d->key = key;
	d->irq = *irq;
	d->type = type;
	return key;
}

void platform_add_console(struct guest *g, struct console *c)
{
	c->key = platform_add(g, LGUEST_DEVICE_CONSOLE, &c->irq);
}
