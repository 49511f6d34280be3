// SPDX-License-Identifier: GPL-2.0
/*
 * A hostile driver of disks: requests that make no sense, to a disk that may be
 * written (the first) and one that may not (the second). Each must end in an
 * error for this guest and in nothing else; what makes sense must go on working.
 *
 * Without paging: an address here is one of guest memory. No stack of its own,
 * no library.
 */
#include <asm/lguest.h>

#define SECTOR	512
#define NONE	0xffffffffu		/* a status that nobody sets */
#define FAR	0xfff00000u		/* no memory there */

#define SUBARCH_DATA	0x240		/* of struct boot_params */

void guest_main(const char *boot_params) __attribute__((used, noreturn));

asm(".globl _start\n"
    "_start:\n\t"
    "movl $stack + 8192, %esp\n\t"
    "pushl %esi\n\t"
    "call guest_main\n");
char stack[8192] __attribute__((used, aligned(16)));

static unsigned int failures;
static struct lguest_device_desc *disk[2];
static char data[4 * SECTOR] __attribute__((aligned(SECTOR)));
static struct lguest_block_request head;
static struct lguest_dma dma;

/* No builtin may call a library. */
void *memset(void *to, int c, __SIZE_TYPE__ n)
{
	char *p = to;

	while (n--)
		*(volatile char *)p++ = c;
	return to;
}

static int hypercall(int nr, unsigned int a, unsigned int b, unsigned int c)
{
	int ret;

	asm volatile("int %1" : "=a" (ret)
		     : "i" (LGUEST_HYPERCALL), "0" (nr), "b" (a), "c" (b), "d" (c)
		     : "memory");
	return ret;
}

static void print(const char *text)
{
	unsigned int n = 0;

	while (text[n])
		n++;
	hypercall(LGUEST_HC_CONSOLE, (unsigned int)text, n, 0);
}

static void print_number(unsigned int n)
{
	char text[12];
	int i = sizeof(text) - 1;

	text[i] = 0;
	do {
		text[--i] = '0' + n % 10;
		n /= 10;
	} while (n);
	print(text + i);
}

static void check(const char *what, unsigned int got, unsigned int want)
{
	print(got == want ? "ok: " : "FAILED: ");
	print(what);
	if (got != want) {
		failures++;
		print(": ");
		print_number(got);
		print(" instead of ");
		print_number(want);
	}
	print("\n");
}

/* A second or so, at most: the launcher's thread has to come to it. */
static int done(const struct lguest_dma *d)
{
	unsigned int i;

	for (i = 0; i < 500000000; i++) {
		if (((volatile const struct lguest_dma *)d)->used & LGUEST_DMA_USED)
			return 1;
		asm volatile("pause");
	}
	return 0;
}

/* What the host says to @dma, and then the disk: its status, or 1000 - errno. */
static unsigned int sent(int n)
{
	int err;

	dma.used = 0;
	err = hypercall(LGUEST_HC_SEND_DMA, disk[n]->key, (unsigned int)&dma, 0);
	if (err)
		return 1000 - err;
	return done(&dma) ? head.status : 999;
}

/* An ordinary request, which a test then spoils. */
static void request(unsigned int type, unsigned long long sector, unsigned int len)
{
	memset(&head, 0, sizeof(head));
	memset(&dma, 0, sizeof(dma));
	head.type = type;
	head.sector = sector;
	head.status = NONE;
	dma.section[0].addr = (unsigned int)&head;
	dma.section[0].len = sizeof(head);
	dma.section[1].addr = (unsigned int)data;
	dma.section[1].len = len;
	dma.sections = len ? 2 : 1;
}

static void expect(const char *what, int n, unsigned int want)
{
	check(what, sent(n), want);
}

