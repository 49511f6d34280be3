// SPDX-License-Identifier: GPL-2.0
/*
 * The launcher's disks, networks and consoles, with a guest whose drivers are hostile:
 * micro/puppet.S, which does what this program tells it. The other ends are files and
 * sockets of this program, so that it sees both sides: what the guest is told, and that
 * nothing has happened to the file, or come out of the socket, that must not.
 *
 * The launcher is $LGUEST, or lguest beside this program, or in the path; the guest is
 * in $MICRO, or the folder micro-guests beside this program. Limits of time are
 * multiplied by $SLOW.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_net.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../kselftest.h"
#include "../../../../arch/x86/include/uapi/asm/lguest.h"
#include "backend_test.h"
#include "launcher.h"
#include "oracle.h"

#define RAM		0x800000u	/* of the guest: --memory 8 */
#define DEVICES		0x9e040u	/* the first device, a console */
#define KEY(n)		(DEVICES + 64 * (n))
#define HEAD		0x200000u	/* where the guest has a request ... */
#define DMA		0x201000u
#define DATA		0x210000u	/* ... and its data */
#define DATA_SIZE	0x40000u
#define MANY		0x300000u	/* many structures */
#define DISK_SIZE	0x100000u
#define SECTORS		(DISK_SIZE / 512)
#define NET_HEADER	10
#define WAIT_SECONDS	20

static char puppet[PATH_MAX], dir[] = "/tmp/backend_test.XXXXXX";
static char image[64], overlay[64], messages[64];

static struct {
	pid_t pid;
	int in;				/* to the guest */
	int out;
} p;

static __printf(1, 2) void broken(const char *fmt, ...)
{
	char text[400];
	va_list ap;
	FILE *f;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ksft_print_msg("%s\n", text);
	f = fopen(messages, "re");
	while (f && fgets(text, sizeof(text), f))
		ksft_print_msg("%s", text);
	kill(p.pid, SIGKILL);
	ksft_exit_fail_msg("the guest, or its launcher, is gone\n");
}

/* ---- the guest ---- */

static void answer(void *buf, size_t len)
{
	struct pollfd pfd = { .fd = p.out, .events = POLLIN };
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		if (poll(&pfd, 1, WAIT_SECONDS * 1000 * patience()) <= 0)
			broken("it says nothing");
		n = read(p.out, (char *)buf + done, len - done);
		if (n <= 0)
			broken("the console is closed");
		done += n;
	}
}

static void command(__u32 what, const __u32 *args, int n, const void *data, __u32 len)
{
	__u8 buf[PUPPET_HEADER + PUPPET_DATA] = {};

	memcpy(buf, &what, sizeof(what));
	memcpy(buf + sizeof(what), args, n * sizeof(*args));
	if (len)
		memcpy(buf + PUPPET_HEADER, data, len);
	len += PUPPET_HEADER;
	if (write(p.in, buf, len) != (ssize_t)len)
		broken("the console takes nothing");
}

static void poke(__u32 addr, const void *data, __u32 len)
{
	__u32 part;
	char c;

	for (; len; addr += part, len -= part) {
		__u32 args[] = { addr, 0 };

		part = len < PUPPET_DATA ? len : PUPPET_DATA;
		args[1] = part;
		command(PUPPET_WRITE, args, 2, data, part);
		answer(&c, 1);
		data = (const char *)data + part;
	}
}

static void peek(__u32 addr, void *buf, __u32 len)
{
	__u32 part;

	for (; len; addr += part, len -= part) {
		__u32 args[] = { addr, 0 };

		part = len < 4096 ? len : 4096;
		args[1] = part;
		command(PUPPET_READ, args, 2, NULL, 0);
		answer(buf, part);
		buf = (char *)buf + part;
	}
}

static __u32 peek_word(__u32 addr)
{
	__u32 word;

	peek(addr, &word, sizeof(word));
	return word;
}

static int call(__u32 nr, __u32 a, __u32 b, __u32 c, __u32 d)
{
	const __u32 args[] = { nr, a, b, c, d };
	int ret;

	command(PUPPET_CALL, args, 5, NULL, 0);
	answer(&ret, sizeof(ret));
	return ret;
}

/* The word at @addr, once a bit of @mask is set. */
static __u32 wait_word(__u32 addr, __u32 mask)
{
	const __u32 args[] = { addr, mask };
	__u32 word;

	command(PUPPET_WAIT, args, 2, NULL, 0);
	answer(&word, sizeof(word));
	return word;
}

