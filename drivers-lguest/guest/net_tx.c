// SPDX-License-Identifier: GPL-2.0
/*
 * Sending. Each packet gets a slot: the buffer that is sent, and a copy of what is
 * not worth a section of its own. Another guest has copied the packet when the call
 * returns; the launcher takes it later, and the poll finds that it has.
 *
 * A slot that belongs to the other side cannot be used, nor given back to the
 * kernel, before that one says so: it will write the used word.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/time64.h>

#include <net/netdev_queues.h>

#include <asm/barrier.h>

#include "net.h"

#define TX_WAKE		(TX_SLOTS / 4)	/* free slots that are worth to wake up */
#define TX_COPY		118		/* bytes of a head that is copied */

#define TX_DELAY_MIN	(50 * NSEC_PER_USEC)
#define TX_DELAY_MAX	(2 * NSEC_PER_MSEC)
#define TX_PATIENCE	(200 * NSEC_PER_MSEC)

/**
 * struct tx_slot - a packet that is being sent
 * @dma: the buffer
 * @header: the first section, and
 * @copy: with it the packet's head if that is short
 * @skb: the packet
 * @len: its bytes
 */
struct tx_slot {
	struct lguest_dma dma;
	struct virtio_net_hdr header;
	u8 copy[TX_COPY];
	struct sk_buff *skb;
	u32 len;
};

static_assert(offsetof(struct tx_slot, copy) ==
	      offsetof(struct tx_slot, header) + NET_HEADER);

static unsigned int tx_free(const struct net_tx *tx)
{
	return TX_SLOTS - bitmap_weight(tx->sent, TX_SLOTS);
}

/* How many fragments find a section. */
static unsigned int tx_max_frags(const struct sk_buff *skb)
{
	return LGUEST_DMA_SECTIONS - (skb_headlen(skb) <= TX_COPY ? 1 : 2);
}

/**
 * lguest_tx_features - see net_device_ops.ndo_features_check
 * @skb: a packet
 * @dev: the device
 * @features: those that it has
 *
 * Return: those that it has for this packet: if it is in too many pieces the stack
 * shall copy or segment it.
 */
netdev_features_t lguest_tx_features(struct sk_buff *skb, struct net_device *dev,
				     netdev_features_t features)
{
	if (skb_shinfo(skb)->nr_frags > tx_max_frags(skb))
		features &= skb_is_gso(skb) ? ~NETIF_F_GSO_MASK : ~NETIF_F_SG;

	return vlan_features_check(skb, features);
}

static void tx_set_section(struct lguest_dma *dma, unsigned int section,
			   phys_addr_t addr, u32 len)
{
	dma->section[section].addr = addr;
	dma->section[section].len = len;
}

static int tx_fill(struct tx_slot *slot, struct sk_buff *skb)
{
	struct lguest_dma *dma = &slot->dma;
	unsigned int head, i, section = 0;
	int err;

	/* Segments made of a packet in many pieces, or what got a VLAN tag. */
	if (skb_shinfo(skb)->nr_frags > tx_max_frags(skb)) {
		err = skb_linearize(skb);
		if (err)
			return err;
	}
	err = virtio_net_hdr_from_skb(skb, &slot->header, true, false, 0);
	if (err)
		return err;

	head = skb_headlen(skb);
	if (head <= TX_COPY) {
		skb_copy_from_linear_data(skb, slot->copy, head);
		tx_set_section(dma, section++, virt_to_phys(&slot->header),
			       NET_HEADER + head);
	} else {
		tx_set_section(dma, section++, virt_to_phys(&slot->header),
			       NET_HEADER);
		tx_set_section(dma, section++, virt_to_phys(skb->data), head);
	}
	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		const skb_frag_t *frag = &skb_shinfo(skb)->frags[i];

		tx_set_section(dma, section++,
			       page_to_phys(skb_frag_page(frag)) +
			       skb_frag_off(frag), skb_frag_size(frag));
	}
	dma->sections = section;
	dma->used = 0;
	slot->len = skb->len;
	return 0;
}