static void past_the_end(unsigned long long end)
{
	request(LGUEST_BLOCK_READ, end, SECTOR);
	expect("read of the sector behind the end", 0, LGUEST_BLOCK_EINVAL);
	request(LGUEST_BLOCK_WRITE, end, SECTOR);
	expect("write of it", 0, LGUEST_BLOCK_EINVAL);
	request(LGUEST_BLOCK_WRITE, end - 1, 2 * SECTOR);
	expect("write across the end", 0, LGUEST_BLOCK_EINVAL);
	request(LGUEST_BLOCK_WRITE, ~0ULL, SECTOR);
	expect("write to sector 2^64 - 1", 0, LGUEST_BLOCK_EINVAL);
	/* Times 512 it is sector 0 again. */
	request(LGUEST_BLOCK_WRITE, 1ULL << 55, SECTOR);
	expect("write to sector 2^55", 0, LGUEST_BLOCK_EINVAL);
	request(LGUEST_BLOCK_READ, 1ULL << 54, SECTOR);
	expect("read of sector 2^54", 0, LGUEST_BLOCK_EINVAL);
}

static void lengths(void)
{
	request(LGUEST_BLOCK_READ, 0, 0);
	expect("read of length 0", 0, LGUEST_BLOCK_EINVAL);
	request(LGUEST_BLOCK_WRITE, 0, 0);
	expect("write of length 0", 0, LGUEST_BLOCK_EINVAL);
	request(LGUEST_BLOCK_WRITE, 0, 0);
	dma.sections = 2;
	expect("write of one section of length 0", 0, LGUEST_BLOCK_EINVAL);
	request(LGUEST_BLOCK_WRITE, 0, 100);
	expect("write of 100 bytes", 0, LGUEST_BLOCK_EINVAL);
	request(LGUEST_BLOCK_READ, 0, SECTOR + 1);
	expect("read of 513 bytes", 0, LGUEST_BLOCK_EINVAL);
}

static void sections(void)
{
	unsigned int status;

	request(LGUEST_BLOCK_READ, 0, SECTOR);
	dma.section[1].addr = FAR;
	expect("read to where no memory is", 0, LGUEST_BLOCK_EINVAL);
	request(LGUEST_BLOCK_WRITE, 0, SECTOR);
	dma.section[1].addr = 0u - 100;
	expect("write from an address that wraps", 0, LGUEST_BLOCK_EINVAL);
	request(LGUEST_BLOCK_WRITE, 0, SECTOR);
	dma.section[1].len = 0xfffffe00;
	expect("write of 4 GB", 0, LGUEST_BLOCK_EINVAL);
	request(LGUEST_BLOCK_READ, 0, SECTOR);
	dma.sections = LGUEST_DMA_SECTIONS + 1;
	expect("17 sections", 0, LGUEST_BLOCK_EINVAL);
	request(LGUEST_BLOCK_READ, 0, SECTOR);
	dma.sections = 0xffffffff;
	expect("2^32 - 1 sections", 0, LGUEST_BLOCK_EINVAL);

	/* No place for a status: handed back, no more. */
	request(LGUEST_BLOCK_WRITE, 0, SECTOR);
	dma.sections = 0;
	expect("no section at all", 0, NONE);
	request(LGUEST_BLOCK_WRITE, 0, SECTOR);
	dma.section[0].len = 8;
	expect("half a header", 0, NONE);
	request(LGUEST_BLOCK_WRITE, 0, SECTOR);
	dma.section[0].addr = FAR;
	expect("a header where no memory is", 0, NONE);

	/* A buffer that is not in memory is the host's to refuse. */
	status = hypercall(LGUEST_HC_SEND_DMA, disk[0]->key, FAR, 0);
	check("a buffer where no memory is", status != 0, 1);
	/* The data are the header. Anything may come of it, but an end must. */
	request(LGUEST_BLOCK_READ, 0, SECTOR);
	dma.section[1].addr = (unsigned int)&head;
	dma.section[1].len = sizeof(head);
	check("data over the header", sent(0) != 999, 1);
	request(LGUEST_BLOCK_READ, 0, SECTOR);
	dma.section[0].addr = (unsigned int)&dma;
	check("the header over the buffer", sent(0) != 999, 1);
}

