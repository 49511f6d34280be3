// SPDX-License-Identifier: GPL-2.0
/*
 * The launcher's inputs under libFuzzer: bytes that others choose, which must
 * end in an error message at worst. --target=NAME, and what the bytes are:
 *
 *   kernel	a kernel image, and how much memory the guest has
 *   overlay	an overlay file, and requests for the disk on top of it; what is
 *		read is compared with what was there or was written
 *   control	what a client sends to the control socket, the names that are told,
 *		and counts of the module; a status as JSON must be JSON
 *   options	the command line
 *   guest	the memory of a hostile guest, and what it sends to a disk, to the
 *		console and to the network
 *
 * The sources of the launcher are compiled as they are, with redirect.h before
 * them; those with static functions that are called here are included. Where a
 * function is here and there, this one counts (objcopy --weaken): so die() comes
 * back to here.
 */
#include "redirect.h"		/* with FUZZ_HARNESS */

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

static void *(*const libc_calloc)(size_t, size_t) = calloc;
static void *(*const libc_realloc)(void *, size_t) = realloc;
static void (*const libc_free)(void *) = free;

static int open_file(const char *name, int flags)
{
	return open(name, flags, 0600);
}

#define calloc		fuzz_calloc
#define realloc		fuzz_realloc
#define strdup		fuzz_strdup
#define free		fuzz_free
#define open		fuzz_open
#define exit		fuzz_exit

#include "control.c"
#undef REQUEST_MAX
#include "disk.c"
#undef BATCH
#include "net.c"

#undef calloc
#undef realloc
#undef free

#define RAM_LARGEST	(16u << 20)

int launcher_main(int argc, char **argv);
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static jmp_buf over;
static uint8_t *ram;			/* the end of it is the end of what may be touched */
static uint8_t *ram_area;
static int first_fd;
static char dir[PATH_MAX];		/* the fuzzer's own folder */

/*
 * What the launcher allocates and leaves for the end of the process.
 */
#define POINTERS	65536

static void *pointers[POINTERS];
static unsigned int pointer_count;

static void *remember(void *p)
{
	if (p) {
		assert(pointer_count < POINTERS);
		pointers[pointer_count++] = p;
	}
	return p;
}

static void forget(const void *p)
{
	unsigned int i;

	for (i = 0; p && i < pointer_count; i++)
		if (pointers[i] == p)
			pointers[i] = pointers[--pointer_count];
}

void *fuzz_calloc(size_t n, size_t size)
{
	return remember(libc_calloc(n, size));
}

void *fuzz_realloc(void *p, size_t size)
{
	forget(p);
	return remember(libc_realloc(p, size));
}

char *fuzz_strdup(const char *s)
{
	char *p = fuzz_calloc(1, strlen(s) + 1);

	return p ? strcpy(p, s) : NULL;
}

void fuzz_free(void *p)
{
	forget(p);
	libc_free(p);
}

/* Files are those of the fuzzer's own folder, or made in memory. */
int fuzz_open(const char *name, int flags, ...)
{
	if (strchr(name, '/') && strncmp(name, "/proc/self/fd/", 14) &&
	    strncmp(name, dir, strlen(dir))) {
		errno = ENOENT;
		return -1;
	}
	return open_file(name, flags);
}

void fuzz_exit(int status)
{
	longjmp(over, status + 1);
}

/* process.c */
void die(const char *fmt, ...)
{
	char text[8192];
	va_list ap;

	/* What it says must be something that can be said. */
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (getenv("FUZZ_VERBOSE"))
		fprintf(stderr, "lguest: %s\n", text);
	fuzz_exit(STATUS_ERROR);
}

void note(const char *fmt, ...)
{
	char text[8192];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (getenv("FUZZ_VERBOSE"))
		fprintf(stderr, "lguest: %s\n", text);
}

void launcher_end(int status)
{
	fuzz_exit(status);
}

void thread_start(void *(*function)(void *), void *arg)
{
	/* What threads do is called here, where it can be repeated. */
	(void)function;
	(void)arg;
}

void process_close_others(const struct options *opt)
{
	unsigned int i;

	for (i = 0; i < opt->nets; i++)
		net_inherited(opt->net[i]);
}

