/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bus of an lguest guest: what its drivers share.
 */
#ifndef _LGUEST_GUEST_BUS_H
#define _LGUEST_GUEST_BUS_H

#include <linux/device.h>
#include <linux/io.h>
#include <linux/types.h>

#include <asm/barrier.h>
#include <asm/lguest.h>

/**
 * struct lguest_device - a device that the launcher offers
 * @dev: in the driver core; its driver data is the driver's
 * @desc: its description, as it was at boot: it does not change under who has
 *	checked it
 * @live: its description in the memory that the launcher writes; each use reads
 *	it anew, once
 * @nth: 0 for the first device of its type, and so on
 * @irq: Linux's number for its interrupt
 */
struct lguest_device {
	struct device dev;
	struct lguest_device_desc desc;
	const struct lguest_device_desc *live;
	unsigned int nth;
	int irq;
};

#define to_lguest_device(d) container_of_const(d, struct lguest_device, dev)

/**
 * struct lguest_driver - a driver for devices of one type
 * @driver: in the driver core
 * @type: enum lguest_device_type
 * @probe: as the driver core's
 * @remove: as the driver core's
 */
struct lguest_driver {
	struct device_driver driver;
	u32 type;
	int (*probe)(struct lguest_device *ldev);
	void (*remove)(struct lguest_device *ldev);
};

#define to_lguest_driver(d) container_of_const(d, struct lguest_driver, driver)

int __lguest_register_driver(struct lguest_driver *drv, struct module *owner,
			     const char *mod_name);
#define lguest_register_driver(drv) \
	__lguest_register_driver(drv, THIS_MODULE, KBUILD_MODNAME)
void lguest_unregister_driver(struct lguest_driver *drv);

#define module_lguest_driver(drv) \
	module_driver(drv, lguest_register_driver, lguest_unregister_driver)

/*
 * The host works with physical addresses, so what is given to these must be in
 * the direct mapping: not on a stack, not of vmalloc.
 */
static inline long lguest_bind_dma(const struct lguest_device *ldev,
				   const struct lguest_dma *dmas, u32 count)
{
	return lguest_hypercall(LGUEST_HC_BIND_DMA, ldev->desc.key,
				virt_to_phys((void *)dmas), count, ldev->desc.irq);
}

static inline long lguest_unbind_dma(const struct lguest_device *ldev)
{
	return lguest_hypercall(LGUEST_HC_BIND_DMA, ldev->desc.key, 0, 0, 0);
}

static inline long lguest_send_dma(u32 key, const struct lguest_dma *dma)
{
	return lguest_hypercall(LGUEST_HC_SEND_DMA, key,
				virt_to_phys((void *)dma), 0, 0);
}

/* Has the transfer ended? How many bytes it had is what the other side says. */
static inline bool lguest_dma_done(const struct lguest_dma *dma, u32 *bytes)
{
	u32 used = READ_ONCE(dma->used);

	if (!(used & LGUEST_DMA_USED))
		return false;
	/* The data was written before the word: read it after that. */
	virt_rmb();
	*bytes = used & ~(LGUEST_DMA_USED | LGUEST_DMA_TAKEN);
	return true;
}

#endif /* _LGUEST_GUEST_BUS_H */
