// SPDX-License-Identifier: GPL-2.0
/* control: what the control file must refuse, and with which error. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lgtest.h"

#ifndef HAVE_LGUEST_H
int control_main(int argc, char **argv)
{
	printf("WRONG control: built without linux/lguest.h\n");
	return 1;
}
#else
#include <linux/lguest.h>

#define RAM (1u << 20)

static int count;

/* refuse: the call must fail, with one of two errors (0: any). */
static void refuse(const char *what, long rc, int e1, int e2)
{
	count++;
	if (rc >= 0)
		wrong("control: %s: taken (%ld)", what, rc);
	else if (e1 && errno != e1 && errno != e2)
		wrong("control: %s: %s", what, strerror(errno));
}

static void put(int fd, const char *what, const void *data, size_t len, int e1, int e2)
{
	refuse(what, write(fd, data, len), e1, e2);
}

static int device(void)
{
	int fd = open("/dev/lguest", O_RDWR | O_CLOEXEC);

	need(fd >= 0);
	return fd;
}

static struct lguest_initialise good(void *ram)
{
	return (struct lguest_initialise) {
		.command = LGUEST_INITIALISE,
		.ram_base = (uintptr_t)ram,
		.ram_size = RAM,
		.entry = 0x1000,
	};
}

static void test_sizes(int fd, const char *what, uint32_t command, size_t size)
{
	static uint32_t buf[2048];
	char name[100];
	size_t len;

	for (len = 0; len <= 2 * size + 8; len += len < 8 ? 1 : 4) {
		if (len == size)
			continue;
		memset(buf, 0, sizeof(buf));
		buf[0] = command;
		snprintf(name, sizeof(name), "%s of %zu bytes", what, len);
		put(fd, name, buf, len, EINVAL, 0);
	}
	buf[0] = command;
	snprintf(name, sizeof(name), "%s of 8192 bytes", what);
	put(fd, name, buf, sizeof(buf), EINVAL, 0);
}

static void test_initialise(void *ram)
{
	struct lguest_initialise i;
	unsigned int k;

/* Each on a file of its own: one that is taken spoils no other. */
#define TRY(what, change)						\
	do {								\
		int fd = device();					\
									\
		i = good(ram);						\
		change;							\
		put(fd, what, &i, sizeof(i), EINVAL, EFAULT);		\
		close(fd);						\
	} while (0)
	TRY("flags", i.flags = 1);
	for (k = 0; k < sizeof(i.reserved) / 4; k++)
		TRY("a reserved word", i.reserved[k] = 1);
	TRY("unaligned base", i.ram_base += 1);
	TRY("base above 4 GB", i.ram_base += 1ULL << 32);
	TRY("kernel's base", i.ram_base = 0xc0000000);
	TRY("end above user space", i.ram_base = 0xbffff000);
	TRY("end that wraps", (i.ram_base = 0xfffff000, i.ram_size = 0x2000));
	TRY("no memory", i.ram_size = 0);
	TRY("unaligned size", i.ram_size += 1);
	TRY("4 GB", i.ram_size = 1ULL << 32);
	TRY("4 GB and some", i.ram_size += 1ULL << 32);
	TRY("very much memory", i.ram_size = ~0xfffULL);
#undef TRY
}

