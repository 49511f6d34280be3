/* SPDX-License-Identifier: GPL-2.0 */
/* Network devices: what net.c, tap.c and peer.c know of each other. */
#ifndef _LAUNCHER_NET_H
#define _LAUNCHER_NET_H

#include "launcher.h"

/* Bytes of the struct virtio_net_hdr that packets of a guest begin with. */
#define VIRTIO_NET_HDR	10

/* The largest packet: header, Ethernet with a VLAN tag, 64K. */
#define PACKET_MAX	(VIRTIO_NET_HDR + 18 + 65536)

/**
 * struct net - a network device
 * @next: list
 * @g: whose it is
 * @name: what the user calls it
 * @fd: the other side; for a peer, the file
 * @is_tap: and no socket
 * @header: packets have a virtio_net_hdr at the other side, too
 * @connected: a socket that has one other end, which may be closed
 * @closed: and that happened
 * @peer: it is another guest; for the rest see peer.c
 * @side: which of the two we are
 * @mac: address
 * @features: LGUEST_NET_*
 * @rx_key: where the guest binds its buffers
 * @tx_key: where it sends to
 * @event: eventfd that counts packets that were sent
 * @device: what the guest knows
 */
struct net {
	struct net *next;
	struct guest *g;
	const char *name;
	int fd;
	bool is_tap;
	bool header;
	bool connected;
	bool closed;
	bool peer;
	unsigned int side;
	uint8_t mac[6];
	uint32_t features;
	uint32_t rx_key;
	uint32_t tx_key;
	int event;
	const struct device *device;
};

/* net.c */
void net_set_link(struct net *n, bool link);

/* tap.c: the other side is a TAP, or a descriptor that was handed in */
void tap_open(struct net *n, const char *name);
void tap_adopt(struct net *n, const char *number);

/* peer.c: the other side is a guest */
void peer_open(struct net *n, const char *path);
void *peer_thread(void *arg);

#endif /* _LAUNCHER_NET_H */