/* memory.c: at another place, with its end at the end of a mapping. */
void memory_map(struct guest *g, uint32_t size)
{
	struct guest fresh = { .fd = -1 };

	if (size > RAM_LARGEST)
		die("memory size %u MB is too large", size >> 20);
	madvise(ram_area, RAM_LARGEST, MADV_DONTNEED);
	ram = ram_area + RAM_LARGEST - size;
	*g = fresh;
	g->ram = ram;
	g->ram_size = size;
}

/* run.c: what the guest has sent */
static struct lguest_sent to_take;

bool guest_take_dma(struct guest *g, uint32_t key, struct lguest_sent *sent)
{
	(void)g;
	(void)key;
	*sent = to_take;
	to_take.count = 0;
	return sent->count;
}

/* No blob: there is no 32-bit init to be built for this. */
const uint8_t lguest_init_start[64];
asm(".globl lguest_init_end\n.set lguest_init_end, lguest_init_start + 64\n");

/*
 * The input, from its begin.
 */
struct input {
	const uint8_t *p;
	size_t left;
};

static uint32_t take(struct input *in, unsigned int bytes)
{
	uint32_t value = 0;
	unsigned int i;

	for (i = 0; i < bytes && in->left; i++, in->p++, in->left--)
		value |= (uint32_t)*in->p << 8 * i;
	return value;
}

/* A string that ends with a NUL, or with the input. */
static char *take_text(struct input *in)
{
	size_t len = strnlen((const char *)in->p, in->left);
	char *s = fuzz_calloc(1, len + 1);

	memcpy(s, in->p, len);
	in->p += len;
	in->left -= len;
	take(in, 1);
	return s;
}

/* A file with these bytes; @name is how to open it. */
static int make_file(char *name, size_t name_size, const void *data, size_t size)
{
	int fd = memfd_create("fuzz", 0);

	assert(fd >= 0);
	assert(!size || write(fd, data, size) == (ssize_t)size);
	snprintf(name, name_size, "/proc/self/fd/%d", fd);
	return fd;
}

static void fuzz_kernel(struct input *in)
{
	static struct guest g;
	char name[40], cmdline[CMDLINE_MAX];
	uint32_t megabytes = 2 + take(in, 1) % 15, len = take(in, 2) % CMDLINE_MAX;

	memset(cmdline, 'c', sizeof(cmdline));
	cmdline[len] = '\0';
	make_file(name, sizeof(name), in->p, in->left);
	memory_map(&g, megabytes << 20);
	loader_load(&g, name);
	platform_init(&g);
	/* The same bytes as initial RAM disk: any are good for that. */
	initrd_load(&g, name, NULL, false);
	boot_finish(&g, cmdline);
	assert(g.image_end <= g.ram_size);
	assert(!g.initrd_size ||
	       (g.initrd >= g.image_end && g.initrd_size <= g.ram_size - g.initrd));
}

/*
 * Overlays.
 */
#define BASE_SIZE	(2 * CLUSTER_SIZE + 1536)
#define CLUSTER_SIZE	4096u
#define HEADER_SIZE	4096u

static uint32_t crc(const uint8_t *p, size_t len)
{
	uint32_t value = ~0u;
	int i;

	while (len--) {
		value ^= *p++;
		for (i = 0; i < 8; i++)
			value = value >> 1 ^ (value & 1 ? 0xedb88320 : 0);
	}
	return ~value;
}

static uint8_t base_image[BASE_SIZE];
static uint32_t base_crc;

/* Put a header into @file that belongs to base_image[]. */
static void good_header(uint8_t *file)
{
	memset(file, 0, HEADER_SIZE);
	memcpy(file, "lguest-o", 8);
	*(uint32_t *)(file + 8) = 1;
	*(uint32_t *)(file + 12) = CLUSTER_SIZE;
	*(uint64_t *)(file + 16) = BASE_SIZE;
	*(uint64_t *)(file + 24) = 1000;
	*(uint32_t *)(file + 36) = base_crc;
}

