// SPDX-License-Identifier: GPL-2.0
/*
 * Overlays: what a guest has written to its copy of an image that it shares
 * with others. The file is sparse:
 *
 *	header		one page
 *	bitmap		one bit per cluster of the disk: 1: it is here
 *	data		at a fixed offset + the position on the disk
 *
 * The bitmap is kept in memory, and what of it has changed is written when the
 * guest flushes and at the end: after the data it tells of, so that a launcher
 * or host that dies leaves a disk as it was at the last flush or newer.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "launcher.h"

#define PAGE		4096u
#define CLUSTER		4096u
#define MAGIC		"lguest-o"
#define VERSION		1

/* The bitmap is in memory: 64 MB of it. */
#define OVERLAY_MAX	(2ULL << 40)

/* How much of the base is compared by content. */
#define BASE_SAMPLE	65536u

/**
 * struct header - the first page of an overlay, little-endian
 * @magic: MAGIC
 * @version: VERSION
 * @cluster: CLUSTER
 * @base_size: of the image, in bytes
 * @base_sec: when the image was changed
 * @base_nsec: and nanoseconds
 * @base_crc: CRC32 of its first BASE_SAMPLE bytes
 * @reserved: zero
 * @crc: CRC32 of all before
 */
struct header {
	char magic[8];
	uint32_t version;
	uint32_t cluster;
	uint64_t base_size;
	int64_t base_sec;
	uint32_t base_nsec;
	uint32_t base_crc;
	uint8_t reserved[PAGE - 44];
	uint32_t crc;
};

static_assert(sizeof(struct header) == PAGE, "the header is a page");

/**
 * struct overlay - an open one
 * @fd: of the file
 * @base: of the image
 * @size: bytes of the disk
 * @data: offset of the disk's position 0 in the file
 * @bitmap: which clusters are here
 * @bitmap_pages: its size
 * @dirty: per page of @bitmap: it has changed
 * @written: something has been written since the last flush
 * @broken: 0, or the negative errno of the fdatasync() that failed
 */
struct overlay {
	int fd;
	int base;
	uint64_t size;
	uint64_t data;
	uint8_t *bitmap;
	uint32_t bitmap_pages;
	bool *dirty;
	bool written;
	int broken;
};

