// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers that the guest names. It may change the section list, and what the
 * sections hold, at any time: dma_open() takes one copy of the list, checks
 * that, and nothing here reads the original again.
 */
#include <errno.h>
#include <string.h>
#include "launcher.h"

/* Look at the buffer at @gpa; false if there is none. */
bool dma_open(struct guest *g, struct dma *d, uint32_t gpa)
{
	struct lguest_dma copy;
	uint32_t i, len;

	d->buffer = gpa_ptr(g, gpa, sizeof(*d->buffer));
	if (!d->buffer || gpa % sizeof(uint32_t))
		return false;
	memcpy(&copy, d->buffer, sizeof(copy));
	/* Keeps the compiler from reading the original once more. */
	barrier();

	d->at = 0;
	d->end = 0;
	d->len = 0;
	d->whole = copy.sections <= LGUEST_DMA_SECTIONS;
	for (i = 0; i < copy.sections && i < LGUEST_DMA_SECTIONS; i++) {
		len = gpa_clamp(g, copy.section[i].addr, copy.section[i].len);
		if (len != copy.section[i].len)
			d->whole = false;
		if (!len)
			continue;
		d->iov[d->end].iov_base = g->ram + copy.section[i].addr;
		d->iov[d->end++].iov_len = len;
		d->len += len;
	}
	return true;
}

/* The next @len bytes, or what there is, are not wanted any more. */
void dma_skip(struct dma *d, uint64_t len)
{
	struct iovec *v;

	for (; len && d->at < d->end; d->at++) {
		v = &d->iov[d->at];
		if (v->iov_len > len) {
			v->iov_base = (uint8_t *)v->iov_base + len;
			v->iov_len -= len;
			d->len -= len;
			return;
		}
		len -= v->iov_len;
		d->len -= v->iov_len;
	}
}

/* Copy up to @len bytes to the guest; returns how many there was room for. */
uint32_t dma_fill(struct dma *d, const void *from, size_t len)
{
	const uint8_t *p = from;
	size_t n, done = 0;

	while (done < len && d->at < d->end) {
		n = d->iov[d->at].iov_len;
		if (n > len - done)
			n = len - done;
		memcpy(d->iov[d->at].iov_base, p + done, n);
		dma_skip(d, n);
		done += n;
	}
	return done;
}

/* Entries of @d from d->at on that make up at most @len bytes: *@cut, *@count. */
static void dma_cut(const struct dma *d, uint64_t len, struct iovec *cut,
		    unsigned int *count)
{
	unsigned int i;

	*count = 0;
	for (i = d->at; i < d->end && len; i++) {
		cut[*count] = d->iov[i];
		if (cut[*count].iov_len > len)
			cut[*count].iov_len = len;
		len -= cut[(*count)++].iov_len;
	}
}

/* Move the next @len bytes of @d to or from a file; 0, or a negative errno. */
int dma_file(struct dma *d, int fd, uint64_t off, uint64_t len, bool to_file)
{
	struct iovec cut[LGUEST_DMA_SECTIONS];
	unsigned int count;
	ssize_t n;

	while (len) {
		dma_cut(d, len, cut, &count);
		n = to_file ? pwritev(fd, cut, count, off) :
			      preadv(fd, cut, count, off);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		/* The file has shrunk, or @d is shorter than @len. */
		if (!n)
			return -EIO;
		dma_skip(d, n);
		off += n;
		len -= n;
	}
	return 0;
}

/* Hand it back to the guest; @used bytes were transferred. */
void dma_done(struct dma *d, uint32_t used)
{
	/* The guest sees what was stored in the sections before. */
	__atomic_store_n(&d->buffer->used, LGUEST_DMA_USED | used,
			 __ATOMIC_RELEASE);
}
