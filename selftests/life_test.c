// SPDX-License-Identifier: GPL-2.0
/*
 * How guests begin and end, and who may meddle with them meanwhile: launchers that are
 * killed at any moment, with guests that keep the host busy in each way there is; control
 * files that are shared, passed on, closed and raced for; debuggers, freezers, processors
 * that go away, and a module that is to be unloaded. What counts: a launcher that is to
 * die dies at once, a program of the host still gets its turn, and nothing is left over.
 *
 * The launcher is $LGUEST, or lguest beside this program, or in the path; guests are in
 * $MICRO, or the folder micro-guests beside this program. The module is unloaded, and
 * loaded again, only if $LG_MODULE says where it is. Limits of time are multiplied by
 * $SLOW.
 */
#include <errno.h>
#include <fcntl.h>
#include <asm/ldt.h>
#include <linux/elf.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../kselftest.h"
#include "oracle.h"
#include "worker.h"

/* A launcher that gets SIGKILL is gone after this, beside what any program takes. */
#define DEATH_SECONDS	0.1
/* A program of the host that wakes each ms is late by this much, likewise. */
#define LATE_SECONDS	0.1
/* A launcher with a guest of VM_RAM, and stacks of threads, has no more memory than that. */
#define CORE_MAX	(16 * VM_RAM)

static char loops[PATH_MAX];
static bool uncounted;		/* how many guests lg has is not to be seen */

static bool users_are(long n)
{
	return uncounted || oracle_guests() == n;
}

/* The module has let go of all guests. */
static bool nobody(void)
{
	double deadline = now() + 5 * patience();

	while (oracle_guests() > 0) {
		if (now() > deadline) {
			ksft_print_msg("the module has %ld guests\n", oracle_guests());
			return false;
		}
		usleep(1000);
	}
	return true;
}

/* To find nothing wrong says too little where what is left over is not seen. */
static __printf(2, 3) void result(bool ok, const char *fmt, ...)
{
	char name[100];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	ok = oracle_judge(ok && (uncounted || nobody()));
	if (ok && uncounted)
		ksft_test_result_skip("%s: no use count of lg\n", name);
	else
		ksft_test_result(ok, "%s\n", name);
}

/* ---- launchers that are killed ---- */

struct kind {
	const char letter[2];		/* for the micro-guest loops, or ... */
	void (*run)(int out);		/* ... what a process of ours does */
	const char *what;
};

/* To compare with: it has no guest. */
static void spins(int out)
{
	if (write(out, "!", 1) != 1)
		_exit(1);
	for (;;)
		;
}

#define PORT_GPA	0x3000		/* a page that two guests share, with ... */
#define KEY		(PORT_GPA + 0x40)
#define BUFFER_GPA	(PORT_GPA + 0x80)	/* ... what the receiver has bound */
#define SEND_GPA	0x8000
#define DATA_GPA	0x10000

static void set_buffer(struct lguest_dma *dma)
{
	dma->used = 0;
	dma->sections = 1;
	dma->section[0].addr = DATA_GPA;
	dma->section[0].len = LGUEST_DMA_MAX;
}

/* Two guests: the one has a buffer, the other one sends, and all is copied. */
static void copies(int out)
{
	int file = memfd_create("life_test", MFD_CLOEXEC);
	struct lguest_dma *buffer;
	struct vm to, from;
	bool told = false;

	if (file < 0 || ftruncate(file, 4096))
		vm_fail("memfd: %s\n", strerror(errno));
	vm_create(&to, file, PORT_GPA);
	vm_create(&from, file, PORT_GPA);
	buffer = (struct lguest_dma *)(to.ram + BUFFER_GPA);
	set_buffer(buffer);
	set_buffer((struct lguest_dma *)(from.ram + SEND_GPA));
	if (vm_call(&to, LGUEST_HC_BIND_DMA, KEY, BUFFER_GPA, 1, 9))
		vm_fail("LGUEST_HC_BIND_DMA\n");
	for (;;) {
		buffer->used = 0;
		if (vm_call(&from, LGUEST_HC_SEND_DMA, KEY, SEND_GPA, 0, 0) || from.asked ||
		    buffer->used != (LGUEST_DMA_USED | LGUEST_DMA_MAX))
			vm_fail("used %#x, and nothing is copied\n", buffer->used);
		if (!told && write(out, "!", 1) != 1)
			_exit(1);
		told = true;
	}
}

static const struct kind spinning = { "", spins, "is none" };
static const struct kind kinds[] = {
	{ "a", NULL, "spins" }, { "b", NULL, "faults for ever" },
	{ "c", NULL, "has page faults for ever" }, { "d", NULL, "has a timer of 1 ns" },
	{ "e", NULL, "floods DMA, to nobody" }, { "f", NULL, "floods the console" },
	{ "g", NULL, "flushes all the time" }, { "h", NULL, "changes address spaces" },
	{ "i", NULL, "loads tables" }, { "j", NULL, "changes rings" },
	{ "k", NULL, "sleeps for 1 ns" }, { "l", NULL, "binds and takes back" },
	{ "m", NULL, "traps" }, { "", copies, "floods DMA that is copied" },
};

