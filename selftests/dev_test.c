// SPDX-License-Identifier: GPL-2.0
/*
 * The control file /dev/lguest as its header describes it: every command with
 * a wrong size, wrong fields and at the wrong time, and what a right one does.
 * The guest is a few instructions; it needs no kernel and no launcher.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../kselftest.h"
#include "../../../../include/uapi/linux/lguest.h"
#include "../../../../arch/x86/include/uapi/asm/lguest.h"
#include "dev_test.h"

#define DEVICE		"/dev/lguest"
static int fd;
static __u8 *ram;
static void *nowhere;		/* an address that nothing is at */

/* The test is that @ret is -1 with @error, or @error is 0 and it is not. */
static void expect(ssize_t ret, int error, const char *name)
{
	int got = ret < 0 ? errno : 0;

	if (got != error)
		ksft_print_msg("%s: %s, not %s\n", name, strerror(got),
			       strerror(error));
	ksft_test_result(got == error, "%s\n", name);
}

static void make_ram(const __u8 *code)
{
	ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (ram == MAP_FAILED)
		ksft_exit_fail_msg("no memory\n");
	memcpy(ram + CODE_GPA, code, guest_end - code);
	memcpy(ram + TEXT_GPA, TEXT, TEXT_LEN + 1);
}

static struct lguest_initialise initialise(void)
{
	return (struct lguest_initialise) {
		.command	= LGUEST_INITIALISE,
		.ram_base	= (uintptr_t)ram,
		.ram_size	= RAM_SIZE,
		.entry		= CODE_GPA,
	};
}

static void open_device(void)
{
	fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		ksft_exit_fail_msg(DEVICE ": %s\n", strerror(errno));
}

/* A guest that runs @code, ready. */
static void new_guest(const __u8 *code)
{
	struct lguest_initialise init;

	open_device();
	make_ram(code);
	init = initialise();
	if (write(fd, &init, sizeof(init)) != sizeof(init))
		ksft_exit_fail_msg("initialise: %s\n", strerror(errno));
}

static void end_guest(void)
{
	close(fd);
	munmap(ram, RAM_SIZE);
}

static int poll_now(void)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) < 0 ? -1 : p.revents;
}

static ssize_t interrupt(__u32 irq)
{
	struct lguest_interrupt i = {
		.command = LGUEST_INTERRUPT,
		.irq = irq,
	};

	return write(fd, &i, sizeof(i));
}

static ssize_t brk_run(__u32 vcpu)
{
	struct lguest_break b = { .command = LGUEST_BREAK, .vcpu = vcpu };

	return write(fd, &b, sizeof(b));
}

static ssize_t get_dma(__u32 key, void *result)
{
	struct lguest_get_dma g = {
		.command = LGUEST_GET_DMA,
		.key = key,
		.result = (uintptr_t)result,
	};

	return write(fd, &g, sizeof(g));
}

static void test_sizes(void)
{
	static const struct {
		__u32 command;
		size_t size;
		const char *name;
	} commands[] = {
		{ LGUEST_INITIALISE, sizeof(struct lguest_initialise), "initialise" },
		{ LGUEST_INTERRUPT, sizeof(struct lguest_interrupt), "interrupt" },
		{ LGUEST_GET_DMA, sizeof(struct lguest_get_dma), "get dma" },
		{ LGUEST_BREAK, sizeof(struct lguest_break), "break" },
		{ LGUEST_LISTEN, sizeof(struct lguest_listen), "listen" },
		{ LGUEST_TAKE_DMA, sizeof(struct lguest_take_dma), "take dma" },
	};
	static const __u32 unknown[] = { 0, 7, 0x7fffffff, 0xffffffff };
	static __u32 buf[1024];
	size_t i, len;
	bool ok;

	expect(write(fd, buf, 0), EINVAL, "write nothing");
	expect(write(fd, buf, 3), EINVAL, "write 3 bytes");
	expect(write(fd, nowhere, 16), EFAULT, "write from nowhere");
	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		buf[0] = unknown[i];
		ok = true;
		for (len = 4; len <= sizeof(buf); len += 4)
			ok &= write(fd, buf, len) == -1 && errno == EINVAL;
		ksft_test_result(ok, "unknown command 0x%x\n", unknown[i]);
	}
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		buf[0] = commands[i].command;
		ok = true;
		for (len = 1; len <= sizeof(buf); len++)
			if (len != commands[i].size)
				ok &= write(fd, buf, len) == -1 &&
				      errno == EINVAL;
		ksft_test_result(ok, "%s of every wrong size\n",
				 commands[i].name);
	}
}

