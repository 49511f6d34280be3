// SPDX-License-Identifier: GPL-2.0
/* Memory: mmap, mprotect, copy on write, sharing, mremap, stacks. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lgtest.h"

#define PAGE 4096u
static sigjmp_buf back;

static void on_fault(int sig)
{
	siglongjmp(back, 1);
}

static char *map(size_t len, int prot, int flags)
{
	char *p = mmap(NULL, len, prot, flags | MAP_ANONYMOUS, -1, 0);

	need(p != MAP_FAILED);
	return p;
}

static int faults(volatile char *p, int write)
{
	if (sigsetjmp(back, 1))
		return 1;
	if (write)
		*p = *p;
	else
		(void)*p;
	return 0;
}

static void fill(char *p, size_t len, uint32_t seed)
{
	uint32_t *w = (uint32_t *)p;

	for (len /= 4; len--; w++)
		*w = rnd(&seed);
}

static int child(int (*fn)(void *), void *arg)
{
	int status;
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		int rc = fn(arg);

		_exit(rc);
	}
	need(waitpid(pid, &status, 0) == pid);
	return status;
}

#define COW_PAGES 512u

static int cow_child(void *arg)
{
	char *p = arg;
	uint32_t before = hash(p, COW_PAGES * PAGE, 0);
	unsigned int i;

	for (i = 0; i < COW_PAGES; i += 2)
		memset(p + i * PAGE, i, PAGE);
	for (i = 1; i < COW_PAGES; i += 2)
		if (faults(p + i * PAGE, 1))
			return 2;
	/* The odd pages were written with what they held: still the same. */
	for (i = 0; i < COW_PAGES; i += 2)
		fill(p + i * PAGE, PAGE, i + 1);
	return hash(p, COW_PAGES * PAGE, 0) == before ? 7 : 1;
}

