// SPDX-License-Identifier: GPL-2.0
/*
 * coherence [SECONDS [SEED]]: page tables that change while their address space
 * is not loaded.
 *
 * Groups of worker processes hold pages whose content follows from a key; the
 * keys stand in memory that all share. A coordinator picks a random change: the
 * worker makes it (write, fork, mremap, munmap, MADV_DONTNEED, mprotect, THP
 * collapse and split), or it is made to the worker while that sleeps
 * (process_vm_writev, /proc/PID/mem, ptrace, reclaim, swap, migration, KSM).
 * Then pages are compared with their keys, by the worker and from outside. A
 * stale translation shows as a wrong content, a write that went to a page's old
 * copy, or an access that should have faulted.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lgtest.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

#define PAGE	4096u
#define WORDS	(PAGE / 4)
#define GROUPS	2
#define WORKERS	3
#define CHUNK	16u			/* pages that mremap moves together */
#define NSMALL	256u			/* in chunks that wander */
#define NSLOT	32u			/* each alone in a page table */
#define NHUGE	1024u			/* one huge page's worth */
#define NSHARED	64u			/* of a file that all workers map */
#define NPAGES	(NSMALL + NSLOT + NHUGE)
#define SLOT0	0x20000000u		/* SLOTS of 4 MB */
#define SLOTS	64u
#define HUGE0	0x38000000u
#define SHARED0	0x3a000000u
#define WANDER0	0x40000000u		/* chunks wander in 4 MB steps from here */

enum op {
	VERIFY, WRITE, REWRITE, FORK, REMAP, SLOT, DONTNEED, PROTECT, COLLAPSE,
	SPLIT, PAGEOUT, MERGE, SHARED, RESPAWN,
	/* from outside */
	VMWRITE, MEMWRITE, POKE, VMREAD, COMPACT, RECLAIM, KSM, OTHERMADV,
	NOPS
};

static const char * const names[NOPS] = {
	"verify", "write", "rewrite", "fork", "remap", "slot", "dontneed", "protect",
	"collapse", "split", "pageout", "merge", "shared", "respawn",
	"vmwrite", "memwrite", "poke", "vmread", "compact", "reclaim", "ksm", "othermadv",
};

struct worker_model {
	uint32_t key[NPAGES];		/* 0: a page of zeroes */
	uint32_t addr[NPAGES];		/* 0: not mapped */
	uint32_t poke[NPAGES];		/* what ptrace put into word 5, if not 0 */
};

struct model {
	struct worker_model w[WORKERS];
	uint32_t shared[NSHARED];
	uint32_t ops[NOPS], refused[NOPS];
	uint32_t wrongs;
};

struct command {
	uint32_t op, seed;
};

static struct model *model;	/* this group's, shared with its workers */
static int group, me;		/* this worker */
static int shared_fd;
static sigjmp_buf back;

static void bad(const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("WRONG coherence: group %d worker %d: %s\n", group, me, text);
	fflush(stdout);
	__atomic_add_fetch(&model->wrongs, 1, __ATOMIC_RELAXED);
}

static uint32_t word(uint32_t key, unsigned int i)
{
	uint32_t x = key ^ (i * 0x9e3779b9u);

	if (!key)
		return 0;
	x = (x ^ x >> 15) * 0x2c1b3c6du;
	return x ^ x >> 13;
}

static void fill(uint32_t *p, uint32_t key)
{
	unsigned int i;

	for (i = 0; i < WORDS; i++)
		p[i] = word(key, i);
}

static int check(const uint32_t *p, uint32_t key, uint32_t poke, unsigned int step,
		 const char *what, unsigned int page)
{
	unsigned int i;

	for (i = 0; i < WORDS; i += step) {
		uint32_t want = i == 5 && poke ? poke : word(key, i);

		if (p[i] == want)
			continue;
		bad("%s: page %u at %p word %u holds %08x, not %08x (key %08x)",
		    what, page, p, i, p[i], want, key);
		return 1;
	}
	return 0;
}

