// SPDX-License-Identifier: GPL-2.0
/*
 * The consoles of an lguest guest: hvc0, and more if the launcher offers them.
 * Output is sent to the device's key plus 4, and is done when the call returns.
 * For input, buffers are bound to the key; they come back in the order of the
 * array, round and round.
 */
#define pr_fmt(fmt) "lguest console: " fmt

#include <linux/console.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/minmax.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include <asm/barrier.h>
#include <asm/lguest.h>

#include "../../tty/hvc/hvc_console.h"

#define CONSOLE_MAX	2
#define CONSOLE_OUTBUF	256	/* what hvc collects for us */
#define CONSOLE_OUT	1024
#define CONSOLE_IN	256	/* bytes of a buffer for input, and */
#define CONSOLE_INBUFS	4	/* how many of them */

/**
 * struct lguest_console - a console; hvc knows it by its index
 * @dev: as the launcher described it; NULL: there is none
 * @out_lock: printing and the terminal come from any context
 * @out_dma: the one transfer of output
 * @out: its data
 * @in_lock: guards the rest
 * @in_dma: buffers that are bound
 * @in: their data
 * @next: the buffer that will be filled next, or is being emptied
 * @pos: what has been taken out of that one
 */
struct lguest_console {
	const struct lguest_device_desc *dev;
	raw_spinlock_t out_lock;
	struct lguest_dma out_dma;
	u8 out[CONSOLE_OUT];
	raw_spinlock_t in_lock;
	struct lguest_dma in_dma[CONSOLE_INBUFS];
	u8 in[CONSOLE_INBUFS][CONSOLE_IN];
	unsigned int next;
	u32 pos;
};

/*
 * In the kernel's image, where physical addresses are consecutive: the host works
 * with those.
 */
static struct lguest_console consoles[CONSOLE_MAX];

/*
 * The count is written from outside, by the host or the launcher: it is cut to
 * the size of what was offered, or it would let them read our memory.
 */
static u32 used_bytes(u32 used, u32 size)
{
	return min(used & ~LGUEST_DMA_USED, size);
}

static ssize_t console_put_chars(u32 vterm, const u8 *buf, size_t count)
{
	struct lguest_console *con = &consoles[vterm];
	unsigned long flags;
	ssize_t ret;

	raw_spin_lock_irqsave(&con->out_lock, flags);

	count = min(count, sizeof(con->out));
	memcpy(con->out, buf, count);
	con->out_dma.used = 0;
	con->out_dma.sections = 1;
	con->out_dma.section[0].addr = virt_to_phys(con->out);
	con->out_dma.section[0].len = count;

	ret = lguest_hypercall(LGUEST_HC_SEND_DMA, con->dev->key + 4,
			       virt_to_phys(&con->out_dma), 0, 0);
	if (!ret)
		ret = used_bytes(READ_ONCE(con->out_dma.used), count);

	raw_spin_unlock_irqrestore(&con->out_lock, flags);
	return ret;
}

/* From one buffer: what fits into @buf, 0 if it is not filled. */
static u32 take_input(struct lguest_console *con, u8 *buf, u32 count)
{
	struct lguest_dma *dma = &con->in_dma[con->next];
	u32 used = READ_ONCE(dma->used);
	u32 len, n = 0;

	/* Other bits mean that it is being filled. */
	if (!(used & LGUEST_DMA_USED))
		return 0;
	/* The data was written before the count. */
	virt_rmb();

	len = used_bytes(used, CONSOLE_IN);
	if (con->pos < len) {
		n = min(count, len - con->pos);
		memcpy(buf, con->in[con->next] + con->pos, n);
		con->pos += n;
	}
	if (con->pos >= len) {
		con->pos = 0;
		con->next = (con->next + 1) % CONSOLE_INBUFS;
		/* All of it is read before it may be written anew. */
		virt_mb();
		WRITE_ONCE(dma->used, 0);
	}
	return n;
}

static ssize_t console_get_chars(u32 vterm, u8 *buf, size_t count)
{
	struct lguest_console *con = &consoles[vterm];
	unsigned long flags;
	size_t done = 0;
	u32 n;

	raw_spin_lock_irqsave(&con->in_lock, flags);
	while (done < count) {
		n = take_input(con, buf + done, count - done);
		if (!n)
			break;
		done += n;
	}
	raw_spin_unlock_irqrestore(&con->in_lock, flags);
	return done;
}

static const struct hv_ops console_ops = {
	.get_chars		= console_get_chars,
	.put_chars		= console_put_chars,
	.notifier_add		= notifier_add_irq,
	.notifier_del		= notifier_del_irq,
	.notifier_hangup	= notifier_hangup_irq,
};

/* Early: output works from here, input needs an interrupt. */
static int __init lguest_console_early_init(void)
{
	unsigned int i;

	for (i = 0; i < CONSOLE_MAX; i++) {
		struct lguest_console *con = &consoles[i];

		con->dev = lguest_find_device(LGUEST_DEVICE_CONSOLE, i);
		if (!con->dev)
			break;
		raw_spin_lock_init(&con->out_lock);
		raw_spin_lock_init(&con->in_lock);
		hvc_instantiate(i, i, &console_ops);
	}
	return 0;
}
console_initcall(lguest_console_early_init);

static int __init console_add(unsigned int i)
{
	struct lguest_console *con = &consoles[i];
	struct hvc_struct *hvc;
	unsigned int b;
	long err;
	int irq;

	for (b = 0; b < CONSOLE_INBUFS; b++) {
		con->in_dma[b].sections = 1;
		con->in_dma[b].section[0].addr = virt_to_phys(con->in[b]);
		con->in_dma[b].section[0].len = CONSOLE_IN;
	}

	irq = lguest_irq_map(con->dev->irq);
	if (irq < 0)
		return irq;

	err = lguest_hypercall(LGUEST_HC_BIND_DMA, con->dev->key,
			       virt_to_phys(con->in_dma), CONSOLE_INBUFS,
			       con->dev->irq);
	if (err)
		return err;

	hvc = hvc_alloc(i, irq, &console_ops, CONSOLE_OUTBUF);
	if (IS_ERR(hvc)) {
		lguest_hypercall(LGUEST_HC_BIND_DMA, con->dev->key, 0, 0, 0);
		return PTR_ERR(hvc);
	}
	return 0;
}

static int __init lguest_console_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < CONSOLE_MAX && consoles[i].dev; i++) {
		err = console_add(i);
		if (err)
			pr_err("hvc%u: error %d\n", i, err);
	}
	return 0;
}
device_initcall(lguest_console_init);
