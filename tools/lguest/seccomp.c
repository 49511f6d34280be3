// SPDX-License-Identifier: GPL-2.0
/*
 * What the launcher may still ask the kernel for once all is set up: to move
 * bytes between descriptors it has, to wait, and to end. It can open no file,
 * make no process, thread or connection, and send to nobody whom a descriptor
 * does not lead to anyway. So a guest that has taken over its launcher has what
 * was given to the guest, and no more.
 *
 * Nor can it have memory made executable. That keeps new code out only where the
 * host has NX: without PAE, all that can be read can be executed, the guest's
 * memory, too. So nothing here counts on it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/net.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <termios.h>
#include <asm/ioctls.h>
#include <unistd.h>
#include "launcher.h"

/*
 * TCGETS2 and TCSETS2, which tcgetattr() and tcsetattr() of glibc use from 2.42 on. The
 * kernel's header with the size that they hold does not go together with termios.h.
 */
#define TERMIOS2_GET	0x802c542a
#define TERMIOS2_SET	0x402c542b

#define ANY	(-1)

/**
 * struct rule - a system call that is allowed
 * @nr: number
 * @arg: the argument that decides, or ANY
 * @value: that this argument must have; for @mask, the bits it must not have
 * @mask: which of the two
 */
struct rule {
	int nr;
	int arg;
	uint32_t value;
	bool mask;
};

