// SPDX-License-Identifier: GPL-2.0
/* Guest physical memory, and files read into it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "launcher.h"

/* The first address of this program, from the linker. */
extern char __executable_start[];

/* "256", "256M" or "1G"; a plain number counts megabytes. */
uint32_t memory_parse_size(const char *text)
{
	unsigned long long n;
	char *end;

	/* strtoull() would take a sign, and white space before it. */
	if (*text < '0' || *text > '9')
		die("memory size '%s' is not a number", text);
	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno)
		die("memory size '%s' is too large", text);
	if (*end == 'G' || *end == 'g') {
		n = n < 4096 ? n * 1024 : n;
		end++;
	} else if (*end == 'M' || *end == 'm') {
		end++;
	}
	if (*end)
		die("memory size '%s' is not a number, nor one with M or G",
		    text);
	if (!n)
		die("memory size is 0");
	/* It must be below 4 GB in bytes. */
	if (n >= 4096)
		die("memory size '%s' is too large", text);
	if (n << 20 < RAM_MIN)
		die("memory size '%s' is too small: at least %u MB", text,
		    RAM_MIN >> 20);
	return n << 20;
}

/* Take the addresses from RAM_BASE on for the guest. */
void memory_map(struct guest *g, uint32_t size)
{
	uintptr_t start = (uintptr_t)__executable_start;
	uintptr_t brk = (uintptr_t)sbrk(0);
	void *p;

	/*
	 * The guest's memory has fixed addresses, so all of this program must
	 * be above it: text and data, and with them the heap. What the kernel
	 * maps by itself comes from the top down, unless the stack has no
	 * limit.
	 */
	if (start < RAM_BASE || brk < start)
		die("linked at 0x%lx, which leaves no room for a guest",
		    (unsigned long)start);
	if (size > start - RAM_BASE)
		die("memory size %u MB is too large: at most %lu MB fit",
		    size >> 20, (unsigned long)(start - RAM_BASE) >> 20);
	p = mmap((void *)(uintptr_t)RAM_BASE, size, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
		 MAP_FIXED_NOREPLACE, -1, 0);
	if (p == MAP_FAILED && errno == EEXIST)
		die("the guest's addresses are in use; try: ulimit -s 8192");
	if (p == MAP_FAILED)
		die("cannot map %u MB for the guest at 0x%x: %s", size >> 20,
		    RAM_BASE, strerror(errno));
	if (p != (void *)(uintptr_t)RAM_BASE)
		die("this kernel cannot map memory at a fixed address");
	/* A child process must not share, or copy, what the host maps. */
	if (madvise(p, size, MADV_DONTFORK))
		die("MADV_DONTFORK: %s", strerror(errno));
	g->ram = p;
	g->ram_size = size;
}

bool gpa_ok(const struct guest *g, uint64_t gpa, uint64_t len)
{
	return gpa <= g->ram_size && len <= g->ram_size - gpa;
}

/* The memory at @gpa, or NULL if not all of it is RAM. */
void *gpa_ptr(const struct guest *g, uint64_t gpa, uint64_t len)
{
	return gpa_ok(g, gpa, len) ? g->ram + gpa : NULL;
}

/* How many of @len bytes at @gpa are RAM. */
uint32_t gpa_clamp(const struct guest *g, uint32_t gpa, uint32_t len)
{
	if (gpa >= g->ram_size)
		return 0;
	return len < g->ram_size - gpa ? len : g->ram_size - gpa;
}

/* Open a file to be loaded; @what it is to be is for messages. */
void image_open(struct image *img, const char *what, const char *name)
{
	struct stat st;

	img->name = name;
	/* O_NONBLOCK: a FIFO must not make the launcher wait here. */
	img->fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (img->fd < 0)
		die("%s %s: %s", what, name, strerror(errno));
	if (fstat(img->fd, &st))
		die("%s %s: %s", what, name, strerror(errno));
	if (!S_ISREG(st.st_mode))
		die("%s %s: not a regular file", what, name);
	if (!st.st_size)
		die("%s %s: the file is empty", what, name);
	img->size = st.st_size;
}

void image_close(struct image *img)
{
	close(img->fd);
}

void image_read(const struct image *img, uint64_t off, void *buf, size_t len)
{
	uint8_t *to = buf;
	ssize_t n;

	if (off > img->size || len > img->size - off)
		die("%s: the file is truncated", img->name);
	while (len) {
		n = pread(img->fd, to, len, off);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die("%s: %s", img->name, strerror(errno));
		if (!n)
			die("%s: the file is truncated", img->name);
		to += n;
		off += n;
		len -= n;
	}
}

/* Read a part of a file to guest physical memory, where nothing else lies. */
void image_load(struct guest *g, const struct image *img, uint64_t off,
		uint64_t gpa, uint64_t len)
{
	void *to = gpa_ptr(g, gpa, len);

	if (!to)
		die("%s: does not fit in %u MB of memory: needs 0x%llx to 0x%llx",
		    img->name, g->ram_size >> 20, (unsigned long long)gpa,
		    (unsigned long long)(gpa + len));
	image_read(img, off, to, len);
}
