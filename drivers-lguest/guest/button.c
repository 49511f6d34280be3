// SPDX-License-Identifier: GPL-2.0
/*
 * The power button of an lguest guest: the launcher's way to ask for a shutdown
 * in good order.
 */
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/reboot.h>

#include "bus.h"

/* It may be pressed as often as the launcher likes. */
static irqreturn_t button_interrupt(int irq, void *data)
{
	struct lguest_device *ldev = data;

	dev_info_ratelimited(&ldev->dev, "the launcher asks to power off\n");
	/* Not by force: that would not be in good order. */
	orderly_poweroff(false);
	return IRQ_HANDLED;
}

static int button_probe(struct lguest_device *ldev)
{
	return devm_request_irq(&ldev->dev, ldev->irq, button_interrupt, 0,
				dev_name(&ldev->dev), ldev);
}

static struct lguest_driver button_driver = {
	.driver.name	= "lguest_button",
	.type		= LGUEST_DEVICE_BUTTON,
	.probe		= button_probe,
};
builtin_driver(button_driver, lguest_register_driver);