/* Those before the last one. */
#define LAUNCHERS	(ARRAY_SIZE(kinds) - 1)

static pid_t begin(const struct kind *kind, int *out)
{
	char append[] = "--append console=x";
	int pipes[2];
	pid_t pid;

	if (!kind->run) {
		append[sizeof(append) - 2] = kind->letter[0];
		return launch(loops, 4, append, out);
	}
	if (pipe2(pipes, O_CLOEXEC))
		ksft_exit_fail_perror("pipe");
	pid = vm_fork();
	if (!pid)
		kind->run(pipes[1]);
	close(pipes[1]);
	*out = pipes[0];
	return pid;
}

/* It has begun; what it prints from now on is read, and thrown away. */
static bool begins(int out)
{
	struct pollfd p = { .fd = out, .events = POLLIN };
	char c;

	return poll(&p, 1, 10000 * patience()) > 0 && read(out, &c, 1) == 1 && c == '!' &&
	       !fcntl(out, F_SETFL, O_NONBLOCK);
}

static void drain(int out)
{
	static char buf[65536];

	while (read(out, buf, sizeof(buf)) > 0)
		;
}

/* Sleep for a ms, again and again: the longest time that it was too long. */
static double lateness(int out, double seconds)
{
	double end = now() + seconds, before, worst = 0;
	const struct timespec ms = { .tv_nsec = 1000000 };

	while ((before = now()) < end) {
		nanosleep(&ms, NULL);
		if (now() - before - 0.001 > worst)
			worst = now() - before - 0.001;
		drain(out);
	}
	return worst;
}

static bool undying;		/* there is one that SIGKILL does not end */

/* How long it takes; more than any limit, and a status of no end, if it does not die. */
static double death(pid_t pid, int *status)
{
	double start = now();

	kill(pid, SIGKILL);
	if (!vm_wait(pid, status, 10 * patience())) {
		ksft_print_msg("process %d does not die\n", pid);
		undying = true;
	}
	return now() - start;
}

/*
 * The worst so far of a program that spins, killed in the same way before each guest: what
 * the machine itself is late, which is not the guest's.
 */
static struct {
	double late, died;
} usual;

static double max(double a, double b)
{
	return a > b ? a : b;
}

/* After @us, from its first word on, or from before the launcher's first instruction. */
static bool kill_one(const struct kind *kind, unsigned int us, bool early)
{
	int out, status;
	pid_t pid = begin(kind, &out);
	double late = 0, died;
	bool ok = true;

	if (early) {
		usleep(us);
	} else {
		ok = begins(out);
		late = lateness(out, us / 1e6);
	}
	died = death(pid, &status);
	close(out);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
		ksft_print_msg("it has ended by itself: status %#x\n", status);
		ok = false;
	}
	if (kind == &spinning) {
		usual.late = max(usual.late, late);
		usual.died = max(usual.died, died);
		return ok;
	}
	ksft_print_msg("%s: after %.1f ms dies in %.1f ms (no guest: %.1f), late %.1f ms (%.1f)\n",
		       kind->what, us / 1e3, died * 1e3, usual.died * 1e3, late * 1e3,
		       usual.late * 1e3);
	return ok && late < usual.late + LATE_SECONDS * patience() &&
	       died < usual.died + DEATH_SECONDS * patience();
}

/* Each time, and not at the best of them. */
static void test_kill_kinds(void)
{
	unsigned int i, us;
	bool ok;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (us = 100000, ok = true; us < 300000 && !undying; us += 70000) {
			ok &= kill_one(&spinning, us, false);
			ok &= kill_one(&kinds[i], us, false);
		}
		result(ok && !undying, "I: SIGKILL, guest %s", kinds[i].what);
	}
}

static void test_kill_moments(void)
{
	unsigned int i, us;
	bool ok = true;

	srand(7);
	for (i = 0; i < 60 && !undying; i++) {
		us = i < 10 ? i * 50 : rand() % 40000u;
		ok &= kill_one(&spinning, us, true);
		ok &= kill_one(&kinds[i % ARRAY_SIZE(kinds)], us, true);
	}
	result(ok && !undying, "I: SIGKILL at odd moments, 60 times");
}

/* ---- control files ---- */

static ssize_t run_fd(int fd)
{
	struct lguest_exit e;

	return pread(fd, &e, sizeof(e), 0);
}

