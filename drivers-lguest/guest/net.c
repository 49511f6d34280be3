// SPDX-License-Identifier: GPL-2.0
/*
 * The network devices of an lguest guest. On the other side is the launcher, with a
 * TAP, or another guest, with which we share no more than the host's copying. Every
 * packet comes with a struct virtio_net_hdr.
 *
 * Neither of them is trusted. The launcher could do us harm in other ways, another
 * guest could not: it is the one to whom nothing here may be left.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/interrupt.h>
#include <linux/iopoll.h>
#include <linux/irq.h>
#include <linux/module.h>
#include <linux/time64.h>

#include "net.h"

/* How long to wait for the other side when the device is closed. */
#define NET_DRAIN_US	USEC_PER_SEC
#define NET_DRAIN_STEP	(10 * USEC_PER_MSEC)

/* A packet of this size has no more fragments than sections, however it lies. */
#define NET_TSO_BYTES	((LGUEST_DMA_SECTIONS - 2) * PAGE_SIZE)

static void net_check_link(struct lguest_net *n)
{
	bool up = READ_ONCE(n->ldev->live->config.net.link);

	if (up == netif_carrier_ok(n->dev))
		return;
	if (up)
		netif_carrier_on(n->dev);
	else
		netif_carrier_off(n->dev);
}

/*
 * The interrupt is disabled until the poll has found nothing to do. The poll may run
 * for other reasons, too, so what it has to enable is kept apart from whether it is
 * scheduled.
 */
static irqreturn_t net_interrupt(int irq, void *data)
{
	struct lguest_net *n = data;

	disable_irq_nosync(irq);
	set_bit(0, &n->irq_off);
	napi_schedule(&n->napi);
	return IRQ_HANDLED;
}

/*
 * What comes while the interrupt is disabled is not lost: IRQ_DISABLE_UNLAZY has it
 * masked at once, so that the host's bit for it stays set, and unmasking finds that.
 */
static int net_poll(struct napi_struct *napi, int budget)
{
	struct lguest_net *n = container_of(napi, struct lguest_net, napi);
	int done;

	net_check_link(n);
	lguest_tx_poll(n, budget);
	done = lguest_rx_poll(n, budget);

	if (done < budget && napi_complete_done(napi, done) &&
	    test_and_clear_bit(0, &n->irq_off))
		enable_irq(n->ldev->irq);
	return done;
}

static bool net_idle(struct lguest_net *n)
{
	bool tx = lguest_tx_idle(n);

	return lguest_rx_idle(n) && tx;
}

/*
 * Have back what the other side has of ours. If that takes too long it keeps some,
 * which is lost when the device is removed; without its receive buffers that cannot
 * be opened.
 */
static void net_drain(struct lguest_net *n)
{
	bool idle;

	if (read_poll_timeout(net_idle, idle, idle, NET_DRAIN_STEP, NET_DRAIN_US,
			      false, n))
		lguest_tx_forget(n);
	lguest_rx_empty(n);
}

static void net_irq_stop(struct lguest_net *n)
{
	/* First the poll: it must not enable what has been freed. */
	napi_disable(&n->napi);
	free_irq(n->ldev->irq, n);
	clear_bit(0, &n->irq_off);
}

static int net_open(struct net_device *dev)
{
	struct lguest_net *n = netdev_priv(dev);
	bool idle;
	int err;

	/*
	 * A buffer that was being filled when the device was closed is not told of when
	 * that ends, as its port is gone, and those behind it would wait for it.
	 */
	if (read_poll_timeout(lguest_rx_idle, idle, idle, NET_DRAIN_STEP, NET_DRAIN_US,
			      false, n))
		return -EBUSY;

	err = lguest_rx_fill(n);
	if (err)
		goto empty;

	napi_enable(&n->napi);
	/* free_irq() forgets it. */
	irq_set_status_flags(n->ldev->irq, IRQ_DISABLE_UNLAZY);
	err = request_irq(n->ldev->irq, net_interrupt, 0, dev->name, n);
	if (err) {
		napi_disable(&n->napi);
		goto empty;
	}

	err = lguest_bind_dma(n->ldev, n->rx.dma, RX_BUFFERS);
	if (err)
		goto stop;

	netif_start_queue(dev);
	/* Looks at the link. */
	local_bh_disable();
	napi_schedule(&n->napi);
	local_bh_enable();
	return 0;

stop:
	net_irq_stop(n);
empty:
	lguest_rx_empty(n);
	return err;
}

