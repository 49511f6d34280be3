// SPDX-License-Identifier: GPL-2.0
/*
 * Disks: image files and block devices. Each has a thread of its own, which is
 * woken once for all requests that wait by then.
 *
 * The guest's driver may be hostile. What it says is looked at once, in copies
 * of the section list and of the request's header, and a request that makes no
 * sense fails, for that guest, before it touches the file.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "launcher.h"

#define SECTOR		512u
#define PAGE		4096u

/* The page cache of a 32-bit guest ends one page below 16 TB. */
#define DISK_MAX	((1ULL << 44) - PAGE)

/* More bytes than any driver asks for at once. */
#define REQUEST_MAX	(64ULL << 20)

/* Sectors that one discard may have: 1 GB. */
#define DISCARD_MAX	0x200000u

/* Done requests that may wait for the interrupt which tells of them. */
#define BATCH		16

/* Bad requests that are told of, per disk. */
#define COMPLAINTS	5

/* How long the end waits for a request that is under way. */
#define END_SECONDS	10

/**
 * struct disk - one disk
 * @next: list
 * @g: whose it is
 * @name: of the file
 * @fd: of the file
 * @ro: the guest may not write
 * @overlay: where it writes instead, or NULL
 * @size: bytes
 * @block_size: what requests must be a multiple of
 * @is_device: a block device, not an image
 * @discard: LGUEST_BLOCK_DISCARD works
 * @broken: 0, or the negative errno of the fdatasync() that failed
 * @complaints: messages about bad requests so far
 * @done: requests since the last interrupt
 * @device: what the guest knows
 * @event: eventfd that counts requests
 * @lock: held while a request is served
 */
struct disk {
	struct disk *next;
	struct guest *g;
	const char *name;
	int fd;
	bool ro;
	struct overlay *overlay;
	uint64_t size;
	uint32_t block_size;
	bool is_device;
	bool discard;
	int broken;
	unsigned int complaints;
	unsigned int done;
	const struct device *device;
	int event;
	pthread_mutex_t lock;
};

/* Tell the guest of what is done. */
static void disk_interrupt(struct disk *d)
{
	if (d->done)
		guest_interrupt(d->g, d->device->irq);
	d->done = 0;
}

/* A lock that ends with the open file; false: somebody else has one. */
bool file_lock(int fd, bool write, off_t start, off_t len)
{
	struct flock fl = {
		.l_type		= write ? F_WRLCK : F_RDLCK,
		.l_whence	= SEEK_SET,
		.l_start	= start,
		.l_len		= len,
	};

	if (!fcntl(fd, F_OFD_SETLK, &fl))
		return true;
	if (errno != EAGAIN && errno != EACCES)
		die("cannot lock a file: %s", strerror(errno));
	return false;
}

/* A request that makes no sense: tell of it, but not for ever. */
static uint32_t disk_refuse(struct disk *d, uint32_t status, const char *why)
{
	if (d->complaints < COMPLAINTS)
		note("disk %s: bad request from the guest: %s", d->name, why);
	if (++d->complaints == COMPLAINTS)
		note("disk %s: no more messages of that kind", d->name);
	return status;
}

static uint32_t disk_status(int err)
{
	switch (err) {
	case 0:
		return LGUEST_BLOCK_OK;
	case -ENOSPC:
	case -EDQUOT:
	case -EFBIG:
		return LGUEST_BLOCK_ENOSPC;
	case -EOPNOTSUPP:
		return LGUEST_BLOCK_EOPNOTSUPP;
	default:
		return LGUEST_BLOCK_EIO;
	}
}

/* What the file says is the host's problem, but the guest is not told why. */
static uint32_t disk_failed(struct disk *d, const char *what, int err)
{
	if (err && err != -EOPNOTSUPP && d->complaints < COMPLAINTS) {
		d->complaints++;
		note("disk %s: %s: %s", d->name, what, strerror(-err));
	}
	return disk_status(err);
}

/* NULL, or why a transfer of @len bytes at @sector is none. */
static const char *disk_check(const struct disk *d, uint64_t sector,
			      uint64_t len)
{
	if (!len)
		return "of length 0";
	if (len % d->block_size || sector % (d->block_size / SECTOR))
		return "not of whole blocks";
	/* No sum and no product that could overflow. */
	if (sector >= d->size / SECTOR || len > d->size - sector * SECTOR)
		return "past the end";
	return NULL;
}

static uint32_t disk_transfer(struct disk *d, struct dma *dma, uint64_t sector,
			      bool write)
{
	const char *why;
	int err;

	if (!dma->whole)
		return disk_refuse(d, LGUEST_BLOCK_EINVAL,
				   "with data outside of its memory");
	if (dma->len > REQUEST_MAX)
		return disk_refuse(d, LGUEST_BLOCK_EINVAL, "too long");
	why = disk_check(d, sector, dma->len);
	if (why)
		return disk_refuse(d, LGUEST_BLOCK_EINVAL, why);
	if (write && d->ro)
		return disk_refuse(d, LGUEST_BLOCK_EROFS,
				   "a write to a read-only disk");
	if (d->overlay)
		err = overlay_transfer(d->overlay, dma, sector * SECTOR, write);
	else
		err = dma_file(dma, d->fd, sector * SECTOR, dma->len, write);
	return disk_failed(d, write ? "write" : "read", err);
}

