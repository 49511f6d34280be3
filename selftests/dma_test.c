// SPDX-License-Identifier: GPL-2.0
/*
 * DMA: from guest to guest through memory that both have, and from a guest to
 * threads of its launcher. What arrives is compared, byte by byte, with what
 * was sent, for section lists of all kinds on both sides.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../kselftest.h"
#include "oracle.h"
#include "vm.h"

#define PAGE_GPA	0x3000		/* the page that is shared */
#define KEY		(PAGE_GPA + 64)
#define OTHER_KEY	(PAGE_GPA + 128)
#define PRIVATE_KEY	0x4000
#define SHARED_GPA	0x5000		/* struct lguest_shared */
#define DMA_GPA		0x6f80		/* the second one crosses a page */
#define SEND_GPA	0x8000
#define DATA_GPA	0x10000		/* where sections lie ... */
#define DATA_SIZE	0x80000		/* ... in both guests */
#define IRQ		9
#define BUFFERS		3

static int file;

static struct lguest_dma *dma_at(struct vm *vm, __u32 gpa)
{
	return (struct lguest_dma *)(vm->ram + gpa);
}

static struct lguest_dma *buffer(struct vm *vm, unsigned int i)
{
	return dma_at(vm, DMA_GPA + i * sizeof(struct lguest_dma));
}

static long bind_key(struct vm *vm, __u32 key, __u32 count)
{
	return vm_call(vm, LGUEST_HC_BIND_DMA, key, DMA_GPA, count, IRQ);
}

static long send_key(struct vm *vm, __u32 key)
{
	return vm_call(vm, LGUEST_HC_SEND_DMA, key, SEND_GPA, 0, 0);
}

static void one_section(struct lguest_dma *dma, __u32 addr, __u32 len)
{
	dma->used = 0;
	dma->sections = 1;
	dma->section[0].addr = addr;
	dma->section[0].len = len;
}

/* Two guests that share a page; the first has buffers bound there. */
static void make_pair(struct vm *to, struct vm *from)
{
	unsigned int i;

	vm_create(to, file, PAGE_GPA);
	vm_create(from, file, PAGE_GPA);
	if (vm_call(to, LGUEST_HC_INIT, SHARED_GPA, LGUEST_ABI_VERSION, 0, 0))
		ksft_exit_fail_msg("LGUEST_HC_INIT\n");
	((struct lguest_shared *)(to->ram + SHARED_GPA))->irqs_masked = ~0;
	for (i = 0; i < BUFFERS; i++)
		one_section(buffer(to, i), DATA_GPA + 0x1000 * i, 0x1000);
	one_section(dma_at(from, SEND_GPA), DATA_GPA, 100);
	if (bind_key(to, KEY, BUFFERS))
		ksft_exit_fail_msg("LGUEST_HC_BIND_DMA\n");
}

static void end_pair(struct vm *to, struct vm *from)
{
	vm_destroy(to);
	vm_destroy(from);
}

static bool irq_came(struct vm *vm)
{
	__u32 *irqs = &((struct lguest_shared *)(vm->ram + SHARED_GPA))->irqs;

	return __atomic_exchange_n(irqs, 0, __ATOMIC_SEQ_CST) == 1u << IRQ;
}

static void fill(__u8 *p, size_t len)
{
	while (len--)
		*p++ = rand() >> 8;
}

static void test_order(void)
{
	struct vm to, from;
	struct lguest_dma *sent;
	int i;

	make_pair(&to, &from);
	sent = dma_at(&from, SEND_GPA);
	fill(from.ram + DATA_GPA, 100);
	for (i = 0; i < BUFFERS; i++) {
		sent->used = 0;
		oracle_result(!send_key(&from, KEY) && !from.asked &&
			      sent->used == (LGUEST_DMA_USED | 100) &&
			      buffer(&to, i)->used == sent->used &&
			      !memcmp(from.ram + DATA_GPA,
				      to.ram + DATA_GPA + 0x1000 * i, 100),
			      "buffer %d is filled\n", i);
		oracle_result(irq_came(&to), "its interrupt came\n");
	}
	oracle_result(send_key(&from, KEY) == -ENOBUFS && !irq_came(&to),
		      "no buffer is free\n");
	buffer(&to, 1)->used = 0;
	oracle_result(send_key(&from, KEY) == -ENOBUFS,
		      "it is not the turn of that one\n");
	buffer(&to, 0)->used = 0;
	oracle_result(!send_key(&from, KEY) && buffer(&to, 0)->used,
		      "the first one again\n");
	end_pair(&to, &from);
}

