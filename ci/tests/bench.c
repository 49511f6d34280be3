// SPDX-License-Identifier: GPL-2.0
/*
 * bench: what operations cost, the same program on the host and in a guest.
 *
 * An operation is run ROUNDS times, each a fixed number of times in a row; the
 * result is the cheapest round, in nanoseconds per operation: instructions, under
 * QEMU's -icount shift=0. Before and after one more round "MARK name begin|end"
 * is printed, and a line read: whoever gives it has read the host's counters of
 * the guest meanwhile (marks, below). The region is also bracketed by NOPs that
 * an emulator's plugin can see: NOP DWORD [EAX + 0x4d4b5201], and ...02; ...03 and
 * ...04 stand around the last of an operation's rounds (ci/events.c).
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lgtest.h"

#define PAGE		4096
#define PAGES		256		/* of a mapping */
#define BLOCK		65536
#define MARK(id)	asm volatile(".byte 0x0f, 0x1f, 0x80, %c0, 0x52, 0x4b, 0x4d" \
				     :: "i"(id) : "memory")

static char from[BLOCK] __attribute__((aligned(PAGE)));
static char to[BLOCK] __attribute__((aligned(PAGE)));

static uint64_t started, spent;
static uint64_t *child_spent;		/* what a child measures, it leaves there */
static volatile unsigned int hits;	/* signals */

static uint64_t clock_ns(void)
{
	return now_ns(CLOCK_MONOTONIC);
}

static void begin(void)
{
	started = clock_ns();
	MARK(1);
}

static void end(void)
{
	MARK(2);
	spent += clock_ns() - started;
}

static char *map_pages(unsigned int pages)
{
	char *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(p != MAP_FAILED);
	/* One fault a page is what is measured. */
	madvise(p, pages * PAGE, MADV_NOHUGEPAGE);
	return p;
}

static void touch(volatile char *p, unsigned int pages)
{
	for (; pages--; p += PAGE)
		*p = 1;
}

static void look(const volatile char *p, unsigned int pages)
{
	for (; pages--; p += PAGE)
		(void)*p;
}

static pid_t child(void)
{
	pid_t pid = fork();

	need(pid >= 0);
	return pid;
}

static void wait_child(pid_t pid)
{
	int status;

	need(waitpid(pid, &status, 0) == pid);
	need(WIFEXITED(status) && !WEXITSTATUS(status));
}

/* ---- no kernel ---- */

static void alu(unsigned int n)
{
	unsigned int x = 1, i = n * 1000;

	begin();
	while (i--)
		asm volatile("imull $1664525, %0, %0; addl $1013904223, %0; roll $5, %0;"
			     "xorl $0x5a5a5a5a, %0" : "+r"(x));
	end();
}

static void copy(unsigned int n)
{
	memset(from, 1, BLOCK);
	memset(to, 1, BLOCK);
	begin();
	while (n--) {
		const char *s = from;
		char *d = to;
		unsigned int words = BLOCK / 4;

		asm volatile("rep movsl" : "+S"(s), "+D"(d), "+c"(words) :: "memory");
	}
	end();
}

static void retouch(unsigned int n)
{
	char *p = map_pages(PAGES);

	touch(p, PAGES);
	begin();
	for (; n; n -= PAGES)
		touch(p, PAGES);
	end();
	munmap(p, PAGES * PAGE);
}

/* ---- system calls ---- */

static void call_int80(unsigned int n)
{
	long nr;

	begin();
	while (n--)
		asm volatile("int $0x80" : "=a"(nr) : "0"(SYS_getppid) : "memory");
	end();
}

/* Without a vDSO the C library does as call_int80(). */
static void call_vdso(unsigned int n)
{
	unsigned long entry = getauxval(AT_SYSINFO);
	long nr;

	if (!entry) {
		call_int80(n);
		return;
	}
	begin();
	while (n--)
		asm volatile("call *%2" : "=a"(nr) : "0"(SYS_getppid), "r"(entry)
			     : "memory", "ecx", "edx");
	end();
}

static void clock_vdso(unsigned int n)
{
	begin();
	while (n--)
		clock_ns();
	end();
}