/* Every command to a guest that is somebody else's gives -EIO. */
static bool is_foreign(int fd)
{
	struct lguest_interrupt irq = { .command = LGUEST_INTERRUPT, .irq = 1 };
	struct lguest_break brk = { .command = LGUEST_BREAK };
	struct lguest_stats stats;
	bool ok;

	/* Who may run it would do so for ever. */
	alarm(20 * patience());
	ok = run_fd(fd) < 0 && errno == EIO;
	ok &= write(fd, &irq, sizeof(irq)) < 0 && errno == EIO;
	ok &= write(fd, &brk, sizeof(brk)) < 0 && errno == EIO;
	ok &= pread(fd, &stats, sizeof(stats), LGUEST_STATS_POS) < 0 && errno == EIO;
	alarm(0);
	return ok;
}

/*
 * The launcher dies, and a child of it still has the file. What it writes to @tell is for
 * us; that @dead is closed tells it that its parent is gone, and @end that we are done.
 */
static void orphan(struct worker *w, int tell, int dead, int end)
{
	char c = '!';

	if (write(tell, &c, 1) != 1 || read(dead, &c, 1))
		_exit(1);
	c = is_foreign(w->vm.fd) ? 'y' : 'n';
	if (write(tell, &c, 1) != 1 || read(end, &c, 1))
		_exit(1);
	_exit(0);
}

static void test_orphan(void)
{
	int status, tell[2], dead[2], end[2];
	struct worker w;
	char c = 0;
	bool ok;
	pid_t pid;

	if (pipe(tell) || pipe(dead) || pipe(end))
		ksft_exit_fail_perror("pipe");
	pid = vm_fork();
	if (!pid) {
		close(end[1]);
		worker_create(&w);
		worker_start(&w);
		if (!worker_rounds(&w, 2))
			vm_fail("the guest makes no progress\n");
		if (!vm_fork()) {
			close(dead[1]);
			orphan(&w, tell[1], dead[0], end[0]);
		}
		pause();
	}
	close(dead[1]);
	close(tell[1]);
	ok = read(tell[0], &c, 1) == 1 && c == '!';
	death(pid, &status);
	ok &= read(tell[0], &c, 1) == 1 && c == 'y';
	/* The guest is dead, but the file keeps what little there is. */
	ok &= users_are(1);
	close(end[1]);
	close(tell[0]);
	close(dead[0]);
	close(end[0]);
	result(ok, "I: the launcher dies, its child keeps the file");
}