static void test_cow(void)
{
	char *p = map(COW_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	uint32_t before;
	unsigned int i;
	int status;

	for (i = 0; i < COW_PAGES; i++)
		fill(p + i * PAGE, PAGE, i + 1);
	before = hash(p, COW_PAGES * PAGE, 0);
	for (i = 0; i < 8; i++) {
		status = child(cow_child, p);
		if (status != 7 << 8)
			wrong("mm: the child after fork ended with %#x", status);
		if (hash(p, COW_PAGES * PAGE, 0) != before)
			wrong("mm: a child's write shows in the parent");
		p[i * PAGE] ^= 0;
	}
	printf("RESULT mm cow %08x\n", before);
	munmap(p, COW_PAGES * PAGE);
}

static int shared_child(void *arg)
{
	uint32_t *p = arg;
	unsigned int i;

	for (i = 0; i < 64 * PAGE / 4; i++)
		p[i] += i;
	return 0;
}

static void test_shared(void)
{
	char *p = map(64 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	int id = shmget(IPC_PRIVATE, 64 * PAGE, IPC_CREAT | 0600);
	char *s = shmat(id, NULL, 0);
	int fd = memfd_create("x", 0);
	char *a, *b, *ro;
	int i;

	for (i = 0; i < 10; i++)
		need(child(shared_child, p) == 0);
	printf("RESULT mm shared %08x\n", hash(p, 64 * PAGE, 0));

	need(s != (void *)-1);
	for (i = 0; i < 10; i++)
		need(child(shared_child, s) == 0);
	printf("RESULT mm shm %08x\n", hash(s, 64 * PAGE, 0));
	need(!shmdt(s));
	need(!shmctl(id, IPC_RMID, NULL));

	/* One file page at three addresses, one of them read-only. */
	need(fd >= 0 && !ftruncate(fd, 64 * PAGE));
	a = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	b = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	ro = mmap(NULL, 64 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	need(a != MAP_FAILED && b != MAP_FAILED && ro != MAP_FAILED);
	fill(a, 64 * PAGE, 5);
	if (memcmp(a, b, 64 * PAGE) || memcmp(a, ro, 64 * PAGE))
		wrong("mm: two maps of a file differ");
	fill(b, 32 * PAGE, 6);
	if (memcmp(a, ro, 64 * PAGE) || !memcmp(a, b, PAGE))
		wrong("mm: a private write shows in the file");
	if (!faults(ro, 1))
		wrong("mm: a read-only map was written");
	need(pwrite(fd, "hello", 5, 40 * PAGE) == 5);
	if (memcmp(ro + 40 * PAGE, "hello", 5))
		wrong("mm: write() does not show in a map");
	printf("RESULT mm file %08x %08x\n", hash(a, 64 * PAGE, 0), hash(b, 64 * PAGE, 0));
	munmap(a, 64 * PAGE);
	munmap(b, 64 * PAGE);
	munmap(ro, 64 * PAGE);
	munmap(p, 64 * PAGE);
	close(fd);
}

static void test_protect(void)
{
	static const int prots[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE };
	char *p = map(256 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	int state[256];
	uint32_t s = 99;
	unsigned int i, n, rounds, bad = 0;

	fill(p, 256 * PAGE, 77);
	for (i = 0; i < 256; i++)
		state[i] = 2;
	for (rounds = 0; rounds < 400; rounds++) {
		unsigned int first = rnd(&s) % 256, k = rnd(&s) % 3;

		n = 1 + rnd(&s) % 40;
		if (first + n > 256)
			n = 256 - first;
		need(!mprotect(p + first * PAGE, n * PAGE, prots[k]));
		for (i = 0; i < n; i++)
			state[first + i] = k;
		for (n = 0; n < 16; n++) {
			i = rnd(&s) % 256;
			bad += faults(p + i * PAGE, 0) != (state[i] < 1);
			bad += faults(p + i * PAGE, 1) != (state[i] < 2);
		}
	}
	if (bad)
		wrong("mm: %u of %u accesses after mprotect were wrong", bad, rounds * 32);
	need(!mprotect(p, 256 * PAGE, PROT_READ));
	printf("RESULT mm protect %08x\n", hash(p, 256 * PAGE, 0));
	munmap(p, 256 * PAGE);
}

static void test_remap(void)
{
	size_t len = 32 * PAGE;
	char *p = map(len, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	uint32_t h;
	int i;

	fill(p, len, 3);
	h = hash(p, len, 0);
	for (i = 0; i < 64; i++) {
		/* Somewhere else, in a page table of its own. */
		char *hint = map(len + 0x800000, PROT_NONE, MAP_PRIVATE);
		char *to = (char *)(((uintptr_t)hint + 0x400000) & ~0x3fffffu);
		char *q = mremap(p, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, to);

		need(q == to);
		if (hash(q, len, 0) != h)
			wrong("mm: mremap number %d lost something", i);
		if (!faults(p, 0))
			wrong("mm: the place that mremap left is still there");
		p = map(len, PROT_READ | PROT_WRITE, MAP_PRIVATE);
		memcpy(p, q, len);
		munmap(hint, len + 0x800000);
		p[(i % 32) * PAGE] ^= i;
		h = hash(p, len, 0);
	}
	p = mremap(p, len, 4 * len, MREMAP_MAYMOVE);
	need(p != MAP_FAILED);
	for (i = 32; i < 128; i++)
		if (p[i * PAGE])
			wrong("mm: grown memory is not zero");
	printf("RESULT mm remap %08x\n", hash(p, len, 0));
	munmap(p, 4 * len);
}

/* One page in a place of its own, again and again: tables come and go. */
static void test_tables(void)
{
	uint32_t s = 4, sum = 0;
	int i;

	for (i = 0; i < 2000; i++) {
		uintptr_t at = 0x20000000 + (rnd(&s) % 64) * 0x400000 + (rnd(&s) % 1024) * PAGE;
		uint32_t *p = mmap((void *)at, PAGE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

		if (p == MAP_FAILED)
			continue;
		if (p[0] || p[1023])
			wrong("mm: a fresh page at %p is not zero", p);
		p[0] = p[1023] = i;
		sum += p[0] + p[1023];
		if (i % 3)
			munmap(p, PAGE);
		else if (madvise(p, PAGE, MADV_DONTNEED) || p[0] || munmap(p, PAGE))
			wrong("mm: MADV_DONTNEED at %p kept its content", p);
		if (!faults((char *)at, 0))
			wrong("mm: %#lx is still there after munmap", (long)at);
	}
	printf("RESULT mm tables %08x\n", sum);
}

/*
 * With PAE the last page of a gigabyte takes its page directory with it, and the next one
 * brings another: the processor learns of either by a load of CR3 only. Meanwhile the
 * frame is somebody else's, who fills it with what looks like entries for large pages.
 */
static void test_directories(void)
{
	char *at = (char *)0x40000000;
	uint32_t *other, sum = 0;
	unsigned int i, round;

	for (round = 0; round < 20; round++) {
		uint32_t *p = mmap(at, PAGE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

		need(p == (void *)at);
		if (p[0])
			wrong("mm: a fresh page at %p is not zero", p);
		p[0] = round;
		sum += p[0] + 1;
		need(!munmap(p, PAGE));
		other = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		need(other != MAP_FAILED);
		for (i = 0; i < 64 * PAGE / sizeof(*other); i += 2)
			other[i] = 0xe7;	/* P RW US A D PS */
		for (i = 0; i < 4; i++)
			if (!faults(at + i * 0x200000, 0))
				wrong("mm: %p is still there without a directory", at + i * 0x200000);
		for (i = 0; i < 64 * PAGE / sizeof(*other); i += 2)
			if (other[i] != 0xe7)
				wrong("mm: somebody has written to %p", &other[i]);
		need(!munmap(other, 64 * PAGE));
	}
	printf("RESULT mm directories %08x\n", sum);
}

static uint32_t __attribute__((noinline)) deep(int n)
{
	volatile unsigned char room[3000];

	memset((char *)room, n, sizeof(room));
	return n ? deep(n - 1) + room[n % 3000] : room[7];
}

int mm_main(int argc, char **argv)
{
	char *stack = malloc(65536), *brk0;
	stack_t ss = { .ss_sp = stack, .ss_size = 65536 };
	struct sigaction sa = { .sa_handler = on_fault, .sa_flags = SA_ONSTACK };

	need(!sigaltstack(&ss, NULL));
	need(!sigaction(SIGSEGV, &sa, NULL) && !sigaction(SIGBUS, &sa, NULL));
	test_cow();
	test_shared();
	test_protect();
	test_remap();
	test_tables();
	test_directories();
	printf("RESULT mm stack %08x\n", deep(1000));
	brk0 = sbrk(0x300000);
	need(brk0 != (void *)-1);
	fill(brk0, 0x300000, 8);
	printf("RESULT mm brk %08x\n", hash(brk0, 0x300000, 0));
	sbrk(-0x300000);
	return 0;
}
