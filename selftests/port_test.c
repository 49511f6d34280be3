// SPDX-License-Identifier: GPL-2.0
/*
 * Hostile guests at both ends of a DMA transfer. Each test has two guests that share a
 * page; one of them, or its launcher, lies about its buffers, changes them while the
 * host looks, puts them where they do not belong, or dies. The host must copy exactly
 * what it has checked, into the sections that it has checked, or nothing, and nobody
 * must wait for ever. That a result is an error is looked at, and all memory of the
 * victim around the sections.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../kselftest.h"
#include "oracle.h"
#include "vm.h"

#define PAGE		4096u
#define PAGE_GPA	0x3000		/* the page that is shared */
#define KEY		(PAGE_GPA + 0x40)
#define SHARED_GPA	0x4000
#define DMA_GPA		0x6000		/* what the receiver has bound */
#define SEND_GPA	0x8000
#define DATA_GPA	0x10000
#define DATA_SIZE	0x80000
#define IRQ		9
#define FILL		0xa5		/* what the receiver's memory holds */
#define SENT		0x11		/* what is sent */
#define ROUNDS		3000		/* of a race */
#define PATIENCE	20		/* seconds, of one that has not come to pass */

static int file;
static struct vm to, from;

static struct lguest_dma *dma_at(struct vm *vm, __u32 gpa)
{
	return (struct lguest_dma *)(vm->ram + gpa);
}

static struct lguest_dma *bound(void)
{
	return dma_at(&to, DMA_GPA);
}

static struct lguest_dma *sent(void)
{
	return dma_at(&from, SEND_GPA);
}

static void section(struct lguest_dma *dma, unsigned int i, __u32 addr, __u32 len)
{
	dma->section[i].addr = addr;
	dma->section[i].len = len;
	dma->sections = i + 1;
}

/* Two guests; the receiver has one buffer of 64K, the sender has 4K to send. */
static void make_pair(__u32 key, __u32 dmas, __u32 count)
{
	vm_create(&to, file, PAGE_GPA);
	vm_create(&from, file, PAGE_GPA);
	memset(to.ram + DATA_GPA, FILL, DATA_SIZE);
	memset(from.ram + DATA_GPA, SENT, DATA_SIZE);
	if (vm_call(&to, LGUEST_HC_INIT, SHARED_GPA, LGUEST_ABI_VERSION, 0, 0))
		ksft_exit_fail_msg("LGUEST_HC_INIT\n");
	((struct lguest_shared *)(to.ram + SHARED_GPA))->irqs_masked = ~0;
	section(dma_at(&to, dmas), 0, DATA_GPA, 0x10000);
	section(sent(), 0, DATA_GPA, PAGE);
	if (vm_call(&to, LGUEST_HC_BIND_DMA, key, dmas, count, IRQ))
		ksft_exit_fail_msg("LGUEST_HC_BIND_DMA\n");
}

static void new_pair(void)
{
	make_pair(KEY, DMA_GPA, 1);
}

static void end_pair(void)
{
	vm_destroy(&to);
	vm_destroy(&from);
}

static long send_key(__u32 key)
{
	sent()->used = 0;
	return vm_call(&from, LGUEST_HC_SEND_DMA, key, SEND_GPA, 0, 0);
}

/* Sent, and @len bytes arrived, as both sides say. */
static bool arrives(__u32 len)
{
	long ret;

	bound()->used = 0;
	ret = send_key(KEY);
	if (ret || from.asked || bound()->used != (LGUEST_DMA_USED | len) ||
	    sent()->used != bound()->used) {
		ksft_print_msg("result %ld, asked %d, used %#x and %#x, not %#x\n", ret,
			       from.asked, bound()->used, sent()->used, LGUEST_DMA_USED | len);
		return false;
	}
	return true;
}

