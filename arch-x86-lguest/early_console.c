// SPDX-License-Identifier: GPL-2.0
/*
 * A console for what is printed before the console driver is there. A hypercall
 * per line; the driver's hvc0 takes over from it.
 */
#include <linux/console.h>
#include <linux/init.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include <asm/page.h>

#include "lguest.h"

/*
 * The text to print may be anywhere; the host wants it at a physical address.
 * Writers are serialised by the console lock, or there is one CPU.
 */
static char boot_text[512];

static void lguest_boot_write(struct console *con, const char *text,
			      unsigned int len)
{
	while (len) {
		unsigned int n = min_t(unsigned int, len, sizeof(boot_text));

		memcpy(boot_text, text, n);
		lguest_hypercall(LGUEST_HC_CONSOLE, __pa(boot_text), n, 0, 0);
		text += n;
		len -= n;
	}
}

static struct console lguest_boot_console = {
	.name	= "lguestboot",
	.write	= lguest_boot_write,
	.flags	= CON_PRINTBUFFER | CON_BOOT | CON_ANYTIME,
	.index	= -1,
};

/* For early_printk(), which the early exception handlers use. */
void __init lguest_early_console_init(void)
{
	if (IS_ENABLED(CONFIG_EARLY_PRINTK))
		early_console = &lguest_boot_console;
}

void __init lguest_boot_console_register(void)
{
	register_console(&lguest_boot_console);
	/* Else the first one with a tty would be it: the dummy screen. */
	add_preferred_console("hvc", 0, NULL);
}