static void on_fault(int sig)
{
	siglongjmp(back, 1);
}

static int faults(volatile uint32_t *p, int write)
{
	if (sigsetjmp(back, 1))
		return 1;
	if (write)
		*p = *p;
	else
		(void)*p;
	return 0;
}

static uint32_t new_key(uint32_t *s)
{
	/* Few keys, so that KSM finds equal pages. */
	return rnd(s) % 3 ? rnd(s) | 1 : 1000 + rnd(s) % 8;
}

static void *at(unsigned int page)
{
	return (void *)(uintptr_t)model->w[me].addr[page];
}

static void set(unsigned int page, uint32_t key)
{
	model->w[me].key[page] = key;
	model->w[me].poke[page] = 0;
}

static void worker_write(unsigned int page, uint32_t key)
{
	if (!at(page))
		return;
	set(page, key);
	fill(at(page), key);
}

static void verify(const char *what, unsigned int step)
{
	struct worker_model *w = &model->w[me];
	unsigned int i, wrongs = 0;

	for (i = 0; i < NPAGES && wrongs < 3; i++)
		if (w->addr[i])
			wrongs += check(at(i), w->key[i], w->poke[i], step, what, i);
	for (i = 0; i < NSHARED && wrongs < 3; i++)
		wrongs += check((uint32_t *)(SHARED0 + i * PAGE), model->shared[i], 0, step,
				"shared", i);
}

static void map_at(uint32_t addr, size_t len)
{
	need(mmap((void *)(uintptr_t)addr, len, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != MAP_FAILED);
}

static void do_fork(uint32_t *s)
{
	static struct worker_model copy;
	struct worker_model *w = &model->w[me];
	unsigned int i;
	int p[2], status;
	char c = 0;
	pid_t pid;

	copy = *w;
	need(!pipe(p));
	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		model->refused[FORK]++;
		close(p[0]);
		close(p[1]);
		return;
	}
	if (!pid) {
		unsigned int wrongs = 0;

		close(p[1]);
		/* Some pages before the parent has written, all after it has. */
		for (i = 0; i < NPAGES && wrongs < 3; i += 5)
			if (copy.addr[i])
				wrongs += check(at(i), copy.key[i], copy.poke[i], 63, "child early", i);
		need(read(p[0], &c, 1) == 1);
		for (i = 0; i < NPAGES && wrongs < 3; i++)
			if (copy.addr[i])
				wrongs += check(at(i), copy.key[i], copy.poke[i], 63, "child", i);
		for (i = 0; i < NPAGES; i += 7)
			if (copy.addr[i])
				fill(at(i), 0xc0ffee + i);
		for (i = 0; i < NPAGES && wrongs < 3; i++) {
			if (!copy.addr[i])
				continue;
			if (i % 7)
				wrongs += check(at(i), copy.key[i], copy.poke[i], 63, "child end", i);
			else
				wrongs += check(at(i), 0xc0ffee + i, 0, 63, "child own", i);
		}
		fflush(stdout);
		_exit(wrongs != 0);
	}
	close(p[0]);
	for (i = 0; i < 40; i++)
		worker_write(rnd(s) % NPAGES, new_key(s));
	need(write(p[1], &c, 1) == 1);
	if (rnd(s) % 2)
		verify("parent", 63);
	need(waitpid(pid, &status, 0) == pid);
	if (WIFSIGNALED(status))
		bad("a child died of signal %d", WTERMSIG(status));
	close(p[1]);
}