static int pass_fd(int sock, int fd)
{
	char data = 'x', control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec iov = { .iov_base = &data, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	if (fd < 0) {
		if (recvmsg(sock, &msg, 0) != 1)
			return -1;
		c = CMSG_FIRSTHDR(&msg);
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
		return fd;
	}
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(sock, &msg, 0);
}

static void test_pass(void)
{
	struct lguest_initialise init = { .command = LGUEST_INITIALISE };
	int pair[2], fresh, status, fd;
	struct worker w;
	pid_t pid;
	bool ok;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		ksft_exit_fail_perror("socketpair");
	pid = vm_fork();
	if (!pid) {
		fd = pass_fd(pair[1], -1);
		ok = is_foreign(fd);
		/* One that is no guest yet: it will be none of ours. */
		fresh = pass_fd(pair[1], -1);
		init.ram_base = (uintptr_t)mmap(NULL, VM_RAM, PROT_READ | PROT_WRITE,
						MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		init.ram_size = VM_RAM;
		ok &= write(fresh, &init, sizeof(init)) < 0 && errno == EIO;
		_exit(!ok);
	}
	worker_create(&w);
	worker_start(&w);
	fresh = open(VM_DEVICE, O_RDWR | O_CLOEXEC);
	ok = pass_fd(pair[0], w.vm.fd) == 1 && pass_fd(pair[0], fresh) == 1;
	waitpid(pid, &status, 0);
	ok &= !status && worker_rounds(&w, 3);
	worker_destroy(&w);
	close(fresh);
	close(pair[0]);
	close(pair[1]);
	result(ok, "I: the file is passed to another process");
}

/* A new program in the same process is another address space, too. */
static void test_exec(char *self)
{
	char number[16];
	struct vm vm;
	int status;
	pid_t pid;

	pid = vm_fork();
	if (!pid) {
		vm_create(&vm, -1, 0);
		fcntl(vm.fd, F_SETFD, 0);
		snprintf(number, sizeof(number), "%d", vm.fd);
		execl("/proc/self/exe", self, "foreign", number, NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	result(!status, "I: a program that inherits the file by exec");
}

/* ---- threads ---- */

#define THREADS	8

static struct {
	int fd;
	struct lguest_initialise init;
	bool go, stop;
	int ok[THREADS], busy[THREADS], other[THREADS];
} race;

static void *race_initialise(void *arg)
{
	long i = (long)arg;

	while (!__atomic_load_n(&race.go, __ATOMIC_ACQUIRE))
		;
	if (write(race.fd, &race.init, sizeof(race.init)) > 0)
		race.ok[i]++;
	else if (errno == EBUSY)
		race.busy[i]++;
	else
		race.other[i]++;
	return NULL;
}

static void *race_run(void *arg)
{
	long i = (long)arg;

	while (!__atomic_load_n(&race.stop, __ATOMIC_ACQUIRE)) {
		if (run_fd(race.fd) > 0)
			race.ok[i]++;
		else if (errno == EBUSY)
			race.busy[i]++;
		else
			race.other[i]++;
		sched_yield();
	}
	return NULL;
}

static int sum(const int *n)
{
	int i, s = 0;

	for (i = 0; i < THREADS; i++)
		s += n[i];
	return s;
}

static void race_threads(pthread_t *t, void *(*f)(void *))
{
	long i;

	memset(&race.ok, 0, sizeof(race.ok));
	memset(&race.busy, 0, sizeof(race.busy));
	memset(&race.other, 0, sizeof(race.other));
	race.go = false;
	race.stop = false;
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&t[i], NULL, f, (void *)i))
			ksft_exit_fail_msg("no thread\n");
}

static void race_join(pthread_t *t)
{
	int i;

	for (i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
}

static void test_threads(void)
{
	struct lguest_break brk = { .command = LGUEST_BREAK };
	pthread_t t[THREADS];
	struct worker w;
	int i, breaks = 0;
	bool ok = true;
	__u8 *ram;

	ram = mmap(NULL, VM_RAM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	race.init = (struct lguest_initialise) {
		.command = LGUEST_INITIALISE, .ram_base = (uintptr_t)ram, .ram_size = VM_RAM,
	};
	for (i = 0; i < 20; i++) {
		race.fd = open(VM_DEVICE, O_RDWR | O_CLOEXEC);
		race_threads(t, race_initialise);
		__atomic_store_n(&race.go, true, __ATOMIC_RELEASE);
		race_join(t);
		ok &= sum(race.ok) == 1 && sum(race.busy) == THREADS - 1;
		close(race.fd);
	}
	munmap(ram, VM_RAM);
	result(ok, "I: %d threads make the same guest", THREADS);

	worker_create(&w);
	race.fd = w.vm.fd;
	race_threads(t, race_run);
	ok = true;
	for (i = 0; i < 100; i++) {
		ok &= worker_rounds(&w, 1);
		breaks += write(w.vm.fd, &brk, sizeof(brk)) > 0;
		usleep(1000);
	}
	__atomic_store_n(&race.stop, true, __ATOMIC_RELEASE);
	/* Whoever is in it now, or gets in before he has looked. */
	while (write(w.vm.fd, &brk, sizeof(brk)) > 0 && i++ < 200)
		usleep(1000);
	race_join(t);
	ksft_print_msg("%d runs, %d times busy, %d other; %d breaks\n", sum(race.ok),
		       sum(race.busy), sum(race.other), breaks);
	ok &= sum(race.ok) > 0 && sum(race.busy) > 0 && !sum(race.other);
	vm_destroy(&w.vm);
	result(ok, "I: %d threads run the same guest", THREADS);
}

static void *run_once(void *arg)
{
	struct worker *w = arg;

	w->error = worker_run(w) < 0 ? errno : 0;
	return NULL;
}

static void on_signal(int sig)
{
	(void)sig;
}

/* The file is closed while a thread runs the guest: it ends with the run. */
static void test_close(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	pthread_t t;
	struct worker w;
	bool ok;

	sigaction(SIGUSR1, &sa, NULL);
	worker_create(&w);
	pthread_create(&t, NULL, run_once, &w);
	ok = worker_rounds(&w, 2);
	close(w.vm.fd);
	ok &= worker_rounds(&w, 2) && users_are(1);
	pthread_kill(t, SIGUSR1);
	pthread_join(t, NULL);
	ok &= w.error == EINTR;
	munmap(w.vm.ram, VM_RAM);
	result(ok, "I: closed while it runs");
}

/* A signal each @us: the guest goes on, though its runs do not. */
static bool goes_on(struct worker *w, unsigned int us)
{
	const struct itimerval often = { { 0, us }, { 0, us } }, never = {};
	double deadline = now() + 10 * patience();
	__u32 before = look(&w->interrupted), n;
	bool ok;

	setitimer(ITIMER_REAL, &often, NULL);
	do {
		ok = worker_rounds(w, 3);
		n = look(&w->interrupted) - before;
	} while (ok && n < 100 && now() < deadline);
	setitimer(ITIMER_REAL, &never, NULL);
	ksft_print_msg("a signal each %u us: %u runs have ended by one\n", us, n);
	return ok && n >= 100;
}

static void test_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t set, old;
	struct worker w;
	unsigned int us;
	bool ok = false;

	sigaction(SIGALRM, &sa, NULL);
	worker_create(&w);
	worker_start(&w);
	/* This thread would get them all. */
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &set, &old);
	/* A thread that takes longer than that to come back to its run never gets into it. */
	for (us = 500; us <= 4000 && !ok; us *= 2)
		ok = goes_on(&w, us);
	worker_destroy(&w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	result(ok, "I: 2000 signals a second");
}

/* One run goes on through what is no business of its thread's. */
static void test_restart(void)
{
	const struct lguest_break brk = { .command = LGUEST_BREAK };
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	struct worker w;
	pthread_t t;
	bool ok;
	pid_t pid;

	sigaction(SIGUSR1, &sa, NULL);
	worker_create(&w);
	pthread_create(&t, NULL, run_once, &w);
	ok = worker_rounds(&w, 2);
	pthread_kill(t, SIGUSR1);
	ok &= worker_rounds(&w, 2);
	pid = vm_fork();
	if (!pid) {
		kill(getppid(), SIGSTOP);
		usleep(50000);
		kill(getppid(), SIGCONT);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	ok &= worker_rounds(&w, 2);
	vm_command(&w.vm, &brk, sizeof(brk));
	pthread_join(t, NULL);
	ok &= !w.error && w.vm.exit.reason == LGUEST_EXIT_BREAK;
	if (!ok)
		ksft_print_msg("the run has ended with %s\n", strerror(w.error));
	worker_destroy(&w);
	result(ok, "I: a handler with SA_RESTART, a stop");
}

#define LDT_SELECTOR	7		/* entry 0, ring 3 */

static void *break_soon(void *arg)
{
	const struct lguest_break brk = { .command = LGUEST_BREAK };
	struct worker *w = arg;

	if (!worker_rounds(w, 2))
		w->error = ETIMEDOUT;
	vm_command(&w->vm, &brk, sizeof(brk));
	return NULL;
}

/*
 * A run with %gs in the launcher's LDT. The C library's own %gs is put back before
 * anybody could use it. Returns what pread() does, and the word at %gs:0 thereafter.
 */
static long run_with_ldt(struct worker *w, __u32 *word, __u32 *selector)
{
	long ret = SYS_pread64, length = sizeof(w->vm.exit), ldt = LDT_SELECTOR;
	void *buffer = &w->vm.exit;

	/* %edi is half of the position, too. */
	asm volatile("push	%%gs\n\t"
		     "mov	%%edi, %%gs\n\t"
		     "xor	%%edi, %%edi\n\t"
		     "int	$0x80\n\t"
		     "mov	%%gs, %%edx\n\t"
		     "mov	%%gs:0, %%ecx\n\t"
		     "pop	%%gs"
		     : "+a" (ret), "+c" (buffer), "+d" (length), "+D" (ldt)
		     : "b" (w->vm.fd), "S" (0)
		     : "memory");
	*word = (uintptr_t)buffer;
	*selector = length;
	return ret;
}

/* The guest has no LDT, but its launcher may have one, and gets it back. */
static void test_ldt(void)
{
	static __u32 secret = 0x1d7;
	struct user_desc desc = {
		.base_addr = (uintptr_t)&secret,
		.limit = sizeof(secret) - 1,
		.seg_32bit = 1,
	};
	__u32 word = 0, selector = 0;
	struct worker w;
	bool ok = true;
	pthread_t t;
	int i;

	if (syscall(SYS_modify_ldt, 1, &desc, sizeof(desc))) {
		ksft_test_result_skip("I: a launcher with an LDT: %s\n", strerror(errno));
		return;
	}
	worker_create(&w);
	for (i = 0; i < 5 && ok; i++) {
		pthread_create(&t, NULL, break_soon, &w);
		ok &= run_with_ldt(&w, &word, &selector) > 0 &&
		      w.vm.exit.reason == LGUEST_EXIT_BREAK;
		pthread_join(t, NULL);
		ok &= !w.error && word == secret && selector == LDT_SELECTOR;
	}
	worker_destroy(&w);
	result(ok, "I: a launcher with an LDT");
}

/* ---- other programs ---- */

static void on_fault(int sig)
{
	_exit(sig);
}

/* What is wrong with this process the kernel's log need not say. */
static void die_quietly(void)
{
	static char stack[16384];
	const stack_t ss = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction sa = { .sa_handler = on_fault, .sa_flags = SA_ONSTACK };

	sigaltstack(&ss, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGILL, &sa, NULL);
}

/* A process with such a guest; its memory is where ours would be: see @w. */
static pid_t child_with_guest(__u32 **rounds)
{
	__u32 *shared;
	struct worker w;
	pid_t pid;

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid = vm_fork();
	if (!pid) {
		die_quietly();
		worker_create(&w);
		/* The page with the counter is ours as well. */
		memcpy(shared, w.vm.ram + WORKER_ROUNDS_GPA, 4096);
		if (mremap(shared, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED,
			   w.vm.ram + WORKER_ROUNDS_GPA) == MAP_FAILED)
			_exit(2);
		for (;;)
			if (worker_run(&w) < 0 && errno != EINTR)
				_exit(3);
	}
	*rounds = shared;
	return pid;
}

static bool advances(const __u32 *rounds)
{
	double deadline = now() + 10 * patience();
	__u32 before = look(rounds);

	while (look(rounds) - before < 2) {
		if (now() > deadline)
			return false;
		usleep(1000);
	}
	return true;
}

static bool stands(const __u32 *rounds)
{
	__u32 before;

	usleep(20000);
	before = look(rounds);
	usleep(50000);
	return look(rounds) == before;
}

static bool ends_by_kill(pid_t pid)
{
	int status;

	death(pid, &status);
	return WIFSIGNALED(status) && nobody();
}

/*
 * From branch to branch into a run: the guest is in it while the processor is to trap
 * on branches of the launcher. False: it does not get there, or not on.
 */
static bool by_branches(pid_t pid, const __u32 *rounds)
{
	bool ok = !ptrace(PTRACE_ATTACH, pid, NULL, NULL);
	int i, tries, status, got;

	ok &= waitpid(pid, &status, 0) == pid;
	for (i = 0; i < 5000 && ok; i++) {
		ok &= !ptrace(PTRACE_SINGLEBLOCK, pid, NULL, NULL);
		for (tries = 0, got = 0; ok && !got && tries < 100; tries++) {
			got = waitpid(pid, &status, WNOHANG);
			if (!got)
				usleep(tries * 100);
		}
		if (!got)
			break;
		ok &= got == pid && WIFSTOPPED(status);
	}
	ok &= i < 5000 && advances(rounds);
	kill(pid, SIGSTOP);
	ok &= waitpid(pid, &status, 0) == pid && WIFSTOPPED(status);
	ok &= !ptrace(PTRACE_DETACH, pid, NULL, NULL);
	kill(pid, SIGCONT);
	return ok && advances(rounds);
}

/* It has been let go for a step, which may lead into its run again. */
static bool stops(pid_t pid)
{
	int status;

	kill(pid, SIGSTOP);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		if (WSTOPSIG(status) == SIGSTOP)
			return true;
		ptrace(PTRACE_CONT, pid, NULL, NULL);
	}
	return false;
}

static void test_ptrace(void)
{
	struct user_regs_struct regs, wild;
	struct user_fpregs_struct fp;
	__u32 *rounds;
	int i, status;
	pid_t pid;
	bool ok;

	pid = child_with_guest(&rounds);
	ok = advances(rounds);
	for (i = 0; i < 20; i++) {
		ok &= !ptrace(PTRACE_ATTACH, pid, NULL, NULL);
		ok &= waitpid(pid, &status, 0) == pid && WIFSTOPPED(status);
		ok &= stands(rounds);
		ok &= !ptrace(PTRACE_GETREGS, pid, NULL, &regs);
		ok &= !ptrace(PTRACE_GETFPREGS, pid, NULL, &fp);
		/* Debug registers of the launcher are none of the guest's. */
		ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg[0]), 0x100000);
		ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg[7]),
		       i & 1 ? 0xf0003 : 0);
		ok &= !ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) && stops(pid);
		ok &= !ptrace(PTRACE_SETFPREGS, pid, NULL, &fp);
		ok &= !ptrace(PTRACE_SETREGS, pid, NULL, &regs);
		ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg[7]), 0);
		ok &= !ptrace(PTRACE_DETACH, pid, NULL, NULL);
		ok &= advances(rounds);
	}
	ok &= by_branches(pid, rounds);
	/* Rubbish in its registers is the end of the launcher, and no more. */
	ok &= !ptrace(PTRACE_ATTACH, pid, NULL, NULL) && waitpid(pid, &status, 0) == pid;
	memset(&wild, 0x5a, sizeof(wild));
	wild.xcs = regs.xcs;
	wild.xss = regs.xss;
	wild.xds = 0;
	wild.xes = 0;
	wild.xfs = 0;
	wild.xgs = 0;
	ptrace(PTRACE_SETREGS, pid, NULL, &wild);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	if (!vm_wait(pid, &status, 10 * patience())) {
		death(pid, &status);
		ok = false;
	}
	ok &= status != 0;
	result(ok, "I: a debugger at the launcher");
}