/* A failure is told once only: see overlay_sync(). */
static int disk_sync(struct disk *d)
{
	if (!d->broken && fdatasync(d->fd))
		d->broken = -errno;
	return d->broken;
}

static uint32_t disk_flush(struct disk *d)
{
	int err = 0;

	/* It may take long: others do not wait for it. */
	disk_interrupt(d);
	if (d->overlay)
		err = overlay_flush(d->overlay);
	else if (!d->ro)
		err = disk_sync(d);
	return disk_failed(d, "flush", err);
}

static uint32_t disk_discard(struct disk *d, uint64_t sector, uint32_t count)
{
	const char *why = disk_check(d, sector, (uint64_t)count * SECTOR);
	int err = 0;

	if (!d->discard)
		return LGUEST_BLOCK_EOPNOTSUPP;
	if (count > DISCARD_MAX)
		why = "a discard that is too long";
	if (why)
		return disk_refuse(d, LGUEST_BLOCK_EINVAL, why);
	disk_interrupt(d);
	if (fallocate(d->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      sector * SECTOR, (uint64_t)count * SECTOR))
		err = -errno;
	return disk_failed(d, "discard", err);
}

/* Serve what begins with a header at dma->iov[0]. */
static void disk_serve(struct disk *d, struct dma *dma)
{
	struct lguest_block_request req;
	uint32_t status;
	uint8_t *head;

	/* Without a header there is no place for a status. */
	if (!dma->end || dma->iov[0].iov_len != sizeof(req)) {
		disk_refuse(d, 0, "without a header");
		return;
	}
	head = dma->iov[0].iov_base;
	memcpy(&req, head, sizeof(req));
	barrier();
	dma_skip(dma, sizeof(req));

	switch (req.type) {
	case LGUEST_BLOCK_READ:
		status = disk_transfer(d, dma, req.sector, false);
		break;
	case LGUEST_BLOCK_WRITE:
		status = disk_transfer(d, dma, req.sector, true);
		break;
	case LGUEST_BLOCK_FLUSH:
		status = disk_flush(d);
		break;
	case LGUEST_BLOCK_DISCARD:
		status = disk_discard(d, req.sector, req.count);
		break;
	default:
		status = disk_refuse(d, LGUEST_BLOCK_EOPNOTSUPP,
				     "of an unknown type");
	}
	memcpy(head + offsetof(struct lguest_block_request, status), &status,
	       sizeof(status));
}

/* The launcher ends: who asks for the lock next lets disk_end() have it. */
static atomic_bool ending;

/* Serve all that waits. */
static void disk_serve_batch(struct disk *d)
{
	struct lguest_sent sent;
	struct dma dma;
	uint32_t i;

	while (guest_take_dma(d->g, d->device->key, &sent)) {
		for (i = 0; i < sent.count; i++) {
			if (!dma_open(d->g, &dma, sent.dma[i]))
				continue;
			pthread_mutex_lock(&d->lock);
			while (ending) {
				pthread_mutex_unlock(&d->lock);
				pause();
				pthread_mutex_lock(&d->lock);
			}
			disk_serve(d, &dma);
			pthread_mutex_unlock(&d->lock);
			dma_done(&dma, 0);
			if (++d->done == BATCH)
				disk_interrupt(d);
		}
		/* What is sent from now on counts in the eventfd again. */
		if (sent.count < ARRAY_SIZE(sent.dma))
			break;
	}
	disk_interrupt(d);
}

static void *disk_thread(void *arg)
{
	struct disk *d = arg;
	uint64_t count;

	for (;;) {
		if (read(d->event, &count, sizeof(count)) == sizeof(count))
			disk_serve_batch(d);
	}
	return NULL;
}

/* Find out what @d->fd is, and its size. */
static void disk_measure(struct disk *d, uint32_t *physical)
{
	struct stat st;
	unsigned int bytes;
	int logical;

	if (fstat(d->fd, &st))
		die("disk %s: %s", d->name, strerror(errno));
	d->block_size = SECTOR;
	*physical = PAGE;
	if (S_ISREG(st.st_mode)) {
		d->size = st.st_size;
		return;
	}
	if (S_ISDIR(st.st_mode))
		die("disk %s: is a directory", d->name);
	if (!S_ISBLK(st.st_mode))
		die("disk %s: neither a regular file nor a block device",
		    d->name);
	d->is_device = true;
	if (ioctl(d->fd, BLKGETSIZE64, &d->size))
		die("disk %s: its size: %s", d->name, strerror(errno));
	if (!ioctl(d->fd, BLKSSZGET, &logical) && logical >= (int)SECTOR)
		d->block_size = logical;
	if (!ioctl(d->fd, BLKPBSZGET, &bytes) && bytes >= SECTOR)
		*physical = bytes;
}