static void timeofday(unsigned int n)
{
	struct timeval tv;

	begin();
	while (n--)
		gettimeofday(&tv, NULL);
	end();
}

/* ---- pipes and switches ---- */

static void pipe_byte(unsigned int n)
{
	char c = 0;
	int p[2];

	need(!pipe(p));
	begin();
	while (n--)
		need(write(p[1], &c, 1) == 1 && read(p[0], &c, 1) == 1);
	end();
	close(p[0]);
	close(p[1]);
}

struct pingpong {
	int there[2], back[2];
};

static void *echo(void *arg)
{
	struct pingpong *p = arg;
	char c;

	while (read(p->there[0], &c, 1) == 1 && c)
		need(write(p->back[1], &c, 1) == 1);
	return NULL;
}

/* A switch is one way: half of a round. */
static void rounds(struct pingpong *p, unsigned int n)
{
	unsigned int i;
	char c = 1;

	for (i = 0; i < n + 32; i += 2) {
		if (i == 32)
			begin();
		need(write(p->there[1], &c, 1) == 1 && read(p->back[0], &c, 1) == 1);
	}
	end();
	c = 0;
	need(write(p->there[1], &c, 1) == 1);
}

static void close_pingpong(struct pingpong *p)
{
	close(p->there[0]);
	close(p->there[1]);
	close(p->back[0]);
	close(p->back[1]);
}

static void switch_processes(unsigned int n)
{
	struct pingpong p;
	pid_t pid;

	need(!pipe(p.there) && !pipe(p.back));
	pid = child();
	if (!pid) {
		echo(&p);
		_exit(0);
	}
	rounds(&p, n);
	wait_child(pid);
	close_pingpong(&p);
}

static void switch_threads(unsigned int n)
{
	struct pingpong p;
	pthread_t t;

	need(!pipe(p.there) && !pipe(p.back));
	need(!pthread_create(&t, NULL, echo, &p));
	rounds(&p, n);
	pthread_join(t, NULL);
	close_pingpong(&p);
}

/*
 * A ring of processes that hand on a token, as lmbench's lat_ctx: each sums up @size
 * bytes of its own when it has it.
 */
static void ring(unsigned int n, unsigned int members, unsigned int size)
{
	unsigned int i, j, sum = 0, *own = (void *)from;
	int p[16][2];
	pid_t pid[16];
	char c = 1;

	memset(from, 1, BLOCK);
	for (i = 0; i < members; i++)
		need(!pipe(p[i]));
	for (i = 1; i < members; i++) {
		pid[i] = child();
		if (pid[i])
			continue;
		memset(from, 1, BLOCK);		/* its own pages */
		while (read(p[i][0], &c, 1) == 1 && c) {
			for (j = 0; j < size / 4; j++)
				sum += own[j];
			need(write(p[(i + 1) % members][1], &c, 1) == 1);
		}
		c = 0;
		need(write(p[(i + 1) % members][1], &c, 1) == 1);
		_exit(sum == 1);
	}
	for (i = 0; i < n + 4 * members; i += members) {
		if (i == 4 * members)
			begin();
		need(write(p[1][1], &c, 1) == 1 && read(p[0][0], &c, 1) == 1);
		for (j = 0; j < size / 4; j++)
			sum += own[j];
	}
	end();
	c = 0;
	need(write(p[1][1], &c, 1) == 1 && read(p[0][0], &c, 1) == 1);
	for (i = 1; i < members; i++)
		wait_child(pid[i]);
	for (i = 0; i < members; i++) {
		close(p[i][0]);
		close(p[i][1]);
	}
}

#define RING(members, kb) \
	static void ring_##members##_##kb(unsigned int n) { ring(n, members, kb * 1024); }
RING(2, 0)
RING(8, 0)
RING(16, 0)
RING(2, 64)
RING(8, 64)
RING(16, 64)