static void test_stop(void)
{
	__u32 *rounds;
	bool ok = true;
	pid_t pid;
	int i;

	pid = child_with_guest(&rounds);
	for (i = 0; i < 20; i++) {
		ok &= advances(rounds);
		kill(pid, SIGSTOP);
		ok &= stands(rounds);
		kill(pid, SIGCONT);
	}
	kill(pid, SIGSTOP);
	ok &= ends_by_kill(pid);
	result(ok, "I: stopped, and killed while it is");
}

#define CGROUP	"/sys/fs/cgroup/lguest_life_test"

static void test_freezer(void)
{
	__u32 *rounds;
	char number[16];
	bool ok = true;
	pid_t pid;
	int i;

	if (mkdir(CGROUP, 0700) || access(CGROUP "/cgroup.freeze", W_OK)) {
		rmdir(CGROUP);
		ksft_test_result_skip("I: the freezer: no cgroup of version 2, or not root\n");
		return;
	}
	pid = child_with_guest(&rounds);
	snprintf(number, sizeof(number), "%d", pid);
	ok &= write_file(CGROUP "/cgroup.procs", number);
	for (i = 0; i < 20; i++) {
		ok &= advances(rounds);
		ok &= write_file(CGROUP "/cgroup.freeze", "1") && stands(rounds);
		ok &= write_file(CGROUP "/cgroup.freeze", "0");
	}
	/* Frozen programs can be killed. */
	ok &= write_file(CGROUP "/cgroup.freeze", "1") && stands(rounds);
	ok &= ends_by_kill(pid);
	rmdir(CGROUP);
	result(ok, "I: frozen, and killed while it is");
}

