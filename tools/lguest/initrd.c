// SPDX-License-Identifier: GPL-2.0
/*
 * The initial RAM disk: the user's file and, for --run, a cpio archive behind
 * it that holds the init program (lguest-init.c) and what it shall run. The
 * kernel unpacks both, one after the other.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "launcher.h"

#define PAGE		4096u
#define CPIO_ALIGN	4u
#define MODE_DIR	0040755u
#define MODE_PROGRAM	0100755u
#define MODE_FILE	0100644u

/* An archive, or any other bytes that grow. */
struct buffer {
	uint8_t *data;
	size_t len;
};

static void buffer_add(struct buffer *b, const void *data, size_t len)
{
	if (!len)
		return;
	b->data = realloc(b->data, b->len + len);
	if (!b->data)
		die("out of memory");
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

static void buffer_align(struct buffer *b)
{
	static const uint8_t zero[CPIO_ALIGN];

	buffer_add(b, zero, -b->len % CPIO_ALIGN);
}

/* One file, in the "newc" format. */
static void cpio_add(struct buffer *b, const char *name, uint32_t mode,
		     const void *data, uint32_t len)
{
	static uint32_t inode;
	char head[6 + 13 * 8 + 1];

	snprintf(head, sizeof(head),
		 "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		 ++inode, mode, 0, 0, 1, 0, len, 0, 0, 0, 0,
		 (unsigned int)strlen(name) + 1, 0);
	buffer_add(b, head, sizeof(head) - 1);
	buffer_add(b, name, strlen(name) + 1);
	buffer_align(b);
	buffer_add(b, data, len);
	buffer_align(b);
}

/*
 * What lguest-init reads: strings, each with its NUL. First the kind of
 * console, then TERM, then the program and its arguments.
 */
static void run_archive(struct buffer *b, char *const *run, bool terminal)
{
	const char *term = getenv("TERM");
	struct buffer file = {};
	char env[64];

	snprintf(env, sizeof(env), "TERM=%s", term && terminal ? term : "dumb");
	buffer_add(&file, terminal ? "tty" : "raw", 4);
	buffer_add(&file, env, strlen(env) + 1);
	for (; *run; run++)
		buffer_add(&file, *run, strlen(*run) + 1);

	cpio_add(b, ".lguest", MODE_DIR, NULL, 0);
	cpio_add(b, ".lguest/init", MODE_PROGRAM, lguest_init_start,
		 lguest_init_end - lguest_init_start);
	cpio_add(b, ".lguest/run", MODE_FILE, file.data, file.len);
	cpio_add(b, "TRAILER!!!", 0, NULL, 0);
	free(file.data);
}

void initrd_load(struct guest *g, const char *name, char *const *run,
		 bool terminal)
{
	struct image img = {};
	struct buffer archive = {};
	uint64_t size, end, start, lowest;

	if (name)
		image_open(&img, "initrd", name);
	if (run)
		run_archive(&archive, run, terminal);
	size = (img.size + CPIO_ALIGN - 1) / CPIO_ALIGN * CPIO_ALIGN +
	       archive.len;
	if (!size)
		return;

	/*
	 * As high as the kernel can take it, out of the way of everything: behind the
	 * image, and what is below 1 MB is the launcher's own.
	 */
	lowest = g->image_end > HIGH_START ? g->image_end : HIGH_START;
	end = g->ram_size;
	if (end > (uint64_t)g->initrd_max + 1)
		end = (uint64_t)g->initrd_max + 1;
	start = size < end ? (end - size) / PAGE * PAGE : 0;
	if (start < lowest)
		die("initrd %s: too large: %llu KB; %u MB of memory leave %llu KB",
		    name ? name : "for --run", (unsigned long long)size >> 10,
		    g->ram_size >> 20,
		    (unsigned long long)(end > lowest ? end - lowest : 0) >> 10);
	if (name) {
		image_load(g, &img, 0, start, img.size);
		image_close(&img);
	}
	if (archive.len)
		memcpy(gpa_ptr(g, start + size - archive.len, archive.len),
		       archive.data, archive.len);
	free(archive.data);
	g->initrd = start;
	g->initrd_size = size;
}