static void test_running(void *ram)
{
	struct lguest_initialise i = good(ram);
	struct lguest_interrupt irq = { .command = LGUEST_INTERRUPT };
	struct lguest_break br = { .command = LGUEST_BREAK };
	struct lguest_dma_buffer result;
	struct lguest_get_dma dma = { .command = LGUEST_GET_DMA, .result = (uintptr_t)&result };
	struct lguest_exit e;
	/* The compiler would warn of a plain constant. */
	void *volatile nowhere = (void *)4;
	int fd = device(), status, n, before;
	pid_t pid;

	refuse("a run before initialise", pread(fd, &e, sizeof(e), 0), ENXIO, 0);
	put(fd, "an interrupt before initialise", &irq, sizeof(irq), ENXIO, 0);
	put(fd, "a break before initialise", &br, sizeof(br), ENXIO, 0);
	put(fd, "get_dma before initialise", &dma, sizeof(dma), ENXIO, 0);
	need(write(fd, &i, sizeof(i)) == sizeof(i));
	put(fd, "initialise twice", &i, sizeof(i), EBUSY, 0);
	irq.irq = 1000000;
	put(fd, "interrupt 1000000", &irq, sizeof(irq), EINVAL, 0);
	irq.irq = ~0u;
	put(fd, "interrupt -1", &irq, sizeof(irq), EINVAL, 0);
	irq.irq = 1;
	irq.reserved[1] = 1;
	put(fd, "interrupt with a reserved word", &irq, sizeof(irq), EINVAL, 0);
	br.vcpu = 1000;
	put(fd, "break of vCPU 1000", &br, sizeof(br), EINVAL, 0);
	br.vcpu = 0;
	br.reserved[0] = 1;
	put(fd, "break with a reserved word", &br, sizeof(br), EINVAL, 0);
	dma.key = 0x1000;
	put(fd, "get_dma of nothing", &dma, sizeof(dma), ENOENT, 0);
	refuse("a run of vCPU 1000", pread(fd, &e, sizeof(e), 1000), EINVAL, 0);
	refuse("a run at -1", pread64(fd, &e, sizeof(e), -1), EINVAL, 0);
	refuse("a run into one byte", pread(fd, &e, 1, 0), EINVAL, EFAULT);
	refuse("a run into nothing", pread(fd, nowhere, sizeof(e), 0), EFAULT, EINVAL);
	refuse("mmap", mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0,
	       ENODEV, 0);
	refuse("ioctl", ioctl(fd, 0x1234, &e), ENOTTY, EINVAL);
	/* Another process is not let in. */
	fflush(stdout);
	before = wrong_count();
	pid = fork();
	if (!pid) {
		irq.reserved[1] = 0;
		refuse("a run by another process", pread(fd, &e, sizeof(e), 0), EIO, 0);
		put(fd, "an interrupt by another process", &irq, sizeof(irq), EIO, 0);
		fflush(stdout);
		_exit(wrong_count() != before);
	}
	need(waitpid(pid, &status, 0) == pid);
	if (status)
		wrong("control: the other process ended with %#x", status);
	/* Zeroes are instructions too; they end at the end of memory. */
	memset(&e, 0, sizeof(e));
	n = pread(fd, &e, sizeof(e), 0);
	if (n <= 0 || (e.reason != LGUEST_EXIT_KILLED && e.reason != LGUEST_EXIT_SHUTDOWN))
		wrong("control: a guest of zeroes: read gives %d, reason %u", n, e.reason);
	else
		printf("INFO control: a guest of zeroes: %.200s\n", e.text);
	refuse("a run of a dead guest", pread(fd, &e, sizeof(e), 0), ESHUTDOWN, 0);
	close(fd);
}

int control_main(int argc, char **argv)
{
	void *ram = mmap((void *)0x10000000, RAM, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	struct lguest_info info;
	uint32_t buf[64], seed = 11, i;
	int fd = device();

	need(ram != MAP_FAILED);
	need(pread(fd, &info, sizeof(info), LGUEST_INFO_POS) == sizeof(info));
	printf("INFO control: version %u, %u vCPUs, %llu MB, window at %#x\n", info.version,
	       info.max_vcpus, (unsigned long long)info.max_ram >> 20, info.window);
	if (info.version != LGUEST_API_VERSION)
		wrong("control: version %u", info.version);
	test_sizes(fd, "INITIALISE", LGUEST_INITIALISE, sizeof(struct lguest_initialise));
	test_sizes(fd, "INTERRUPT", LGUEST_INTERRUPT, sizeof(struct lguest_interrupt));
	test_sizes(fd, "GET_DMA", LGUEST_GET_DMA, sizeof(struct lguest_get_dma));
	test_sizes(fd, "BREAK", LGUEST_BREAK, sizeof(struct lguest_break));
	memset(buf, 0, sizeof(buf));
	for (i = 0; i < 100; i++) {
		buf[0] = i < 50 ? 5 + i : rnd(&seed) | 0x100;
		put(fd, "an unknown command", buf, 4 * (1 + rnd(&seed) % 63), EINVAL, 0);
	}
	put(fd, "a null pointer", NULL, sizeof(struct lguest_initialise), EFAULT, 0);
	put(fd, "a kernel pointer", (void *)0xc0100000, sizeof(struct lguest_initialise), EFAULT, 0);
	for (i = 0; i < 3000; i++) {
		unsigned int k;

		for (k = 0; k < 64; k++)
			buf[k] = rnd(&seed);
		if (i % 2)
			buf[0] = rnd(&seed) % 6;
		if (i % 3 == 0)
			buf[0] = LGUEST_INITIALISE;
		refuse("garbage", write(fd, buf, i % 3 ? rnd(&seed) % 256 :
					sizeof(struct lguest_initialise)), 0, 0);
	}
	close(fd);
	test_initialise(ram);
	test_running(ram);
	/* Read-only and write-only openings. */
	fd = open("/dev/lguest", O_RDONLY);
	need(fd >= 0);
	put(fd, "a command to a file opened for reading", buf, 80, EBADF, 0);
	close(fd);
	printf("RESULT control %d refused\n", count);
	return 0;
}
#endif