/* ---- a core of the launcher ---- */

#define CORE_PATTERN	"/proc/sys/kernel/core_pattern"

static char core_pattern[256];		/* the host's own */

static void restore_core(void)
{
	if (*core_pattern && !write_file(CORE_PATTERN, core_pattern))
		ksft_print_msg(CORE_PATTERN ": cannot be put back\n");
	*core_pattern = '\0';
}

/* From now on cores are files of that name. */
static bool set_core(const char *name)
{
	int fd = open(CORE_PATTERN, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, core_pattern, sizeof(core_pattern) - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0 || access(CORE_PATTERN, W_OK)) {
		*core_pattern = '\0';
		return false;
	}
	core_pattern[n] = '\0';
	atexit(restore_core);
	return write_file(CORE_PATTERN, name);
}

/* A core of a process with the guest's RAM, and not cut. */
static bool is_core(const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC), i;
	off_t size = 0, from, end = 0, loaded = 0;
	struct elf32_hdr head;
	struct elf32_phdr p;
	bool ok;

	ok = fd >= 0 && read(fd, &head, sizeof(head)) == sizeof(head) &&
	     !memcmp(head.e_ident, ELFMAG, SELFMAG) && head.e_type == ET_CORE &&
	     head.e_machine == EM_386;
	for (i = 0; ok && i < head.e_phnum; i++) {
		from = head.e_phoff + i * sizeof(p);
		ok &= pread(fd, &p, sizeof(p), from) == sizeof(p);
		if (p.p_offset + p.p_filesz > end)
			end = p.p_offset + p.p_filesz;
		if (p.p_type == PT_LOAD)
			loaded += p.p_filesz;
	}
	if (fd >= 0) {
		size = lseek(fd, 0, SEEK_END);
		close(fd);
	}
	ksft_print_msg("a core of %lld kB, %lld of them memory\n", (long long)size / 1024,
		       (long long)loaded / 1024);
	return ok && loaded >= VM_RAM && size >= end && size < CORE_MAX;
}