static void types(void)
{
	request(99, 0, SECTOR);
	expect("type 99", 0, LGUEST_BLOCK_EOPNOTSUPP);
	request(LGUEST_BLOCK_WRITE, 0, SECTOR);
	expect("write to a read-only disk", 1, LGUEST_BLOCK_EROFS);
	request(LGUEST_BLOCK_DISCARD, 0, 0);
	head.count = 8;
	check("discard on a read-only disk", sent(1) != LGUEST_BLOCK_OK, 1);
	request(LGUEST_BLOCK_DISCARD, 0, 0);
	head.count = 0xffffffff;
	check("discard of 2 TB", sent(0) != LGUEST_BLOCK_OK, 1);
	request(LGUEST_BLOCK_DISCARD, ~0ULL, 0);
	head.count = 1;
	check("discard past the end", sent(0) != LGUEST_BLOCK_OK, 1);
	request(LGUEST_BLOCK_FLUSH, 0, 0);
	expect("flush of a read-only disk", 1, LGUEST_BLOCK_OK);
}

#define FLOOD	200

/* More at once than any queue holds: some are refused, the others end. */
static void flood(void)
{
	static struct lguest_block_request heads[FLOOD];
	static struct lguest_dma dmas[FLOOD];
	static char taken[FLOOD];
	unsigned int i, count = 0, ended = 0;

	for (i = 0; i < FLOOD; i++) {
		heads[i].type = LGUEST_BLOCK_READ;
		dmas[i].sections = 2;
		dmas[i].section[0].addr = (unsigned int)&heads[i];
		dmas[i].section[0].len = sizeof(heads[i]);
		dmas[i].section[1].addr = (unsigned int)data;
		dmas[i].section[1].len = SECTOR;
		taken[i] = !hypercall(LGUEST_HC_SEND_DMA, disk[0]->key,
				      (unsigned int)&dmas[i], 0);
		count += taken[i];
	}
	print("a flood: ");
	print_number(count);
	print(" requests of ");
	print_number(FLOOD);
	print(" taken\n");
	for (i = 0; i < FLOOD; i++)
		ended += taken[i] && done(&dmas[i]) && !heads[i].status;
	check("those end well", ended, count);
	check("and are some", count > 8, 1);
}

static void good(void)
{
	unsigned int i, same = 1;

	for (i = 0; i < SECTOR; i++)
		data[i] = 'G';
	request(LGUEST_BLOCK_WRITE, 3, SECTOR);
	expect("a good write", 0, LGUEST_BLOCK_OK);
	memset(data, 0, sizeof(data));
	request(LGUEST_BLOCK_READ, 3, SECTOR);
	expect("a good read", 0, LGUEST_BLOCK_OK);
	for (i = 0; i < SECTOR; i++)
		same &= data[i] == 'G';
	check("the same data", same, 1);
}

void guest_main(const char *boot_params)
{
	struct lguest_platform *p;
	unsigned int i, n = 0;

	p = *(struct lguest_platform *const *)(boot_params + SUBARCH_DATA);
	for (i = 0; i < LGUEST_MAX_DEVICES && p->device[i].type && n < 2; i++)
		if (p->device[i].type == LGUEST_DEVICE_BLOCK)
			disk[n++] = &p->device[i];
	check("two disks", n, 2);
	if (n == 2) {
		good();
		past_the_end(disk[0]->config.block.sectors);
		lengths();
		sections();
		types();
		flood();
		good();
	}
	print(failures ? "Test result: FAILURE\n" : "Test result: SUCCESS\n");
	hypercall(LGUEST_HC_SHUTDOWN, LGUEST_SHUTDOWN_POWEROFF, 0, 0);
	for (;;)
		;
}