static void test_keys(void)
{
	struct vm to, from;

	make_pair(&to, &from);
	oracle_result(bind_key(&to, KEY, 1) == -EEXIST, "bound twice\n");
	oracle_result(bind_key(&from, KEY, 1) == -EEXIST,
		      "bound by the other guest\n");
	oracle_result(!bind_key(&from, OTHER_KEY, 1), "another key\n");
	oracle_result(bind_key(&from, PRIVATE_KEY, 0) == -ENOENT,
		      "unbound what is not bound\n");
	oracle_result(!send_key(&from, OTHER_KEY) && from.asked &&
		      from.exit.dma.key == OTHER_KEY,
		      "sent to oneself, the launcher is asked\n");
	oracle_result(!bind_key(&to, PRIVATE_KEY, 1) &&
		      !send_key(&from, PRIVATE_KEY) && from.asked,
		      "a key in private memory is private\n");
	oracle_result(!bind_key(&to, KEY, 0) && !send_key(&from, KEY) &&
		      from.asked, "unbound, the launcher is asked\n");
	oracle_result(bind_key(&to, KEY, 0) == -ENOENT, "unbound twice\n");
	oracle_result(!bind_key(&from, KEY, 1), "now the other may bind\n");
	vm_destroy(&from);
	oracle_result(!send_key(&to, KEY) && to.asked,
		      "gone with its guest\n");
	oracle_result(!bind_key(&to, KEY, 1), "and free again\n");
	vm_destroy(&to);
}

/* Sections of all sizes, also none; returns what they hold together. */
static __u32 random_sections(struct lguest_dma *dma)
{
	static const __u32 sizes[] = { 1, 10, 100, 4096, 5000, 30000 };
	__u32 at = DATA_GPA, total = 0, len;
	unsigned int i;

	dma->used = 0;
	dma->sections = rand() % (LGUEST_DMA_SECTIONS + 1);
	for (i = 0; i < dma->sections; i++) {
		len = rand() % (sizes[rand() % ARRAY_SIZE(sizes)] + 1);
		at += rand() % 3000;
		if (len > DATA_GPA + DATA_SIZE - at)
			len = DATA_GPA + DATA_SIZE - at;
		dma->section[i].addr = at;
		dma->section[i].len = len;
		at += len;
		total += len;
	}
	return total;
}

/* The bytes of a buffer's sections in a row. */
static void gather(struct vm *vm, const struct lguest_dma *dma, __u8 *out)
{
	unsigned int i;

	for (i = 0; i < dma->sections; i++) {
		memcpy(out, vm->ram + dma->section[i].addr, dma->section[i].len);
		out += dma->section[i].len;
	}
}

static bool one_copy(struct vm *to, struct vm *from, __u8 *want, __u8 *got)
{
	struct lguest_dma *sent = dma_at(from, SEND_GPA), *b = buffer(to, 0);
	__u32 room, len;

	fill(from->ram + DATA_GPA, DATA_SIZE);
	memset(to->ram + DATA_GPA, 0xa5, DATA_SIZE);
	room = random_sections(b);
	len = random_sections(sent);
	memset(want, 0xa5, DATA_SIZE);
	gather(from, sent, want);
	if (len > room)
		len = room;
	if (len > LGUEST_DMA_MAX)
		len = LGUEST_DMA_MAX;
	memset(want + len, 0xa5, DATA_SIZE - len);
	if (send_key(from, KEY) || from->asked)
		return false;
	memset(got, 0xa5, DATA_SIZE);
	gather(to, b, got);
	return sent->used == (LGUEST_DMA_USED | len) && b->used == sent->used &&
	       irq_came(to) && !memcmp(want, got, DATA_SIZE);
}

