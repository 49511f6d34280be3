// SPDX-License-Identifier: GPL-2.0
/*
 * A hostile launcher. From a seed it does with /dev/lguest what its user may:
 * commands with fields and addresses that are wrong, reads into any memory, runs
 * that are interrupted, closed or killed; with RAM that is unmapped, protected,
 * shared, discarded or replaced meanwhile. Its guests are hostile, too
 * (fuzz_guest.c).
 *
 *   fuzz_dev [-t SECONDS] [-s SEED] [-r SEED] [-v] IMAGE
 *
 * All happens in children, each with a seed of its own, of which many are killed
 * at some moment. What fails is a child that cannot be killed, or a read() or
 * write() that returns what its header does not allow. What becomes of the host
 * shows elsewhere, in its log. -r repeats one child, as far as its threads allow; -v
 * names each before it runs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../kselftest.h"
#include "../../../../include/uapi/linux/lguest.h"
#include "../../../../arch/x86/include/uapi/asm/lguest.h"
#define FUZZ_THREAD __thread
#include "fuzz.h"

#define DEVICE		"/dev/lguest"
#define PAGE		4096u
#define VMS		3
#define THREADS		4
#define SLOT		(2 * FUZZ_RAM)	/* addresses for the RAM of one guest */
#define CHILD_SECONDS	4
#define KILL_SECONDS	30		/* more than any host needs to kill one */

/**
 * struct vm - one guest of a child; threads use it without a lock
 * @fd: control file, or -1
 * @ram: SLOT bytes of addresses
 * @file: memory that can be shared
 */
struct vm {
	atomic_int fd;
	__u8 *ram;
	int file;
};

/* What children count, in memory that outlives them. */
static struct counts {
	atomic_uint commands, taken, reads, runs, guests, changes, faults;
	atomic_uint reasons[LGUEST_EXIT_KILLED + 1];
	atomic_uint wrong;
} *counts;

static struct vm vms[VMS];
static __u8 *odd;		/* pages of each kind: see odd_pointer() */
static __u32 child_seed;
static bool one_thread;		/* of this child: nobody else changes its files */
static __thread sigjmp_buf back;
static __thread sig_atomic_t can_go_back;
static __thread unsigned int actions_left;

static time_t seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Memory was away: what others do to it is the purpose. */
static void on_fault(int sig)
{
	(void)sig;
	counts->faults++;
	if (can_go_back)
		siglongjmp(back, 1);
	_exit(1);
}

static void on_signal(int sig)
{
	(void)sig;
}

static void wrong(const char *what, long n)
{
	counts->wrong++;
	ksft_print_msg("child %u: %s: %ld, %s\n", child_seed, what, n, strerror(errno));
}

static __u32 edge(void)
{
	static const __u32 list[] = {
		0, 1, 2, 3, 4, 7, 16, 31, 32, 33, 63, 64, 255, 256, 257, 4095, 4096, 4097,
		FUZZ_RAM - 1, FUZZ_RAM, FUZZ_RAM + 1, 0x7fffffff, 0x80000000, 0xbffff000,
		0xbfffffff, 0xc0000000, 0xffbfffff, 0xffc00000, 0xfffff000, 0xffffffff,
	};

	return one_in(4) ? 1u << below(32) : PICK(list);
}

static __u32 any(void)
{
	return one_in(2) ? edge() : rnd();
}

static struct vm *any_vm(void)
{
	return &vms[below(VMS)];
}

/* An address where @size bytes are, are not, or end. */
static void *pointer(size_t size)
{
	static __thread __u8 buf[2 * PAGE];

	if (!one_in(3))
		return buf;
	switch (below(8)) {
	case 0:
		return NULL;
	case 1:
		return (void *)(uintptr_t)any();
	case 2:				/* may not be accessed */
		return odd + below(PAGE);
	case 3:				/* may not be written */
		return odd + PAGE + below(PAGE / 2);
	case 4:				/* ends before the last byte */
		return odd + 3 * PAGE - below(size + 1);
	default:			/* in some guest's memory */
		return any_vm()->ram + below(SLOT);
	}
}

/* As a field of 64 bits, in which there may be more. */
static __u64 address(size_t size)
{
	__u64 a = (uintptr_t)pointer(size);

	return one_in(32) ? a | (__u64)any() << 32 : a;
}

static void open_vm(struct vm *vm)
{
	int fd = open(DEVICE, O_RDWR | (one_in(2) ? O_CLOEXEC : 0) | (one_in(8) ? O_NONBLOCK : 0));

	fd = atomic_exchange(&vm->fd, fd);
	if (fd >= 0)
		close(fd);
}