static bool all_is(const struct vm *vm, __u32 gpa, __u32 len, __u8 value)
{
	__u32 i;

	for (i = 0; i < len; i++) {
		if (vm->ram[gpa + i] != value) {
			ksft_print_msg("at %#x is %#x, not %#x\n", gpa + i, vm->ram[gpa + i],
				       value);
			return false;
		}
	}
	return true;
}

/* [@gpa, @gpa + @len) of the data has been written, all around has not. */
static bool only(__u32 gpa, __u32 len)
{
	__u32 end = gpa + len;

	return all_is(&to, DATA_GPA, gpa - DATA_GPA, FILL) && all_is(&to, gpa, len, SENT) &&
	       all_is(&to, end, DATA_GPA + DATA_SIZE - end, FILL);
}

/* Sums of lengths that do not fit in 32 bits, of sections that are good. */
static void test_sums(void)
{
	unsigned int i;
	bool ok;

	new_pair();
	for (i = 0; i < 16; i++)
		section(bound(), i, 0, VM_RAM);
	/* All that counts is where the data goes: to the beginning. */
	section(bound(), 0, DATA_GPA, VM_RAM - DATA_GPA);
	bound()->sections = 16;
	ok = arrives(PAGE) && only(DATA_GPA, PAGE);
	oracle_result(ok, "G: the receiver's sections add up to 64 MB\n");

	for (i = 0; i < 16; i++)
		section(sent(), i, DATA_GPA, VM_RAM - DATA_GPA);
	memset(from.ram + DATA_GPA, SENT, VM_RAM - DATA_GPA);
	ok = arrives(LGUEST_DMA_MAX) && only(DATA_GPA, LGUEST_DMA_MAX);
	oracle_result(ok, "G: so do the sender's: it is cut\n");
	end_pair();

	new_pair();
	ok = true;
	for (i = 0; i < 16; i++)
		section(bound(), i, DATA_GPA, 0x10000000);
	ok &= arrives(0);
	for (i = 0; i < 16; i++)
		section(bound(), i, 0xf0000000 + DATA_GPA, 0x10000000);
	ok &= arrives(0);
	section(bound(), 0, 0xffffffff, 0xffffffff);
	ok &= arrives(0);
	section(bound(), 0, DATA_GPA, 0xffffffff - DATA_GPA + 1);
	ok &= arrives(0);
	/* One bad section at the end spoils all of it. */
	section(bound(), 0, DATA_GPA, 0x10000);
	section(bound(), 15, VM_RAM - 1, 2);
	ok &= arrives(0);
	ok &= all_is(&to, DATA_GPA, DATA_SIZE, FILL);
	oracle_result(ok, "G: the receiver's sections wrap, or end behind RAM\n");
	end_pair();
}

/* Who writes to guest memory while the other side's call is under way. */
static struct race {
	pthread_t thread;
	bool stop;
	void (*step)(unsigned int n);
} race;

static void *race_thread(void *arg)
{
	unsigned int n;

	(void)arg;
	for (n = 0; !__atomic_load_n(&race.stop, __ATOMIC_ACQUIRE); n++)
		race.step(n);
	return NULL;
}

static void race_start(void (*step)(unsigned int n))
{
	race.stop = false;
	race.step = step;
	if (pthread_create(&race.thread, NULL, race_thread, NULL))
		ksft_exit_fail_msg("no thread\n");
}

static void race_end(void)
{
	__atomic_store_n(&race.stop, true, __ATOMIC_RELEASE);
	pthread_join(race.thread, NULL);
}

/*
 * Send until the time is over. Whatever the list says meanwhile, a copy is as long as
 * one of the good ones or 0, and nothing but the good places is written to.
 */