static void test_sections(void)
{
	__u8 *want = malloc(DATA_SIZE), *got = malloc(DATA_SIZE);
	struct vm to, from;
	__u8 *p;
	int i, good = 0;

	make_pair(&to, &from);
	bind_key(&to, KEY, 0);
	bind_key(&to, KEY, 1);
	for (i = 0; i < 500; i++)
		good += one_copy(&to, &from, want, got);
	oracle_result(good == 500, "%d of 500 copies are exact\n", good);
	/* Nothing but the sections was written: what is around them. */
	one_section(buffer(&to, 0), DATA_GPA + 0xffd, 0x1006);
	one_section(dma_at(&from, SEND_GPA), DATA_GPA, 0x2000);
	memset(to.ram + DATA_GPA, 0xa5, DATA_SIZE);
	memset(from.ram + DATA_GPA, 0x11, DATA_SIZE);
	send_key(&from, KEY);
	p = to.ram + DATA_GPA + 0xffd;
	oracle_result(p[-1] == 0xa5 && p[0] == 0x11 && p[0x1005] == 0x11 &&
		      p[0x1006] == 0xa5, "no byte more\n");
	end_pair(&to, &from);
	free(want);
	free(got);
}

static void test_bad(void)
{
	struct vm to, from;
	struct lguest_dma *sent, *b;

	make_pair(&to, &from);
	sent = dma_at(&from, SEND_GPA);
	b = buffer(&to, 0);
	sent->section[0].addr = VM_RAM - 50;
	oracle_result(send_key(&from, KEY) == -EINVAL && !b->used,
		      "the sender's section ends outside of RAM\n");
	sent->section[0].addr = 0xfffffff0;
	oracle_result(send_key(&from, KEY) == -EINVAL && !b->used,
		      "the sender's section wraps\n");
	oracle_result(vm_call(&from, LGUEST_HC_SEND_DMA, KEY, VM_RAM - 4, 0,
			      0) == -EINVAL, "the buffer is no RAM\n");
	oracle_result(vm_call(&from, LGUEST_HC_SEND_DMA, VM_RAM, SEND_GPA, 0,
			      0) == -EINVAL, "the key is no RAM\n");
	one_section(sent, DATA_GPA, 100);
	b->section[0].addr = VM_RAM - 50;
	oracle_result(!send_key(&from, KEY) && b->used == LGUEST_DMA_USED &&
		      sent->used == LGUEST_DMA_USED && irq_came(&to),
		      "the receiver's section is outside of RAM\n");
	sent->used = 0;
	sent->sections = 0xffffffff;
	b = buffer(&to, 1);
	b->sections = 0xffffffff;
	oracle_result(!send_key(&from, KEY) && b->used == sent->used,
		      "too many sections are cut\n");
	sent->sections = 1;
	munmap(from.ram + DATA_GPA, 4096);
	oracle_result(send_key(&from, KEY) == -EINVAL ||
		      sent->used == LGUEST_DMA_USED,
		      "the sender's memory is not mapped\n");
	end_pair(&to, &from);

	make_pair(&to, &from);
	munmap(to.ram + DATA_GPA, 4096);
	oracle_result(!send_key(&from, KEY) &&
		      dma_at(&from, SEND_GPA)->used == LGUEST_DMA_USED,
		      "the receiver's memory is not mapped\n");
	munmap(to.ram + (DMA_GPA & ~4095), 8192);
	oracle_result(!send_key(&from, KEY) &&
		      dma_at(&from, SEND_GPA)->used == LGUEST_DMA_USED,
		      "nor its buffers\n");
	end_pair(&to, &from);
}

