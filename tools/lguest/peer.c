// SPDX-License-Identifier: GPL-2.0
/*
 * A network device whose other side is another guest. The launchers share a
 * page, a file, and what a guest sends to a key in it the module copies to the
 * buffers that the other one has bound there. So no packet comes here: all that
 * is left to do is to tell the guest whether the other side is there.
 *
 * The two sides are told apart, and a launcher that is gone is noticed, by locks
 * on bytes 0 and 1 of the file, which end with the process.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "net.h"

#define PAGE		4096u

/* The keys of the two sides in the page. */
#define SIDE_KEYS	64u

/* How often it is looked whether the other side is there. */
#define LOOK_NSEC	200000000

/* Both guests see what is in the page, so it is a place for nothing but keys. */
static void peer_map(struct net *n, uint32_t gpa, const char *path)
{
	void *p = gpa_ptr(n->g, gpa, PAGE);

	if (mmap(p, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, n->fd,
		 0) == MAP_FAILED)
		die("--net peer=%s: cannot map it: %s", path, strerror(errno));
	if (madvise(p, PAGE, MADV_DONTFORK))
		die("MADV_DONTFORK: %s", strerror(errno));
}

static unsigned int peer_count(const struct guest *g)
{
	unsigned int count = 0;
	const struct net *n;

	for (n = g->nets; n; n = n->next)
		count += n->peer;
	return count;
}

/* --net peer=PATH */
void peer_open(struct net *n, const char *path)
{
	unsigned int count = peer_count(n->g);
	uint32_t gpa = PEER_GPA + count * PAGE;
	struct stat st;

	if (count == PEERS_MAX)
		die("too many peers: a guest can have %u", PEERS_MAX);
	n->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
	if (n->fd < 0)
		die("--net peer=%s: %s", path, strerror(errno));
	if (fstat(n->fd, &st))
		die("--net peer=%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		die("--net peer=%s: not a regular file", path);
	/* Both may find it empty: they do the same to it. */
	if (!st.st_size && ftruncate(n->fd, PAGE))
		die("--net peer=%s: %s", path, strerror(errno));
	if (st.st_size && st.st_size != PAGE)
		die("--net peer=%s: not a peer's file: %lld bytes, not %u",
		    path, (long long)st.st_size, PAGE);
	for (n->side = 0; n->side < 2; n->side++)
		if (file_lock(n->fd, true, n->side, 1))
			break;
	if (n->side == 2)
		die("--net peer=%s: both ends are taken", path);
	peer_map(n, gpa, path);
	n->peer = true;
	n->features = LGUEST_NET_F_CSUM | LGUEST_NET_F_TSO | LGUEST_NET_F_PEER;
	n->rx_key = gpa + SIDE_KEYS * n->side;
	n->tx_key = gpa + SIDE_KEYS * (1 - n->side);
}

static bool peer_is_there(const struct net *n)
{
	struct flock fl = {
		.l_type		= F_WRLCK,
		.l_whence	= SEEK_SET,
		.l_start	= 1 - n->side,
		.l_len		= 1,
	};

	return !fcntl(n->fd, F_OFD_GETLK, &fl) && fl.l_type != F_UNLCK;
}

void *peer_thread(void *arg)
{
	const struct timespec pause = { .tv_nsec = LOOK_NSEC };
	struct net *n = arg;
	bool link = false;

	for (;;) {
		if (peer_is_there(n) != link) {
			link = !link;
			net_set_link(n, link);
		}
		nanosleep(&pause, NULL);
	}
	return NULL;
}
