// SPDX-License-Identifier: GPL-2.0
/*
 * DMA: a guest binds an array of buffers to a key, which is an address; who
 * sends to that address fills them, in array order, round and round. That is
 * another guest (port.c) or the launcher. What a guest sends goes to the guest
 * that has bound the key; else to a thread of the launcher that listens there;
 * else the launcher is asked, by the exit of the run.
 *
 * A buffer is one word of state and a list of sections, in guest memory that
 * the guest may change at any time. So nothing read from it is kept: the host
 * owns only the cursor, and the state word moves by compare and exchange:
 *
 *	0 (free) -> LGUEST_DMA_TAKEN -> LGUEST_DMA_USED | bytes -> 0 (the guest)
 *
 * A guest that writes there out of turn mixes up its own input, no more.
 */
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/xarray.h>
#include "dma.h"
#include "lg.h"
#include "trace.h"

/* What one guest may bind, its launcher listen to: keys, and buffers at a key. */
#define LG_DMA_KEYS	64
#define LG_DMA_BUFFERS	256

/**
 * struct lg_listener - a thread of the launcher that serves a key
 * @count: buffers that wait
 * @head: the one that has waited longest
 * @event: signalled for each
 * @sent: their addresses, a ring
 */
struct lg_listener {
	u32 count;
	u32 head;
	struct eventfd_ctx *event;
	u32 sent[LGUEST_SENT_MAX];
};

/**
 * struct lg_dma_table - all that a guest has bound, and its launcher listens to
 * @ports: struct lg_port by key
 * @listeners: struct lg_listener by key; its lock guards these, too
 * @keys: entries of both; never more than LG_DMA_KEYS
 */
struct lg_dma_table {
	struct xarray ports;
	struct xarray listeners;
	atomic_t keys;
};

int lg_dma_init(struct lg_guest *g)
{
	g->dma = kzalloc_obj(*g->dma, GFP_KERNEL_ACCOUNT);
	if (!g->dma)
		return -ENOMEM;
	xa_init_flags(&g->dma->ports, XA_FLAGS_ACCOUNT);
	xa_init_flags(&g->dma->listeners, XA_FLAGS_ACCOUNT);
	return 0;
}

static void lg_listener_free(struct lg_listener *l)
{
	if (!l)
		return;
	eventfd_ctx_put(l->event);
	kfree(l);
}

static void lg_port_end(struct lg_port *p)
{
	lg_port_withdraw(p);
	lg_port_put(p);
}

void lg_dma_destroy(struct lg_guest *g)
{
	struct lg_listener *l;
	struct lg_port *p;
	unsigned long key;

	if (!g->dma)
		return;
	xa_for_each(&g->dma->ports, key, p)
		lg_port_end(p);
	xa_destroy(&g->dma->ports);
	xa_for_each(&g->dma->listeners, key, l)
		lg_listener_free(l);
	xa_destroy(&g->dma->listeners);
	kfree(g->dma);
	g->dma = NULL;
}

/* Put @entry at @key of @xa, one of both: 0, -EEXIST, -ENOSPC or -ENOMEM. */
static int lg_dma_add(struct lg_dma_table *t, struct xarray *xa, u32 key, void *entry)
{
	int err;

	if (!atomic_add_unless(&t->keys, 1, LG_DMA_KEYS))
		return xa_load(xa, key) ? -EEXIST : -ENOSPC;
	err = xa_insert(xa, key, entry, GFP_KERNEL_ACCOUNT);
	if (err)
		atomic_dec(&t->keys);
	return err == -EBUSY ? -EEXIST : err;
}

/* And take it out: the entry, or NULL. */
static void *lg_dma_remove(struct lg_dma_table *t, struct xarray *xa, u32 key)
{
	void *entry = xa_erase(xa, key);

	if (entry)
		atomic_dec(&t->keys);
	return entry;
}

/* May @count structures begin at @gpa? The state word must not straddle. */
static bool lg_dma_array_ok(const struct lg_guest *g, u32 gpa, u32 count)
{
	return count <= LG_DMA_BUFFERS && IS_ALIGNED(gpa, sizeof(u32)) &&
	       lg_gpa_ok(g, gpa, count * sizeof(struct lguest_dma));
}

static int lg_dma_unbind(struct lg_dma_table *t, u32 key)
{
	struct lg_port *p = lg_dma_remove(t, &t->ports, key);

	if (!p)
		return -ENOENT;
	lg_port_end(p);
	return 0;
}

/* LGUEST_HC_BIND_DMA */
int lg_dma_bind(struct lg_vcpu *vcpu, u32 key, u32 dmas, u32 count, u32 irq)
{
	struct lg_guest *g = vcpu->guest;
	struct lg_dma_table *t = g->dma;
	struct lg_port *p;
	int err;

	if (!count)
		return lg_dma_unbind(t, key);
	if (!lg_gpa_ok(g, key, 1) || !lg_dma_array_ok(g, dmas, count) ||
	    irq >= LGUEST_IRQS)
		return -EINVAL;
	p = lg_port_create(g, key, dmas, count, irq);
	if (IS_ERR(p))
		return PTR_ERR(p);
	/* In this order: once it is in the table another vCPU could end it. */
	err = lg_port_publish(p);
	if (!err)
		err = lg_dma_add(t, &t->ports, key, p);
	if (err)
		lg_port_end(p);
	return err;
}