/* Serve a request with @data; its status. */
static uint32_t disk_request(struct guest *g, struct disk *d, uint32_t type,
			     uint64_t sector, uint8_t *data, uint32_t len)
{
	struct lguest_block_request *req = (void *)(g->ram + 0x1000);
	struct lguest_dma *dma = (void *)(g->ram + 0x2000);
	struct dma open_dma;

	*req = (struct lguest_block_request) { .type = type, .status = 99, .sector = sector };
	*dma = (struct lguest_dma) {
		.sections = 3,
		.section = { { 0x1000, sizeof(*req) }, { 0x10000, len / 3 },
			     { 0x20000, len - len / 3 } },
	};
	if (type == LGUEST_BLOCK_WRITE) {
		memcpy(g->ram + 0x10000, data, len / 3);
		memcpy(g->ram + 0x20000, data + len / 3, len - len / 3);
	}
	assert(dma_open(g, &open_dma, 0x2000));
	disk_serve(d, &open_dma);
	if (type == LGUEST_BLOCK_READ && req->status == LGUEST_BLOCK_OK) {
		memcpy(data, g->ram + 0x10000, len / 3);
		memcpy(data + len / 3, g->ram + 0x20000, len - len / 3);
	}
	return req->status;
}

static void fuzz_overlay(struct input *in)
{
	static uint8_t shadow[BASE_SIZE], buf[24 * 512], file[64 << 10];
	static struct guest g;
	struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	char base[40], cow[40], option[100];
	uint32_t flags, requests, i, sector, len, status;
	const size_t whole = 2 * HEADER_SIZE + BASE_SIZE;
	struct input ops;
	size_t size;
	int fd;

	flags = take(in, 1);
	requests = take(in, 1) % 16;
	/* Requests first, the file is the rest. */
	ops = *in;
	for (i = 0; i < requests; i++)
		take(in, 4);

	size = in->left < sizeof(file) ? in->left : sizeof(file);
	memset(file, 0, sizeof(file));
	memcpy(file, in->p, size);
	if (flags & 1)
		good_header(file);
	if (flags & 2 && size >= HEADER_SIZE)
		*(uint32_t *)(file + HEADER_SIZE - 4) = crc(file, HEADER_SIZE - 4);
	if (flags & 1) {
		*(uint32_t *)(file + HEADER_SIZE - 4) = crc(file, HEADER_SIZE - 4);
		if (flags & 4)
			memcpy(file + HEADER_SIZE, in->p, size < 64 ? size : 64);
		if (!(flags & 8))
			size = whole;
	}
	fd = make_file(base, sizeof(base), base_image, BASE_SIZE);
	futimens(fd, times);
	make_file(cow, sizeof(cow), file, size);
	snprintf(option, sizeof(option), "%s,cow=%s", base, cow);

	memory_map(&g, 2u << 20);
	platform_init(&g);
	disk_setup(&g, option);

	/* It was taken: then it is a disk, and keeps what is written. */
	assert(g.disks->size == BASE_SIZE);
	status = disk_request(&g, g.disks, LGUEST_BLOCK_READ, 0, shadow, BASE_SIZE);
	assert(status == LGUEST_BLOCK_OK);
	for (i = 0; i < requests; i++) {
		uint32_t type = take(&ops, 1), fill = take(&ops, 1);

		sector = take(&ops, 1) % (BASE_SIZE / 512 + 2);
		len = take(&ops, 1) % 24 * 512;
		memset(buf, fill, sizeof(buf));
		status = disk_request(&g, g.disks, type % 4, sector, buf, len);
		if (!len || sector * 512 + len > BASE_SIZE) {
			assert(type % 4 > 1 || status == LGUEST_BLOCK_EINVAL);
			continue;
		}
		if (type % 4 == LGUEST_BLOCK_WRITE) {
			assert(status == LGUEST_BLOCK_OK);
			memcpy(shadow + sector * 512, buf, len);
		} else if (type % 4 == LGUEST_BLOCK_READ) {
			assert(status == LGUEST_BLOCK_OK);
			assert(!memcmp(shadow + sector * 512, buf, len));
		} else if (type % 4 == LGUEST_BLOCK_FLUSH) {
			assert(status == LGUEST_BLOCK_OK);
		}
	}
	/* And again by who opens it later. */
	assert(!overlay_flush(g.disks->overlay));
	disk_end(&g);
	memory_map(&g, 2u << 20);
	platform_init(&g);
	close_range(first_fd + 2, ~0u, 0);
	disk_setup(&g, option);
	status = disk_request(&g, g.disks, LGUEST_BLOCK_READ, 0, buf, BASE_SIZE);
	assert(status == LGUEST_BLOCK_OK && !memcmp(shadow, buf, BASE_SIZE));
}

/*
 * The control socket. JSON, as strict as it is simple; strings may have any bytes
 * from 0x80 on.
 */
static const char *json_value(const char *p, int depth);