static uint32_t crc32(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint32_t crc = ~0u;
	int i;

	while (len--) {
		crc ^= *p++;
		for (i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

/* All @len bytes at @off; 0, or a negative errno. */
static int read_all(int fd, void *buf, size_t len, uint64_t off)
{
	uint8_t *p = buf;
	ssize_t n;

	for (; len; p += n, off += n, len -= n) {
		n = pread(fd, p, len, off);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return n ? -errno : -EIO;
	}
	return 0;
}

static int write_all(int fd, const void *buf, size_t len, uint64_t off)
{
	const uint8_t *p = buf;
	ssize_t n;

	for (; len; p += n, off += n, len -= n) {
		n = pwrite(fd, p, len, off);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return n ? -errno : -EIO;
	}
	return 0;
}

/* The header that an overlay of this image has. */
static void make_header(struct header *h, int base, const char *base_name,
			uint64_t size)
{
	static uint8_t sample[BASE_SAMPLE];
	size_t len = size < BASE_SAMPLE ? size : BASE_SAMPLE;
	struct stat st;
	int err;

	memset(h, 0, sizeof(*h));
	memcpy(h->magic, MAGIC, sizeof(h->magic));
	h->version = VERSION;
	h->cluster = CLUSTER;
	h->base_size = size;
	if (fstat(base, &st))
		die("disk %s: %s", base_name, strerror(errno));
	/* What the time of a device node says is not about its content. */
	if (S_ISREG(st.st_mode)) {
		h->base_sec = st.st_mtim.tv_sec;
		h->base_nsec = st.st_mtim.tv_nsec;
	}
	err = read_all(base, sample, len, 0);
	if (err)
		die("disk %s: %s", base_name, strerror(-err));
	h->base_crc = crc32(sample, len);
	h->crc = crc32(h, offsetof(struct header, crc));
}

/* Does @h, from a file, belong to the base that would have @want? */
static void check_header(const char *name, const struct header *h,
			 const struct header *want, const char *base_name)
{
	if (memcmp(h->magic, MAGIC, sizeof(h->magic)))
		die("overlay %s: not an overlay of lguest", name);
	if (h->crc != crc32(h, offsetof(struct header, crc)))
		die("overlay %s: its header is damaged", name);
	if (h->version != VERSION || h->cluster != CLUSTER)
		die("overlay %s: of another version", name);
	if (h->base_size != want->base_size || h->base_crc != want->base_crc)
		die("overlay %s: belongs to another image than %s", name,
		    base_name);
	if (h->base_sec != want->base_sec || h->base_nsec != want->base_nsec)
		die("overlay %s: %s was changed after the overlay was made",
		    name, base_name);
	if (memcmp(h, want, sizeof(*h)))
		die("overlay %s: its header is damaged", name);
}

/* The name of a new file lasts, too, on file systems whose fsync() leaves it. */
static int sync_folder(const char *name)
{
	char *copy = strdup(name);
	int fd, err = 0;

	if (!copy)
		return -ENOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	/* Where one may write but not read there is no way; some cannot do it. */
	if (fd < 0)
		return errno == EACCES ? 0 : -errno;
	if (fsync(fd) && errno != EINVAL && errno != EBADF)
		err = -errno;
	close(fd);
	return err;
}

/*
 * An empty file becomes an overlay. The header makes it one, and is the last: what
 * has none, as this was cut short, can hold nothing yet.
 */
static void overlay_create(struct overlay *o, const char *name,
			   const struct header *h)
{
	int err = ftruncate(o->fd, o->data + o->size) ? -errno : 0;

	if (!err)
		err = write_all(o->fd, h, sizeof(*h), 0);
	if (!err && fsync(o->fd))
		err = -errno;
	if (!err)
		err = sync_folder(name);
	if (!err)
		return;
	/* Empty it can be tried again. */
	if (ftruncate(o->fd, 0))
		note("overlay %s: %s", name, strerror(errno));
	die("overlay %s: cannot make it: %s", name, strerror(-err));
}

/* Is this what overlay_create() leaves when it is cut short? */
static bool overlay_unfinished(const struct overlay *o, uint64_t size)
{
	static const struct header zero;
	static struct header h;

	if (!size)
		return true;
	return size == o->data + o->size && !read_all(o->fd, &h, sizeof(h), 0) &&
	       !memcmp(&h, &zero, sizeof(h));
}

static void overlay_load(struct overlay *o, const char *name, uint64_t size,
			 const struct header *want, const char *base_name)
{
	static struct header h;
	int err;

	if (size < sizeof(h))
		die("overlay %s: truncated", name);
	err = read_all(o->fd, &h, sizeof(h), 0);
	if (err)
		die("overlay %s: %s", name, strerror(-err));
	check_header(name, &h, want, base_name);
	if (size != o->data + o->size)
		die("overlay %s: %s: %llu bytes instead of %llu", name,
		    size < o->data + o->size ? "truncated" : "too long",
		    (unsigned long long)size,
		    (unsigned long long)(o->data + o->size));
	err = read_all(o->fd, o->bitmap, (size_t)o->bitmap_pages * PAGE, PAGE);
	if (err)
		die("overlay %s: %s", name, strerror(-err));
}

/*
 * Much of it can be what is in the base, with @mode: for those who may read that.
 * The group of the overlay can be another one than that of the base.
 */
static mode_t overlay_mode(mode_t mode)
{
	mode_t others = mode & 0006;

	return 0600 | others | (others << 3 & mode);
}

/* Open the overlay @name of an image of @size bytes; make it if there is none. */
struct overlay *overlay_open(const char *name, int base, const char *base_name,
			     uint64_t size)
{
	struct overlay *o = calloc(1, sizeof(*o));
	static struct header want;
	uint64_t clusters;
	struct stat st;

	if (size > OVERLAY_MAX)
		die("disk %s: too large for an overlay: at most %llu GB",
		    base_name, OVERLAY_MAX >> 30);
	if (!o)
		die("out of memory");
	clusters = (size + CLUSTER - 1) / CLUSTER;
	o->base = base;
	o->size = size;
	o->bitmap_pages = (clusters + 8 * PAGE - 1) / (8 * PAGE);
	o->data = sizeof(want) + (uint64_t)o->bitmap_pages * PAGE;
	o->bitmap = calloc(o->bitmap_pages, PAGE);
	o->dirty = calloc(o->bitmap_pages, sizeof(*o->dirty));
	if (!o->bitmap || !o->dirty)
		die("out of memory");
	make_header(&want, base, base_name, size);

	if (fstat(base, &st))
		die("disk %s: %s", base_name, strerror(errno));
	o->fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK,
		     S_ISREG(st.st_mode) ? overlay_mode(st.st_mode) : 0600);
	if (o->fd < 0)
		die("overlay %s: %s", name, strerror(errno));
	if (fstat(o->fd, &st))
		die("overlay %s: %s", name, strerror(errno));
	if (!S_ISREG(st.st_mode))
		die("overlay %s: not a regular file", name);
	if (!file_lock(o->fd, true, 0, 0))
		die("overlay %s: in use by another guest", name);
	/*
	 * Who has the lock looks once more: a second launcher that found no
	 * file, either, may have been faster, and has gone again.
	 */
	if (fstat(o->fd, &st))
		die("overlay %s: %s", name, strerror(errno));
	if (overlay_unfinished(o, st.st_size))
		overlay_create(o, name, &want);
	else
		overlay_load(o, name, st.st_size, &want, base_name);
	return o;
}

static bool cluster_is_here(const struct overlay *o, uint64_t cluster)
{
	return o->bitmap[cluster / 8] & 1u << cluster % 8;
}

static void cluster_set_here(struct overlay *o, uint64_t cluster)
{
	if (cluster_is_here(o, cluster))
		return;
	o->bitmap[cluster / 8] |= 1u << cluster % 8;
	o->dirty[cluster / 8 / PAGE] = true;
}

/* Reads: one transfer for each run of clusters that are in the same file. */
static int overlay_read(struct overlay *o, struct dma *dma, uint64_t pos)
{
	uint64_t cluster, end = pos + dma->len, to;
	bool here;
	int err;

	while (pos < end) {
		cluster = pos / CLUSTER;
		here = cluster_is_here(o, cluster);
		do {
			to = ++cluster * CLUSTER;
		} while (to < end && cluster_is_here(o, cluster) == here);
		if (to > end)
			to = end;
		err = dma_file(dma, here ? o->fd : o->base,
			       here ? o->data + pos : pos, to - pos, false);
		if (err)
			return err;
		pos = to;
	}
	return 0;
}

/* The cluster at @pos is about to be written in part: the rest is the base's. */
static int copy_up(struct overlay *o, uint64_t pos)
{
	uint64_t start = pos / CLUSTER * CLUSTER;
	size_t len = o->size - start < CLUSTER ? o->size - start : CLUSTER;
	uint8_t buf[CLUSTER];
	int err;

	if (cluster_is_here(o, pos / CLUSTER))
		return 0;
	err = read_all(o->base, buf, len, start);
	return err ? err : write_all(o->fd, buf, len, o->data + start);
}

static int overlay_write(struct overlay *o, struct dma *dma, uint64_t pos)
{
	uint64_t cluster, end = pos + dma->len;
	int err = 0;

	o->written = true;
	if (pos % CLUSTER)
		err = copy_up(o, pos);
	if (!err && end % CLUSTER && end < o->size)
		err = copy_up(o, end);
	if (!err)
		err = dma_file(dma, o->fd, o->data + pos, dma->len, true);
	/* Without the bit a cluster that failed is still the base's. */
	if (err)
		return err;
	for (cluster = pos / CLUSTER; cluster * CLUSTER < end; cluster++)
		cluster_set_here(o, cluster);
	return 0;
}

/* Move @dma to or from @pos, which has been checked; 0, or a negative errno. */
int overlay_transfer(struct overlay *o, struct dma *dma, uint64_t pos,
		     bool write)
{
	return write ? overlay_write(o, dma, pos) : overlay_read(o, dma, pos);
}

/*
 * A failure is told only once, and the next fdatasync() may succeed without the
 * data that was lost. So from then on there is no flush any more.
 */
static int overlay_sync(struct overlay *o)
{
	if (!o->broken && fdatasync(o->fd))
		o->broken = -errno;
	return o->broken;
}

/* What was written is in the file, and the file knows; 0, or a negative errno. */
int overlay_flush(struct overlay *o)
{
	bool changed = false;
	uint32_t page;
	int err;

	if (!o->written)
		return o->broken;
	/* The data first: a bit must never be older than its cluster. */
	err = overlay_sync(o);
	if (err)
		return err;
	for (page = 0; page < o->bitmap_pages; page++) {
		if (!o->dirty[page])
			continue;
		err = write_all(o->fd, o->bitmap + page * PAGE, PAGE,
				sizeof(struct header) + (uint64_t)page * PAGE);
		if (err)
			return err;
		changed = true;
	}
	err = changed ? overlay_sync(o) : 0;
	if (err)
		return err;
	memset(o->dirty, 0, o->bitmap_pages * sizeof(*o->dirty));
	o->written = false;
	return 0;
}