static void stream(int in, int out, unsigned int n)
{
	pid_t pid;
	ssize_t len;
	uint64_t got = 0;

	memset(from, 1, BLOCK);
	memset(to, 1, BLOCK);
	begin();
	pid = child();
	if (!pid) {
		close(in);
		while (n--) {
			size_t done = 0;

			while (done < BLOCK) {
				len = write(out, from + done, BLOCK - done);
				need(len > 0);
				done += len;
			}
		}
		_exit(0);
	}
	close(out);
	while ((len = read(in, to, BLOCK)) > 0)
		got += len;
	end();
	need(got == (uint64_t)n * BLOCK);
	close(in);
	wait_child(pid);
}

static void pipe_64k(unsigned int n)
{
	int p[2];

	need(!pipe(p));
	stream(p[0], p[1], n);
}

static void unix_64k(unsigned int n)
{
	int p[2];

	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	stream(p[0], p[1], n);
}

/* ---- signals ---- */

static char *page_of_fault;

static void on_signal(int sig)
{
	hits++;
}

static void on_fault(int sig)
{
	hits++;
	mprotect(page_of_fault, PAGE, PROT_READ | PROT_WRITE);
}

static void signal_self(unsigned int n)
{
	struct sigaction sa = { .sa_handler = on_signal };
	unsigned int i, before = hits;

	need(!sigaction(SIGUSR1, &sa, NULL));
	begin();
	for (i = 0; i < n; i++)
		kill(getpid(), SIGUSR1);
	end();
	need(hits - before == n);
}

/* The write faults, the handler allows it; then it is forbidden again. */
static void signal_fault(unsigned int n)
{
	struct sigaction sa = { .sa_handler = on_fault }, old;
	unsigned int i, before = hits;

	page_of_fault = map_pages(1);
	touch(page_of_fault, 1);
	need(!sigaction(SIGSEGV, &sa, &old));
	begin();
	for (i = 0; i < n; i++) {
		mprotect(page_of_fault, PAGE, PROT_NONE);
		touch(page_of_fault, 1);
	}
	end();
	need(hits - before == n);
	sigaction(SIGSEGV, &old, NULL);
	munmap(page_of_fault, PAGE);
}

/* ---- memory ---- */

static void touch_page(unsigned int n)
{
	for (; n; n -= PAGES) {
		char *p = map_pages(PAGES);

		begin();
		touch(p, PAGES);
		end();
		munmap(p, PAGES * PAGE);
	}
}

static void unmap_page(unsigned int n)
{
	for (; n; n -= PAGES) {
		char *p = map_pages(PAGES);

		touch(p, PAGES);
		begin();
		munmap(p, PAGES * PAGE);
		end();
	}
}

static void map_touch_unmap(unsigned int n)
{
	begin();
	for (; n; n -= PAGES) {
		char *p = map_pages(PAGES);

		touch(p, PAGES);
		munmap(p, PAGES * PAGE);
	}
	end();
}

/* Of what is in the page cache, a fault maps what lies around as well: 16 pages. */
static void file_page(unsigned int n)
{
	int fd = open("/tmp/bench.file", O_RDWR | O_CREAT | O_TRUNC, 0600);
	unsigned int i;

	need(fd >= 0);
	for (i = 0; i < PAGES * PAGE / BLOCK; i++)
		need(write(fd, from, BLOCK) == BLOCK);
	for (; n; n -= PAGES) {
		char *p = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);

		need(p != MAP_FAILED);
		begin();
		look(p, PAGES);
		end();
		munmap(p, PAGES * PAGE);
	}
	close(fd);
	unlink("/tmp/bench.file");
}

static void cow_page(unsigned int n)
{
	char *p = map_pages(PAGES);

	touch(p, PAGES);
	for (; n; n -= PAGES) {
		pid_t pid = child();

		if (!pid) {
			/* First what else it has to copy. */
			spent = 0;
			*child_spent = clock_ns();
			begin();
			touch(p, PAGES);
			end();
			*child_spent = spent;
			_exit(0);
		}
		wait_child(pid);
		spent += *child_spent;
	}
	munmap(p, PAGES * PAGE);
}

/* A call; after each second one the page is written to. */
static void protect(unsigned int n)
{
	char *p = map_pages(3);

	touch(p, 3);
	begin();
	for (; n; n -= 2) {
		need(!mprotect(p + PAGE, PAGE, PROT_READ));
		need(!mprotect(p + PAGE, PAGE, PROT_READ | PROT_WRITE));
		touch(p + PAGE, 1);
	}
	end();
	munmap(p, 3 * PAGE);
}

