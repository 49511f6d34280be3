// SPDX-License-Identifier: GPL-2.0
/*
 * Network devices: a TAP, a socket, or (peer.c) another guest. Each has a
 * thread of its own, which moves packets between the other end, a descriptor,
 * and the guest's buffers, without a copy of its own.
 *
 * The guest's driver may be hostile: a packet that is not all in its memory is
 * dropped. What is in the packet, and in its virtio_net_hdr, the host's TAP
 * driver checks.
 */
#include <errno.h>
#include <limits.h>
#include <linux/virtio_net.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "net.h"

#define MAC_LEN		6
#define MAC_TEXT	17		/* characters */
#define MAC_MULTICAST	1
#define MAC_LOCAL	2

/* Packets that may wait for the interrupt which tells of them. */
#define BATCH		16

/* Packets received before it is looked again what else there is to do. */
#define RECEIVE_MAX	64

/* Without free buffers, how long to wait before looking again, in ms. */
#define RETRY_MIN	1
#define RETRY_MAX	10

static bool mac_in_use(const struct guest *g, const uint8_t *mac)
{
	const struct net *n;

	for (n = g->nets; n; n = n->next)
		if (!memcmp(n->mac, mac, MAC_LEN))
			return true;
	return false;
}

static void mac_parse(struct guest *g, uint8_t *mac, const char *text)
{
	static const uint8_t zero[MAC_LEN];
	unsigned int i, byte;
	char end;

	if (strlen(text) != MAC_TEXT ||
	    strspn(text, "0123456789abcdefABCDEF:") != MAC_TEXT)
		die("MAC address '%s': not six bytes like 02:00:5e:00:53:01",
		    text);
	for (i = 0; i < MAC_LEN; i++) {
		if (sscanf(text + 3 * i, "%2x%c", &byte, &end) < 1 ||
		    text[3 * i + 1] == ':' ||
		    (i < MAC_LEN - 1 && text[3 * i + 2] != ':'))
			die("MAC address '%s': not six bytes like 02:00:5e:00:53:01",
			    text);
		mac[i] = byte;
	}
	if (!memcmp(mac, zero, MAC_LEN))
		die("MAC address '%s' is zero", text);
	if (mac[0] & MAC_MULTICAST)
		die("MAC address '%s' is a multicast address", text);
	if (mac_in_use(g, mac))
		die("MAC address '%s' is given twice", text);
}

static void mac_random(struct guest *g, uint8_t *mac)
{
	do {
		if (getrandom(mac, MAC_LEN, 0) != MAC_LEN)
			die("getrandom: %s", strerror(errno));
		mac[0] = (mac[0] & ~MAC_MULTICAST) | MAC_LOCAL;
	} while (mac_in_use(g, mac));
}

static void net_describe(struct net *n)
{
	struct device *dev;
	struct lguest_device_desc *desc;

	dev = platform_add(n->g, LGUEST_DEVICE_NET, n->name);
	desc = dev->desc;
	desc->features = n->features;
	memcpy(desc->config.net.mac, n->mac, MAC_LEN);
	if (n->peer) {
		dev->key = n->rx_key;
		desc->key = n->rx_key;
	} else {
		n->rx_key = dev->key;
		n->tx_key = dev->key + sizeof(uint32_t);
		desc->config.net.link = 1;
	}
	desc->config.net.tx_key = n->tx_key;
	n->device = dev;
}

/* The descriptor that a --net names, or UINT_MAX; tap_adopt() is strict. */
unsigned int net_inherited(const char *text)
{
	if (strncmp(text, "fd=", 3) || text[3] < '0' || text[3] > '9')
		return UINT_MAX;
	return strtoul(text + 3, NULL, 10);
}