/* The launcher's memory is written to a file while its guest is there. */
static void test_core(void)
{
	char folder[] = "/tmp/life_test.XXXXXX", pattern[40], name[60];
	struct rlimit old, unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	__u32 *rounds;
	int status;
	pid_t pid;
	bool ok;

	if (!mkdtemp(folder))
		ksft_exit_fail_perror(folder);
	snprintf(pattern, sizeof(pattern), "%s/core.%%p", folder);
	getrlimit(RLIMIT_CORE, &old);
	if (setrlimit(RLIMIT_CORE, &unlimited) || !set_core(pattern)) {
		ksft_test_result_skip("I: a core of the launcher: " CORE_PATTERN ": %s\n",
				      strerror(errno));
		goto out;
	}
	pid = child_with_guest(&rounds);
	ok = advances(rounds);
	kill(pid, SIGABRT);
	if (!vm_wait(pid, &status, 20 * patience())) {
		ksft_print_msg("it does not end\n");
		death(pid, &status);
	}
	ok &= WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && WCOREDUMP(status);
	ok &= stands(rounds);
	restore_core();
	snprintf(name, sizeof(name), "%s/core.%d", folder, pid);
	ok &= is_core(name);
	unlink(name);
	result(ok, "I: a core of the launcher");
out:
	setrlimit(RLIMIT_CORE, &old);
	rmdir(folder);
}

/* ---- processors ---- */