static const char *json_blank(const char *p)
{
	while (*p == ' ' || *p == '\n')
		p++;
	return p;
}

static const char *json_text(const char *p)
{
	if (*p++ != '"')
		return NULL;
	for (; *p != '"'; p++) {
		if ((unsigned char)*p < ' ')
			return NULL;
		if (*p != '\\')
			continue;
		p++;
		if (*p == 'u') {
			if (strspn(p + 1, "0123456789abcdefABCDEF") < 4)
				return NULL;
			p += 4;
		} else if (!*p || !strchr("\"\\/bfnrt", *p)) {
			return NULL;
		}
	}
	return p + 1;
}

static const char *json_list(const char *p, char end, int depth)
{
	p = json_blank(p + 1);
	if (*p == end)
		return p + 1;
	for (;;) {
		if (end == '}') {
			p = json_text(json_blank(p));
			p = p ? json_blank(p) : NULL;
			if (!p || *p++ != ':')
				return NULL;
		}
		p = json_value(json_blank(p), depth + 1);
		if (!p)
			return NULL;
		p = json_blank(p);
		if (*p == end)
			return p + 1;
		if (*p++ != ',')
			return NULL;
	}
}

static const char *json_value(const char *p, int depth)
{
	size_t digits;

	if (depth > 10)
		return NULL;
	if (*p == '"')
		return json_text(p);
	if (*p == '{')
		return json_list(p, '}', depth);
	if (*p == '[')
		return json_list(p, ']', depth);
	digits = strspn(p, "-0123456789");
	return digits ? p + digits : NULL;
}

static void fuzz_control(struct input *in)
{
	static struct guest g;
	static struct options opt;
	struct lguest_stats stats;
	struct client *c = &control.client[0];
	char answer_text[ANSWER_MAX + 1], stats_name[40];
	unsigned int i, devices;
	const char *end;
	bool json;
	ssize_t n, got = 0;
	int pair[2];

	memory_map(&g, 2u << 20);
	platform_init(&g);
	memset(&opt, 0, sizeof(opt));
	opt.name = "fuzz";
	devices = take(in, 1) % 8;
	opt.kernel = take_text(in);
	control.g = &g;
	control.opt = &opt;
	g.button = platform_add(&g, LGUEST_DEVICE_BUTTON, "power");
	for (i = 0; i < devices; i++)
		platform_add(&g, take(in, 1) % 6, take_text(in));
	memset(&stats, take(in, 1), sizeof(stats));
	stats.count = take(in, 4);
	g.fd = make_file(stats_name, sizeof(stats_name), "", 0);
	pwrite(g.fd, &stats, sizeof(stats), LGUEST_STATS_POS);
	/* Commands must fail, or it waits for what they do. */
	g.fd = open_file(stats_name, O_RDONLY);

	assert(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair));
	memset(c, 0, sizeof(*c));
	c->fd = pair[0];
	c->until = seconds_now() + 1000;
	for (i = 1; i < CLIENTS; i++)
		control.client[i].fd = -1;

	/* In as many pieces as it says. */
	while (in->left && !c->out_len && c->fd >= 0) {
		size_t piece = 1 + take(in, 1) % 160;

		if (piece > in->left)
			piece = in->left;
		n = write(pair[1], in->p, piece);
		in->p += piece;
		in->left -= piece;
		client_read(c);
	}
	guest_resume();
	json = !strcmp(c->in, REQUEST_JSON);
	while (c->fd >= 0 && c->out_len) {
		n = read(pair[1], answer_text + got, ANSWER_MAX - got);
		if (n > 0)
			got += n;
		client_write(c);
	}
	while ((n = read(pair[1], answer_text + got, ANSWER_MAX - got)) > 0)
		got += n;
	answer_text[got] = '\0';
	if (!got)
		return;
	assert(!strncmp(answer_text, "ok\n", 3) || !strncmp(answer_text, "error ", 6));
	if (json && !strncmp(answer_text, "ok\n", 3)) {
		end = json_value(answer_text + 3, 0);
		assert(end && !strcmp(end, "\n"));
	}
}

static void fuzz_options(struct input *in)
{
	char *argv[20] = { "lguest" };
	int argc = 1;

	while (in->left && argc < 19)
		argv[argc++] = take_text(in);
	optind = 0;
	launcher_main(argc, argv);
}

