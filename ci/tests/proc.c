// SPDX-License-Identifier: GPL-2.0
/* Processes, threads and signals. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <linux/futex.h>
#include <unistd.h>

#include "lgtest.h"

/* forkexec [N]: N children, each a fresh image that computes its status. */
int forkexec_main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 2000;
	uint32_t sum = 0;
	int i;

	for (i = 0; i < n; i++) {
		int status;
		pid_t pid = fork();

		need(pid >= 0);
		if (!pid) {
			char arg[16];

			snprintf(arg, sizeof(arg), "%d", i);
			execl("/proc/self/exe", "lgtest", "child", arg, NULL);
			_exit(255);
		}
		need(waitpid(pid, &status, 0) == pid);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != (i * 7 + 3) % 250)
			wrong("forkexec: child %d ended with %#x", i, status);
		sum = sum * 31 + WEXITSTATUS(status);
	}
	printf("RESULT forkexec %d %08x\n", n, sum);
	return 0;
}

int child_main(int argc, char **argv)
{
	return (atoi(argv[1]) * 7 + 3) % 250;
}

/* futex: a counter under a mutex, a ring of raw futexes, a condition. */
#define NTHREADS 8
#define ROUNDS 2000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static unsigned int counter, turn;
static uint32_t ring[NTHREADS], ring_sum;
static __thread uint32_t tls_value;

static long futex(uint32_t *addr, int op, uint32_t val)
{
	return syscall(SYS_futex, addr, op, val, NULL, NULL, 0);
}

static void *futex_thread(void *arg)
{
	unsigned int me = (uintptr_t)arg, i;

	tls_value = me * 1000;
	for (i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&lock);
		counter++;
		tls_value++;
		if (i % 64 == 0)
			sched_yield();
		pthread_mutex_unlock(&lock);
	}
	/* In turn, by a condition. */
	for (i = 0; i < 200; i++) {
		pthread_mutex_lock(&lock);
		while (turn % NTHREADS != me)
			pthread_cond_wait(&cond, &lock);
		turn++;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&lock);
	}
	/* A token round the ring. */
	for (i = 1; i <= 200; i++) {
		uint32_t v;

		while ((v = __atomic_load_n(&ring[me], __ATOMIC_ACQUIRE)) < i)
			futex(&ring[me], FUTEX_WAIT_PRIVATE, v);
		ring_sum = ring_sum * 33 + me;
		if (me == NTHREADS - 1 && i == 200)
			break;
		__atomic_add_fetch(&ring[(me + 1) % NTHREADS], 1, __ATOMIC_RELEASE);
		futex(&ring[(me + 1) % NTHREADS], FUTEX_WAKE_PRIVATE, 1);
	}
	if (tls_value != me * 1000 + ROUNDS)
		wrong("futex: thread %u's TLS holds %u", me, tls_value);
	return NULL;
}

int futex_main(int argc, char **argv)
{
	pthread_t t[NTHREADS];
	uintptr_t i;

	ring[0] = 1;
	for (i = 0; i < NTHREADS; i++)
		need(!pthread_create(&t[i], NULL, futex_thread, (void *)i));
	for (i = 0; i < NTHREADS; i++)
		need(!pthread_join(t[i], NULL));
	if (counter != NTHREADS * ROUNDS)
		wrong("futex: the counter is %u", counter);
	printf("RESULT futex %u %u %08x\n", counter, turn, ring_sum);
	return 0;
}

/* signals */
static sigjmp_buf back;
static volatile sig_atomic_t alarms, children, order_len;
static int order[64];
static volatile uintptr_t fault_addr;
static volatile int fault_code;
static volatile char *guarded;
static long page;

static void on_alarm(int sig)
{
	alarms++;
}

static void on_child(int sig)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		children++;
}

static void on_fault(int sig, siginfo_t *si, void *ctx)
{
	fault_addr = (uintptr_t)si->si_addr;
	fault_code = si->si_code;
	siglongjmp(back, sig);
}

static void on_guarded(int sig, siginfo_t *si, void *ctx)
{
	fault_addr = (uintptr_t)si->si_addr;
	mprotect((void *)(fault_addr & ~(page - 1)), page, PROT_READ | PROT_WRITE);
}

static void on_queue(int sig, siginfo_t *si, void *ctx)
{
	if (order_len < 64)
		order[order_len++] = si->si_value.sival_int;
}

static void handle(int sig, void (*fn)(int, siginfo_t *, void *), int flags)
{
	struct sigaction sa = { .sa_sigaction = fn, .sa_flags = SA_SIGINFO | flags };

	sigemptyset(&sa.sa_mask);
	need(!sigaction(sig, &sa, NULL));
}

/* Each of these must end in the handler with the signal named. */
static void expect(const char *what, int sig, void (*fn)(void))
{
	int got = sigsetjmp(back, 1);

	if (!got) {
		fn();
		got = -1;
	}
	if (got != sig)
		wrong("signals: %s gave signal %d, not %d", what, got, sig);
	printf("RESULT signals %s %d code %d\n", what, got, fault_code);
}