/* Start it with some arguments for the launcher; @keep is a descriptor for it. */
static void start(int keep, ...)
{
	const char *argv[20] = { launcher, "--memory", "8" };
	int in[2], out[2], n = 3;
	va_list ap;
	char c;

	va_start(ap, keep);
	while ((argv[n] = va_arg(ap, const char *)))
		n++;
	va_end(ap);
	argv[n++] = puppet;
	argv[n] = NULL;
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		ksft_exit_fail_perror("pipe");
	fflush(stdout);
	p.pid = fork();
	if (p.pid < 0)
		ksft_exit_fail_perror("fork");
	if (!p.pid) {
		int err = open(messages, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(err, 2);
		close(err);
		if (keep >= 0)
			fcntl(keep, F_SETFD, 0);
		execv(launcher, (char **)argv);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	p.in = in[1];
	p.out = out[0];
	answer(&c, 1);
	oracle_expect(1);
}

/* It ends as it should: the launcher must not have died of anything else. */
static bool stop(void)
{
	const __u32 args[] = { LGUEST_HC_SHUTDOWN, LGUEST_SHUTDOWN_POWEROFF, 0 };
	int status;

	command(PUPPET_CALL, args, 3, NULL, 0);
	waitpid(p.pid, &status, 0);
	oracle_expect(0);
	close(p.in);
	close(p.out);
	if (status)
		ksft_print_msg("the launcher's status is %#x\n", status);
	return !status;
}

/* ---- disks ---- */

static __u8 pattern(__u32 at)
{
	return (at >> 9) * 37 + at;
}

static void make_disk(void)
{
	static __u8 bytes[DISK_SIZE];
	__u32 i;
	int fd;

	for (i = 0; i < DISK_SIZE; i++)
		bytes[i] = pattern(i);
	fd = open(image, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, bytes, DISK_SIZE) != DISK_SIZE)
		ksft_exit_fail_perror(image);
	close(fd);
}

/* The file is as it was, but for @len bytes from @from on, which are @value. */
static bool disk_is(__u32 from, __u32 len, __u8 value)
{
	static __u8 bytes[DISK_SIZE + 1];
	int fd = open(image, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, bytes, sizeof(bytes));
	__u32 i;

	close(fd);
	if (n != DISK_SIZE) {
		ksft_print_msg("the file has %zd bytes\n", n);
		return false;
	}
	for (i = 0; i < DISK_SIZE; i++) {
		__u8 want = i >= from && i < from + len ? value : pattern(i);

		if (bytes[i] != want) {
			ksft_print_msg("the file has %#x at %#x, not %#x\n", bytes[i], i, want);
			return false;
		}
	}
	return true;
}

static struct lguest_dma list;
static struct lguest_block_request head;

static void request(__u32 type, __u64 sector)
{
	memset(&list, 0, sizeof(list));
	head = (struct lguest_block_request){ .type = type, .sector = sector, .status = 99 };
	list.sections = 1;
	list.section[0].addr = HEAD;
	list.section[0].len = sizeof(head);
}

static void add(__u32 addr, __u32 len)
{
	list.section[list.sections].addr = addr;
	list.section[list.sections++].len = len;
}

/* Send it to a device; the used word of the answer. */
static __u32 send_to(__u32 key)
{
	int ret;

	poke(HEAD, &head, sizeof(head));
	poke(DMA, &list, sizeof(list));
	ret = call(LGUEST_HC_SEND_DMA, key, DMA, 0, 0);
	if (ret) {
		ksft_print_msg("send: %d\n", ret);
		return ret;
	}
	return wait_word(DMA, LGUEST_DMA_USED);
}

/* A request ends with this status, which is stored in its header. */
static bool ends(__u32 key, __u32 status)
{
	__u32 used = send_to(key);
	__u32 got = peek_word(HEAD + offsetof(struct lguest_block_request, status));

	if (used != LGUEST_DMA_USED || got != status)
		ksft_print_msg("type %u, sector %llu: used %#x, status %u, not %u\n", head.type,
			       head.sector, used, got, status);
	return used == LGUEST_DMA_USED && got == status;
}

static bool transfer(__u32 key, __u32 type, __u64 sector, __u32 len, __u32 status)
{
	request(type, sector);
	if (len)
		add(DATA, len);
	return ends(key, status);
}

/* What the disk has from byte @at on. */
static bool data_from(__u32 gpa, __u32 len, __u32 at)
{
	static __u8 bytes[DATA_SIZE];
	__u32 i;

	peek(gpa, bytes, len);
	for (i = 0; i < len; i++)
		if (bytes[i] != pattern(at + i))
			return false;
	return true;
}

static bool data_is(__u32 gpa, __u32 len, __u32 sector)
{
	return data_from(gpa, len, sector * 512);
}

static void fill_data(__u8 value)
{
	static __u8 bytes[PUPPET_DATA];

	memset(bytes, value, sizeof(bytes));
	poke(DATA, bytes, sizeof(bytes));
}

static bool data_all(__u32 gpa, __u32 len, __u8 value)
{
	static __u8 bytes[4096];
	__u32 i;

	peek(gpa, bytes, len);
	for (i = 0; i < len; i++)
		if (bytes[i] != value)
			return false;
	return true;
}

#define READ	LGUEST_BLOCK_READ
#define WRITE	LGUEST_BLOCK_WRITE
#define EINVAL_	LGUEST_BLOCK_EINVAL

static void test_disk_places(void)
{
	static const __u64 beyond[] = {
		SECTORS, SECTORS + 1, 0x7fffffff, 0xffffffff, 1ull << 32, 1ull << 54, 1ull << 55,
		(1ull << 55) - 1, (1ull << 55) + 1, 1ull << 63, ~0ull, ~0ull - SECTORS,
	};
	__u32 i, key = KEY(1);
	bool ok;

	ok = transfer(key, READ, 0, 4096, 0) && data_is(DATA, 4096, 0);
	ok &= transfer(key, READ, SECTORS - 1, 512, 0) && data_is(DATA, 512, SECTORS - 1);
	oracle_result(ok, "H: the first and the last sector are read\n");

	ok = transfer(key, READ, SECTORS - 1, 1024, EINVAL_);
	ok &= transfer(key, WRITE, SECTORS - 1, 1024, EINVAL_);
	for (i = 0; i < ARRAY_SIZE(beyond); i++) {
		ok &= transfer(key, READ, beyond[i], 512, EINVAL_);
		ok &= transfer(key, WRITE, beyond[i], 512, EINVAL_);
	}
	ok &= disk_is(0, 0, 0);
	oracle_result(ok, "H: sectors past the end, and where products overflow\n");

	ok = transfer(key, READ, 0, 0, EINVAL_) && transfer(key, WRITE, 0, 0, EINVAL_);
	for (i = 1; i < 1024; i += 74)
		ok &= transfer(key, WRITE, 0, i, EINVAL_);
	request(WRITE, 0);
	add(DATA, 511);
	ok &= ends(key, EINVAL_);
	ok &= disk_is(0, 0, 0);
	oracle_result(ok, "H: no data, and no whole blocks\n");

	/* 512 bytes in 15 pieces that are anything but that. */
	fill_data(0x5a);
	request(WRITE, 7);
	for (i = 0; i < 14; i++)
		add(DATA + i * 41, i + 1);
	add(DATA + 1000, 512 - 105);
	ok = ends(key, 0) && disk_is(7 * 512, 512, 0x5a);
	make_disk();
	oracle_result(ok, "H: a block of 15 odd pieces\n");
}

static void test_disk_lists(void)
{
	__u32 i, used, key = KEY(1);
	bool ok = true;

	/* Without a header there is no answer in it, but the buffer comes back. */
	request(WRITE, 0);
	list.sections = 0;
	ok &= send_to(key) == LGUEST_DMA_USED;
	for (i = 0; i < 64; i += 8) {
		request(WRITE, 0);
		list.section[0].len = i == sizeof(head) ? i + 1 : i;
		add(DATA, 512);
		used = send_to(key);
		ok &= used == LGUEST_DMA_USED && peek_word(HEAD + 4) == 99;
	}
	request(WRITE, 0);
	list.section[0].addr = RAM - 8;
	add(DATA, 512);
	ok &= send_to(key) == LGUEST_DMA_USED;
	request(WRITE, 0);
	list.section[0].addr = 0xfffffff0;
	add(DATA, 512);
	ok &= send_to(key) == LGUEST_DMA_USED;
	ok &= disk_is(0, 0, 0);
	oracle_result(ok, "H: requests without a header\n");

	/* The status goes over words that are something else, too. */
	request(READ, 0);
	add(HEAD, 512);
	used = send_to(key);
	ok = used == LGUEST_DMA_USED && peek_word(HEAD + 4) == 0 &&
	     data_from(HEAD + 8, 504, 8);
	request(READ, 3);
	add(DMA, 512);
	poke(HEAD, &head, sizeof(head));
	poke(DMA, &list, sizeof(list));
	ok &= !call(LGUEST_HC_SEND_DMA, key, DMA, 0, 0);
	/* The list is data now, in which the used word is stored at last. */
	for (i = 0; i < 1000 && peek_word(DMA) != LGUEST_DMA_USED; i++)
		;
	ok &= peek_word(DMA) == LGUEST_DMA_USED && data_from(DMA + 4, 508, 3 * 512 + 4);
	ok &= disk_is(0, 0, 0);
	oracle_result(ok, "H: data that overwrites its request\n");

	/* Data that is not all in RAM is not moved by half. */
	fill_data(0x77);
	request(WRITE, 4);
	add(DATA, 256);
	add(RAM - 128, 256);
	ok = ends(key, EINVAL_);
	request(WRITE, 4);
	add(DATA, 512);
	add(0xfffffe00, 512);
	ok &= ends(key, EINVAL_);
	request(READ, 4);
	add(DATA, 512);
	add(RAM, 512);
	ok &= ends(key, EINVAL_) && data_all(DATA, 512, 0x77);
	request(WRITE, 4);
	for (i = 0; i < 15; i++)
		add(DATA, 512);
	list.sections = 17;
	ok &= ends(key, EINVAL_);
	list.sections = 0xffffffff;
	ok &= ends(key, EINVAL_);
	ok &= disk_is(0, 0, 0);
	oracle_result(ok, "H: data outside of RAM\n");

	/* 15 times 7 MB: more than a request may have, and than there is. */
	request(WRITE, 0);
	for (i = 0; i < 15; i++)
		add(0x100000, 0x700000);
	ok = ends(key, EINVAL_) && disk_is(0, 0, 0);
	oracle_result(ok, "H: a request of 105 MB\n");
}

static void test_disk_types(void)
{
	static const __u32 types[] = { 4, 5, 255, 0x7fffffff, 0x80000000, 0xffffffff };
	static const struct {
		__u64 sector;
		__u32 count;
	} holes[] = {
		{ 0, 0 }, { SECTORS, 1 }, { 0, SECTORS + 1 }, { SECTORS - 1, 2 }, { 1, 0xffffffff },
		{ ~0ull, 2 }, { 1ull << 55, 1 }, { 1ull << 63, 0x80000000 }, { 0, 0x200001 },
	};
	__u32 i, key = KEY(1);
	bool ok = true;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		ok &= transfer(key, types[i], 0, 512, LGUEST_BLOCK_EOPNOTSUPP);
	ok &= disk_is(0, 0, 0);
	oracle_result(ok, "H: requests of unknown types\n");

	for (i = 0, ok = true; i < ARRAY_SIZE(holes); i++) {
		request(LGUEST_BLOCK_DISCARD, holes[i].sector);
		head.count = holes[i].count;
		ok &= ends(key, EINVAL_);
	}
	ok &= disk_is(0, 0, 0);
	request(LGUEST_BLOCK_DISCARD, 8);
	head.count = 8;
	ok &= ends(key, 0) && disk_is(4096, 4096, 0);
	make_disk();
	oracle_result(ok, "H: wild discards\n");
}

static unsigned int lines_with(const char *text)
{
	unsigned int n = 0;
	char line[400];
	FILE *f = fopen(messages, "re");

	while (f && fgets(line, sizeof(line), f))
		n += !!strstr(line, text);
	if (f)
		fclose(f);
	return n;
}

static void test_disk_flood(void)
{
	__u32 i, key = KEY(1);
	int ret, sent = 0, full = 0;
	bool ok = true;

	/* 300 structures that are one request: all is read, none is waited for. */
	request(READ, 9);
	add(DATA, 512);
	poke(HEAD, &head, sizeof(head));
	for (i = 0; i < 300; i++)
		poke(MANY + 256 * i, &list, sizeof(list));
	for (i = 0; i < 300; i++) {
		ret = call(LGUEST_HC_SEND_DMA, key, MANY + 256 * i, 0, 0);
		sent += !ret;
		full += ret == -ENOBUFS;
	}
	ok &= sent + full == 300;
	for (i = 0; i < 300; i++) {
		if (full)
			break;
		ok &= wait_word(MANY + 256 * i, LGUEST_DMA_USED) == LGUEST_DMA_USED;
	}
	ok &= data_is(DATA, 512, 9);
	/* The very same structure, sent while it waits. */
	for (i = 0; i < 100; i++)
		call(LGUEST_HC_SEND_DMA, key, MANY, 0, 0);
	ok &= transfer(key, READ, 11, 512, 0) && data_is(DATA, 512, 11);
	ksft_print_msg("%d sent, %d too many\n", sent, full);
	oracle_result(ok, "H: 400 requests, not waited for\n");

	for (i = 0; i < 50; i++)
		ok &= transfer(key, 99, 0, 512, LGUEST_BLOCK_EOPNOTSUPP);
	/* There are two disks, and five for each. */
	ok = ok && lines_with("image: bad request") <= 5 && lines_with("image: no more") == 1;
	oracle_result(ok, "H: bad requests do not flood the log\n");
}

static void test_devices_page(void)
{
	__u8 rubbish[4096];
	bool ok;

	memset(rubbish, 0xff, sizeof(rubbish));
	poke(DEVICES - 0x40, rubbish, sizeof(rubbish) - 0x40);
	ok = transfer(KEY(1), READ, 5, 512, 0) && data_is(DATA, 512, 5);
	ok &= transfer(KEY(1), READ, SECTORS, 512, EINVAL_);
	ok &= transfer(KEY(2), WRITE, 5, 512, LGUEST_BLOCK_EROFS);
	memset(rubbish, 0, sizeof(rubbish));
	poke(DEVICES - 0x40, rubbish, sizeof(rubbish) - 0x40);
	ok &= transfer(KEY(1), READ, 6, 512, 0) && data_is(DATA, 512, 6);
	/* A boot page that says there is more memory. */
	memset(rubbish, 0xff, sizeof(rubbish));
	poke(0x7000, rubbish, sizeof(rubbish));
	request(WRITE, 5);
	add(RAM, 512);
	ok &= ends(KEY(1), EINVAL_) && disk_is(0, 0, 0);
	oracle_result(ok, "H: the page of devices is overwritten\n");
}

static void test_disk_read_only(void)
{
	bool ok;

	ok = transfer(KEY(2), READ, 1, 512, 0) && data_is(DATA, 512, 1);
	ok &= transfer(KEY(2), WRITE, 1, 512, LGUEST_BLOCK_EROFS);
	ok &= transfer(KEY(2), WRITE, SECTORS, 512, EINVAL_);
	request(LGUEST_BLOCK_DISCARD, 0);
	head.count = 8;
	ok &= ends(KEY(2), LGUEST_BLOCK_EOPNOTSUPP);
	ok &= transfer(KEY(2), LGUEST_BLOCK_FLUSH, 0, 0, 0);
	oracle_result(ok, "H: a read-only disk is read only\n");
}

static void test_disk(void)
{
	char writable[200], read_only[100], copy[200];
	bool ok;

	make_disk();
	/* A second image for the read-only disk: one file is not for both. */
	snprintf(copy, sizeof(copy), "cp %s %s.ro", image, image);
	if (system(copy))
		ksft_exit_fail_msg("%s\n", copy);
	snprintf(read_only, sizeof(read_only), "%s.ro,ro", image);
	start(-1, "--disk", image, "--disk", read_only, NULL);
	test_disk_places();
	test_disk_lists();
	test_disk_types();
	test_disk_read_only();
	test_disk_flood();
	test_devices_page();
	oracle_result(stop(), "H: the launcher of the disks ends as it should\n");

	snprintf(writable, sizeof(writable), "%s,cow=%s", image, overlay);
	start(-1, "--disk", writable, NULL);
	fill_data(0x42);
	ok = transfer(KEY(1), WRITE, SECTORS - 1, 512, 0);
	ok &= transfer(KEY(1), WRITE, SECTORS - 1, 1024, EINVAL_);
	ok &= transfer(KEY(1), WRITE, 1ull << 55, 512, EINVAL_);
	ok &= transfer(KEY(1), WRITE, 3, 1536, 0);
	ok &= transfer(KEY(1), READ, 2, 512, 0) && data_is(DATA, 512, 2);
	ok &= transfer(KEY(1), READ, 4, 512, 0) && data_all(DATA, 512, 0x42);
	ok &= transfer(KEY(1), READ, 6, 512, 0) && data_is(DATA, 512, 6);
	ok &= stop() && disk_is(0, 0, 0);
	oracle_result(ok, "H: an overlay keeps the image as it is\n");
}

/* ---- networks ---- */

static int end;				/* ours, of a pair of sockets */

/* What comes out of it, or -1. */
static int packet(void *buf, size_t size, int ms)
{
	struct pollfd pfd = { .fd = end, .events = POLLIN };

	if (poll(&pfd, 1, ms * patience()) <= 0)
		return -1;
	return recv(end, buf, size, 0);
}

static __u32 send_packet(void)
{
	poke(DMA, &list, sizeof(list));
	if (call(LGUEST_HC_SEND_DMA, KEY(1) + 4, DMA, 0, 0))
		return 0;
	return wait_word(DMA, LGUEST_DMA_USED) & ~LGUEST_DMA_USED;
}

static void packet_of(__u32 len)
{
	memset(&list, 0, sizeof(list));
	add(DATA, len);
}

static void test_net_send(void)
{
	static __u8 got[200000];
	struct virtio_net_hdr wild;
	__u32 i, len;
	bool ok;

	fill_data(0x33);
	packet_of(NET_HEADER + 60);
	ok = send_packet() == NET_HEADER + 60 && packet(got, sizeof(got), 1000) == 60;
	oracle_result(ok, "H: a packet goes out\n");

	/* Nothing in it, or not even a header: nothing comes out. */
	for (i = 0, ok = true; i <= NET_HEADER; i++) {
		packet_of(i);
		ok &= send_packet() == 0;
	}
	memset(&list, 0, sizeof(list));
	ok &= send_packet() == 0 && packet(got, sizeof(got), 50) == -1;
	oracle_result(ok, "H: packets of no bytes\n");

	/* Headers of any kind: a socket takes none of what they ask for. */
	for (i = 0, ok = true; i < 40; i++) {
		memset(&wild, i & 1 ? 0xff : rand(), sizeof(wild));
		wild.gso_type = i;
		wild.csum_start = i * 1000;
		wild.csum_offset = 0xffff - i;
		poke(DATA, &wild, sizeof(wild));
		packet_of(NET_HEADER + 100);
		ok &= send_packet() == NET_HEADER + 100 && packet(got, sizeof(got), 1000) == 100;
	}
	oracle_result(ok, "H: packets with wild headers\n");

	/* The header is in pieces, and so is the rest. */
	memset(&list, 0, sizeof(list));
	for (i = 0; i < 16; i++)
		add(DATA + i, i + 1);
	ok = send_packet() == 136 && packet(got, sizeof(got), 1000) == 136 - NET_HEADER;
	oracle_result(ok, "H: a packet of 16 pieces\n");

	memset(&list, 0, sizeof(list));
	add(DATA, NET_HEADER + 18);
	add(DATA, 65536);
	len = send_packet();
	ok = len == NET_HEADER + 18 + 65536 && packet(got, sizeof(got), 1000) == 18 + 65536;
	/* A byte more is more than any packet; and so are 100 MB. */
	list.section[1].len += NET_HEADER + 1;
	ok &= send_packet() == 0;
	memset(&list, 0, sizeof(list));
	for (i = 0; i < 16; i++)
		add(0x100000, 0x700000);
	ok &= send_packet() == 0 && packet(got, sizeof(got), 50) == -1;
	oracle_result(ok, "H: the largest packet, and larger ones\n");

	memset(&list, 0, sizeof(list));
	add(DATA, 100);
	add(RAM - 10, 11);
	ok = send_packet() == 0;
	list.section[1].addr = 0xffffff00;
	list.section[1].len = 0x200;
	ok &= send_packet() == 0;
	list.section[1].addr = DATA;
	list.section[1].len = 1;
	list.sections = 17;
	ok &= send_packet() == 0 && packet(got, sizeof(got), 50) == -1;
	oracle_result(ok, "H: packets that are not in RAM\n");
}

/* Bind the buffer that is in list, and have @len bytes come. */
static __u32 receive(__u32 len)
{
	__u8 bytes[3000];
	__u32 used;

	memset(bytes, 0x99, sizeof(bytes));
	poke(DMA, &list, sizeof(list));
	if (call(LGUEST_HC_BIND_DMA, KEY(1), DMA, 1, 2))
		return ~0;
	if (send(end, bytes, len, 0) != (ssize_t)len)
		return ~0;
	used = wait_word(DMA, LGUEST_DMA_USED);
	if (call(LGUEST_HC_BIND_DMA, KEY(1), 0, 0, 0))
		return ~0;
	return used & ~LGUEST_DMA_USED;
}

static void test_net_receive(void)
{
	__u8 rubbish[1000] = {};
	bool ok;
	int i;

	fill_data(0x44);
	packet_of(2000);
	ok = receive(300) == NET_HEADER + 300 && data_all(DATA, NET_HEADER, 0) &&
	     data_all(DATA + NET_HEADER, 300, 0x99) &&
	     data_all(DATA + NET_HEADER + 300, 1000, 0x44);
	oracle_result(ok, "H: a packet comes in, and no byte more\n");

	/* Too short for it, for its header, for anything. */
	fill_data(0x44);
	packet_of(100);
	ok = receive(300) == 100 && data_all(DATA + 100, 1000, 0x44);
	packet_of(NET_HEADER);
	ok &= receive(300) == 0;
	packet_of(3);
	ok &= receive(300) == 0;
	packet_of(0);
	ok &= receive(300) == 0;
	memset(&list, 0, sizeof(list));
	ok &= receive(300) == 0 && data_all(DATA + 100, 1000, 0x44);
	oracle_result(ok, "H: buffers too short for a packet\n");

	/* A packet of no bytes is one, and not the end of the connection. */
	packet_of(2000);
	ok = receive(0) == 0 && receive(0) == 0;
	packet_of(2000);
	ok &= receive(300) == NET_HEADER + 300;
	oracle_result(ok, "H: a packet of no bytes comes in\n");

	/* What of the buffer is RAM is used. */
	memset(&list, 0, sizeof(list));
	add(RAM - 20, 0x1000);
	ok = receive(300) == 20;
	memset(&list, 0, sizeof(list));
	add(RAM, 0x1000);
	add(0xffffffff, 0xffffffff);
	add(0x80000000, 0x80000000);
	ok &= receive(300) == 0;
	add(DATA, 0x1000);
	ok &= receive(300) == NET_HEADER + 300;
	list.sections = 0xffffffff;
	ok &= receive(300) == NET_HEADER + 300;
	oracle_result(ok, "H: buffers that are not in RAM\n");

	/* The buffer is its own structure, and the page of devices. */
	memset(&list, 0, sizeof(list));
	add(DMA, sizeof(list));
	ok = receive(1000) == sizeof(list);
	packet_of(0);
	list.section[0].addr = DEVICES;
	list.section[0].len = 4096 - 64;
	ok &= receive(1000) == NET_HEADER + 1000;
	packet_of(2000);
	ok &= receive(200) == NET_HEADER + 200;
	oracle_result(ok, "H: buffers in places that matter\n");

	/* Nobody listens, or has a buffer: packets are lost, not kept. */
	for (i = 0; i < 3000; i++)
		send(end, rubbish, sizeof(rubbish), MSG_DONTWAIT);
	usleep(100000);
	packet_of(2000);
	ok = receive(77) != ~0u;
	oracle_result(ok, "H: packets for nobody\n");
}

static void test_net(void)
{
	int pair[2];
	char arg[20];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		ksft_exit_fail_perror("socketpair");
	end = pair[0];
	snprintf(arg, sizeof(arg), "fd=%d", pair[1]);
	start(pair[1], "--net", arg, NULL);
	close(pair[1]);
	test_net_send();
	test_net_receive();
	/* The other end goes away while the guest sends. */
	close(end);
	packet_of(100);
	send_packet();
	oracle_result(stop(), "H: the launcher of the network ends as it should\n");
}

/* A header for a large TCP packet that is right, but for one field. */
static void almost_right(struct virtio_net_hdr *h, unsigned int n, bool v6)
{
	h->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	h->gso_type = v6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
	h->csum_start = v6 ? 54 : 34;
	h->csum_offset = 16;
	h->hdr_len = h->csum_start + 20;
	h->gso_size = 1 + rand() % 1400;
	switch (n % 6) {
	case 0:
		h->csum_start = rand();
		break;
	case 1:
		h->csum_offset = rand();
		break;
	case 2:
		h->hdr_len = rand();
		break;
	case 3:
		h->gso_size = rand();
		break;
	case 4:
		h->gso_type |= rand();
		break;
	}
}

/* Ethernet, and IPv4 or IPv6 and TCP, with 2000 random bytes of data. */
static void fill_packet(__u8 *bytes, size_t size, bool v6)
{
	size_t i;

	for (i = 0; i < size; i++)
		bytes[i] = rand() >> 8;
	memset(bytes, 0xff, 6);
	bytes[12] = v6 ? 0x86 : 0x08;
	bytes[13] = v6 ? 0xdd : 0x00;
	bytes[14] = v6 ? 0x60 : 0x45;
	bytes[v6 ? 20 : 23] = 6;
	bytes[v6 ? 66 : 46] = 0x50;
}

/* A TAP does what headers ask for, or says no: it is the host's code that they reach. */
static void test_tap(void)
{
	struct virtio_net_hdr wild = {};
	unsigned int i, j, taken = 0;
	static __u8 bytes[2100];

	if (access("/dev/net/tun", R_OK | W_OK) || getuid()) {
		ksft_test_result_skip("H: wild headers for a TAP: no right to make one\n");
		return;
	}
	start(-1, "--net", "tap=backend0", NULL);
	srand(4);
	for (i = 0; i < 400; i++) {
		if (i % 100 == 0) {
			fill_packet(bytes, sizeof(bytes), i % 200);
			poke(DATA + NET_HEADER, bytes, sizeof(bytes));
		}
		if (i & 1)
			almost_right(&wild, i / 2, i / 100 % 2);
		else
			for (j = 0; j < sizeof(wild); j++)
				((__u8 *)&wild)[j] = rand() >> 8;
		poke(DATA, &wild, NET_HEADER);
		packet_of(NET_HEADER + (i & 8 ? rand() % 100 : rand() % 2100));
		taken += send_packet() != 0;
	}
	ksft_print_msg("%u of %u packets were taken\n", taken, i);
	/* Or nothing was tried. */
	oracle_result(stop() && taken > 10 && taken < i, "H: wild headers for a TAP\n");
}

/* ---- consoles ---- */

static void test_console(void)
{
	static char got[0x110000];
	const __u32 bad[][2] = {
		{ DATA, 4097 }, { DATA, 0xffffffff }, { RAM, 1 }, { RAM - 1, 2 },
		{ 0xffffffff, 1 }, { 0xfffff000, 4096 }, { 0x80000000, 0 },
	};
	const __u32 args[] = { LGUEST_HC_SEND_DMA, KEY(0) + 4, DMA };
	unsigned int i;
	bool ok = true;
	__u32 used;
	int ret;

	start(-1, NULL);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ok &= call(LGUEST_HC_CONSOLE, bad[i][0], bad[i][1], 0, 0) == -EINVAL;
	ok &= call(LGUEST_HC_CONSOLE, RAM, 0, 0, 0) == 0;
	oracle_result(ok, "H: early output that is not in RAM\n");

	/* 2 MB in one transfer: half of it is taken, and told so. */
	memset(&list, 0, sizeof(list));
	add(0x400000, 0x80000);
	add(0x400000, 0x100000);
	add(0x400000, 0x80000);
	poke(DMA, &list, sizeof(list));
	command(PUPPET_CALL, args, 3, NULL, 0);
	answer(got, 0x100000);
	answer(&ret, sizeof(ret));
	used = peek_word(DMA);
	for (i = 0; i < 0x100000 && !got[i]; i++)
		;
	ok = !ret && used == (LGUEST_DMA_USED | 0x100000) && i == 0x100000;
	oracle_result(ok, "H: more output than one transfer takes\n");

	/* Sections outside of RAM between good ones. */
	fill_data('x');
	memset(&list, 0, sizeof(list));
	add(DATA, 10);
	add(RAM, 4096);
	add(0xfffffff8, 100);
	add(DATA, 5);
	poke(DMA, &list, sizeof(list));
	command(PUPPET_CALL, args, 3, NULL, 0);
	answer(got, 15);
	answer(&ret, sizeof(ret));
	ok = !ret && peek_word(DMA) == (LGUEST_DMA_USED | 15);
	ok &= !memcmp(got, "xxxxxxxxxxxxxxx", 15);
	oracle_result(ok, "H: output that is not all in RAM\n");

	oracle_result(stop(), "H: the launcher of the console ends as it should\n");
}

/* All that is in the folder is a file. */
static void remove_files(void)
{
	char path[PATH_MAX];
	struct dirent *e;
	DIR *d = opendir(dir);

	while (d && (e = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		unlink(path);
	}
	if (d)
		closedir(d);
	rmdir(dir);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	ksft_print_header();
	if (access("/dev/lguest", R_OK | W_OK))
		ksft_exit_skip("/dev/lguest: %s\n", strerror(errno));
	if (!find_launcher())
		ksft_exit_skip("no launcher: set LGUEST\n");
	if (!find_guest(puppet, "puppet"))
		ksft_exit_skip("no micro-guests: set MICRO\n");
	if (!mkdtemp(dir))
		ksft_exit_fail_perror(dir);
	atexit(remove_files);
	snprintf(image, sizeof(image), "%s/image", dir);
	snprintf(overlay, sizeof(overlay), "%s/overlay", dir);
	snprintf(messages, sizeof(messages), "%s/messages", dir);
	ksft_set_plan(35);
	oracle_start();
	test_console();
	test_disk();
	test_net();
	test_tap();
	oracle_result(oracle_finish(ORACLE_SLACK), "host\n");
	ksft_finished();
}