#define ALLOW(name)		{ .nr = __NR_##name, .arg = ANY }
#define ALLOW_IF(name, n, v)	{ .nr = __NR_##name, .arg = (n), .value = (v) }
#define ALLOW_NOT(name, n, v)	\
	{ .nr = __NR_##name, .arg = (n), .value = (v), .mask = true }

/* Most frequent first. In glibc's names, some calls have two numbers. */
static const struct rule rules[] = {
	ALLOW(pread64),			/* run the guest */
	ALLOW(write),
	ALLOW(read),
	ALLOW(poll),
	ALLOW(preadv),
	ALLOW(pwritev),
	ALLOW(readv),
	ALLOW(writev),
	ALLOW(futex),
	ALLOW(futex_time64),
	ALLOW(pwrite64),
	ALLOW(fdatasync),
	ALLOW_IF(fallocate, 1, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE),
	ALLOW(clock_gettime),		/* where there is no vDSO */
	ALLOW(clock_gettime64),
	ALLOW(clock_nanosleep),
	ALLOW(clock_nanosleep_time64),
	ALLOW(nanosleep),
	ALLOW(pause),
	ALLOW(restart_syscall),
	ALLOW(ppoll),
	ALLOW(ppoll_time64),
	ALLOW(close),
	ALLOW(getpid),
	ALLOW(gettid),
	ALLOW(exit),
	ALLOW(exit_group),
	ALLOW(sigreturn),
	ALLOW(rt_sigreturn),
	ALLOW(rt_sigprocmask),
	/* A thread that has just been made. */
	ALLOW(set_robust_list),
	ALLOW(rseq),
	/* One that ends gives back its stack, and free() the top of a heap. */
	ALLOW_IF(madvise, 2, MADV_DONTNEED),
	ALLOW(munmap),
	ALLOW(brk),
	/* Memory, for glibc, but none for code. */
	ALLOW_NOT(mmap2, 2, PROT_EXEC),
	ALLOW_NOT(mprotect, 2, PROT_EXEC),
	/* The terminal gets its mode back. */
	ALLOW_IF(ioctl, 1, TCGETS),
	ALLOW_IF(ioctl, 1, TCSETS),
	ALLOW_IF(ioctl, 1, TERMIOS2_GET),
	ALLOW_IF(ioctl, 1, TERMIOS2_SET),
	/* Is the peer there? F_OFD_GETLK */
	ALLOW_IF(fcntl64, 1, F_OFD_GETLK),
	/*
	 * The control socket's clients; glibc may use either way. They are read
	 * and written: to allow sendto() were to allow it to any address.
	 */
	ALLOW(accept4),
	ALLOW_IF(socketcall, 0, SYS_ACCEPT4),
};

/* Two to look at the architecture, two per rule or five, and the end. */
#define PROGRAM_MAX	(8 + 5 * (ARRAY_SIZE(rules) + 1))

static bool sandboxed;

/* Once the filter is on, some things at the end cannot be done any more. */
bool sandbox_is_on(void)
{
	return sandboxed;
}

/*
 * A call that is not allowed does not happen, and is the last one: as with any
 * other fatal signal the terminal is put right, then it strikes for good.
 */
static void refused(int sig, siginfo_t *info, void *context)
{
	char text[64] = "lguest: system call ", number[12];
	char *digit = number + sizeof(number) - 1;
	unsigned int nr = info->si_syscall;
	ssize_t n;

	(void)context;
	terminal_restore();
	/* printf() may be what this has interrupted. */
	*digit = '\0';
	do {
		*--digit = '0' + nr % 10;
		nr /= 10;
	} while (nr);
	strcat(text, digit);
	strcat(text, " is not allowed\n");
	n = write(STDERR_FILENO, text, strlen(text));
	(void)n;
	raise(sig);
}

static void program_add(struct sock_fprog *p, uint16_t code, uint8_t jt,
			uint8_t jf, uint32_t k)
{
	p->filter[p->len++] = (struct sock_filter)BPF_JUMP(code, k, jt, jf);
}

static void program_load(struct sock_fprog *p, uint32_t offset)
{
	program_add(p, BPF_LD | BPF_W | BPF_ABS, 0, 0, offset);
}

static void program_return(struct sock_fprog *p, uint32_t what)
{
	program_add(p, BPF_RET | BPF_K, 0, 0, what);
}

/* Arguments are of 32 bits here: i386 only, little-endian. */
static void program_rule(struct sock_fprog *p, const struct rule *r)
{
	const uint16_t equal = BPF_JMP | BPF_JEQ | BPF_K;
	const uint16_t any_bit = BPF_JMP | BPF_JSET | BPF_K;

	if (r->arg == ANY) {
		program_add(p, equal, 0, 1, r->nr);
		program_return(p, SECCOMP_RET_ALLOW);
		return;
	}
	program_add(p, equal, 0, 4, r->nr);
	program_load(p, offsetof(struct seccomp_data, args) +
			r->arg * sizeof(uint64_t));
	if (r->mask)
		program_add(p, any_bit, 1, 0, r->value);
	else
		program_add(p, equal, 0, 1, r->value);
	program_return(p, SECCOMP_RET_ALLOW);
	/* There may be a further rule for this number. */
	program_load(p, offsetof(struct seccomp_data, nr));
}

/* All threads are there and all files are open: now they get the filter. */
void sandbox_start(void)
{
	static struct sock_filter filter[PROGRAM_MAX];
	struct sock_fprog p = { .filter = filter };
	struct sigaction sa = {
		.sa_sigaction	= refused,
		.sa_flags	= SA_SIGINFO | SA_RESETHAND,
	};
	/* tgkill() only to this process: raise(). */
	const struct rule own = ALLOW_IF(tgkill, 0, getpid());
	size_t i;
	long ret;

	program_load(&p, offsetof(struct seccomp_data, arch));
	program_add(&p, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, AUDIT_ARCH_I386);
	program_return(&p, SECCOMP_RET_KILL_PROCESS);
	program_load(&p, offsetof(struct seccomp_data, nr));
	for (i = 0; i < ARRAY_SIZE(rules); i++)
		program_rule(&p, &rules[i]);
	program_rule(&p, &own);
	program_return(&p, SECCOMP_RET_TRAP);

	if (sigaction(SIGSYS, &sa, NULL))
		die("sigaction: %s", strerror(errno));
	ret = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER,
		      SECCOMP_FILTER_FLAG_TSYNC, &p);
	if (ret)
		die("seccomp: %s; --no-seccomp does without a filter",
		    ret < 0 ? strerror(errno) : "a thread has one already");
	sandboxed = true;
}