static bool race_sends(__u32 good, __u32 other)
{
	unsigned int i, hits[3] = {};
	__u32 len;

	for (i = 0; i < ROUNDS; i++) {
		bound()->used = 0;
		if (send_key(KEY) < 0)
			continue;		/* the sender's list was bad */
		len = sent()->used & ~LGUEST_DMA_USED;
		if (from.asked || (len && len != good && len != other)) {
			ksft_print_msg("%u bytes, asked %d\n", len, from.asked);
			return false;
		}
		hits[!len ? 0 : len == good ? 1 : 2]++;
		if (i % 64 == 0)
			sched_yield();
	}
	ksft_print_msg("nothing %u times, %u bytes %u times, %u bytes %u times\n", hits[0], good,
		       hits[1], other, hits[2]);
	return true;
}

/* A length that is good when it is checked, and 4 GB when it is used. */
static void flip_length(unsigned int n)
{
	__atomic_store_n(&bound()->section[0].len, n & 1 ? 0xffff0000 : 0x800, __ATOMIC_RELAXED);
}

static void flip_address(unsigned int n)
{
	static const __u32 addr[] = { DATA_GPA, VM_RAM - 0x100, 0xfffff000, 0xc0000000 };

	__atomic_store_n(&bound()->section[0].addr, addr[n % 4], __ATOMIC_RELAXED);
}

static void flip_count(unsigned int n)
{
	static const __u32 count[] = { 1, 0, 0xffffffff, 17, 0x20000000 };

	__atomic_store_n(&bound()->sections, count[n % 5], __ATOMIC_RELAXED);
}

static void flip_sender(unsigned int n)
{
	__atomic_store_n(&sent()->section[0].len, n & 1 ? 0x7fffffff : 0x800, __ATOMIC_RELAXED);
	__atomic_store_n(&sent()->section[0].addr, n & 2 ? 0xfffff800 : DATA_GPA, __ATOMIC_RELAXED);
}

/* The word of state says it is free, although it is being filled. */
static void flip_used(unsigned int n)
{
	static const __u32 used[] = { 0, LGUEST_DMA_TAKEN, LGUEST_DMA_USED, 0xffffffff };

	__atomic_store_n(&bound()->used, used[n % 4], __ATOMIC_RELAXED);
}

static void test_races(void)
{
	bool ok;

	new_pair();
	section(bound(), 0, DATA_GPA, 0x800);
	race_start(flip_length);
	ok = race_sends(0x800, 0x800);
	race_end();
	oracle_result(ok && only(DATA_GPA, 0x800), "G: the receiver's length changes\n");
	end_pair();

	new_pair();
	section(bound(), 0, DATA_GPA, 0x80);
	race_start(flip_address);
	ok = race_sends(0x80, 0x80);
	race_end();
	oracle_result(ok && only(DATA_GPA, 0x80), "G: the receiver's address changes\n");
	end_pair();

	new_pair();
	section(bound(), 0, DATA_GPA, 0x100);
	race_start(flip_count);
	ok = race_sends(0x100, 0x100);
	race_end();
	oracle_result(ok && only(DATA_GPA, 0x100), "G: the receiver's count changes\n");
	end_pair();

	new_pair();
	section(sent(), 0, DATA_GPA, 0x800);
	race_start(flip_sender);
	ok = race_sends(0x800, 0x800);
	race_end();
	oracle_result(ok && only(DATA_GPA, 0x800), "G: the sender's list changes\n");
	end_pair();

	new_pair();
	race_start(flip_used);
	ok = race_sends(PAGE, PAGE);
	race_end();
	oracle_result(ok && only(DATA_GPA, PAGE), "G: the receiver's state changes\n");
	end_pair();
}