/* --net tap=NAME|fd=N|peer=PATH[,mac=ADDRESS] */
void net_setup(struct guest *g, const char *text)
{
	struct net *n = calloc(1, sizeof(*n)), **last;
	char *rest = strdup(text), *name, *word;
	const char *mac = NULL;

	if (!n || !rest)
		die("out of memory");
	n->g = g;
	n->fd = -1;
	name = strsep(&rest, ",");
	n->name = name;
	while ((word = strsep(&rest, ","))) {
		if (strncmp(word, "mac=", 4))
			die("--net '%s': '%s' is not 'mac=ADDRESS'", text,
			    word);
		mac = word + 4;
	}
	if (mac)
		mac_parse(g, n->mac, mac);
	else
		mac_random(g, n->mac);

	if (!strncmp(name, "tap=", 4))
		tap_open(n, name + 4);
	else if (!strncmp(name, "fd=", 3))
		tap_adopt(n, name + 3);
	else if (!strncmp(name, "peer=", 5))
		peer_open(n, name + 5);
	else
		die("--net '%s': neither 'tap=NAME', 'fd=NUMBER' nor 'peer=PATH'",
		    text);
	net_describe(n);
	for (last = &g->nets; *last; last = &(*last)->next)
		;
	*last = n;
}

/* Tell the guest whether there is somebody on the other side. */
void net_set_link(struct net *n, bool link)
{
	__atomic_store_n(&n->device->desc->config.net.link, link,
			 __ATOMIC_RELEASE);
	guest_interrupt(n->g, n->device->irq);
}

/* Does the guest send this to another one, which is not there just now? */
bool net_is_peer(const struct guest *g, uint32_t key)
{
	const struct net *n;

	for (n = g->nets; n; n = n->next)
		if (n->peer && n->tx_key == key)
			return true;
	return false;
}

/* One packet from the guest; returns the bytes that were sent. */
static uint32_t net_send(struct net *n, struct dma *dma)
{
	ssize_t len, head = 0;

	/* What the header asks for was not offered: there is nothing in it. */
	if (!n->header) {
		head = VIRTIO_NET_HDR;
		dma_skip(dma, head);
	}
	if (!dma->whole || !dma->len || dma->len > PACKET_MAX)
		return 0;
	do {
		len = writev(n->fd, dma->iov + dma->at, dma->end - dma->at);
	} while (len < 0 && errno == EINTR);
	/* Like a cable: what cannot be sent now is lost. */
	return len < 0 ? 0 : head + len;
}

static void net_send_batch(struct net *n)
{
	struct lguest_sent sent;
	unsigned int done = 0;
	struct dma dma;
	uint32_t i;

	while (guest_take_dma(n->g, n->tx_key, &sent)) {
		for (i = 0; i < sent.count; i++) {
			if (!dma_open(n->g, &dma, sent.dma[i]))
				continue;
			dma_done(&dma, net_send(n, &dma));
			if (++done % BATCH == 0)
				guest_interrupt(n->g, n->device->irq);
		}
		if (sent.count < ARRAY_SIZE(sent.dma))
			break;
	}
	if (done % BATCH)
		guest_interrupt(n->g, n->device->irq);
}