static int net_stop(struct net_device *dev)
{
	struct lguest_net *n = netdev_priv(dev);

	net_irq_stop(n);
	lguest_tx_stop(n);
	netif_carrier_off(dev);
	lguest_unbind_dma(n->ldev);
	net_drain(n);
	return 0;
}

static const struct net_device_ops net_ops = {
	.ndo_open		= net_open,
	.ndo_stop		= net_stop,
	.ndo_start_xmit		= lguest_tx_xmit,
	.ndo_features_check	= lguest_tx_features,
	.ndo_set_mac_address	= eth_mac_addr,
	.ndo_validate_addr	= eth_validate_addr,
};

static const struct ethtool_ops net_ethtool_ops = {
	.get_link		= ethtool_op_get_link,
	.get_ts_info		= ethtool_op_get_ts_info,
};

static void net_set_features(struct lguest_net *n)
{
	struct net_device *dev = n->dev;

	dev->features = NETIF_F_HIGHDMA;
	if (lguest_net_has(n, LGUEST_NET_F_CSUM)) {
		dev->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM;
		/* The other side cannot be told not to. */
		dev->features |= NETIF_F_RXCSUM;
		if (lguest_net_has(n, LGUEST_NET_F_TSO))
			dev->hw_features |= NETIF_F_TSO | NETIF_F_TSO6 |
					    NETIF_F_TSO_ECN;
	}
	dev->features |= dev->hw_features;
	dev->vlan_features = dev->features;
	netif_set_tso_max_size(dev, NET_TSO_BYTES);
	dev->max_mtu = min_t(u32, ETH_MAX_MTU,
			     n->rx.size - NET_HEADER - VLAN_ETH_HLEN);
}

static void net_set_mac(struct lguest_net *n)
{
	const u8 *mac = n->ldev->desc.config.net.mac;

	if (is_valid_ether_addr(mac)) {
		eth_hw_addr_set(n->dev, mac);
		return;
	}
	eth_hw_addr_random(n->dev);
	dev_warn(&n->ldev->dev, "%pM is no address, using %pM\n", mac,
		 n->dev->dev_addr);
}

static int net_probe(struct lguest_device *ldev)
{
	struct net_device *dev;
	struct lguest_net *n;
	int err;

	dev = alloc_etherdev(sizeof(*n));
	if (!dev)
		return -ENOMEM;

	n = netdev_priv(dev);
	n->dev = dev;
	n->ldev = ldev;
	err = lguest_rx_init(n);
	if (err)
		goto free;
	err = lguest_tx_init(n);
	if (err)
		goto destroy_rx;

	SET_NETDEV_DEV(dev, &ldev->dev);
	dev->netdev_ops = &net_ops;
	dev->ethtool_ops = &net_ethtool_ops;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
	/* A packet in too many pieces is made linear. */
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	net_set_features(n);
	net_set_mac(n);
	netif_napi_add(dev, &n->napi, net_poll);
	netif_carrier_off(dev);

	err = register_netdev(dev);
	if (err)
		goto destroy_tx;

	dev_set_drvdata(&ldev->dev, n);
	return 0;

destroy_tx:
	lguest_tx_destroy(n);
destroy_rx:
	lguest_rx_destroy(n);
free:
	free_netdev(dev);
	return err;
}

static void net_remove(struct lguest_device *ldev)
{
	struct lguest_net *n = dev_get_drvdata(&ldev->dev);

	unregister_netdev(n->dev);
	lguest_tx_destroy(n);
	lguest_rx_destroy(n);
	free_netdev(n->dev);
}

static struct lguest_driver net_driver = {
	.driver.name	= "lguest_net",
	.type		= LGUEST_DEVICE_NET,
	.probe		= net_probe,
	.remove		= net_remove,
};
module_lguest_driver(net_driver);

static_assert(LGUEST_DEVICE_NET == 3);
MODULE_ALIAS("lguest:t3");
MODULE_DESCRIPTION("Network devices of an lguest guest");
MODULE_LICENSE("GPL");