/* Count a packet of which the other side says that it took @bytes. */
static void tx_count(struct net_device *dev, u32 len, u32 bytes)
{
	if (bytes >= NET_HEADER + len) {
		dev_sw_netstats_tx_add(dev, 1, len);
	} else if (bytes) {
		DEV_STATS_INC(dev, tx_errors);
	} else {
		/* There is nobody. */
		DEV_STATS_INC(dev, tx_carrier_errors);
		DEV_STATS_INC(dev, tx_dropped);
	}
}

/*
 * The other side has no buffer. Nothing tells when it has one again, so try in a
 * while; but not for ever: it may have stopped to look after them.
 */
static netdev_tx_t tx_refused(struct lguest_net *n, struct sk_buff *skb)
{
	struct net_tx *tx = &n->tx;

	if (tx->refused != skb) {
		tx->refused = skb;
		tx->waited = 0;
	}
	if (tx->waited >= TX_PATIENCE) {
		tx->refused = NULL;
		DEV_STATS_INC(n->dev, tx_dropped);
		dev_kfree_skb_any(skb);
		return NETDEV_TX_OK;
	}

	netif_stop_queue(n->dev);
	hrtimer_start(&tx->retry, ns_to_ktime(tx->delay), HRTIMER_MODE_REL);
	tx->waited += tx->delay;
	tx->delay = min_t(u64, 2 * tx->delay, TX_DELAY_MAX);
	return NETDEV_TX_BUSY;
}

static enum hrtimer_restart tx_retry(struct hrtimer *timer)
{
	struct lguest_net *n = container_of(timer, struct lguest_net, tx.retry);

	/* Not behind the back of lguest_tx_stop(). */
	if (netif_running(n->dev))
		netif_wake_queue(n->dev);
	return HRTIMER_NORESTART;
}

/**
 * lguest_tx_xmit - see net_device_ops.ndo_start_xmit
 * @skb: a packet
 * @dev: the device
 *
 * The slot is ours until its bit is set, and from then on the poll's, wherever that
 * runs: we clear no bits. What is done when the call returns never gets there.
 *
 * Return: NETDEV_TX_OK or NETDEV_TX_BUSY.
 */
netdev_tx_t lguest_tx_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct lguest_net *n = netdev_priv(dev);
	struct netdev_queue *txq = netdev_get_tx_queue(dev, 0);
	struct net_tx *tx = &n->tx;
	struct tx_slot *slot;
	unsigned int i;
	u32 len, bytes;
	long err;

	i = find_first_zero_bit(tx->sent, TX_SLOTS);
	if (i >= TX_SLOTS) {
		/* Woken by the timer. */
		netif_txq_maybe_stop(txq, tx_free(tx), 1, TX_WAKE);
		return NETDEV_TX_BUSY;
	}

	slot = &tx->slot[i];
	if (tx_fill(slot, skb)) {
		DEV_STATS_INC(dev, tx_errors);
		dev_kfree_skb_any(skb);
		return NETDEV_TX_OK;
	}
	if (tx->refused != skb)
		skb_tx_timestamp(skb);

	len = slot->len;
	slot->skb = skb;
	err = lguest_send_dma(n->ldev->desc.config.net.tx_key, &slot->dma);
	if (err == -ENOBUFS)
		return tx_refused(n, skb);
	if (err) {
		net_err_ratelimited("%s: packet refused: error %ld\n", dev->name, err);
		DEV_STATS_INC(dev, tx_errors);
		dev_kfree_skb_any(skb);
	} else if (lguest_dma_done(&slot->dma, &bytes)) {
		tx_count(dev, len, bytes);
		dev_consume_skb_any(skb);
	} else {
		/* The slot is complete. Pairs with the one in tx_take(). */
		smp_mb__before_atomic();
		set_bit(i, tx->sent);
		/* The interrupt that tells of it may have come too early for the poll. */
		smp_mb__after_atomic();
		if (lguest_dma_done(&slot->dma, &bytes))
			napi_schedule(&n->napi);
	}

	tx->refused = NULL;
	tx->delay = TX_DELAY_MIN;
	netif_txq_maybe_stop(txq, tx_free(tx), 1, TX_WAKE);
	return NETDEV_TX_OK;
}