/* Sections that are other things of the receiver's. */
static void test_overlaps(void)
{
	struct lguest_shared *shared;
	bool ok;
	long ret;

	/* The data goes over the list that it goes by: it was copied before. */
	new_pair();
	section(bound(), 0, DMA_GPA, sizeof(struct lguest_dma));
	section(bound(), 1, DATA_GPA, 0x1000);
	bound()->used = 0;
	ret = send_key(KEY);
	ok = !ret && sent()->used == (LGUEST_DMA_USED | PAGE) &&
	     all_is(&to, DMA_GPA, sizeof(struct lguest_dma), SENT) &&
	     only(DATA_GPA, PAGE - sizeof(struct lguest_dma));
	/* The word of state is the sender's data now, so the buffer is not free. */
	ok &= send_key(KEY) == -ENOBUFS;
	oracle_result(ok, "G: a buffer that overwrites itself\n");
	end_pair();

	/* 16 times the same page, which is pinned as often as that. */
	new_pair();
	for (ret = 0; ret < 16; ret++)
		section(bound(), ret, DATA_GPA, PAGE);
	section(sent(), 0, DATA_GPA, 16 * PAGE);
	ok = arrives(16 * PAGE) && only(DATA_GPA, PAGE);
	oracle_result(ok, "G: 16 sections that are one page\n");
	end_pair();

	/* The shared page: the receiver runs with what it is given there. */
	new_pair();
	section(bound(), 0, SHARED_GPA, sizeof(struct lguest_shared));
	memset(from.ram + DATA_GPA, 0xff, PAGE);
	ok = arrives(sizeof(struct lguest_shared));
	shared = (struct lguest_shared *)(to.ram + SHARED_GPA);
	shared->irqs_masked = ~0;
	shared->irq_enabled = 0;
	/* A queue of 2^32 - 1 flushes, a bad TLS index, address space ~0. */
	ok &= vm_call(&to, LGUEST_HC_FLUSH, LGUEST_FLUSH_QUEUE, 0, 0, 0) == 0;
	ok &= shared->flush_count == 0;
	ok &= vm_call(&to, LGUEST_HC_SWITCH, LGUEST_SWITCH_TLS, 0, 0, 0) == -EINVAL;
	oracle_result(ok, "G: a section that is the shared page\n");
	end_pair();

	/* The code that runs: it is gone, the guest dies, the host does not mind. */
	new_pair();
	section(bound(), 0, VM_CODE_GPA, PAGE);
	memset(from.ram + DATA_GPA, 0xf4, PAGE);	/* hlt */
	ok = arrives(PAGE);
	ret = pread(to.fd, &to.exit, sizeof(to.exit), 0);
	ok &= ret > 0 && to.exit.reason == LGUEST_EXIT_HALTED;
	oracle_result(ok, "G: a section that is the code\n");
	end_pair();

	/* The page that both have: it is copied onto itself. */
	new_pair();
	memset(to.ram + PAGE_GPA, SENT, PAGE);
	section(bound(), 0, PAGE_GPA + 1, PAGE - 1);
	section(sent(), 0, PAGE_GPA, PAGE - 1);
	ok = arrives(PAGE - 1) && all_is(&from, PAGE_GPA, PAGE, SENT);
	oracle_result(ok, "G: the same page at both ends\n");
	end_pair();
}