static void disk_check_size(const struct disk *d)
{
	if (!d->size)
		die("disk %s: is empty", d->name);
	if (d->size % d->block_size)
		die("disk %s: its size, %llu bytes, is not a multiple of %u",
		    d->name, (unsigned long long)d->size, d->block_size);
	if (d->size > DISK_MAX)
		die("disk %s: too large: %llu GB; a guest can use 16383 GB",
		    d->name, (unsigned long long)d->size >> 30);
}

static int disk_open_file(const struct disk *d, int flags, struct stat *st)
{
	int fd = open(d->name, flags | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 && errno == EBUSY)
		die("disk %s: in use on the host", d->name);
	if (fd < 0 || fstat(fd, st))
		die("disk %s: %s", d->name, strerror(errno));
	return fd;
}

static void disk_open(struct disk *d, bool write)
{
	int flags = write ? O_RDWR : O_RDONLY, fd;
	struct stat st, again;

	d->fd = disk_open_file(d, flags, &st);
	if (!S_ISBLK(st.st_mode))
		return;
	/*
	 * Not while it is mounted. Who only reads it does not keep others from
	 * doing so.
	 */
	fd = disk_open_file(d, flags | O_EXCL, &again);
	if (!S_ISBLK(again.st_mode) || again.st_rdev != st.st_rdev)
		die("disk %s: was replaced just now", d->name);
	close(write ? d->fd : fd);
	if (write)
		d->fd = fd;
}

/*
 * A hole behind the end changes nothing, and shows if there can be holes. But some
 * file systems count it as a change, which an overlay of the image would notice.
 */
static bool disk_can_discard(const struct disk *d)
{
	struct timespec times[2];
	struct stat st;

	if (fstat(d->fd, &st))
		return false;
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	/* Only its owner can put the time back. */
	if (S_ISREG(st.st_mode) && futimens(d->fd, times))
		return false;
	if (fallocate(d->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      d->size, PAGE))
		return false;
	if (S_ISREG(st.st_mode) && futimens(d->fd, times))
		die("disk %s: %s", d->name, strerror(errno));
	return true;
}

static void disk_describe(struct disk *d, uint32_t physical)
{
	struct device *dev;
	struct lguest_device_desc *desc;

	dev = platform_add(d->g, LGUEST_DEVICE_BLOCK, d->name);
	desc = dev->desc;
	desc->features = LGUEST_BLOCK_F_FLUSH;
	if (d->ro)
		desc->features |= LGUEST_BLOCK_F_RO;
	if (d->discard)
		desc->features |= LGUEST_BLOCK_F_DISCARD;
	desc->config.block.sectors = d->size / SECTOR;
	desc->config.block.block_size = d->block_size;
	desc->config.block.physical_block_size = physical;
	desc->config.block.max_discard = d->discard ? DISCARD_MAX : 0;
	d->device = dev;
}

/* --disk FILE[,ro][,cow=OVERLAY] */
void disk_setup(struct guest *g, const char *text)
{
	struct disk *d = calloc(1, sizeof(*d)), **last;
	char *rest = strdup(text), *word;
	const char *cow = NULL;
	uint32_t physical;

	if (!d || !rest)
		die("out of memory");
	d->g = g;
	d->name = strsep(&rest, ",");
	if (!*d->name)
		die("--disk '%s': which file?", text);
	while ((word = strsep(&rest, ","))) {
		if (!strcmp(word, "ro"))
			d->ro = true;
		else if (!strncmp(word, "cow=", 4) && word[4])
			cow = word + 4;
		else
			die("--disk '%s': '%s' is neither 'ro' nor 'cow=OVERLAY'",
			    text, word);
	}
	if (d->ro && cow)
		die("--disk '%s': either 'ro' or 'cow='", text);

	disk_open(d, !d->ro && !cow);
	disk_measure(d, &physical);
	disk_check_size(d);
	if (!file_lock(d->fd, !d->ro && !cow, 0, 0))
		die("disk %s: in use by another guest", d->name);
	if (cow)
		d->overlay = overlay_open(cow, d->fd, d->name, d->size);
	else if (!d->ro && !d->is_device)
		d->discard = disk_can_discard(d);
	disk_describe(d, physical);
	pthread_mutex_init(&d->lock, NULL);
	for (last = &g->disks; *last; last = &(*last)->next)
		;
	*last = d;
}

void disk_start(struct guest *g)
{
	struct disk *d;

	for (d = g->disks; d; d = d->next) {
		d->event = guest_listen(g, d->device->key);
		thread_start(disk_thread, d);
	}
}

/* Nothing is served any more, and overlays know what they hold; false: they do not. */
bool disk_end(struct guest *g)
{
	struct timespec until;
	bool good = true;
	struct disk *d;
	int err;

	ending = true;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += END_SECONDS;
	for (d = g->disks; d; d = d->next) {
		if (!d->overlay)
			continue;
		/* Kept: this is the end. */
		err = -pthread_mutex_clocklock(&d->lock, CLOCK_MONOTONIC, &until);
		if (!err)
			err = overlay_flush(d->overlay);
		if (!err)
			continue;
		note("disk %s: writing the overlay: %s", d->name, strerror(-err));
		good = false;
	}
	return good;
}
