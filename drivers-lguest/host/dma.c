// SPDX-License-Identifier: GPL-2.0
/*
 * DMA: a guest binds an array of buffers to a key, which is an address; who
 * sends to that address fills them, in array order, round and round. In this
 * version only the launcher sends to a guest and a guest only to the launcher.
 *
 * A buffer is one word of state and a list of sections, in guest memory that
 * the guest may change at any time. So nothing read from it is kept: the host
 * owns only the cursor, and the state word moves by compare and exchange:
 *
 *	0 (free) -> LGUEST_DMA_TAKEN (LGUEST_GET_DMA) -> LGUEST_DMA_USED | bytes
 *	(the launcher) -> 0 (the guest)
 *
 * A guest that writes there out of turn mixes up its own input, no more.
 */
#include <linux/cleanup.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include "lg.h"

/* What one guest may bind: keys, and buffers at a key. */
#define LG_DMA_KEYS	64
#define LG_DMA_BUFFERS	256

/**
 * struct lg_dma_binding - buffers bound to a key
 * @key: guest physical address
 * @dmas: guest physical address of the array of struct lguest_dma
 * @count: how many; 0: this slot is free
 * @next: the one to be filled next
 * @irq: raised when one has been filled
 */
struct lg_dma_binding {
	u32 key;
	u32 dmas;
	u32 count;
	u32 next;
	u32 irq;
};

/**
 * struct lg_dma_table - all that a guest has bound
 * @lock: guards the bindings; taken before mmap_lock
 * @binding: in no order
 */
struct lg_dma_table {
	struct mutex lock;		/* all bindings */
	struct lg_dma_binding binding[LG_DMA_KEYS];
};

int lg_dma_init(struct lg_guest *g)
{
	g->dma = kzalloc_obj(*g->dma, GFP_KERNEL_ACCOUNT);
	if (!g->dma)
		return -ENOMEM;
	mutex_init(&g->dma->lock);
	return 0;
}

void lg_dma_destroy(struct lg_guest *g)
{
	kfree(g->dma);
	g->dma = NULL;
}

/* The binding of @key, or NULL. */
static struct lg_dma_binding *lg_dma_find(struct lg_dma_table *t, u32 key)
{
	unsigned int i;

	lockdep_assert_held(&t->lock);
	for (i = 0; i < LG_DMA_KEYS; i++)
		if (t->binding[i].count && t->binding[i].key == key)
			return &t->binding[i];
	return NULL;
}

static struct lg_dma_binding *lg_dma_find_free(struct lg_dma_table *t)
{
	unsigned int i;

	lockdep_assert_held(&t->lock);
	for (i = 0; i < LG_DMA_KEYS; i++)
		if (!t->binding[i].count)
			return &t->binding[i];
	return NULL;
}

/* May @count structures begin at @gpa? The state word must not straddle. */
static bool lg_dma_array_ok(const struct lg_guest *g, u32 gpa, u32 count)
{
	return count <= LG_DMA_BUFFERS && IS_ALIGNED(gpa, sizeof(u32)) &&
	       lg_gpa_ok(g, gpa, count * sizeof(struct lguest_dma));
}

/* LGUEST_HC_BIND_DMA */
int lg_dma_bind(struct lg_vcpu *vcpu, u32 key, u32 dmas, u32 count, u32 irq)
{
	struct lg_guest *g = vcpu->guest;
	struct lg_dma_binding *b;

	guard(mutex)(&g->dma->lock);
	b = lg_dma_find(g->dma, key);
	if (!count) {
		if (!b)
			return -ENOENT;
		b->count = 0;
		return 0;
	}
	if (!lg_gpa_ok(g, key, 1) || !lg_dma_array_ok(g, dmas, count) ||
	    irq >= LGUEST_IRQS)
		return -EINVAL;
	if (b)
		return -EEXIST;
	b = lg_dma_find_free(g->dma);
	if (!b)
		return -ENOSPC;
	*b = (struct lg_dma_binding) {
		.key	= key,
		.dmas	= dmas,
		.count	= count,
		.irq	= irq,
	};
	return 0;
}

/*
 * LGUEST_HC_SEND_DMA. Another guest that has bound the same memory would be
 * looked up here, by what the launcher's mapping at @key is backed with; as
 * there is none, the launcher is asked. It gets the address only and checks
 * the sections itself, where it uses them.
 */
int lg_dma_send(struct lg_vcpu *vcpu, u32 key, u32 dma)
{
	struct lg_guest *g = vcpu->guest;

	if (!lg_gpa_ok(g, key, 1) || !lg_dma_array_ok(g, dma, 1))
		return -EINVAL;
	return 1;
}

/*
 * LGUEST_GET_DMA: take the next buffer of a binding, if it is free. The mark
 * in guest memory keeps a buffer from being taken twice before it is filled,
 * also when the cursor has come round.
 */
int lg_dma_get(struct lg_guest *g, u32 key, struct lguest_dma_buffer *buf)
{
	struct lg_dma_binding *b;
	u32 dma, used = 0;
	int ret;

	guard(mutex)(&g->dma->lock);
	b = lg_dma_find(g->dma, key);
	if (!b)
		return -ENOENT;
	/* In RAM: checked as it was bound, and RAM does not shrink. */
	dma = b->dmas + b->next * sizeof(struct lguest_dma);
	ret = lg_gpa_cmpxchg(g, dma + offsetof(struct lguest_dma, used), &used,
			     LGUEST_DMA_TAKEN);
	if (ret)
		return ret < 0 ? ret : -ENOBUFS;
	b->next = (b->next + 1) % b->count;
	buf->dma = dma;
	buf->irq = b->irq;
	return 0;
}
