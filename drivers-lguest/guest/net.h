/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The network driver of an lguest guest, between its files.
 */
#ifndef _LGUEST_GUEST_NET_H
#define _LGUEST_GUEST_NET_H

#include <linux/bitmap.h>
#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/types.h>
#include <linux/virtio_net.h>

#include "bus.h"

#define NET_HEADER	sizeof(struct virtio_net_hdr)	/* before every packet */

#define RX_BUFFERS	32
#define TX_SLOTS	64

struct rx_buffer;
struct tx_slot;

/**
 * struct net_rx - what packets are received into
 * @dma: the buffers, as the host sees them: an array, bound to the device's key
 * @buffer: and what we know of each
 * @sections: sections that each buffer has
 * @size: bytes that each takes
 * @next: the buffer that will be filled next
 */
struct net_rx {
	struct lguest_dma *dma;
	struct rx_buffer *buffer;
	unsigned int sections;
	u32 size;
	unsigned int next;
};

/**
 * struct net_tx - what packets are sent from
 * @slot: an array
 * @sent: slots that belong to the other side, or have come back. Only the transmit
 *	path sets bits; the poll clears them, or, when it is off, close and removal
 * @retry: wakes the queue after the other side had no room
 * @refused: the packet that there was no room for. May be gone: to compare only
 * @delay: nanoseconds to wait when there is no room the next time
 * @waited: and how many @refused has waited
 */
struct net_tx {
	struct tx_slot *slot;
	DECLARE_BITMAP(sent, TX_SLOTS);
	struct hrtimer retry;
	const struct sk_buff *refused;
	u64 delay;
	u64 waited;
};

/**
 * struct lguest_net - a network device
 * @dev: and what the network stack has of it
 * @ldev: the device
 * @napi: polls for packets received and sent
 * @irq_off: bit 0: the interrupt is disabled, and the poll shall enable it
 * @rx: for the poll
 * @tx: for the transmit path; @sent also for the poll
 */
struct lguest_net {
	struct net_device *dev;
	struct lguest_device *ldev;
	struct napi_struct napi;
	unsigned long irq_off;
	struct net_rx rx;
	struct net_tx tx;
};

static inline bool lguest_net_has(const struct lguest_net *n, u32 feature)
{
	return n->ldev->desc.features & feature;
}

/* net_rx.c */
int lguest_rx_init(struct lguest_net *n);
void lguest_rx_destroy(struct lguest_net *n);
int lguest_rx_fill(struct lguest_net *n);
void lguest_rx_empty(struct lguest_net *n);
bool lguest_rx_idle(const struct lguest_net *n);
int lguest_rx_poll(struct lguest_net *n, int budget);

/* net_tx.c */
int lguest_tx_init(struct lguest_net *n);
void lguest_tx_destroy(struct lguest_net *n);
void lguest_tx_stop(struct lguest_net *n);
void lguest_tx_forget(struct lguest_net *n);
bool lguest_tx_idle(struct lguest_net *n);
void lguest_tx_poll(struct lguest_net *n, int budget);
netdev_tx_t lguest_tx_xmit(struct sk_buff *skb, struct net_device *dev);
netdev_features_t lguest_tx_features(struct sk_buff *skb, struct net_device *dev,
				     netdev_features_t features);

#endif /* _LGUEST_GUEST_NET_H */