static void test_info(void)
{
	struct lguest_info info = {};
	struct lguest_exit e;

	expect(pread(fd, &info, sizeof(info), LGUEST_INFO_POS), 0, "info");
	ksft_test_result(info.version == LGUEST_API_VERSION &&
			 info.max_vcpus && info.max_ram >= RAM_SIZE &&
			 info.window >= 0xc0000000, "info makes sense\n");
	expect(pread(fd, &info, sizeof(info) - 1, LGUEST_INFO_POS), EINVAL,
	       "short info");
	expect(pread(fd, nowhere, sizeof(info), LGUEST_INFO_POS), EFAULT,
	       "info to nowhere");
	expect(pread(fd, &e, sizeof(e), 0), ENXIO, "run before initialise");
	expect(interrupt(1), ENXIO, "interrupt before initialise");
	expect(get_dma(0, &e), ENXIO, "get dma before initialise");
	expect(brk_run(0), ENXIO, "break before initialise");
	ksft_test_result(poll_now() == 0, "poll before initialise\n");
}

/* One field of a right command is made wrong. */
struct bad_field {
	const char *name;
	size_t offset;
	size_t size;
	__u64 value;
};

#define FIELD(f, size, value) \
	{ #f, offsetof(struct lguest_initialise, f), size, value }

static const struct bad_field bad[] = {
	FIELD(flags, 4, 1),
	FIELD(reserved[0], 4, 1),
	FIELD(reserved[7], 4, 0x80000000),
	FIELD(ram_base, 8, 0x10000001),
	FIELD(ram_base, 8, 0xc0000000),
	FIELD(ram_base, 8, 0xfffff000),
	FIELD(ram_base, 8, 1ULL << 32),
	FIELD(ram_base, 8, ~0ULL << 12),
	FIELD(ram_size, 8, 0),
	FIELD(ram_size, 8, RAM_SIZE + 1),
	FIELD(ram_size, 8, 0xc0000000),
	FIELD(ram_size, 8, 1ULL << 32),
	FIELD(ram_size, 8, ~0ULL << 12),
	FIELD(entry, 4, RAM_SIZE),
	FIELD(entry, 4, 0xffffffff),
	FIELD(boot_params, 4, RAM_SIZE),
};

static void bad_initialise(const struct bad_field *f)
{
	struct lguest_initialise init = initialise();
	char name[80];

	memcpy((char *)&init + f->offset, &f->value, f->size);
	snprintf(name, sizeof(name), "initialise with %s 0x%llx", f->name,
		 (unsigned long long)f->value);
	expect(write(fd, &init, sizeof(init)), EINVAL, name);
}

static void test_initialise(void)
{
	struct lguest_initialise init;
	struct lguest_exit e;
	size_t i;

	make_ram(guest_spin);
	init = initialise();
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		bad_initialise(&bad[i]);

	expect(write(fd, &init, sizeof(init)), 0, "initialise");
	expect(write(fd, &init, sizeof(init)), EBUSY, "initialise twice");
	ksft_test_result(poll_now() == POLLIN, "poll says it may run\n");

	expect(pread(fd, &e, sizeof(e) - 1, 0), EINVAL, "run, short");
	expect(pread(fd, &e, sizeof(e), 1), EINVAL, "run processor 1");
	expect(pread(fd, &e, sizeof(e), -1), EINVAL, "run processor -1");
	expect(pread(fd, &e, sizeof(e), 1LL << 32), EINVAL,
	       "run processor 2^32");
	expect(interrupt(LGUEST_IRQS - 1), 0, "interrupt");
	expect(interrupt(LGUEST_IRQS), EINVAL, "interrupt of a wrong number");
	expect(brk_run(1), EINVAL, "break processor 1");
	expect(brk_run(0xffffffff), EINVAL, "break processor -1");
	expect(get_dma(KEY_GPA, &e), ENOENT, "get dma, nothing bound");
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void *run_thread(void *arg)
{
	struct lguest_exit *e = arg;

	memset(e, 0, sizeof(*e));
	while (pread(fd, e, sizeof(*e), 0) < 0 && (errno == EINTR || errno == EBUSY))
		usleep(1000);
	return NULL;
}

/* With the guest of test_initialise(), which spins. */
static void test_spin(void)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	/* Again and again: the first one may come before the run. */
	struct itimerval soon = { .it_value.tv_usec = 100000,
				  .it_interval.tv_usec = 100000 }, never = {};
	struct lguest_exit e = {}, other;
	int status, tries = 0, error;
	pthread_t thread;
	ssize_t ret;
	pid_t pid;

	expect(brk_run(0), 0, "break");
	expect(pread(fd, &e, sizeof(e), 0), 0, "run after break");
	ksft_test_result(e.reason == LGUEST_EXIT_BREAK, "it returned so\n");

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	expect(pread(fd, &e, sizeof(e), 0), EINTR, "a signal ends a run");
	setitimer(ITIMER_REAL, &never, NULL);

	pthread_create(&thread, NULL, run_thread, &e);
	/* If it runs here, as the thread has not come to it, a signal ends that. */
	setitimer(ITIMER_REAL, &soon, NULL);
	do {
		usleep(100000);
		ret = pread(fd, &other, sizeof(other), 0);
		error = errno;
	} while (ret < 0 && error == EINTR && ++tries < 100);
	setitimer(ITIMER_REAL, &never, NULL);
	errno = error;
	expect(ret, EBUSY, "run a processor twice");
	expect(brk_run(0), 0, "break a run");
	pthread_join(thread, NULL);
	ksft_test_result(e.reason == LGUEST_EXIT_BREAK, "it ended so\n");

	pid = fork();
	if (!pid) {
		bool ok = pread(fd, &e, sizeof(e), 0) < 0 && errno == EIO;

		ok &= interrupt(1) < 0 && errno == EIO;
		ok &= get_dma(KEY_GPA, &e) < 0 && errno == EIO;
		ok &= brk_run(0) < 0 && errno == EIO;
		_exit(ok);
	}
	waitpid(pid, &status, 0);
	ksft_test_result(WIFEXITED(status) && WEXITSTATUS(status) == 1,
			 "a child may not run or command it\n");
	end_guest();
}

/* A ring of io_uring's for one request. */
struct uring {
	int fd;
	__u8 *rings;
	struct io_uring_params params;
	struct io_uring_sqe *sqe;
};

static bool uring_open(struct uring *u)
{
	memset(u, 0, sizeof(*u));
	u->fd = syscall(__NR_io_uring_setup, 1, &u->params);
	if (u->fd < 0)
		return false;
	u->rings = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, u->fd,
			IORING_OFF_SQ_RING);
	u->sqe = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, u->fd, IORING_OFF_SQES);
	return u->rings != MAP_FAILED && u->sqe != MAP_FAILED;
}