/* Leave the buffer to who listens: 0, -ENOBUFS, or 1: nobody does. */
static int lg_dma_queue(struct lg_dma_table *t, u32 key, u32 dma)
{
	struct lg_listener *l;

	guard(spinlock)(&t->listeners.xa_lock);
	l = xa_load(&t->listeners, key);
	if (!l)
		return 1;
	if (l->count == LGUEST_SENT_MAX)
		return -ENOBUFS;
	l->sent[(l->head + l->count) % LGUEST_SENT_MAX] = dma;
	l->count++;
	eventfd_signal(l->event);
	return 0;
}

/* What the sender says that it sends: only for who looks on. */
static u64 lg_dma_bytes(struct lg_guest *g, u32 gpa)
{
	struct lguest_dma dma;
	u64 bytes = 0;
	u32 i;

	if (lg_gpa_read(g, gpa, &dma, sizeof(dma)))
		return 0;
	for (i = 0; i < min_t(u32, dma.sections, LGUEST_DMA_SECTIONS); i++)
		bytes += dma.section[i].len;
	return bytes;
}

static int lg_dma_deliver(struct lg_vcpu *vcpu, u32 key, u32 dma, enum lg_dma_to *to)
{
	struct lg_guest *g = vcpu->guest;
	struct lg_port *p;
	int ret;

	if (!lg_gpa_ok(g, key, 1) || !lg_dma_array_ok(g, dma, 1))
		return -EINVAL;
	p = lg_port_find(g, key);
	if (IS_ERR(p))
		return PTR_ERR(p);
	if (p) {
		*to = LG_DMA_GUEST;
		ret = lg_port_send(p, g, dma);
		lg_port_put(p);
		if (!ret)
			vcpu->stats[LGUEST_STAT_DMA_COPIED]++;
	} else {
		ret = lg_dma_queue(g->dma, key, dma);
		*to = ret > 0 ? LG_DMA_LAUNCHER : LG_DMA_THREAD;
		if (!ret)
			vcpu->stats[LGUEST_STAT_DMA_QUEUED]++;
	}
	if (ret == -ENOBUFS)
		vcpu->stats[LGUEST_STAT_DMA_NO_BUFFER]++;
	return ret;
}

/*
 * LGUEST_HC_SEND_DMA. The launcher gets the address only and checks the sections
 * itself, where it uses them.
 */
int lg_dma_send(struct lg_vcpu *vcpu, u32 key, u32 dma)
{
	enum lg_dma_to to = LG_DMA_NOBODY;
	u64 bytes = 0;
	int ret;

	/* Before: when it has been sent it may be another already. */
	if (trace_lguest_dma_send_enabled())
		bytes = lg_dma_bytes(vcpu->guest, dma);
	ret = lg_dma_deliver(vcpu, key, dma, &to);
	trace_lguest_dma_send(vcpu, key, bytes, to, ret);
	return ret;
}

/*
 * LGUEST_GET_DMA: take the next buffer of a port, if it is free. The mark in
 * guest memory keeps a buffer from being taken twice before it is filled, also
 * when the cursor has come round.
 */
int lg_dma_get(struct lg_guest *g, u32 key, struct lguest_dma_buffer *buf)
{
	struct lg_taken taken;
	struct lg_port *p;
	int ret;

	scoped_guard(spinlock, &g->dma->ports.xa_lock) {
		p = xa_load(&g->dma->ports, key);
		if (!p)
			return -ENOENT;
		kref_get(&p->ref);
	}
	ret = lg_port_take(p, &taken);
	if (!ret) {
		buf->dma = taken.dma;
		buf->irq = p->irq;
		lg_taken_put(&taken);
	}
	lg_port_put(p);
	return ret;
}

/* LGUEST_LISTEN */
int lg_dma_listen(struct lg_guest *g, u32 key, int fd)
{
	struct lg_dma_table *t = g->dma;
	struct lg_listener *l;
	int err;

	if (fd == -1) {
		l = lg_dma_remove(t, &t->listeners, key);
		lg_listener_free(l);
		return l ? 0 : -ENOENT;
	}
	if (!lg_gpa_ok(g, key, 1))
		return -EINVAL;
	l = kzalloc_obj(*l, GFP_KERNEL_ACCOUNT);
	if (!l)
		return -ENOMEM;
	l->event = eventfd_ctx_fdget(fd);
	if (IS_ERR(l->event)) {
		kfree(l);
		return -EBADF;
	}
	err = lg_dma_add(t, &t->listeners, key, l);
	if (err)
		lg_listener_free(l);
	return err;
}

/* LGUEST_TAKE_DMA */
int lg_dma_take_sent(struct lg_guest *g, u32 key, struct lguest_sent *sent)
{
	struct lg_dma_table *t = g->dma;
	struct lg_listener *l;

	sent->count = 0;
	guard(spinlock)(&t->listeners.xa_lock);
	l = xa_load(&t->listeners, key);
	if (!l)
		return -ENOENT;
	while (l->count && sent->count < ARRAY_SIZE(sent->dma)) {
		sent->dma[sent->count++] = l->sent[l->head];
		l->head = (l->head + 1) % LGUEST_SENT_MAX;
		l->count--;
	}
	return 0;
}

#ifdef CONFIG_LGUEST_KUNIT_TEST
#include "tests/dma_kunit.c"
#endif
