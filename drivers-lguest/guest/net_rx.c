// SPDX-License-Identifier: GPL-2.0
/*
 * Receiving. The buffers are filled in the order of the array, round and round.
 * A short packet is copied out of its buffer; a long one takes its pages with it,
 * and the buffer gets new ones. In either case the buffer is free again before the
 * next is looked at.
 *
 * Who fills a buffer may write into it for as long as it is taken and not used,
 * also after the offer has been withdrawn: such a buffer, and the array that has
 * its used word, must not be given back to the kernel.
 */
#include <linux/etherdevice.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include <asm/barrier.h>

#include "net.h"

#define RX_COPY		1792	/* bytes of a packet that is not worth its pages */
#define RX_HEAD		128	/* of another: what protocols want to look at */

/* The first section is two pages, so that 16 of them take 64K and headers. */
#define RX_FIRST_ORDER	1

/* What fits into the first section needs no care where it ends. */
static_assert(NET_HEADER + RX_COPY <= PAGE_SIZE << RX_FIRST_ORDER);
static_assert(RX_HEAD <= RX_COPY);
static_assert(LGUEST_DMA_SECTIONS <= MAX_SKB_FRAGS);

/* The pages of a buffer. Those in the array can be written by others: not ours. */
struct rx_buffer {
	struct page *page[LGUEST_DMA_SECTIONS];
};

static unsigned int rx_order(unsigned int section)
{
	return section ? 0 : RX_FIRST_ORDER;
}

static u32 rx_section_size(unsigned int section)
{
	return PAGE_SIZE << rx_order(section);
}

/* May the other side write into it? */
static bool rx_taken(const struct lguest_dma *dma)
{
	u32 used = READ_ONCE(dma->used);

	return (used & LGUEST_DMA_TAKEN) && !(used & LGUEST_DMA_USED);
}

/* Give a section of a buffer a new page. Without one it keeps what it has. */
static int rx_fill_section(struct net_rx *rx, unsigned int b, unsigned int section,
			   gfp_t gfp)
{
	unsigned int order = rx_order(section);
	struct page *page;

	page = alloc_pages(gfp | __GFP_NOWARN | (order ? __GFP_COMP : 0), order);
	if (!page)
		return -ENOMEM;

	rx->buffer[b].page[section] = page;
	rx->dma[b].section[section].addr = page_to_phys(page);
	rx->dma[b].section[section].len = rx_section_size(section);
	return 0;
}

/**
 * lguest_rx_fill - have buffers, all of them free
 * @n: the device; nothing is bound, and nothing taken
 *
 * Return: 0 or -ENOMEM; then lguest_rx_empty() is due.
 */
int lguest_rx_fill(struct lguest_net *n)
{
	struct net_rx *rx = &n->rx;
	unsigned int b, i;
	int err;

	rx->next = 0;
	for (b = 0; b < RX_BUFFERS; b++) {
		for (i = 0; i < rx->sections; i++) {
			if (rx->buffer[b].page[i])
				continue;
			err = rx_fill_section(rx, b, i, GFP_KERNEL);
			if (err)
				return err;
		}
		rx->dma[b].sections = rx->sections;
		WRITE_ONCE(rx->dma[b].used, 0);
	}
	return 0;
}

/**
 * lguest_rx_empty - free the buffers' memory
 * @n: the device; nothing is bound
 *
 * Except for buffers that are taken.
 */
void lguest_rx_empty(struct lguest_net *n)
{
	struct net_rx *rx = &n->rx;
	unsigned int b, i;

	for (b = 0; b < RX_BUFFERS; b++) {
		if (rx_taken(&rx->dma[b]))
			continue;
		for (i = 0; i < rx->sections; i++) {
			if (!rx->buffer[b].page[i])
				continue;
			__free_pages(rx->buffer[b].page[i], rx_order(i));
			rx->buffer[b].page[i] = NULL;
		}
	}
}

/* Is no buffer taken? */
bool lguest_rx_idle(const struct lguest_net *n)
{
	unsigned int b;

	for (b = 0; b < RX_BUFFERS; b++)
		if (rx_taken(&n->rx.dma[b]))
			return false;
	return true;
}

/* All of it in a new skb's head. */
static struct sk_buff *rx_copy(struct lguest_net *n, const void *data, u32 len)
{
	struct sk_buff *skb = napi_alloc_skb(&n->napi, len);

	if (skb)
		skb_put_data(skb, data, len);
	return skb;
}