static void close_vm(struct vm *vm)
{
	int fd = atomic_exchange(&vm->fd, -1);

	if (fd >= 0)
		close(fd);
}

/* Map some of a guest's addresses anew, in one of many ways. */
static void map_ram(struct vm *vm, size_t from, size_t len)
{
	static const int prots[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE | PROT_EXEC };
	int prot = one_in(8) ? PICK(prots) : PROT_READ | PROT_WRITE;
	void *p = vm->ram + from;
	int flags = MAP_FIXED | (one_in(4) ? MAP_NORESERVE : 0) | (one_in(8) ? MAP_POPULATE : 0);

	counts->changes++;
	switch (below(6)) {
	case 0:
		mmap(p, len, prot, flags | MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		break;
	case 1:
		mmap(p, len, prot, flags | MAP_SHARED, vm->file, from);
		break;
	case 2:
		mmap(p, len, prot, flags | MAP_PRIVATE, vm->file, from);
		break;
	case 3:
		/* Fails unless the host has such pages, and the addresses fit. */
		mmap(p, len, prot, flags | MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
		break;
	default:
		mmap(p, len, prot, flags | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	}
}

static void change_ram(struct vm *vm)
{
	static const int advice[] = {
		MADV_DONTNEED, MADV_DONTNEED, MADV_FREE, MADV_COLD, MADV_PAGEOUT, MADV_PAGEOUT,
		MADV_REMOVE, MADV_MERGEABLE, MADV_UNMERGEABLE, MADV_HUGEPAGE, MADV_NOHUGEPAGE,
		MADV_WILLNEED, MADV_DONTFORK, MADV_DOFORK, MADV_POPULATE_READ,
		MADV_POPULATE_WRITE, 25 /* MADV_COLLAPSE */,
	};
	size_t from = below(FUZZ_RAM / PAGE) * PAGE;
	size_t len = (one_in(4) ? below(FUZZ_RAM / PAGE) : below(16) + 1) * PAGE;
	__u8 *p = vm->ram + from;

	counts->changes++;
	switch (below(12)) {
	case 0:
		munmap(p, len);
		/* Addresses of ours, or the next mmap() is here. */
		mmap(p, len, PROT_NONE, MAP_FIXED_NOREPLACE | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		break;
	case 1:
		mprotect(p, len, PROT_READ);
		break;
	case 2:
		mprotect(p, len, PROT_NONE);
		break;
	case 3:
	case 4:
		mprotect(p, len, PROT_READ | PROT_WRITE);
		break;
	case 5:
		map_ram(vm, from, len);
		break;
	case 6:
		fallocate(vm->file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, from, len);
		break;
	case 7:
		/* What is mapped behind the end raises SIGBUS, or EFAULT. */
		ftruncate(vm->file, from);
		usleep(below(200));
		ftruncate(vm->file, SLOT);
		break;
	case 8:
		mremap(p, len, len, MREMAP_MAYMOVE | MREMAP_FIXED,
		       vm->ram + FUZZ_RAM + below(16) * PAGE);
		map_ram(vm, from, len);
		break;
	default:
		madvise(p, len, PICK(advice));
	}
}

static void initialise(struct vm *vm)
{
	struct lguest_initialise init = {
		.command	= LGUEST_INITIALISE,
		.ram_size	= FUZZ_RAM,
		.boot_params	= FUZZ_PARAMS_GPA,
	};
	char cmdline[80];
	ssize_t n;

	if (!one_in(4))
		map_ram(vm, 0, FUZZ_RAM);
	snprintf(cmdline, sizeof(cmdline), "seed=%u actions=%u key=%u novm", rnd(),
		 1 + below(500), FUZZ_SHARED_GPA);
	init.ram_base = (uintptr_t)vm->ram;
	init.entry = FUZZ_CODE_GPA;
	if (one_in(2)) {
		/* A page that another guest has, too. */
		mmap(vm->ram + FUZZ_SHARED_GPA, PAGE, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_FIXED, vms[0].file, SLOT);
	}
	init.entry = fuzz_image_load(vm->ram, cmdline);
	/* Two guests that have the same RAM: each writes to the other's tables and code. */
	if (one_in(8))
		init.ram_base = (uintptr_t)any_vm()->ram;
	if (one_in(4))
		((__u32 *)&init)[below(sizeof(init) / 4)] = any();
	n = write(vm->fd, &init, sizeof(init));
	if (n == sizeof(init))
		counts->guests++;
	else if (n >= 0)
		wrong("initialise", n);
}

/* Is it an error that the header of the control file tells of? */
static bool is_listed(int err)
{
	static const int list[] = {
		EINVAL, EFAULT, ENXIO, EBUSY, EBADF, EEXIST, EIO, ENOENT, ENOSPC, EINTR,
		ENOBUFS, ESHUTDOWN, ENOMEM,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(list); i++)
		if (err == list[i])
			return true;
	return false;
}

/* One command, with fields that are right, or with some that are not. */
static void command(struct vm *vm)
{
	union {
		__u32 word[256];
		struct lguest_interrupt irq;
		struct lguest_get_dma get;
		struct lguest_break brk;
		struct lguest_listen listen;
		struct lguest_take_dma take;
	} c = {};
	size_t size = 16, i;
	void *from = &c;
	int event = -1;
	ssize_t n;

	switch (below(8)) {
	case 0:
		c.irq.command = LGUEST_INTERRUPT;
		c.irq.irq = one_in(4) ? any() : below(LGUEST_IRQS);
		break;
	case 1:
	case 2:
		c.get.command = LGUEST_GET_DMA;
		c.get.key = one_in(4) ? any() : FUZZ_SHARED_GPA + 4 * below(8);
		c.get.result = address(sizeof(struct lguest_dma_buffer));
		break;
	case 3:
		c.brk.command = LGUEST_BREAK;
		c.brk.vcpu = one_in(4) ? any() : 0;
		break;
	case 4:
		c.listen.command = LGUEST_LISTEN;
		c.listen.key = one_in(4) ? any() : FUZZ_SHARED_GPA + 4 * below(8);
		event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		c.listen.eventfd = one_in(4) ? (__s32)any() : one_in(8) ? vm->fd :
				   one_in(3) ? -1 : event;
		break;
	case 5:
	case 6:
		c.take.command = LGUEST_TAKE_DMA;
		c.take.key = one_in(4) ? any() : FUZZ_SHARED_GPA + 4 * below(8);
		c.take.result = address(sizeof(struct lguest_sent));
		break;
	default:
		for (i = 0; i < ARRAY_SIZE(c.word); i++)
			c.word[i] = any();
		c.word[0] = one_in(4) ? any() : below(8);
	}
	if (one_in(6))
		c.word[below(16)] = any();
	if (one_in(8))
		size = one_in(2) ? below(sizeof(c)) : any();
	if (one_in(16))
		from = pointer(size);
	counts->commands++;
	n = write(vm->fd, from, size);
	if (n >= 0) {
		counts->taken++;
		if (one_thread && (size_t)n != size)
			wrong("write() took another size", n);
	} else if (one_thread && !is_listed(errno)) {
		wrong("write()", n);
	}
	if (event >= 0)
		close(event);
}

/* Another thread may have put another file in the place of this one. */
static void note_exit(const struct lguest_exit *e, ssize_t n)
{
	size_t head = offsetof(struct lguest_exit, text);

	if (!one_thread && e->reason > LGUEST_EXIT_KILLED)
		return;
	if ((size_t)n != head && (size_t)n != sizeof(*e))
		wrong("a run returned another size", n);
	else if (e->reason > LGUEST_EXIT_KILLED)
		wrong("a run returned an unknown reason", e->reason);
	else
		counts->reasons[e->reason]++;
}

static void run(struct vm *vm)
{
	struct lguest_exit e;
	unsigned int times = 1 + below(64);
	ssize_t n;

	while (times--) {
		counts->runs++;
		n = pread(vm->fd, &e, sizeof(e), 0);
		if (n < 0 && one_thread && !is_listed(errno))
			wrong("read()", n);
		if (n <= 0)
			return;
		note_exit(&e, n);
		if (e.reason == LGUEST_EXIT_DMA && e.dma.dma < FUZZ_RAM && !one_in(4))
			__atomic_store_n((__u32 *)(vm->ram + e.dma.dma), LGUEST_DMA_USED | any(),
					 __ATOMIC_RELEASE);
	}
}

static void odd_read(struct vm *vm)
{
	static const __s64 places[] = {
		0, 0, 0, 1, -1, LGUEST_INFO_POS, LGUEST_STATS_POS, LGUEST_INFO_POS + 1,
		1LL << 32, 1LL << 62, (__s64)(~0ULL >> 1),
	};
	size_t size = one_in(3) ? any() : below(1000);

	counts->reads++;
	pread(vm->fd, pointer(size), size, one_in(8) ? (__s64)any() << below(32) : PICK(places));
}

/* What files can be asked for, and this one is not made for. */
static void odd_call(struct vm *vm)
{
	struct iovec v[3] = {
		{ pointer(64), below(64) }, { pointer(300), below(400) }, { pointer(16), any() },
	};
	struct pollfd p = { .fd = vm->fd, .events = rnd() };
	int fd = vm->fd, copy;
	void *m;

	switch (below(14)) {
	case 0:
		ioctl(fd, any(), pointer(64));
		break;
	case 1:
		m = mmap(NULL, PAGE << below(4), PROT_READ | PROT_WRITE,
			 one_in(2) ? MAP_SHARED : MAP_PRIVATE, fd, below(4) * PAGE);
		if (m != MAP_FAILED)
			wrong("mmap() of the control file", 0);
		break;
	case 2:
		lseek(fd, any(), below(3));
		break;
	case 3:
		readv(fd, v, 3);
		break;
	case 4:
		writev(fd, v, 3);
		break;
	case 5:
		poll(&p, 1, below(3));
		break;
	case 6:
		copy = dup(fd);
		close_vm(vm);
		/* In the place of the other: it is the same guest still. */
		copy = atomic_exchange(&vm->fd, copy);
		if (copy >= 0)
			close(copy);
		break;
	case 7:
		fcntl(fd, F_SETFL, rnd() & (O_NONBLOCK | O_APPEND | O_ASYNC));
		break;
	case 8:
		splice(fd, NULL, vm->file, NULL, below(8192), 0);
		break;
	case 9:
		ftruncate(fd, any());
		break;
	case 10:
		fsync(fd);
		break;
	case 11:
		preadv2(fd, v, 3, one_in(2) ? 0 : any(), below(64));
		break;
	case 12:
		read(fd, pointer(400), below(500));
		break;
	case 13:
		copy_file_range(fd, NULL, vm->file, NULL, below(8192), 0);
		break;
	}
}

/* A process that has the file, and not the memory; or both, for a moment. */
static void use_fork(struct vm *vm)
{
	struct lguest_exit e;
	pid_t pid;
	ssize_t n;

	pid = fork();
	if (!pid) {
		n = pread(vm->fd, &e, sizeof(e), 0);
		if (n >= 0 && one_thread)
			wrong("another process could run the guest", n);
		command(vm);
		_exit(0);
	}
	if (pid < 0)
		return;
	if (one_in(2))
		close_vm(vm);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void act(void)
{
	struct vm *vm = any_vm();
	unsigned int n;
	cpu_set_t cpus;

	switch (below(24)) {
	case 0:
		open_vm(vm);
		break;
	case 1:
		if (one_in(2))
			close_vm(vm);
		break;
	case 2:
	case 3:
		if (vm->fd < 0 || one_in(2))
			open_vm(vm);
		initialise(vm);
		break;
	case 4 ... 8:
		for (n = 1 + below(16); n; n--)
			command(vm);
		break;
	case 9 ... 13:
		run(vm);
		break;
	case 14:
		odd_read(vm);
		break;
	case 15:
		odd_call(vm);
		break;
	case 16 ... 20:
		change_ram(vm);
		break;
	case 21:
		if (one_in(4))
			use_fork(vm);
		break;
	case 22:
		CPU_ZERO(&cpus);
		CPU_SET(below(4), &cpus);
		sched_setaffinity(0, sizeof(cpus), &cpus);
		break;
	case 23:
		if (one_in(64))
			kill(getpid(), SIGKILL);
		usleep(below(2000));
		break;
	}
}

static void *thread(void *arg)
{
	time_t end = seconds_now() + CHILD_SECONDS;

	rnd_seed(child_seed, (uintptr_t)arg);
	actions_left = 1 + below(2000);
	/* From on_fault() it comes back to here. */
	sigsetjmp(back, 1);
	can_go_back = 1;
	while (--actions_left && seconds_now() < end)
		act();
	can_go_back = 0;
	return NULL;
}

static void child_prepare(void)
{
	struct sigaction fault = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };
	struct sigaction soon = { .sa_handler = on_signal };
	struct itimerval often = { .it_interval.tv_usec = 3000, .it_value.tv_usec = 3000 };
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigaction(SIGSEGV, &fault, NULL);
	sigaction(SIGBUS, &fault, NULL);
	sigaction(SIGALRM, &soon, NULL);
	signal(SIGIO, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	odd = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(odd, PAGE, PROT_NONE);
	mprotect(odd + PAGE, PAGE, PROT_READ);
	mprotect(odd + 3 * PAGE, PAGE, PROT_NONE);
	for (i = 0; i < VMS; i++) {
		vms[i].fd = -1;
		vms[i].ram = mmap(NULL, SLOT, PROT_NONE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		vms[i].file = memfd_create("ram", MFD_CLOEXEC);
		if (vms[i].ram == MAP_FAILED || vms[i].file < 0 ||
		    ftruncate(vms[i].file, SLOT + PAGE))
			ksft_exit_fail_msg("a child has no memory\n");
	}
	/* What waits in the kernel comes back now and then. */
	setitimer(ITIMER_REAL, &often, NULL);
}

static void child(void)
{
	pthread_t threads[THREADS];
	unsigned int i, n;

	child_prepare();
	rnd_seed(child_seed, ~0u);
	n = below(THREADS);
	one_thread = !n;
	for (i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, thread, (void *)(uintptr_t)i))
			n = i;
	thread((void *)(uintptr_t)n);
	/* It may end while they are in the kernel, or wait. */
	if (one_in(2))
		for (i = 0; i < n; i++)
			pthread_join(threads[i], NULL);
	_exit(0);
}

/* Wait for @pid until @ms are over; true: it has ended. */
static bool wait_for(pid_t pid, unsigned int ms)
{
	int status;

	for (;;) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return true;
		if (!ms--)
			return false;
		usleep(1000);
	}
}

/* One child from its start to its end; false: it did not. */
static bool one_child(__u32 seed)
{
	unsigned int patience;
	pid_t pid;

	child_seed = seed;
	rnd_seed(seed, 1);
	patience = one_in(2) ? below(400) : (CHILD_SECONDS + 1) * 1000;
	/* Or it prints twice what is in the buffer. */
	fflush(stdout);
	pid = fork();
	if (!pid)
		child();
	if (pid < 0)
		ksft_exit_fail_msg("fork: %s\n", strerror(errno));
	if (wait_for(pid, patience))
		return true;
	kill(pid, SIGKILL);
	return wait_for(pid, KILL_SECONDS * 1000);
}

static void report(unsigned int children)
{
	ksft_print_msg("%u children, %u guests, %u runs, %u commands of which %u were taken\n",
		       children, counts->guests, counts->runs, counts->commands, counts->taken);
	ksft_print_msg("%u odd reads, %u changes of memory, %u faults\n", counts->reads,
		       counts->changes, counts->faults);
	ksft_print_msg("exits: %u DMA, %u console, %u break, %u halted, %u shutdown, %u killed\n",
		       counts->reasons[LGUEST_EXIT_DMA], counts->reasons[LGUEST_EXIT_CONSOLE],
		       counts->reasons[LGUEST_EXIT_BREAK], counts->reasons[LGUEST_EXIT_HALTED],
		       counts->reasons[LGUEST_EXIT_SHUTDOWN],
		       counts->reasons[LGUEST_EXIT_KILLED]);
}

int main(int argc, char **argv)
{
	unsigned int seconds = 60, children = 0;
	__u32 first_seed = 1, one_seed = 0, seed;
	bool whole = true, verbose = false;
	time_t end;
	int c;

	while ((c = getopt(argc, argv, "t:s:r:v")) >= 0) {
		switch (c) {
		case 't':
			seconds = strtoul(optarg, NULL, 0);
			break;
		case 's':
			first_seed = strtoul(optarg, NULL, 0);
			break;
		case 'r':
			one_seed = strtoul(optarg, NULL, 0);
			break;
		case 'v':
			verbose = true;
			break;
		default:
			return KSFT_FAIL;
		}
	}
	ksft_print_header();
	if (optind + 1 != argc)
		ksft_exit_fail_msg("fuzz_dev [-t SECONDS] [-s SEED] [-r SEED] [-v] IMAGE\n");
	if (access(DEVICE, R_OK | W_OK))
		ksft_exit_skip("no " DEVICE ", or no right to use it\n");
	ksft_set_plan(3);
	fuzz_image_read(argv[optind]);
	ksft_print_msg("seed %u, %u seconds\n", one_seed ?: first_seed, seconds);
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		ksft_exit_fail_msg("no memory\n");

	end = seconds_now() + seconds;
	do {
		seed = one_seed ?: fuzz_hash(first_seed + fuzz_hash(children));
		if (verbose)
			ksft_print_msg("child %u\n", seed);
		whole = one_child(seed);
		if (!whole)
			ksft_print_msg("child %u cannot be killed\n", seed);
		children++;
	} while (whole && !one_seed && seconds_now() < end);
	report(children);
	ksft_test_result(counts->guests && counts->runs && counts->taken, "hostile launchers\n");
	ksft_test_result(!counts->wrong, "what they were told makes sense\n");
	ksft_test_result(whole, "they end, or can be killed\n");
	ksft_finished();
}