/* ---- processes ---- */

static void fork_exit(unsigned int n)
{
	begin();
	while (n--) {
		pid_t pid = child();

		if (!pid)
			_exit(0);
		wait_child(pid);
	}
	end();
}

static void execute(unsigned int n, const char *program)
{
	begin();
	while (n--) {
		pid_t pid = child();

		if (!pid) {
			execl(program, program, NULL);
			perror(program);
			_exit(127);
		}
		wait_child(pid);
	}
	end();
}

static void exec_static(unsigned int n)
{
	execute(n, "/bin/tiny");
}

static void exec_dynamic(unsigned int n)
{
	execute(n, "/bin/nproc");
}

/* What the page cache of whoever has the disk holds, past the own one. */
static const char *disk;

static void disk_64k(unsigned int n)
{
	int fd = open(disk, O_RDONLY | O_DIRECT);
	unsigned int i;

	need(fd >= 0);
	begin();
	for (i = 0; i < n; i++)
		need(pread(fd, to, BLOCK, i % 64 * BLOCK) == BLOCK);
	end();
	close(fd);
}

static void file_create(unsigned int n)
{
	begin();
	while (n--) {
		int fd = open("/tmp/bench.file", O_CREAT | O_RDWR | O_EXCL, 0600);

		need(fd >= 0);
		close(fd);
		unlink("/tmp/bench.file");
	}
	end();
}

/* ---- whole programs ---- */

static void shell(const char *script)
{
	pid_t pid;

	begin();
	pid = child();
	if (!pid) {
		execl("/bin/sh", "sh", "-c", script, NULL);
		_exit(127);
	}
	wait_child(pid);
	end();
}

/* There and back. */
static void gzip_tree(unsigned int n)
{
	need(!system("tar -c -C / bin/lib.sh bin/workload bin/lgtest >/tmp/bench.tar"));
	while (n--)
		shell("tar -c -C / bin/lib.sh bin/workload bin/lgtest | gzip | gzip -dc |"
		      " cmp - /tmp/bench.tar");
	unlink("/tmp/bench.tar");
}

/* Five processes a turn. */
static void commands(unsigned int n)
{
	while (n--)
		shell("i=0; while [ $i -lt 400 ]; do /bin/true; /bin/expr $i + 1 >/dev/null;"
		      " /bin/test -d /tmp; /bin/echo $i | /bin/cat >/dev/null; i=$((i + 1));"
		      " done");
}

/* Some sources, a process each. */
static void compile(unsigned int n)
{
	while (n--)
		shell("for f in /src/*.i; do tcc -w -c $f -o /tmp/bench.o || exit 1; done;"
		      " rm /tmp/bench.o");
}

static const struct {
	const char *name;
	void (*run)(unsigned int n);
	unsigned int n;
	bool once;		/* long enough for one round to do */
} operations[] = {
	{ "nothing", NULL, 1, true },
	{ "alu_1000", alu, 2000, false },
	{ "memcpy_64k", copy, 200, false },
	{ "retouch_page", retouch, 200 * PAGES, false },
	{ "getppid_int80", call_int80, 20000, false },
	{ "getppid_vdso", call_vdso, 20000, false },
	{ "clock_gettime", clock_vdso, 20000, false },
	{ "gettimeofday", timeofday, 20000, false },
	{ "pipe_byte", pipe_byte, 5000, false },
	{ "signal_self", signal_self, 3000, false },
	{ "signal_fault", signal_fault, 1000, false },
	{ "switch_processes", switch_processes, 4000, false },
	{ "switch_threads", switch_threads, 4000, false },
	{ "ring_2_0k", ring_2_0, 4000, false },
	{ "ring_8_0k", ring_8_0, 4000, false },
	{ "ring_16_0k", ring_16_0, 4000, false },
	{ "ring_2_64k", ring_2_64, 1000, false },
	{ "ring_8_64k", ring_8_64, 1000, false },
	{ "ring_16_64k", ring_16_64, 1008, false },
	{ "pipe_64k", pipe_64k, 200, false },
	{ "unix_64k", unix_64k, 200, false },
	{ "touch_page", touch_page, 16 * PAGES, false },
	{ "unmap_page", unmap_page, 16 * PAGES, false },
	{ "map_touch_unmap", map_touch_unmap, 16 * PAGES, false },
	{ "file_page", file_page, 16 * PAGES, false },
	{ "cow_page", cow_page, 16 * PAGES, false },
	{ "mprotect", protect, 2000, false },
	{ "fork_exit", fork_exit, 100, false },
	{ "fork_exec", exec_static, 100, false },
	{ "exec_dynamic", exec_dynamic, 40, false },
	{ "file_create", file_create, 1000, false },
	{ "disk_64k", disk_64k, 256, false },
	{ "gzip_tree", gzip_tree, 1, true },
	{ "commands_2000", commands, 1, true },
	{ "compile", compile, 1, true },
};