static void do_remap(uint32_t *s)
{
	unsigned int c = rnd(s) % (NSMALL / CHUNK) * CHUNK, i;
	uint32_t from = model->w[me].addr[c];
	uint32_t to = WANDER0 + rnd(s) % 64 * 0x400000 + rnd(s) % 60 * CHUNK * PAGE;

	for (i = 0; i < NSMALL; i += CHUNK)
		if (model->w[me].addr[i] == to)
			return;
	if (mremap((void *)(uintptr_t)from, CHUNK * PAGE, CHUNK * PAGE,
		   MREMAP_MAYMOVE | MREMAP_FIXED, (void *)(uintptr_t)to) == MAP_FAILED) {
		/* KSM and swap may leave it without memory; try another time. */
		model->refused[REMAP]++;
		return;
	}
	for (i = 0; i < CHUNK; i++)
		model->w[me].addr[c + i] = to + i * PAGE;
	if (!faults((uint32_t *)(uintptr_t)(from + rnd(s) % CHUNK * PAGE), 0))
		bad("the place that mremap left at %#x is still there", from);
	for (i = 0; i < CHUNK; i++)
		check(at(c + i), model->w[me].key[c + i], model->w[me].poke[c + i], 31, "remap", c + i);
}

/* A page alone in its page table goes, and comes back elsewhere. */
static void do_slot(uint32_t *s)
{
	unsigned int page = NSMALL + rnd(s) % NSLOT, i;
	uint32_t old = model->w[me].addr[page], now;

	if (old) {
		model->w[me].addr[page] = 0;
		need(!munmap((void *)(uintptr_t)old, PAGE));
		if (!faults((uint32_t *)(uintptr_t)old, 0))
			bad("slot page %u at %#x is still there after munmap", page, old);
		return;
	}
	now = SLOT0 + rnd(s) % SLOTS * 0x400000 + rnd(s) % 1024 * PAGE;
	for (i = 0; i < NSLOT; i++)
		if (model->w[me].addr[NSMALL + i] == now)
			return;
	map_at(now, PAGE);
	set(page, 0);
	model->w[me].addr[page] = now;
	if (rnd(s) % 2)
		check(at(page), 0, 0, 1, "fresh", page);
	worker_write(page, new_key(s));
	check(at(page), model->w[me].key[page], 0, 1, "slot", page);
}

static void do_dontneed(uint32_t *s)
{
	unsigned int first = rnd(s) % NPAGES, i, n = 1 + rnd(s) % 4;

	for (i = first; i < first + n && i < NPAGES; i++) {
		if (!at(i))
			continue;
		need(!madvise(at(i), PAGE, MADV_DONTNEED));
		set(i, 0);
		check(at(i), 0, 0, 17, "dontneed", i);
	}
}

static void do_protect(uint32_t *s)
{
	unsigned int page = rnd(s) % NPAGES;
	uint32_t *p = at(page);

	if (!p)
		return;
	(void)*(volatile uint32_t *)p;
	if (rnd(s) % 2)
		*(volatile uint32_t *)p = *p;
	need(!mprotect(p, PAGE, PROT_READ));
	if (!faults(p, 1))
		bad("page %u was written although it is read-only", page);
	if (faults(p, 0))
		bad("page %u cannot be read", page);
	need(!mprotect(p, PAGE, PROT_NONE));
	if (!faults(p, 0))
		bad("page %u was read although nothing is allowed", page);
	need(!mprotect(p, PAGE, PROT_READ | PROT_WRITE));
	if (faults(p, 1))
		bad("page %u cannot be written again", page);
	check(p, model->w[me].key[page], model->w[me].poke[page], 31, "protect", page);
}

static void do_collapse(uint32_t *s)
{
	unsigned int i;

	madvise((void *)HUGE0, NHUGE * PAGE, MADV_HUGEPAGE);
	if (madvise((void *)HUGE0, NHUGE * PAGE, MADV_COLLAPSE))
		model->refused[COLLAPSE]++;
	for (i = 0; i < 20; i++)
		worker_write(NSMALL + NSLOT + rnd(s) % NHUGE, new_key(s));
	for (i = NSMALL + NSLOT; i < NPAGES; i++)
		if (check(at(i), model->w[me].key[i], model->w[me].poke[i], 101, "collapse", i))
			break;
}