static void test_places(void)
{
	bool ok;
	long ret;

	/* Keys at odd addresses are places to the byte. */
	make_pair(PAGE_GPA + PAGE - 1, DMA_GPA, 1);
	ret = send_key(PAGE_GPA + PAGE - 2);
	ok = !ret && from.asked;
	ret = send_key(PAGE_GPA);
	ok &= !ret && from.asked;
	ret = send_key(PAGE_GPA + PAGE - 1);
	ok &= !ret && !from.asked && bound()->used == (LGUEST_DMA_USED | PAGE);
	oracle_result(ok, "G: a key in the last byte of the page\n");
	end_pair();

	/* Structures that cross a page; the second page of one goes away. */
	make_pair(KEY, 0x7000 - 8, 1);
	ret = send_key(KEY);
	ok = !ret && dma_at(&to, 0x7000 - 8)->used == (LGUEST_DMA_USED | PAGE);
	dma_at(&to, 0x7000 - 8)->used = 0;
	munmap(to.ram + 0x7000, PAGE);
	ret = send_key(KEY);
	ok &= !ret && sent()->used == LGUEST_DMA_USED && dma_at(&to, 0x7000 - 8)->used == 0;
	oracle_result(ok, "G: half of a structure is gone\n");
	end_pair();

	/* Each of 256 buffers, in turn, and round again. */
	make_pair(KEY, DATA_GPA, 256);
	for (ret = 0, ok = true; ret < 300 && ok; ret++) {
		struct lguest_dma *b = dma_at(&to, DATA_GPA) + ret % 256;

		section(b, 0, DATA_GPA + 0x40000 + ret, 1);
		b->used = 0;
		ok &= !send_key(KEY) && b->used == (LGUEST_DMA_USED | 1);
	}
	oracle_result(ok, "G: 256 buffers, round and round\n");
	end_pair();

	/* Every interrupt number, the timer's too. */
	vm_create(&to, file, PAGE_GPA);
	vm_create(&from, file, PAGE_GPA);
	vm_call(&to, LGUEST_HC_INIT, SHARED_GPA, LGUEST_ABI_VERSION, 0, 0);
	((struct lguest_shared *)(to.ram + SHARED_GPA))->irqs_masked = ~0;
	section(sent(), 0, DATA_GPA, 1);
	for (ret = 0, ok = true; ret < LGUEST_IRQS; ret++) {
		section(bound(), 0, DATA_GPA, 1);
		bound()->used = 0;
		ok &= !vm_call(&to, LGUEST_HC_BIND_DMA, KEY, DMA_GPA, 1, ret) &&
		      !send_key(KEY) && !vm_call(&to, LGUEST_HC_BIND_DMA, KEY, 0, 0, 0);
	}
	ok &= ((struct lguest_shared *)(to.ram + SHARED_GPA))->irqs == 0xffffffff;
	ok &= vm_call(&to, LGUEST_HC_BIND_DMA, KEY, DMA_GPA, 1, LGUEST_IRQS) == -EINVAL;
	oracle_result(ok, "G: every interrupt number\n");
	end_pair();
}

/* Who may only read the page is nobody there: is not heard, and does not take a key. */
static bool reader(int fd)
{
	bool ok;

	if (fd < 0 || mmap(from.ram + PAGE_GPA, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd,
			   0) == MAP_FAILED)
		ksft_exit_fail_msg("to read only: %s\n", strerror(errno));
	ok = !send_key(KEY) && from.asked && !bound()->used;
	ok &= !vm_call(&from, LGUEST_HC_BIND_DMA, KEY + 4, DMA_GPA, 1, IRQ);
	ok &= !vm_call(&to, LGUEST_HC_BIND_DMA, KEY + 4, DMA_GPA, 1, IRQ);
	vm_call(&from, LGUEST_HC_BIND_DMA, KEY + 4, 0, 0, 0);
	vm_call(&to, LGUEST_HC_BIND_DMA, KEY + 4, 0, 0, 0);
	return ok;
}