static int listen_key(struct vm *vm, __u32 key, int fd)
{
	struct lguest_listen l = {
		.command = LGUEST_LISTEN,
		.key = key,
		.eventfd = fd,
	};

	return vm_command(vm, &l, sizeof(l));
}

static int take(struct vm *vm, __u32 key, struct lguest_sent *sent)
{
	struct lguest_take_dma t = {
		.command = LGUEST_TAKE_DMA,
		.key = key,
		.result = (uintptr_t)sent,
	};

	return vm_command(vm, &t, sizeof(t));
}

static void test_listen(void)
{
	int event = eventfd(0, EFD_NONBLOCK), i, n;
	struct lguest_sent sent;
	eventfd_t count = 0;
	struct vm vm;
	bool ok;

	vm_create(&vm, -1, 0);
	oracle_result(take(&vm, KEY, &sent) == -ENOENT, "nobody listens\n");
	oracle_result(listen_key(&vm, KEY, -1) == -ENOENT, "nor stops to\n");
	oracle_result(listen_key(&vm, KEY, file) == -EBADF,
		      "that is no eventfd\n");
	oracle_result(listen_key(&vm, KEY, -2) == -EINVAL, "nor a file\n");
	oracle_result(listen_key(&vm, VM_RAM, event) == -EINVAL,
		      "a key that is no RAM\n");
	oracle_result(!listen_key(&vm, KEY, event), "listen\n");
	oracle_result(listen_key(&vm, KEY, event) == -EEXIST, "twice\n");
	oracle_result(!take(&vm, KEY, &sent) && !sent.count, "nothing yet\n");
	oracle_result(take(&vm, KEY, NULL) == -EFAULT, "take to nowhere\n");

	one_section(dma_at(&vm, SEND_GPA), DATA_GPA, 100);
	for (i = 0, ok = true; i < LGUEST_SENT_MAX; i++)
		ok &= !vm_call(&vm, LGUEST_HC_SEND_DMA, KEY, SEND_GPA + 4 * i,
			       0, 0) && !vm.asked;
	oracle_result(ok, "%d sent, the run does not return\n", i);
	oracle_result(send_key(&vm, KEY) == -ENOBUFS, "one too many\n");
	oracle_result(!eventfd_read(event, &count) &&
		      count == LGUEST_SENT_MAX, "all are signalled\n");
	for (n = 0, ok = true; !take(&vm, KEY, &sent) && sent.count;)
		for (i = 0; i < (int)sent.count; i++, n++)
			ok &= sent.dma[i] == SEND_GPA + 4u * n;
	oracle_result(ok && n == LGUEST_SENT_MAX, "all taken, in order\n");
	oracle_result(!send_key(&vm, KEY) && !take(&vm, KEY, &sent) &&
		      sent.count == 1 && sent.dma[0] == SEND_GPA,
		      "and one more\n");
	oracle_result(!listen_key(&vm, KEY, -1), "listen no more\n");
	oracle_result(!send_key(&vm, KEY) && vm.asked,
		      "the launcher is asked again\n");
	for (i = 0, ok = true; i < 64; i++)
		ok &= !listen_key(&vm, 4 * i, event);
	oracle_result(ok && listen_key(&vm, 1000, event) == -ENOSPC,
		      "64 keys are allowed\n");
	oracle_result(bind_key(&vm, KEY, 1) == -ENOSPC, "bound or not\n");
	vm_destroy(&vm);
	close(event);
}

static void test_stats(void)
{
	struct lguest_stats stats;
	struct vm vm;

	vm_create(&vm, -1, 0);
	vm_call(&vm, LGUEST_HC_FLUSH, LGUEST_FLUSH_ALL, 0, 0, 0);
	oracle_result(pread(vm.fd, &stats, sizeof(stats), LGUEST_STATS_POS) ==
		      sizeof(stats) && stats.count >= LGUEST_STATS &&
		      stats.value[LGUEST_STAT_FLUSH_ALL] >= 1 &&
		      stats.value[LGUEST_STAT_HYPERCALL] >= 2, "counters\n");
	oracle_result(pread(vm.fd, &stats, sizeof(stats) - 1,
			    LGUEST_STATS_POS) < 0 && errno == EINVAL,
		      "short counters\n");
	vm_destroy(&vm);
}