static void do_split(uint32_t *s)
{
	unsigned int page = NSMALL + NSLOT + rnd(s) % NHUGE;

	madvise((void *)HUGE0, NHUGE * PAGE, MADV_NOHUGEPAGE);
	if (rnd(s) % 2) {
		need(!madvise(at(page), PAGE, MADV_DONTNEED));
		set(page, 0);
	} else {
		need(!munmap(at(page), PAGE));
		if (!faults(at(page), 0))
			bad("huge page %u is still there after munmap", page);
		map_at(model->w[me].addr[page], PAGE);
		set(page, 0);
	}
	check(at(page), 0, 0, 1, "split", page);
}

static void worker_do(struct command c)
{
	uint32_t s = c.seed | 1;
	unsigned int i, n;

	switch (c.op) {
	case VERIFY:
		verify("verify", 1 + rnd(&s) % 64);
		break;
	case WRITE:
		for (i = 0; i < 16; i++)
			worker_write(rnd(&s) % NPAGES, new_key(&s));
		break;
	case REWRITE:	/* read, then write: read-only first where it is clean */
		for (i = 0; i < 16; i++) {
			n = rnd(&s) % NPAGES;
			if (!at(n))
				continue;
			check(at(n), model->w[me].key[n], model->w[me].poke[n], 101, "before", n);
			worker_write(n, new_key(&s));
			check(at(n), model->w[me].key[n], 0, 101, "after", n);
		}
		break;
	case FORK:
		do_fork(&s);
		break;
	case REMAP:
		do_remap(&s);
		break;
	case SLOT:
		for (i = 0; i < 8; i++)
			do_slot(&s);
		break;
	case DONTNEED:
		do_dontneed(&s);
		break;
	case PROTECT:
		do_protect(&s);
		break;
	case COLLAPSE:
		do_collapse(&s);
		break;
	case SPLIT:
		do_split(&s);
		break;
	case PAGEOUT:
		n = rnd(&s) % (NSMALL / CHUNK) * CHUNK;
		madvise(at(n), CHUNK * PAGE, MADV_PAGEOUT);
		n = NSMALL + NSLOT + rnd(&s) % (NHUGE - 64);
		madvise(at(n), 64 * PAGE, MADV_PAGEOUT);
		break;
	case MERGE:
		for (n = 0; n < NSMALL; n += CHUNK)
			madvise(at(n), CHUNK * PAGE, MADV_MERGEABLE);
		for (i = 0; i < 24; i++)
			worker_write(rnd(&s) % NSMALL, 1000 + rnd(&s) % 8);
		break;
	case SHARED:
		for (i = 0; i < 8; i++) {
			n = rnd(&s) % NSHARED;
			check((uint32_t *)(SHARED0 + n * PAGE), model->shared[n], 0, 101, "shared", n);
			model->shared[n] = new_key(&s);
			fill((uint32_t *)(SHARED0 + n * PAGE), model->shared[n]);
		}
		break;
	}
}

static void worker(int rd, int wr)
{
	struct worker_model *w = &model->w[me];
	char *stack = malloc(65536);
	stack_t ss = { .ss_sp = stack, .ss_size = 65536 };
	struct sigaction sa = { .sa_handler = on_fault, .sa_flags = SA_ONSTACK };
	struct command c;
	unsigned int i;

	need(!sigaltstack(&ss, NULL));
	need(!sigaction(SIGSEGV, &sa, NULL) && !sigaction(SIGBUS, &sa, NULL));
	memset(w, 0, sizeof(*w));
	for (i = 0; i < NSMALL; i += CHUNK)
		map_at(WANDER0 + i / CHUNK * 0x400000, CHUNK * PAGE);
	map_at(HUGE0, NHUGE * PAGE);
	need(mmap((void *)SHARED0, NSHARED * PAGE, PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_FIXED_NOREPLACE, shared_fd, 0) != MAP_FAILED);
	for (i = 0; i < NSMALL; i++)
		w->addr[i] = WANDER0 + i / CHUNK * 0x400000 + i % CHUNK * PAGE;
	for (i = 0; i < NHUGE; i++)
		w->addr[NSMALL + NSLOT + i] = HUGE0 + i * PAGE;
	c.op = VERIFY;
	do {
		worker_do(c);
		need(write(wr, &c.op, 4) == 4);
	} while (read(rd, &c, sizeof(c)) == sizeof(c));
	_exit(0);
}

