// SPDX-License-Identifier: GPL-2.0
/*
 * Where a network device's packets go: a TAP of the host, opened here or by
 * somebody who may, or a socket that keeps packets apart.
 *
 * A TAP takes over what a guest's virtio_net_hdr leaves to be done, checksums
 * and segments. A socket, and a TAP that was made without IFF_VNET_HDR, carries
 * plain Ethernet frames, and the guest is offered nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "net.h"

#define TUN_DEVICE	"/dev/net/tun"

/* Packets with the header; offer what of it the TAP does. */
static void tap_set_header(struct net *n)
{
	int size = VIRTIO_NET_HDR;

	if (ioctl(n->fd, TUNSETVNETHDRSZ, &size))
		die("--net %s: TUNSETVNETHDRSZ: %s", n->name, strerror(errno));
	n->header = true;
	if (!ioctl(n->fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 |
					 TUN_F_TSO_ECN))
		n->features = LGUEST_NET_F_CSUM | LGUEST_NET_F_TSO;
	else if (!ioctl(n->fd, TUNSETOFFLOAD, TUN_F_CSUM))
		n->features = LGUEST_NET_F_CSUM;
}

/* Without the right to do it this is somebody else's task. */
static void tap_bring_up(const char *name)
{
	struct ifreq ifr = {};
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (s < 0)
		return;
	strncpy(ifr.ifr_name, name, sizeof(ifr.ifr_name) - 1);
	if (!ioctl(s, SIOCGIFFLAGS, &ifr) && !(ifr.ifr_flags & IFF_UP)) {
		ifr.ifr_flags |= IFF_UP;
		ioctl(s, SIOCSIFFLAGS, &ifr);
	}
	close(s);
}

static __noreturn void tap_refused(const char *name, int err)
{
	switch (err) {
	case EPERM:
	case EACCES:
		die("--net tap=%s: not permitted; root can make it for you, see lguest(1)",
		    name);
	case EBUSY:
		die("--net tap=%s: in use by another program", name);
	case EINVAL:
		die("--net tap=%s: an interface of another kind has this name",
		    name);
	default:
		die("--net tap=%s: %s", name, strerror(err));
	}
}

/* --net tap=NAME */
void tap_open(struct net *n, const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };

	if (!*name || strlen(name) >= sizeof(ifr.ifr_name) ||
	    strpbrk(name, "/: \t%") || !strcmp(name, ".") ||
	    !strcmp(name, ".."))
		die("--net tap=%s: not the name of an interface", name);
	n->fd = open(TUN_DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (n->fd < 0 && (errno == ENOENT || errno == ENODEV || errno == ENXIO))
		die("--net tap=%s: " TUN_DEVICE ": %s; is the module loaded (modprobe tun)?",
		    name, strerror(errno));
	if (n->fd < 0)
		die("--net tap=%s: " TUN_DEVICE ": %s", name, strerror(errno));
	strcpy(ifr.ifr_name, name);
	if (ioctl(n->fd, TUNSETIFF, &ifr))
		tap_refused(name, errno);
	n->is_tap = true;
	tap_set_header(n);
	tap_bring_up(name);
}

static void tap_adopt_socket(struct net *n)
{
	socklen_t len = sizeof(int);
	int domain, type;

	if (getsockopt(n->fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) ||
	    getsockopt(n->fd, SOL_SOCKET, SO_TYPE, &type, &len))
		die("--net %s: neither a TAP nor a socket", n->name);
	if (!(domain == AF_UNIX &&
	      (type == SOCK_SEQPACKET || type == SOCK_DGRAM)) &&
	    !(domain == AF_PACKET && type == SOCK_RAW))
		die("--net %s: a socket, but of no kind that keeps frames apart",
		    n->name);
	n->connected = type == SOCK_SEQPACKET;
}

/* --net fd=N */
void tap_adopt(struct net *n, const char *number)
{
	struct ifreq ifr = {};
	long fd;
	char *end;
	int flags;

	errno = 0;
	fd = strtol(number, &end, 10);
	if (*number < '0' || *number > '9' || *end || errno)
		die("--net fd=%s: not a number", number);
	n->fd = fd;
	flags = fcntl(n->fd, F_GETFL);
	if (flags < 0 || fcntl(n->fd, F_SETFL, flags | O_NONBLOCK) ||
	    fcntl(n->fd, F_SETFD, FD_CLOEXEC))
		die("--net %s: %s", n->name, strerror(errno));
	if (ioctl(n->fd, TUNGETIFF, &ifr)) {
		tap_adopt_socket(n);
		return;
	}
	n->is_tap = true;
	if (!(ifr.ifr_flags & IFF_TAP))
		die("--net %s: a TUN; it must be a TAP", n->name);
	/* IFF_NO_PI cannot be seen here: the bit is also IFF_NOFILTER. */
	if (ifr.ifr_flags & IFF_VNET_HDR)
		tap_set_header(n);
	tap_bring_up(ifr.ifr_name);
}