/* The first bytes in a new skb's head, the others where they are. */
static struct sk_buff *rx_attach(struct lguest_net *n, unsigned int b,
				 const void *data, u32 len)
{
	struct net_rx *rx = &n->rx;
	u32 offset = NET_HEADER + RX_HEAD;
	u32 left = len - RX_HEAD;
	struct sk_buff *skb;
	unsigned int i;

	skb = rx_copy(n, data, RX_HEAD);
	if (!skb)
		return NULL;

	for (i = 0; left && i < rx->sections; i++) {
		struct page *page = rx->buffer[b].page[i];
		u32 size = rx_section_size(i);
		u32 part = min(left, size - offset);

		if (rx_fill_section(rx, b, i, GFP_ATOMIC)) {
			kfree_skb(skb);
			return NULL;
		}
		skb_add_rx_frag(skb, i, page, offset, part, size);
		left -= part;
		offset = 0;
	}
	return skb;
}

/*
 * What the sender has left to be done. The checks of what it says are in
 * virtio_net_hdr_to_skb(); and there is no segmentation but TCP's on this device.
 */
static int rx_offload(const struct lguest_net *n, struct sk_buff *skb,
		      const struct virtio_net_hdr *hdr)
{
	switch (hdr->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
	case VIRTIO_NET_HDR_GSO_NONE:
	case VIRTIO_NET_HDR_GSO_TCPV4:
	case VIRTIO_NET_HDR_GSO_TCPV6:
		break;
	default:
		return -EINVAL;
	}

	if (lguest_net_has(n, LGUEST_NET_F_CSUM) &&
	    hdr->flags & VIRTIO_NET_HDR_F_DATA_VALID)
		skb->ip_summed = CHECKSUM_UNNECESSARY;

	return virtio_net_hdr_to_skb(skb, hdr, true);
}

/* The packet in a buffer, or NULL; the buffer can be filled again. */
static struct sk_buff *rx_take(struct lguest_net *n, unsigned int b, u32 bytes)
{
	const void *data = page_address(n->rx.buffer[b].page[0]);
	struct virtio_net_hdr hdr;
	struct sk_buff *skb;
	u32 len;

	if (bytes < NET_HEADER + ETH_HLEN) {
		DEV_STATS_INC(n->dev, rx_length_errors);
		DEV_STATS_INC(n->dev, rx_errors);
		return NULL;
	}

	/* A copy: what is checked is what is used. */
	memcpy(&hdr, data, sizeof(hdr));
	data += NET_HEADER;
	len = bytes - NET_HEADER;

	if (len <= RX_COPY)
		skb = rx_copy(n, data, len);
	else
		skb = rx_attach(n, b, data, len);
	if (!skb) {
		DEV_STATS_INC(n->dev, rx_dropped);
		return NULL;
	}

	if (rx_offload(n, skb, &hdr)) {
		DEV_STATS_INC(n->dev, rx_frame_errors);
		DEV_STATS_INC(n->dev, rx_errors);
		kfree_skb(skb);
		return NULL;
	}
	return skb;
}

/**
 * lguest_rx_poll - receive
 * @n: the device
 * @budget: buffers to look at
 *
 * Return: buffers that had been filled.
 */
int lguest_rx_poll(struct lguest_net *n, int budget)
{
	struct net_rx *rx = &n->rx;
	int done;

	for (done = 0; done < budget; done++) {
		struct lguest_dma *dma = &rx->dma[rx->next];
		struct sk_buff *skb;
		u32 bytes;

		if (!lguest_dma_done(dma, &bytes))
			break;

		/* The other side counts as it likes. */
		skb = rx_take(n, rx->next, min(bytes, rx->size));

		rx->next = (rx->next + 1) % RX_BUFFERS;
		/*
		 * Who fills it next sees the new sections, and we have read
		 * what was in the old ones. Pairs with the host's compare and
		 * exchange of the word.
		 */
		virt_store_release(&dma->used, 0);

		if (!skb)
			continue;
		dev_sw_netstats_rx_add(n->dev, skb->len);
		skb->protocol = eth_type_trans(skb, n->dev);
		napi_gro_receive(&n->napi, skb);
	}
	return done;
}

int lguest_rx_init(struct lguest_net *n)
{
	struct net_rx *rx = &n->rx;
	unsigned int i;

	rx->sections = lguest_net_has(n, LGUEST_NET_F_TSO) ? LGUEST_DMA_SECTIONS : 1;
	for (i = 0; i < rx->sections; i++)
		rx->size += rx_section_size(i);

	/* Physical addresses are consecutive in what kmalloc returns. */
	rx->dma = kzalloc_objs(*rx->dma, RX_BUFFERS);
	rx->buffer = kzalloc_objs(*rx->buffer, RX_BUFFERS);
	if (rx->dma && rx->buffer)
		return 0;

	kfree(rx->buffer);
	kfree(rx->dma);
	return -ENOMEM;
}

/* Nothing is bound. What is still taken is lost. */
void lguest_rx_destroy(struct lguest_net *n)
{
	/* Some may have come back since the device was closed. */
	lguest_rx_empty(n);
	if (lguest_rx_idle(n))
		kfree(n->rx.dma);
	else
		netdev_warn(n->dev, "receive buffers in use are not freed\n");
	kfree(n->rx.buffer);
}