static void test_readers(void)
{
	int both = file, fd;
	char name[32];

	file = memfd_create("port_test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (file < 0 || ftruncate(file, PAGE))
		ksft_exit_fail_msg("memfd: %s\n", strerror(errno));
	new_pair();
	snprintf(name, sizeof(name), "/proc/self/fd/%d", file);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	oracle_result(reader(fd), "G: a descriptor to read only\n");
	close(fd);
	/* What is mapped stays writable. */
	if (fcntl(file, F_ADD_SEALS, F_SEAL_FUTURE_WRITE))
		ksft_exit_fail_msg("F_SEAL_FUTURE_WRITE: %s\n", strerror(errno));
	oracle_result(reader(file), "G: a descriptor that is sealed against writes\n");
	end_pair();
	close(file);
	file = both;
}

static int uffd;

/* Nobody asks for the page: in 10 s who waits for it gets an empty one. */
static void rescue_step(unsigned int n)
{
	usleep(10000);
	if (n == 1000)
		close(uffd);
}

/* A page that comes when a program of the receiver's likes: that is not waited for. */
static void test_userfault(void)
{
	const char *name = "G: the receiver's memory is a program's";
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	bool ok;

	uffd = syscall(__NR_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (uffd < 0) {
		ksft_test_result_skip("%s: userfaultfd: %s\n", name, strerror(errno));
		return;
	}
	new_pair();
	reg.range.start = (unsigned long)to.ram + DATA_GPA;
	reg.range.len = PAGE;
	ok = !ioctl(uffd, UFFDIO_API, &api) && !ioctl(uffd, UFFDIO_REGISTER, &reg) &&
	     !madvise(to.ram + DATA_GPA, PAGE, MADV_DONTNEED);
	race_start(rescue_step);
	ok &= arrives(0);
	race_end();
	close(uffd);
	ok &= arrives(PAGE);
	oracle_result(ok, "%s\n", name);
	end_pair();
}

/* Memory of the receiver that is no memory, or not any more. */
static void test_memory(void)
{
	char path[] = "/tmp/port_test.XXXXXX";
	int fd, huge;
	bool ok;

	/* What is behind a file could make the sender wait for ever. */
	fd = mkostemp(path, O_CLOEXEC);
	unlink(path);
	new_pair();
	mprotect(to.ram + DATA_GPA, PAGE, PROT_READ);
	ok = arrives(0);
	mprotect(to.ram + DATA_GPA, PAGE, PROT_NONE);
	ok &= arrives(0);
	mprotect(to.ram + DATA_GPA, PAGE, PROT_READ | PROT_WRITE);
	ok &= arrives(PAGE);
	oracle_result(ok, "G: the receiver may not write its memory\n");
	end_pair();

	/* A hole in a file: behind its end a page fault is a SIGBUS. */
	new_pair();
	huge = memfd_create("port_test", MFD_CLOEXEC);
	ok = !ftruncate(huge, 2 * PAGE) &&
	     mmap(to.ram + DATA_GPA, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		  huge, 0) != MAP_FAILED;
	section(sent(), 0, DATA_GPA, 2 * PAGE);
	ok &= arrives(2 * PAGE) && all_is(&to, DATA_GPA, 2 * PAGE, SENT);
	ok &= !ftruncate(huge, PAGE);
	ok &= arrives(0);
	ok &= !ftruncate(huge, 0) && arrives(0);
	close(huge);
	oracle_result(ok, "G: the receiver's file is cut\n");
	end_pair();

	new_pair();
	ok = fd >= 0 && !ftruncate(fd, PAGE) &&
	     mmap(to.ram + DATA_GPA, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd,
		  0) != MAP_FAILED;
	/* On a tmpfs it is shared memory, and good. */
	bound()->used = 0;
	ok &= !send_key(KEY) && (sent()->used == LGUEST_DMA_USED ||
				 sent()->used == (LGUEST_DMA_USED | PAGE));
	oracle_result(ok, "G: the receiver's memory is a file\n");
	end_pair();
	close(fd);

	test_userfault();

	/* The sender has nothing to send: it learns that at once. */
	new_pair();
	munmap(from.ram + DATA_GPA, PAGE);
	ok = send_key(KEY) == -EINVAL && bound()->used == 0;
	oracle_result(ok, "G: the sender's memory is gone\n");
	end_pair();
}

static void unmap_step(unsigned int n)
{
	__u8 *p = to.ram + DATA_GPA + (n % 4) * PAGE;

	/* As short as possible: the victim of the race is one page table entry. */
	if (mmap(p, PAGE, PROT_READ | (n & 4 ? PROT_WRITE : 0),
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		ksft_exit_fail_msg("mmap\n");
	madvise(p, PAGE, MADV_DONTNEED);
}

static void test_remap(void)
{
	unsigned int i, good = 0, bad = 0;
	bool ok = true;

	new_pair();
	section(sent(), 0, DATA_GPA, 4 * PAGE);
	race_start(unmap_step);
	for (i = 0; i < ROUNDS / 2; i++) {
		bound()->used = 0;
		ok &= !send_key(KEY) && !from.asked;
		ok &= sent()->used == LGUEST_DMA_USED ||
		      sent()->used == (LGUEST_DMA_USED | 4 * PAGE);
		*(sent()->used == LGUEST_DMA_USED ? &bad : &good) += 1;
	}
	race_end();
	ksft_print_msg("%u copies, %u times nothing\n", good, bad);
	ok &= all_is(&to, DATA_GPA + 4 * PAGE, DATA_SIZE - 4 * PAGE, FILL);
	oracle_result(ok, "G: the receiver's pages are replaced all the time\n");
	end_pair();
}

/* The receiver's own calls, in a thread of its own. */
static unsigned int binds, gets;

static void count(unsigned int *n)
{
	__atomic_add_fetch(n, 1, __ATOMIC_RELAXED);
}

static bool any(const unsigned int *n)
{
	return __atomic_load_n(n, __ATOMIC_RELAXED);
}

static void bind_step(unsigned int n)
{
	(void)n;
	vm_call(&to, LGUEST_HC_BIND_DMA, KEY, 0, 0, 0);
	bound()->used = 0;
	if (!vm_call(&to, LGUEST_HC_BIND_DMA, KEY, DMA_GPA, 1, IRQ))
		count(&binds);
}

static void get_step(unsigned int n)
{
	struct lguest_dma_buffer buf;
	struct lguest_get_dma get = {
		.command	= LGUEST_GET_DMA,
		.key		= KEY,
		.result		= (uintptr_t)&buf,
	};

	(void)n;
	if (vm_command(&to, &get, sizeof(get)))
		return;
	/* It is ours now: nobody else fills or takes it. */
	if (buf.dma != DMA_GPA || buf.irq != IRQ || bound()->used != LGUEST_DMA_TAKEN)
		ksft_exit_fail_msg("a buffer that was taken is %#x\n", bound()->used);
	count(&gets);
	__atomic_store_n(&bound()->used, 0, __ATOMIC_RELEASE);
}

static void test_calls(void)
{
	unsigned int i, copied = 0, asked = 0, busy = 0;
	double deadline = now() + PATIENCE * patience();
	bool ok = true;
	long ret;

	/* Longer, if the other thread has not had its turn at the right moment. */
	new_pair();
	race_start(bind_step);
	for (i = 0; i < ROUNDS || (!(copied && any(&binds)) && now() < deadline); i++) {
		ret = send_key(KEY);
		ok &= !ret || ret == -ENOBUFS;
		*(ret ? &busy : from.asked ? &asked : &copied) += 1;
	}
	race_end();
	ksft_print_msg("bound %u times; %u copies, %u for the launcher, %u without a buffer\n",
		       binds, copied, asked, busy);
	oracle_result(ok && copied && binds && only(DATA_GPA, PAGE),
		      "G: bound and taken back all the time\n");
	end_pair();

	new_pair();
	race_start(get_step);
	deadline = now() + PATIENCE * patience();
	for (i = 0, copied = 0; i < ROUNDS || (!(copied && any(&gets)) && now() < deadline); i++) {
		ret = send_key(KEY);
		ok &= (!ret || ret == -ENOBUFS) && !from.asked;
		if (!ret) {
			copied++;
			__atomic_store_n(&bound()->used, 0, __ATOMIC_RELEASE);
		}
	}
	race_end();
	ksft_print_msg("%u copies, %u taken by the launcher\n", copied, gets);
	oracle_result(ok && copied && gets, "G: guest and launcher take the same buffer\n");
	end_pair();
}

/* A receiver in a process of its own, which is killed while it is sent to. */
static void receiver_process(void)
{
	vm_create(&to, file, PAGE_GPA);
	section(bound(), 0, DATA_GPA, 0x20000);
	if (vm_call(&to, LGUEST_HC_BIND_DMA, KEY, DMA_GPA, 1, IRQ))
		vm_fail("LGUEST_HC_BIND_DMA\n");
	for (;;)
		__atomic_store_n(&bound()->used, 0, __ATOMIC_RELEASE);
}

static void test_death(void)
{
	int i, n, status, died = 0, wrong = 0, copied = 0;
	double longest = 0;
	pid_t pid;

	vm_create(&from, file, PAGE_GPA);
	section(sent(), 0, DATA_GPA, 0x20000);
	for (i = 0; i < 30; i++) {
		double deadline = now() + PATIENCE * patience();
		bool killed = false, ended = false;

		pid = vm_fork();
		if (!pid)
			receiver_process();
		for (n = 0; !ended && now() < deadline; n++) {
			double t = now();
			long ret;

			ret = send_key(KEY);
			t = now() - t;
			if (t > longest)
				longest = t;
			wrong += ret && ret != -ENOBUFS;
			copied += !ret && !from.asked;
			if (!killed && !ret && !from.asked && n > i * 7) {
				kill(pid, SIGKILL);
				killed = true;
			}
			/* Dead, and its key is free. */
			ended = waitpid(pid, &status, WNOHANG) == pid;
		}
		if (!ended) {
			ksft_print_msg("a receiver %s\n", killed ? "does not die" : "has no data");
			kill(pid, SIGKILL);
			break;
		}
		died += killed && WIFSIGNALED(status);
		wrong += send_key(KEY) || !from.asked;
	}
	ksft_print_msg("%d copies, the longest call took %.3f s\n", copied, longest);
	oracle_result(died == 30 && !wrong, "G: the receiver dies: %d of 30, %d wrong\n", died,
		      wrong);
	vm_destroy(&from);
}

/* A receiver that has shut down, but whose launcher still has it: nobody is there. */
static void test_ended(void)
{
	__u32 *mailbox;
	struct lguest_exit e = {};
	struct vm next;
	bool ok;

	new_pair();
	mailbox = (__u32 *)(to.ram + MAILBOX_GPA);
	mailbox[0] = LGUEST_HC_SHUTDOWN;
	mailbox[1] = LGUEST_SHUTDOWN_POWEROFF;
	mailbox[2] = 0;
	ok = pread(to.fd, &e, sizeof(e), 0) >= 0 && e.reason == LGUEST_EXIT_SHUTDOWN;
	ok &= !send_key(KEY) && from.asked && bound()->used == 0 && only(DATA_GPA, 0);

	/* The key is free. */
	vm_create(&next, file, PAGE_GPA);
	section(dma_at(&next, DMA_GPA), 0, DATA_GPA, 0x10000);
	ok &= !vm_call(&next, LGUEST_HC_BIND_DMA, KEY, DMA_GPA, 1, IRQ);
	ok &= !send_key(KEY) && !from.asked && only(DATA_GPA, 0);
	ok &= dma_at(&next, DMA_GPA)->used == (LGUEST_DMA_USED | PAGE);
	vm_destroy(&next);
	oracle_result(ok, "G: a receiver that has ended\n");
	end_pair();
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	ksft_print_header();
	if (access(VM_DEVICE, F_OK))
		ksft_exit_skip("no " VM_DEVICE "\n");
	ksft_set_plan(30);
	oracle_start();
	file = memfd_create("port_test", MFD_CLOEXEC);
	if (file < 0 || ftruncate(file, PAGE))
		ksft_exit_fail_msg("memfd: %s\n", strerror(errno));
	test_sums();
	test_races();
	test_overlaps();
	test_places();
	test_readers();
	test_memory();
	test_remap();
	test_calls();
	test_death();
	test_ended();
	oracle_result(oracle_finish(ORACLE_SLACK), "host\n");
	ksft_finished();
}