/* The coordinator's side. */
struct handle {
	pid_t pid;
	int to, from;
};

static void wait_for(struct handle *h)
{
	uint32_t op;

	if (read(h->from, &op, 4) == 4)
		return;
	bad("the worker is gone");
	_exit(1);
}

static void spawn(struct handle *all, int i)
{
	struct handle *h = &all[i];
	int a[2], b[2], k;

	need(!pipe2(a, O_CLOEXEC) && !pipe2(b, O_CLOEXEC));
	fflush(stdout);
	h->pid = 0;
	h->pid = fork();
	need(h->pid >= 0);
	if (!h->pid) {
		me = i;
		for (k = 0; k < WORKERS; k++)
			if (k != i && all[k].pid) {
				close(all[k].to);
				close(all[k].from);
			}
		close(a[1]);
		close(b[0]);
		worker(a[0], b[1]);
	}
	close(a[0]);
	close(b[1]);
	h->to = a[1];
	h->from = b[0];
	wait_for(h);
}

static int put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY), ok;

	if (fd < 0)
		return -1;
	ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return ok ? 0 : -1;
}

static long number(const char *file, const char *name)
{
	FILE *f = fopen(file, "r");
	char line[200];
	long v = -1;

	while (f && fgets(line, sizeof(line), f)) {
		if (!name)
			v = atol(line);
		else if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ' ')
			v = atol(line + strlen(name));
		else
			continue;
		break;
	}
	if (f)
		fclose(f);
	return v;
}

/* A whole page of a sleeping worker, changed from outside. */
static void outside_write(struct handle *h, uint32_t *s, int by_file)
{
	static uint32_t buf[WORDS];
	unsigned int page = rnd(s) % NPAGES;
	uint32_t key = new_key(s);
	struct iovec local = { buf, PAGE };
	struct iovec remote = { (void *)(uintptr_t)model->w[me].addr[page], PAGE };
	char name[40];
	int fd;

	if (!remote.iov_base)
		return;
	fill(buf, key);
	if (by_file) {
		snprintf(name, sizeof(name), "/proc/%d/mem", h->pid);
		fd = open(name, O_RDWR);
		need(fd >= 0);
		need(pwrite64(fd, buf, PAGE, (uintptr_t)remote.iov_base) == (ssize_t)PAGE);
		close(fd);
	} else {
		need(process_vm_writev(h->pid, &local, 1, &remote, 1, 0) == (ssize_t)PAGE);
	}
	set(page, key);
}

static void outside_read(struct handle *h, uint32_t *s)
{
	static uint32_t buf[WORDS];
	unsigned int page = rnd(s) % NPAGES;
	struct iovec local = { buf, PAGE };
	struct iovec remote = { (void *)(uintptr_t)model->w[me].addr[page], PAGE };

	if (!remote.iov_base)
		return;
	need(process_vm_readv(h->pid, &local, 1, &remote, 1, 0) == (ssize_t)PAGE);
	check(buf, model->w[me].key[page], model->w[me].poke[page], 1, "from outside", page);
}

static void outside_poke(struct handle *h, uint32_t *s)
{
	int status, i;

	need(!ptrace(PTRACE_ATTACH, h->pid, 0, 0));
	need(waitpid(h->pid, &status, 0) == h->pid && WIFSTOPPED(status));
	for (i = 0; i < 8; i++) {
		unsigned int page = rnd(s) % NPAGES;
		uint32_t value = rnd(s) | 1;
		char *p = (char *)(uintptr_t)model->w[me].addr[page];

		if (!p)
			continue;
		need(!ptrace(PTRACE_POKEDATA, h->pid, p + 20, value));
		model->w[me].poke[page] = value;
	}
	need(!ptrace(PTRACE_DETACH, h->pid, 0, 0));
}