static void test_hotplug(void)
{
	static const char online[] = "/sys/devices/system/cpu/cpu1/online";
	__u32 *rounds;
	bool ok = true;
	cpu_set_t set;
	pid_t pid;
	int i;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2 || access(online, W_OK)) {
		ksft_test_result_skip("I: a processor goes away: there is one only, or not root\n");
		ksft_test_result_skip("I: a guest that changes processors: there is one only\n");
		return;
	}
	pid = child_with_guest(&rounds);
	oracle_expect(1);
	for (i = 0; i < 10; i++) {
		/* It is there when that goes. */
		CPU_ZERO(&set);
		CPU_SET(1, &set);
		ok &= !sched_setaffinity(pid, sizeof(set), &set);
		ok &= advances(rounds);
		ok &= write_file(online, "0") && advances(rounds);
		ok &= write_file(online, "1") && advances(rounds);
	}
	oracle_result(ok, "I: a processor goes away, ten times\n");

	for (i = 0, ok = true; i < 300; i++) {
		CPU_ZERO(&set);
		CPU_SET(i & 1, &set);
		ok &= !sched_setaffinity(pid, sizeof(set), &set);
		usleep(rand() % 2000);
	}
	ok &= advances(rounds) && ends_by_kill(pid);
	oracle_expect(0);
	result(ok, "I: a guest that changes processors, 300 times");
}

/* ---- the module ---- */

static int load_module(const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC), ret;

	ret = syscall(SYS_finit_module, fd, "", 0) ? errno : 0;
	close(fd);
	return ret;
}

static void test_module(void)
{
	int i, out, status, unloaded = 0, refused = 0, wrong = 0;
	const char *module = getenv("LG_MODULE");
	double deadline;
	pid_t pid;
	bool ok;

	if (!module || access(module, R_OK) || getuid() || uncounted) {
		ksft_test_result_skip("I: the module is unloaded: %s\n", uncounted ?
				      "no use count of lg" : "not root, or no LG_MODULE");
		return;
	}
	oracle_alone("the module is to be unloaded");
	/* With a guest it is in use. */
	pid = begin(&kinds[0], &out);
	ok = begins(out);
	ok &= syscall(SYS_delete_module, "lg", O_NONBLOCK) && errno == EWOULDBLOCK;
	ok &= death(pid, &status) < 1 && nobody();
	close(out);

	/* Guests come and go, and so does the module. */
	for (i = 0; i < 40 && !undying; i++) {
		/* A launcher: of one that is a process of ours a status would say less. */
		pid = begin(&kinds[i % LAUNCHERS], &out);
		if (i & 1)
			ok &= begins(out);
		deadline = now() + 0.01 * (i % 4);
		do {
			if (!syscall(SYS_delete_module, "lg", O_NONBLOCK)) {
				unloaded++;
				wrong += load_module(module) != 0;
			} else {
				refused += errno == EWOULDBLOCK;
				wrong += errno != EWOULDBLOCK;
			}
		} while (now() < deadline);
		death(pid, &status);
		close(out);
		/* 125: it found no device. */
		wrong += !WIFSIGNALED(status) && WEXITSTATUS(status) != 125;
	}
	ok &= !wrong && unloaded && refused;
	ksft_print_msg("unloaded %d times, in use %d times, %d wrong\n", unloaded, refused, wrong);
	oracle_alone(NULL);
	result(ok, "I: the module is unloaded while guests start");
}

static void test_many(void)
{
	struct vm vm[64];
	bool ok = true;
	int i, k;

	for (k = 0; k < 10; k++) {
		for (i = 0; i < 64; i++)
			vm_create(&vm[i], -1, 0);
		ok &= users_are(64);
		for (i = 0; i < 64; i++)
			ok &= !vm_call(&vm[i], LGUEST_HC_INIT, 0x4000, LGUEST_ABI_VERSION, 0, 0);
		for (i = 63; i >= 0; i--)
			vm_destroy(&vm[(i * 5) % 64]);
		ok &= nobody();
	}
	result(ok, "I: 640 guests, 64 at once");
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 3 && !strcmp(argv[1], "foreign"))
		return !is_foreign(atoi(argv[2]));
	signal(SIGPIPE, SIG_IGN);
	ksft_print_header();
	if (access(VM_DEVICE, F_OK))
		ksft_exit_skip("no " VM_DEVICE "\n");
	if (!find_launcher() || !find_guest(loops, "loops"))
		ksft_exit_skip("no launcher or no micro-guests: set LGUEST and MICRO\n");
	uncounted = oracle_guests() < 0;
	if (uncounted)
		ksft_print_msg("no use count of lg: guests that are left over are not seen\n");
	if (!nobody())
		ksft_exit_skip("there is another guest on this host\n");
	ksft_set_plan(ARRAY_SIZE(kinds) + 19);
	oracle_start();
	test_kill_kinds();
	test_kill_moments();
	test_orphan();
	test_pass();
	test_exec(argv[0]);
	test_threads();
	test_close();
	test_signals();
	test_restart();
	test_ldt();
	test_ptrace();
	test_stop();
	test_freezer();
	test_core();
	test_hotplug();
	test_many();
	test_module();
	oracle_result(oracle_finish(ORACLE_SLACK), "host\n");
	ksft_finished();
}