/* Its memory are the bytes; then it sends what lies at some of its addresses. */
static void fuzz_guest(struct input *in)
{
	static struct guest g;
	struct disk d = { .g = &g, .name = "fuzz", .block_size = SECTOR };
	struct net n = { .g = &g, .name = "fuzz" };
	uint32_t what = take(in, 1), gpa = take(in, 3), i, key;
	struct dma dma;
	char name[40];
	int pair[2];

	memory_map(&g, 2u << 20);
	platform_init(&g);
	memcpy(g.ram, in->p, in->left < g.ram_size ? in->left : g.ram_size);
	gpa %= g.ram_size + 64;
	switch (what % 4) {
	case 0:
	case 1:
		d.fd = make_file(name, sizeof(name), base_image, BASE_SIZE);
		d.size = BASE_SIZE;
		d.ro = what & 4;
		d.discard = what & 8;
		d.device = platform_add(&g, LGUEST_DEVICE_BLOCK, "fuzz");
		pthread_mutex_init(&d.lock, NULL);
		if (what % 4) {
			to_take.count = ARRAY_SIZE(to_take.dma);
			for (i = 0; i < to_take.count; i++)
				to_take.dma[i] = gpa + i * sizeof(struct lguest_dma);
			disk_serve_batch(&d);
		} else if (dma_open(&g, &dma, gpa)) {
			disk_serve(&d, &dma);
			dma_done(&dma, 0);
		}
		/* Nothing makes the image longer. */
		assert(lseek(d.fd, 0, SEEK_END) == BASE_SIZE);
		break;
	case 2:
		assert(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair));
		n.fd = pair[0];
		n.header = what & 4;
		if (dma_open(&g, &dma, gpa))
			dma_done(&dma, net_send(&n, &dma));
		if (dma_open(&g, &dma, gpa)) {
			write(pair[1], base_image, take(in, 2) % sizeof(base_image));
			net_read(&n, &dma);
		}
		break;
	case 3:
		g.console[0].out = open_file("/dev/null", O_WRONLY);
		g.console[0].device = platform_add(&g, LGUEST_DEVICE_CONSOLE, "fuzz");
		key = g.console[0].device->key + 4;
		console_send(&g, key, gpa);
		break;
	}
}

static void (*target)(struct input *in);

static const struct {
	const char *name;
	void (*function)(struct input *in);
} targets[] = {
	{ "kernel", fuzz_kernel },
	{ "overlay", fuzz_overlay },
	{ "control", fuzz_control },
	{ "options", fuzz_options },
	{ "guest", fuzz_guest },
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	size_t i;
	int a;

	for (a = 1; a < *argc; a++)
		for (i = 0; i < ARRAY_SIZE(targets); i++)
			if (!strncmp((*argv)[a], "--target=", 9) &&
			    !strcmp((*argv)[a] + 9, targets[i].name))
				target = targets[i].function;
	if (!target) {
		fprintf(stderr, "--target=kernel|overlay|control|options|guest\n");
		_exit(1);
	}
	ram_area = mmap(NULL, RAM_LARGEST + 4096, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert(ram_area != MAP_FAILED);
	assert(!mprotect(ram_area, RAM_LARGEST, PROT_READ | PROT_WRITE));
	for (i = 0; i < BASE_SIZE; i++)
		base_image[i] = i * 37 + (i >> 9);
	base_crc = crc(base_image, BASE_SIZE);
	/* What options name is made in $FUZZ_DIR, and nowhere else. */
	if (!getenv("FUZZ_DIR") || !realpath(getenv("FUZZ_DIR"), dir)) {
		fprintf(stderr, "FUZZ_DIR: a folder for what is made\n");
		_exit(1);
	}
	setenv("LGUEST_RUN_DIR", dir, 1);
	setenv("XDG_RUNTIME_DIR", dir, 1);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	static int here = -1;

	/* Relative names are in the fuzzer's folder; its own come before that. */
	if (here < 0)
		here = open_file(".", O_RDONLY | O_DIRECTORY);
	assert(!chdir(dir));
	first_fd = dup(STDIN_FILENO);
	assert(first_fd > here);
	close(first_fd);
	to_take.count = 0;
	if (!setjmp(over))
		target(&in);
	close_range(first_fd, ~0u, 0);
	while (pointer_count)
		libc_free(pointers[--pointer_count]);
	control.fd = -1;
	assert(!fchdir(here));
	return 0;
}