/* A process with a guest that sends as fast as it can, until it is killed. */
static void sender_process(void)
{
	struct vm from;
	long err;

	vm_create(&from, file, PAGE_GPA);
	one_section(dma_at(&from, SEND_GPA), DATA_GPA, 60000);
	for (;;) {
		memset(from.ram + DATA_GPA, rand(), 60000);
		err = send_key(&from, KEY);
		if (err && err != -ENOBUFS)
			vm_fail("send: %s\n", strerror(-err));
	}
}

/* What a buffer holds is all of one kind: no half copies. */
static bool whole(struct vm *to, struct lguest_dma *b)
{
	const __u8 *p = to->ram + b->section[0].addr;
	__u32 len = b->used & ~LGUEST_DMA_USED;

	return !len || (len == 60000 && !memcmp(p, p + 1, len - 1));
}

#define SENDERS	30

static void test_kill(void)
{
	int round, i, wrong = 0, taken = 0, died = 0, filled = 0, status;
	struct vm to;
	pid_t pid;

	vm_create(&to, file, PAGE_GPA);
	for (i = 0; i < BUFFERS; i++)
		one_section(buffer(&to, i), DATA_GPA + 0x10000 * i, 60000);
	bind_key(&to, KEY, BUFFERS);
	for (round = 0, i = 0; round < SENDERS && died == round; round++) {
		double deadline = now() + 20 * patience();
		int n = 50 + rand() % 200;
		bool ended = false;

		pid = vm_fork();
		if (!pid)
			sender_process();
		while (n) {
			struct lguest_dma *b = buffer(&to, i);

			if (!(__atomic_load_n(&b->used, __ATOMIC_ACQUIRE) &
			      LGUEST_DMA_USED)) {
				ended = waitpid(pid, &status, WNOHANG) == pid;
				if (ended || now() > deadline)
					break;
				usleep(100);
				continue;
			}
			deadline = now() + 20 * patience();
			wrong += !whole(&to, b);
			filled++;
			n--;
			__atomic_store_n(&b->used, 0, __ATOMIC_RELEASE);
			i = (i + 1) % BUFFERS;
		}
		if (n)
			ksft_print_msg("a sender %s\n", ended ? "ends by itself" : "sends nothing");
		if (!ended) {
			kill(pid, SIGKILL);
			ended = vm_wait(pid, &status, 20 * patience());
		}
		died += !n && ended && WIFSIGNALED(status);
		/* What was on its way has been completed. */
		while (ended && buffer(&to, i)->used) {
			taken += buffer(&to, i)->used == LGUEST_DMA_TAKEN;
			wrong += !whole(&to, buffer(&to, i));
			buffer(&to, i)->used = 0;
			i = (i + 1) % BUFFERS;
		}
	}
	oracle_result(!wrong, "%d buffers, %d of them are mixed up\n", filled,
		      wrong);
	oracle_result(!taken, "%d buffers are left behind\n", taken);
	oracle_result(died == SENDERS, "%d of %d senders were killed\n", died, SENDERS);
	vm_destroy(&to);
}

int main(void)
{
	ksft_print_header();
	if (access(VM_DEVICE, F_OK))
		ksft_exit_skip("no " VM_DEVICE "\n");
	ksft_set_plan(55);
	oracle_start();
	file = memfd_create("dma_test", MFD_CLOEXEC);
	if (file < 0 || ftruncate(file, 4096))
		ksft_exit_fail_msg("memfd: %s\n", strerror(errno));
	test_order();
	test_keys();
	test_sections();
	test_bad();
	test_listen();
	test_stats();
	test_kill();
	oracle_result(oracle_finish(ORACLE_SLACK), "host\n");
	ksft_finished();
}