static void mark(const char *name, const char *what, unsigned int n)
{
	char line[16];

	printf("MARK %s %s %u\n", name, what, n);
	fflush(stdout);
	need(fgets(line, sizeof(line), stdin));
}

/* Processes that have run, and sleep until this one ends. */
static void sleepers(unsigned int n)
{
	int ends[2];
	char byte;

	need(!pipe(ends));
	while (n--) {
		if (child())
			continue;
		close(ends[1]);
		need(read(ends[0], &byte, 1) == 0);
		_exit(0);
	}
	close(ends[0]);
	usleep(100000);
}

/* bench [-m] [-r ROUNDS] [-p PROCESSES] [-d DISK] [NAME...] */
int bench_main(int argc, char **argv)
{
	unsigned int i, r, rounds = 3;
	bool marks = false;
	int c;

	while ((c = getopt(argc, argv, "d:mp:r:")) >= 0) {
		if (c == 'm')
			marks = true;
		else if (c == 'd')
			disk = optarg;
		else if (c == 'p')
			sleepers(atoi(optarg));
		else if (c == 'r')
			rounds = atoi(optarg);
		else
			return 2;
	}
	child_spent = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(child_spent != MAP_FAILED);
	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		const char *name = operations[i].name;
		unsigned int n = operations[i].n, last = rounds;
		uint64_t best = ~0ULL;
		bool wanted = optind == argc;

		for (c = optind; c < argc; c++)
			wanted |= !strcmp(name, argv[c]);
		if (!wanted || (operations[i].run == disk_64k && !disk))
			continue;
		if (operations[i].once)
			last = 1;
		for (r = 1; operations[i].run && r <= last; r++) {
			spent = 0;
			if (r == last)
				MARK(3);
			operations[i].run(n);
			if (r == last)
				MARK(4);
			if (spent < best)
				best = spent;
		}
		if (marks) {
			mark(name, "begin", n);
			if (operations[i].run)
				operations[i].run(n);
			mark(name, "end", n);
		}
		if (operations[i].run)
			printf("BENCH %s %.2f %u\n", name, (double)best / n, n);
	}
	return wrong_count() != 0;
}

/*
 * marks FIFO GLOB: hands on what a guest prints; at each "MARK ..." of a bench it
 * prints "COUNTS name begin|end n counter value ..." instead, from the file with the
 * guest's counters, and gives the bench its line.
 */
int marks_main(int argc, char **argv)
{
	char line[1024], name[64], what[16], counter[64];
	unsigned long long value;
	unsigned int n;
	FILE *file;
	int fifo;

	need(argc == 3);
	fifo = open(argv[1], O_RDWR | O_CLOEXEC);
	need(fifo >= 0);
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "MARK %63s %15s %u", name, what, &n) != 3) {
			fputs(line, stdout);
			continue;
		}
		snprintf(line, sizeof(line), "cat %s", argv[2]);
		file = popen(line, "re");
		need(file);
		printf("COUNTS %s %s %u", name, what, n);
		while (fscanf(file, "%63s %llu", counter, &value) == 2)
			printf(" %s %llu", counter, value);
		printf("\n");
		fflush(stdout);
		pclose(file);
		need(write(fifo, "\n", 1) == 1);
	}
	return 0;
}