/* Not a constant to the compiler, which would have its own ideas. */
static volatile uintptr_t null_page = 0x10;
static void do_null(void) { *(volatile int *)null_page = 1; }
static void do_kernel(void) { *(volatile int *)0xffffe000 = 1; }
static void do_kernel_read(void) { (void)*(volatile int *)0xc0100000; }
static void do_ill(void) { __asm__ volatile("ud2"); }
static void do_hlt(void) { __asm__ volatile("hlt"); }
static void do_cli(void) { __asm__ volatile("cli"); }
static void do_int3(void) { __asm__ volatile("int3"); }
static void do_in(void) { __asm__ volatile("inb $0x80, %%al" ::: "eax"); }
static void do_int(void) { __asm__ volatile("int $0x21"); }
static void do_hypercall(void) { __asm__ volatile("int $0x1f" :: "a"(0)); }
static void do_stack(void) { __asm__ volatile("movl $0, %%esp; pushl %%eax" ::: "memory"); }
static void do_seg(void) { __asm__ volatile("movw %%ax, %%fs" :: "a"(0x0008)); }
static void do_into(void)
{
	__asm__ volatile("movb $0x7f, %%al; addb $1, %%al; into" ::: "eax", "cc");
}

static void do_div(void)
{
	int r;

	__asm__ volatile("cltd; idivl %2" : "=a"(r) : "a"(1), "r"(0) : "edx", "cc");
}

static void do_step(void)
{
	/* The trap flag: one instruction later. */
	__asm__ volatile("pushfl; orl $0x100, (%%esp); popfl; nop; nop" ::: "memory", "cc");
}

static void log_deaths(char c)
{
	int fd = open("/proc/sys/debug/exception-trace", O_WRONLY);

	if (fd < 0)
		return;
	if (write(fd, &c, 1) != 1)
		perror("INFO exception-trace");
	close(fd);
}

int signals_main(int argc, char **argv)
{
	struct itimerval it = { { 0, 2000 }, { 0, 2000 } };
	stack_t ss = { .ss_sp = malloc(65536), .ss_size = 65536 };
	union sigval value;
	sigset_t set, old;
	int i, ok;

	page = sysconf(_SC_PAGESIZE);
	signal(SIGALRM, on_alarm);
	need(!setitimer(ITIMER_REAL, &it, NULL));
	while (alarms < 50)
		pause();
	it.it_value.tv_usec = 0;
	need(!setitimer(ITIMER_REAL, &it, NULL));
	printf("RESULT signals alarms\n");

	signal(SIGCHLD, on_child);
	for (i = 0; i < 100; i++) {
		pid_t pid = fork();

		need(pid >= 0);
		if (!pid)
			_exit(i);
	}
	while (children < 100)
		usleep(1000);
	signal(SIGCHLD, SIG_DFL);
	printf("RESULT signals children %d\n", children);

	need(!sigaltstack(&ss, NULL));
	handle(SIGSEGV, on_fault, SA_ONSTACK);
	handle(SIGBUS, on_fault, SA_ONSTACK);
	handle(SIGILL, on_fault, SA_ONSTACK);
	handle(SIGFPE, on_fault, SA_ONSTACK);
	handle(SIGTRAP, on_fault, SA_ONSTACK);
	expect("null", SIGSEGV, do_null);
	expect("kernel", SIGSEGV, do_kernel);
	expect("kernelread", SIGSEGV, do_kernel_read);
	expect("ud2", SIGILL, do_ill);
	expect("hlt", SIGSEGV, do_hlt);
	expect("cli", SIGSEGV, do_cli);
	expect("int3", SIGTRAP, do_int3);
	expect("step", SIGTRAP, do_step);
	expect("in", SIGSEGV, do_in);
	expect("int21", SIGSEGV, do_int);
	expect("int1f", SIGSEGV, do_hypercall);
	expect("into", SIGSEGV, do_into);
	expect("stack", SIGSEGV, do_stack);
	expect("seg", SIGSEGV, do_seg);
	expect("div", SIGFPE, do_div);

	/* Faults mended by the handler; the instruction goes on. */
	guarded = mmap(NULL, 64 * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	need(guarded != MAP_FAILED);
	handle(SIGSEGV, on_guarded, 0);
	for (i = 0, ok = 0; i < 64; i++) {
		guarded[i * page + i] = i + 1;
		ok += fault_addr == (uintptr_t)guarded + i * page + i;
	}
	for (i = 0; i < 64; i++)
		ok += guarded[i * page + i] == i + 1;
	printf("RESULT signals mended %d\n", ok);
	if (ok != 128)
		wrong("signals: mended %d of 128", ok);
	signal(SIGSEGV, SIG_DFL);

	/* Queued real-time signals keep order and value. */
	handle(SIGRTMIN + 1, on_queue, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 1);
	sigprocmask(SIG_BLOCK, &set, &old);
	for (i = 0; i < 32; i++) {
		value.sival_int = i * i;
		need(!sigqueue(getpid(), SIGRTMIN + 1, value));
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	printf("RESULT signals queue %d %08x\n", (int)order_len,
	       hash(order, order_len * sizeof(order[0]), 0));

	/* A child that dies of what it did; the kernel need not mention it. */
	log_deaths('0');
	for (i = 0; i < 2; i++) {
		int status;
		pid_t pid = fork();

		if (!pid) {
			if (i)
				do_null();
			kill(getpid(), SIGKILL);
		}
		need(waitpid(pid, &status, 0) == pid);
		printf("RESULT signals death %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : -1);
	}
	log_deaths('1');
	return 0;
}