/* What a read of @fd at 0 gives, or -errno of the system call. */
static int uring_read(struct uring *u, void *buf, size_t size)
{
	struct io_uring_cqe *cqe = (void *)(u->rings + u->params.cq_off.cqes);

	*u->sqe = (struct io_uring_sqe) {
		.opcode	= IORING_OP_READ,
		.fd	= fd,
		.addr	= (uintptr_t)buf,
		.len	= size,
	};
	*(__u32 *)(u->rings + u->params.sq_off.array) = 0;
	__atomic_store_n((__u32 *)(u->rings + u->params.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (syscall(__NR_io_uring_enter, u->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		return -errno;
	return cqe->res;
}

/*
 * A run through io_uring would be one in the middle of that, with its lock held if the
 * file is non-blocking: no one could use the ring, or be killed that waits for it.
 */
static void test_async(void)
{
	static const char * const names[] = { "io_uring", "io_uring, non-blocking" };
	struct lguest_exit e;
	struct uring u;
	unsigned int i;
	int ret;

	new_guest(guest_spin);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!uring_open(&u)) {
			ksft_test_result_skip("run by %s: %s\n", names[i], strerror(errno));
			continue;
		}
		fcntl(fd, F_SETFL, i ? O_NONBLOCK : 0);
		/*
		 * io_uring's worker looks for work once more after five seconds: a
		 * wake-up that it missed is not ours.
		 */
		alarm(20);
		ret = uring_read(&u, &e, sizeof(e));
		alarm(0);
		if (ret != -EOPNOTSUPP)
			ksft_print_msg("result %d\n", ret);
		ksft_test_result(ret == -EOPNOTSUPP, "run by %s\n", names[i]);
		munmap(u.rings, 4096);
		munmap(u.sqe, 4096);
		close(u.fd);
	}
	brk_run(0);
	expect(pread(fd, &e, sizeof(e), 0), 0, "run, non-blocking");
	end_guest();
}

/* A signal that comes meanwhile, one try at each of many moments, is not noticed. */
static void test_interrupted(void)
{
	const struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval t = {};
	struct lguest_initialise init;
	unsigned int i, failed = 0;

	sigaction(SIGALRM, &sa, NULL);
	make_ram(guest_spin);
	for (i = 0; i < 300 && !failed; i++) {
		open_device();
		init = initialise();
		t.it_value.tv_usec = 1 + 3 * i;
		setitimer(ITIMER_REAL, &t, NULL);
		if (write(fd, &init, sizeof(init)) != sizeof(init)) {
			failed++;
			ksft_print_msg("try %u: %s\n", i, strerror(errno));
		}
		t.it_value.tv_usec = 0;
		setitimer(ITIMER_REAL, &t, NULL);
		close(fd);
	}
	munmap(ram, RAM_SIZE);
	ksft_test_result(!failed, "initialise, with signals\n");
}

static void test_talk(void)
{
	struct lguest_dma *dma;
	struct lguest_dma_buffer buf;
	struct lguest_exit e = {};
	ssize_t n;

	new_guest(guest_talk);
	dma = (struct lguest_dma *)(ram + DMA_GPA);
	expect(pread(fd, &e, sizeof(e), 0), 0, "run");
	ksft_test_result(e.reason == LGUEST_EXIT_CONSOLE &&
			 e.console.addr == TEXT_GPA && e.console.len == TEXT_LEN,
			 "early output\n");

	expect(get_dma(KEY_GPA, nowhere), EFAULT, "get dma to nowhere");
	expect(get_dma(KEY_GPA + 4, &buf), ENOENT, "get dma of another key");
	n = get_dma(KEY_GPA, &buf);
	ksft_test_result(n > 0 && buf.dma == DMA_GPA && buf.irq == DMA_IRQ &&
			 dma[0].used == LGUEST_DMA_TAKEN, "first buffer\n");
	n = get_dma(KEY_GPA, &buf);
	ksft_test_result(n > 0 && buf.dma == DMA_GPA + sizeof(*dma),
			 "second buffer\n");
	expect(get_dma(KEY_GPA, &buf), ENOBUFS, "no third buffer");
	dma[1].used = 0;
	expect(get_dma(KEY_GPA, &buf), ENOBUFS, "it is not their turn");
	dma[0].used = 0;
	n = get_dma(KEY_GPA, &buf);
	ksft_test_result(n > 0 && buf.dma == DMA_GPA, "first buffer again\n");

	expect(pread(fd, nowhere, sizeof(e), 0), EFAULT, "exit to nowhere");
	expect(pread(fd, &e, sizeof(e), 0), 0, "run again");
	ksft_test_result(e.reason == LGUEST_EXIT_SHUTDOWN &&
			 e.shutdown.kind == LGUEST_SHUTDOWN_PANIC &&
			 !strcmp(e.text, TEXT), "the end, with its text\n");
	ksft_test_result(poll_now() & POLLHUP, "poll says it is dead\n");
	expect(pread(fd, &e, sizeof(e), 0), ESHUTDOWN, "run a dead guest");
	expect(interrupt(1), ESHUTDOWN, "interrupt a dead guest");
	expect(get_dma(KEY_GPA, &buf), ESHUTDOWN, "get dma of a dead guest");
	expect(brk_run(0), ESHUTDOWN, "break a dead guest");
	end_guest();
}

int main(void)
{
	ksft_print_header();
	if (access(DEVICE, F_OK))
		ksft_exit_skip("no " DEVICE "\n");
	ksft_set_plan(79);
	nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	open_device();
	test_sizes();
	test_info();
	test_initialise();
	test_spin();
	test_async();
	test_interrupted();
	test_talk();
	ksft_finished();
}