/* The packet in a slot, if the other side is done with it; then the slot is free. */
static struct sk_buff *tx_take(struct net_tx *tx, unsigned int i, u32 *len, u32 *bytes)
{
	const struct tx_slot *slot = &tx->slot[i];
	struct sk_buff *skb;

	/* Pairs with the one in lguest_tx_xmit(), which sets the bit. */
	smp_rmb();
	if (!lguest_dma_done(&slot->dma, bytes))
		return NULL;
	skb = slot->skb;
	*len = slot->len;
	/* From here on it may be filled anew. */
	clear_bit_unlock(i, tx->sent);
	return skb;
}

/* Free the packets that the other side is done with: how many. */
static unsigned int tx_reap(struct lguest_net *n, int budget)
{
	unsigned int i, reaped = 0;
	struct sk_buff *skb;
	u32 len, bytes;

	for_each_set_bit(i, n->tx.sent, TX_SLOTS) {
		skb = tx_take(&n->tx, i, &len, &bytes);
		if (!skb)
			continue;
		tx_count(n->dev, len, bytes);
		napi_consume_skb(skb, budget);
		reaped++;
	}
	return reaped;
}

/**
 * lguest_tx_poll - free the packets that have been taken
 * @n: the device
 * @budget: of the poll
 */
void lguest_tx_poll(struct lguest_net *n, int budget)
{
	if (!tx_reap(n, budget))
		return;

	/*
	 * Pairs with the one in netif_txq_maybe_stop(): either it sees the free
	 * slots, or we that the queue has been stopped.
	 */
	smp_mb();
	if (netif_queue_stopped(n->dev) && netif_running(n->dev) &&
	    tx_free(&n->tx) >= TX_WAKE)
		netif_wake_queue(n->dev);
}

/* Has the other side taken everything? The poll is off. */
bool lguest_tx_idle(struct lguest_net *n)
{
	local_bh_disable();
	tx_reap(n, 0);
	local_bh_enable();
	return bitmap_empty(n->tx.sent, TX_SLOTS);
}

/*
 * Nothing is sent any more. The device is not running, the poll is off. The first
 * cancel waits for a timer that has seen the device run and would wake the queue;
 * the second is for one that was started before the queue was stopped.
 */
void lguest_tx_stop(struct lguest_net *n)
{
	hrtimer_cancel(&n->tx.retry);
	netif_tx_disable(n->dev);
	hrtimer_cancel(&n->tx.retry);
	n->tx.refused = NULL;
	n->tx.delay = TX_DELAY_MIN;
}

/*
 * Packets may stay with the other side for long; nobody else shall wait for them.
 * The poll is off.
 */
void lguest_tx_forget(struct lguest_net *n)
{
	unsigned int i;

	for_each_set_bit(i, n->tx.sent, TX_SLOTS) {
		struct sk_buff *skb = n->tx.slot[i].skb;

		skb_orphan(skb);
		skb_dst_drop(skb);
		nf_reset_ct(skb);
	}
}

int lguest_tx_init(struct lguest_net *n)
{
	struct net_tx *tx = &n->tx;

	/* Physical addresses are consecutive in what kmalloc returns. */
	tx->slot = kzalloc_objs(*tx->slot, TX_SLOTS);
	if (!tx->slot)
		return -ENOMEM;

	tx->delay = TX_DELAY_MIN;
	hrtimer_setup(&tx->retry, tx_retry, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	return 0;
}

/* After lguest_tx_stop(). There are no statistics any more. What is sent is lost. */
void lguest_tx_destroy(struct lguest_net *n)
{
	struct net_tx *tx = &n->tx;
	struct sk_buff *skb;
	u32 len, bytes;
	unsigned int i;

	for_each_set_bit(i, tx->sent, TX_SLOTS) {
		skb = tx_take(tx, i, &len, &bytes);
		if (skb)
			dev_consume_skb_any(skb);
	}

	if (bitmap_empty(tx->sent, TX_SLOTS))
		kfree(tx->slot);
	else
		netdev_warn(n->dev, "packets that are being sent are not freed\n");
}