static void outside_madvise(struct handle *h, uint32_t *s)
{
	int pidfd = syscall(SYS_pidfd_open, h->pid, 0);
	struct iovec v[2] = {
		{ (void *)(uintptr_t)model->w[me].addr[rnd(s) % (NSMALL / CHUNK) * CHUNK], CHUNK * PAGE },
		{ (void *)HUGE0, NHUGE * PAGE },
	};

	need(pidfd >= 0);
	if (syscall(SYS_process_madvise, pidfd, v, 1 + rnd(s) % 2, MADV_PAGEOUT, 0) < 0)
		model->refused[OTHERMADV]++;
	close(pidfd);
}

/* Has each operation been done by this group? One that was refused counts for nothing. */
static bool all_done(void)
{
	unsigned int i;

	for (i = 0; i < NOPS; i++)
		if (model->ops[i] == model->refused[i])
			return false;
	return true;
}

/* For so long, or on a slow machine, up to ten times that, until all have been done. */
static void coordinator(int seconds, uint32_t seed)
{
	struct handle h[WORKERS] = { { 0 } };
	uint64_t begin = now_ns(CLOCK_MONOTONIC), time = seconds * 1000000000ULL, spent;
	uint32_t s = seed + group * 77 + 1;
	unsigned int i;

	shared_fd = memfd_create("shared", 0);
	need(shared_fd >= 0 && !ftruncate(shared_fd, NSHARED * PAGE));
	for (i = 0; i < WORKERS; i++)
		spawn(h, i);
	while (model->wrongs < 10) {
		struct command c = { rnd(&s) % NOPS, rnd(&s) };
		int status;

		spent = now_ns(CLOCK_MONOTONIC) - begin;
		if (spent >= 10 * time || (spent >= time && all_done()))
			break;

		me = rnd(&s) % WORKERS;
		/* The expensive ones less often. */
		if ((c.op == COMPACT || c.op == RESPAWN || c.op == RECLAIM || c.op == KSM) &&
		    rnd(&s) % 4)
			continue;
		model->ops[c.op]++;
		switch (c.op) {
		case RESPAWN:
			close(h[me].to);
			close(h[me].from);
			need(waitpid(h[me].pid, &status, 0) == h[me].pid);
			if (status)
				bad("a worker ended with %#x", status);
			h[me].pid = 0;
			spawn(h, me);
			break;
		case VMWRITE:
			for (i = 0; i < 8; i++)
				outside_write(&h[me], &s, 0);
			break;
		case MEMWRITE:
			for (i = 0; i < 8; i++)
				outside_write(&h[me], &s, 1);
			break;
		case VMREAD:
			for (i = 0; i < 8; i++)
				outside_read(&h[me], &s);
			break;
		case POKE:
			outside_poke(&h[me], &s);
			break;
		case OTHERMADV:
			outside_madvise(&h[me], &s);
			break;
		case COMPACT:
			if (put("/proc/sys/vm/compact_memory", "1"))
				model->refused[COMPACT]++;
			break;
		case RECLAIM:
			if (put("/sys/fs/cgroup/lgtest/memory.reclaim", "2M"))
				model->refused[RECLAIM]++;
			break;
		case KSM:
			usleep(20000);
			break;
		default:
			need(write(h[me].to, &c, sizeof(c)) == sizeof(c));
			wait_for(&h[me]);
			continue;
		}
		/* After a change from outside the worker looks, mostly. */
		if (rnd(&s) % 4) {
			c.op = VERIFY;
			need(write(h[me].to, &c, sizeof(c)) == sizeof(c));
			wait_for(&h[me]);
		}
	}
	for (i = 0; i < WORKERS; i++) {
		struct command c = { VERIFY, 64 };
		int status;

		need(write(h[i].to, &c, sizeof(c)) == sizeof(c));
		wait_for(&h[i]);
		close(h[i].to);
		need(waitpid(h[i].pid, &status, 0) == h[i].pid);
		if (status)
			bad("worker %u ended with %#x", i, status);
	}
	fflush(stdout);
	_exit(model->wrongs != 0);
}

