// SPDX-License-Identifier: GPL-2.0
/*
 * The bus of an lguest guest. Its devices are those that the launcher has
 * described in memory before the guest started; none comes or goes later.
 */
#define pr_fmt(fmt) "lguest bus: " fmt

#include <linux/err.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "bus.h"

/* What all modaliases are made of; the drivers' MODULE_ALIAS() matches it. */
#define MODALIAS_FORMAT "lguest:t%u"

static ssize_t type_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%u\n", to_lguest_device(dev)->desc.type);
}
static DEVICE_ATTR_RO(type);

static ssize_t features_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "0x%08x\n", to_lguest_device(dev)->desc.features);
}
static DEVICE_ATTR_RO(features);

static ssize_t modalias_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, MODALIAS_FORMAT "\n",
			  to_lguest_device(dev)->desc.type);
}
static DEVICE_ATTR_RO(modalias);

static struct attribute *lguest_device_attrs[] = {
	&dev_attr_type.attr,
	&dev_attr_features.attr,
	&dev_attr_modalias.attr,
	NULL,
};
ATTRIBUTE_GROUPS(lguest_device);

static int lguest_bus_match(struct device *dev, const struct device_driver *drv)
{
	return to_lguest_device(dev)->desc.type == to_lguest_driver(drv)->type;
}

static int lguest_bus_uevent(const struct device *dev,
			     struct kobj_uevent_env *env)
{
	return add_uevent_var(env, "MODALIAS=" MODALIAS_FORMAT,
			      to_lguest_device(dev)->desc.type);
}

static int lguest_bus_probe(struct device *dev)
{
	return to_lguest_driver(dev->driver)->probe(to_lguest_device(dev));
}

static void lguest_bus_remove(struct device *dev)
{
	const struct lguest_driver *drv = to_lguest_driver(dev->driver);

	if (drv->remove)
		drv->remove(to_lguest_device(dev));
}

static const struct bus_type lguest_bus = {
	.name		= "lguest",
	.dev_groups	= lguest_device_groups,
	.match		= lguest_bus_match,
	.uevent		= lguest_bus_uevent,
	.probe		= lguest_bus_probe,
	.remove		= lguest_bus_remove,
};

/* The devices' parent, and whether there is a bus at all. */
static struct device *lguest_root __ro_after_init;

int __lguest_register_driver(struct lguest_driver *drv, struct module *owner,
			     const char *mod_name)
{
	if (!lguest_root)
		return -ENODEV;

	drv->driver.bus = &lguest_bus;
	drv->driver.owner = owner;
	drv->driver.mod_name = mod_name;
	return driver_register(&drv->driver);
}
EXPORT_SYMBOL_GPL(__lguest_register_driver);

void lguest_unregister_driver(struct lguest_driver *drv)
{
	driver_unregister(&drv->driver);
}
EXPORT_SYMBOL_GPL(lguest_unregister_driver);

static void lguest_device_release(struct device *dev)
{
	kfree(to_lguest_device(dev));
}

/* A type that nobody here knows may have a driver elsewhere. */
static int __init lguest_device_add(const struct lguest_device_desc *desc,
				    const struct lguest_device_desc *live,
				    unsigned int number, unsigned int nth)
{
	struct lguest_device *ldev;
	int irq, err;

	if (desc->irq == LGUEST_IRQ_TIMER)
		return -EINVAL;
	irq = lguest_irq_map(desc->irq);
	if (irq < 0)
		return irq;

	ldev = kzalloc_obj(*ldev);
	if (!ldev)
		return -ENOMEM;
	ldev->desc = *desc;
	ldev->live = live;
	ldev->nth = nth;
	ldev->irq = irq;
	ldev->dev.parent = lguest_root;
	ldev->dev.bus = &lguest_bus;
	ldev->dev.release = lguest_device_release;
	device_initialize(&ldev->dev);

	err = dev_set_name(&ldev->dev, "lguest%u", number);
	if (!err)
		err = device_add(&ldev->dev);
	if (err)
		put_device(&ldev->dev);
	return err;
}

static void __init lguest_add_devices(const struct lguest_platform *platform,
				      const struct lguest_platform *live)
{
	const struct lguest_device_desc *desc;
	unsigned int i, j, nth;
	int err;

	for (i = 0; i < LGUEST_MAX_DEVICES; i++) {
		desc = &platform->device[i];
		if (desc->type == LGUEST_DEVICE_NONE)
			break;

		for (j = 0, nth = 0; j < i; j++)
			nth += platform->device[j].type == desc->type;

		err = lguest_device_add(desc, &live->device[i], i, nth);
		if (err)
			pr_err("device %u of type %u with interrupt %u: error %d\n",
			       i, desc->type, desc->irq, err);
	}
}

static int __init lguest_bus_init(void)
{
	const struct lguest_platform *platform, *live;
	struct device *root;
	phys_addr_t addr;
	int err;

	platform = lguest_get_platform(&addr);
	if (!platform)
		return 0;

	/* Reserved memory need not be in the direct mapping. */
	live = memremap(addr, sizeof(*live), MEMREMAP_WB);
	if (!live)
		return -ENOMEM;

	err = bus_register(&lguest_bus);
	if (err)
		goto unmap;

	root = root_device_register("lguest");
	if (IS_ERR(root)) {
		err = PTR_ERR(root);
		goto unregister;
	}

	lguest_root = root;
	lguest_add_devices(platform, live);
	return 0;

unregister:
	bus_unregister(&lguest_bus);
unmap:
	memunmap((void *)live);
	return err;
}
subsys_initcall(lguest_bus_init);