/* Is there a packet? No buffer is taken, and kept from the guest, for none. */
static bool net_has_packet(struct net *n)
{
	struct pollfd p = { .fd = n->fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0 && p.revents & POLLIN;
}

/* Nothing has been read: an empty packet, or the other end has been closed? */
static bool net_ended(struct net *n)
{
	struct pollfd p = { .fd = n->fd, .events = POLLRDHUP };

	return n->connected && poll(&p, 1, 0) > 0 &&
	       p.revents & (POLLRDHUP | POLLHUP);
}

/* The next packet is lost. This also takes back an error that poll() reports. */
static void net_drop_packet(struct net *n)
{
	static uint8_t scratch[PACKET_MAX];

	if (!read(n->fd, scratch, sizeof(scratch)) && net_ended(n))
		n->closed = true;
}

/* The next packet into @dma; 0: there was none, < 0: nor will there be. */
static ssize_t net_read(struct net *n, struct dma *dma)
{
	static const uint8_t no_header[VIRTIO_NET_HDR];
	ssize_t len, head = 0;

	if (!n->header)
		head = dma_fill(dma, no_header, sizeof(no_header));
	if (!dma->len) {
		net_drop_packet(n);
		return 0;
	}
	do {
		len = readv(n->fd, dma->iov + dma->at, dma->end - dma->at);
	} while (len < 0 && errno == EINTR);
	if (len > 0)
		return head + len;
	if (len < 0)
		return errno == EBADFD ? -1 : 0;
	return net_ended(n) ? -1 : 0;
}

/*
 * Take packets from the other side; returns how many ms to wait until the guest
 * may have a free buffer again, or -1.
 */
static int net_receive_batch(struct net *n, int retry)
{
	struct lguest_dma_buffer buf;
	unsigned int i, done = 0;
	struct dma dma;
	uint32_t irq = 0;
	ssize_t len;
	int err = 0;

	for (i = 0; i < RECEIVE_MAX && !n->closed && net_has_packet(n); i++) {
		err = guest_get_dma(n->g, n->rx_key, &buf);
		/* Packets must not wait, and be old when somebody listens. */
		if (err == ENOENT) {
			net_drop_packet(n);
			err = 0;
			continue;
		}
		if (err == ENOBUFS || err == ENOMEM)
			break;
		if (err || !dma_open(n->g, &dma, buf.dma)) {
			/* The guest is dead, or lies about its buffers. */
			n->closed = true;
			break;
		}
		/* A call that finds no buffer leaves no interrupt, either. */
		irq = buf.irq;
		len = net_read(n, &dma);
		if (len < 0)
			n->closed = true;
		dma_done(&dma, len > 0 ? len : 0);
		if (++done % BATCH == 0)
			guest_interrupt(n->g, irq);
	}
	if (done % BATCH)
		guest_interrupt(n->g, irq);
	if (err != ENOBUFS && err != ENOMEM)
		return -1;
	if (done || retry < 0)
		return RETRY_MIN;
	return 2 * retry < RETRY_MAX ? 2 * retry : RETRY_MAX;
}

/* An interface that is gone is gone; a socket's errors pass. */
static void net_failed(struct net *n, short events)
{
	if (n->is_tap || events & (POLLHUP | POLLNVAL))
		n->closed = true;
	else
		net_drop_packet(n);
}

static void *net_thread(void *arg)
{
	struct net *n = arg;
	struct pollfd p[2] = {
		{ .fd = n->event, .events = POLLIN },
		{ .events = POLLIN },
	};
	uint64_t count;
	int retry = -1;

	while (!n->closed) {
		/* While the guest has no buffer, packets wait where they are. */
		p[1].fd = retry < 0 ? n->fd : -1;
		if (poll(p, 2, retry) < 0)
			continue;
		if (p[0].revents &&
		    read(n->event, &count, sizeof(count)) == sizeof(count))
			net_send_batch(n);
		if (p[1].fd >= 0 && p[1].revents && !(p[1].revents & POLLIN))
			net_failed(n, p[1].revents);
		retry = net_receive_batch(n, retry);
	}
	/* Nothing comes any more, and what is sent is lost. */
	net_set_link(n, false);
	while (read(n->event, &count, sizeof(count)) == sizeof(count))
		net_send_batch(n);
	return NULL;
}

void net_start(struct guest *g)
{
	struct net *n;

	for (n = g->nets; n; n = n->next) {
		if (n->peer) {
			if (!device_has(LGUEST_FEATURE_SHARED_DMA))
				die("--net %s: the module cannot copy between guests",
				    n->name);
			thread_start(peer_thread, n);
			continue;
		}
		n->event = guest_listen(g, n->tx_key);
		thread_start(net_thread, n);
	}
}