/* What must have happened for the run to mean something. */
static const struct {
	const char *what, *file, *name;
} happened[] = {
	{ "pages migrated", "/proc/vmstat", "pgmigrate_success" },
	{ "pages swapped out", "/proc/vmstat", "pswpout" },
	{ "pages swapped in", "/proc/vmstat", "pswpin" },
	{ "huge pages collapsed", "/proc/vmstat", "thp_collapse_alloc" },
	{ "huge pages split", "/proc/vmstat", "thp_split_pmd" },
	{ "pages merged", "/sys/kernel/mm/ksm/full_scans", NULL },
};

#define NHAPPENED (sizeof(happened) / sizeof(happened[0]))

static void swap_on(void)
{
	/* A swap header: version, last page, magic at the page's end. */
	static char page[PAGE];
	int fd = open("/dev/ram0", O_RDWR);
	uint32_t head[2] = { 1, 32 * 256 - 1 };

	if (fd < 0)
		return;
	memcpy(page + 1024, head, sizeof(head));
	memcpy(page + PAGE - 10, "SWAPSPACE2", 10);
	need(write(fd, page, PAGE) == (ssize_t)PAGE);
	fsync(fd);
	close(fd);
	if (swapon("/dev/ram0", 0) && errno != EBUSY)
		perror("INFO swapon");
}

int coherence_main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 20;
	uint32_t seed = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;
	static struct model *models[GROUPS];
	long before[NHAPPENED], merged = 0;
	unsigned int i, left = GROUPS;
	char text[16];
	int g;

	swap_on();
	put("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	mkdirat(AT_FDCWD, "/sys/fs/cgroup/lgtest", 0755);
	snprintf(text, sizeof(text), "%d", getpid());
	if (put("/sys/fs/cgroup/lgtest/cgroup.procs", text))
		printf("INFO coherence: no memory cgroup\n");
	put("/sys/kernel/mm/ksm/pages_to_scan", "2000");
	put("/sys/kernel/mm/ksm/sleep_millisecs", "20");
	put("/sys/kernel/mm/ksm/run", "1");
	for (i = 0; i < NHAPPENED; i++)
		before[i] = number(happened[i].file, happened[i].name);
	fflush(stdout);
	for (g = 0; g < GROUPS; g++) {
		models[g] = mmap(NULL, sizeof(struct model), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		need(models[g] != MAP_FAILED);
		model = models[g];
		group = g;
		if (!fork())
			coordinator(seconds, seed);
	}
	while (left) {
		long m = number("/sys/kernel/mm/ksm/pages_shared", NULL);
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG);

		if (m > merged)
			merged = m;
		if (pid > 0) {
			left--;
			if (status)
				wrong("coherence: a group ended with %#x", status);
		}
		usleep(100000);
	}
	put("/sys/kernel/mm/ksm/run", "2");
	for (i = 0; i < NOPS; i++) {
		unsigned int n = 0, refused = 0;

		for (g = 0; g < GROUPS; g++) {
			n += models[g]->ops[i];
			refused += models[g]->refused[i];
		}
		printf("INFO coherence %s %u refused %u\n", names[i], n, refused);
		if (n == refused)
			wrong("coherence: %s never succeeded", names[i]);
	}
	for (i = 0; i < NHAPPENED; i++) {
		long n = number(happened[i].file, happened[i].name) - before[i];

		if (!happened[i].name)
			n = merged;
		printf("INFO coherence %s: %ld\n", happened[i].what, n);
		if (n <= 0)
			wrong("coherence: no %s", happened[i].what);
	}
	printf("RESULT coherence done\n");
	return 0;
}
