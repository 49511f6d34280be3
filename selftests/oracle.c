// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest, or a test, may have done to the host. After each run: the kernel's log
 * has no bad line, the module has let go of the guest, its timer and its pages, the zero
 * page, a file in the page cache and this program's own code are as they were, no
 * watchpoint was hit. After each test: another guest beside it makes progress and
 * computes what it has to, the timer of each CPU ticks, an NMI comes through, and model
 * specific registers of each CPU have their values. At the end: memory, slab and files
 * are what they were.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <linux/types.h>
#include <poll.h>
#include <regex.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../kselftest.h"
#include "launcher.h"
#include "oracle.h"

#define DEVICE		"/dev/lguest"

#define CPUS		64
#define PATTERN_SIZE	65536
#define ZERO_SIZE	65536

/* What may differ at the end, in kB and files, beside free memory (-m). */
#define SLACK_SLAB	768
#define SLACK_FILES	16
/* After each test: what no guest of a few megabytes may hold for long. */
#define COARSE_SLAB	8192
#define COARSE_FILES	256

/* Lines of a kernel's log that no healthy run has. */
static const char * const bad_lines[] = {
	"WARNING: ", "\\[ cut here \\]", "BUG: ", "kernel BUG at", "Oops",
	"[Ss]tack guard page", "general protection", "segfault at", "traps: ",
	"double fault", "Kernel panic", "Call Trace", "blocked for more than",
	"self-detected stall", "detected stalls", "rcu: INFO", "soft lockup",
	"hard LOCKUP", "hung_task", "KFENCE: ", "UBSAN: ", "kmemleak: [0-9]+ new",
	"unreferenced object", "possible (recursive|circular|irq|deadlock)",
	"suspicious RCU", "inconsistent lock", "bad (page|unlock|magic)", "Bad page",
	"Bad rss", "scheduling while atomic", "sleeping function called",
	"list_(add|del) corruption", "refcount_t: ", "ODEBUG: ", "nobody cared",
	"page allocation failure", "invalid opcode", "spurious APIC", "DEBUG_LOCKS_WARN",
	"lockdep off", "tainted", "inside the switcher",
};

static bool complained;

static __printf(1, 2) void complain(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ksft_print_msg("host: %s\n", text);
	complained = true;
}

/* Returns whether there was no complaint since the last call. */
static bool content(void)
{
	bool was = complained;

	complained = false;
	return !was;
}

/* ---- the kernel's log ---- */

static int kmsg = -1;
static regex_t bad_regex;

static void log_start(void)
{
	char all[2048] = "";
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad_lines); i++) {
		strcat(all, i ? "|" : "");
		strcat(all, bad_lines[i]);
	}
	if (regcomp(&bad_regex, all, REG_EXTENDED | REG_NOSUB))
		ksft_exit_fail_msg("regcomp\n");
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg < 0) {
		ksft_print_msg("host: /dev/kmsg: %s: the log is not looked at\n", strerror(errno));
		return;
	}
	lseek(kmsg, 0, SEEK_END);
}

static void log_look(void)
{
	char record[8192], *text;
	ssize_t n;

	while (kmsg >= 0) {
		n = read(kmsg, record, sizeof(record) - 1);
		if (n < 0 && errno == EPIPE) {
			complain("the log is flooded: lines are lost");
			continue;
		}
		if (n <= 0)
			return;
		record[n] = '\0';
		text = strchr(record, ';');
		/* Facility 0 is the kernel itself. */
		if (!text || atoi(record) >> 3)
			continue;
		text[strcspn(text, "\n")] = '\0';
		if (!regexec(&bad_regex, text + 1, 0, NULL, 0))
			complain("log: %s", text + 1);
	}
}

/* ---- memory that is not the guest's ---- */

static unsigned char *pattern_map, *self_map;
static size_t self_size;
static __u32 self_sum;
static int pattern_fd;

static unsigned char pattern_byte(unsigned int i)
{
	return (i * 2654435761u) >> 24;
}

static __u32 sum(const unsigned char *p, size_t size)
{
	__u32 s = 0;

	while (size--)
		s = (s << 5) - s + *p++;
	return s;
}

static void memory_start(void)
{
	char name[] = "/tmp/oracle.XXXXXX";
	static unsigned char bytes[PATTERN_SIZE];
	unsigned int i;
	struct stat st;
	int fd;

	for (i = 0; i < PATTERN_SIZE; i++)
		bytes[i] = pattern_byte(i);
	pattern_fd = mkostemp(name, O_CLOEXEC);
	if (pattern_fd < 0 || write(pattern_fd, bytes, PATTERN_SIZE) != PATTERN_SIZE)
		ksft_exit_fail_perror(name);
	unlink(name);
	pattern_map = mmap(NULL, PATTERN_SIZE, PROT_READ, MAP_SHARED, pattern_fd, 0);

	fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		ksft_exit_fail_perror("/proc/self/exe");
	self_size = st.st_size;
	self_map = mmap(NULL, self_size, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (pattern_map == MAP_FAILED || self_map == MAP_FAILED)
		ksft_exit_fail_perror("mmap");
	self_sum = sum(self_map, self_size);
}

static void memory_look(void)
{
	unsigned char *zero;
	unsigned int i;

	zero = mmap(NULL, ZERO_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (zero == MAP_FAILED)
		ksft_exit_fail_perror("mmap");
	for (i = 0; i < ZERO_SIZE; i++) {
		if (zero[i]) {
			complain("byte %#x of the zero page is %#x", i % 4096, zero[i]);
			break;
		}
	}
	munmap(zero, ZERO_SIZE);

	for (i = 0; i < PATTERN_SIZE; i++) {
		if (pattern_map[i] != pattern_byte(i)) {
			complain("byte %#x of a file is %#x, not %#x", i, pattern_map[i],
				 pattern_byte(i));
			break;
		}
	}
	if (sum(self_map, self_size) != self_sum)
		complain("the file of this program has changed");
}

/* ---- this program's own FPU ---- */

static void fpu_look(void)
{
	unsigned short control, status;
	unsigned int mxcsr = 0x1f80;

	asm volatile("fnstcw %0; fnstsw %1" : "=m" (control), "=a" (status));
	if (__builtin_cpu_supports("sse"))
		asm volatile("stmxcsr %0" : "=m" (mxcsr));
	/* Flags that an inexact result leaves in MXCSR are all right. */
	if (control != 0x37f || (status & 0x80) || (mxcsr & ~0x3f) != 0x1f80)
		complain("this program's FPU: control %#x, status %#x, mxcsr %#x", control,
			 status, mxcsr);
}

/* ---- the bystander ---- */

#define SUM_WORDS	16384		/* as in micro/bystander.S */
#define BYSTANDER_NICE	10

static struct {
	char image[PATH_MAX];
	pid_t pid;			/* 0: there is none now */
	pid_t owner;			/* 0: there is none at all */
	int fd;
	char line[256];
	size_t len;
	char last_words[256];
	unsigned long lines;
	__u32 sum;
} by;

static __u32 bystander_sum(void)
{
	__u32 word = 0x600d, s = 0;
	int i;

	for (i = 0; i < SUM_WORDS; i++) {
		s += word;
		s = s << 1 | s >> 31;
		word = word * 1664525 + 1013904223;
	}
	return s;
}

static void bystander_launch(void)
{
	by.pid = launch(by.image, 4, NULL, &by.fd);
	/* It computes all the time: let it not take half of each test's. */
	setpriority(PRIO_PROCESS, by.pid, BYSTANDER_NICE);
	fcntl(by.fd, F_SETFL, O_NONBLOCK);
	by.len = 0;
	by.lines = 0;
	by.last_words[0] = '\0';
}

static void bystander_line(const char *line)
{
	unsigned int round, got;

	if (sscanf(line, "alive %x %x", &round, &got) != 2) {
		if (*line)
			snprintf(by.last_words, sizeof(by.last_words), "%s", line);
		return;
	}
	if (got != by.sum)
		complain("the guest beside it has computed %#x, not %#x", got, by.sum);
	by.lines++;
}

/* What it has printed; false: it is gone. */
static bool bystander_read(void)
{
	char c[512];
	ssize_t n, i;

	for (;;) {
		n = read(by.fd, c, sizeof(c));
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return true;
		if (n <= 0)
			return false;
		for (i = 0; i < n; i++) {
			if (c[i] == '\n' || by.len == sizeof(by.line) - 1) {
				by.line[by.len] = '\0';
				by.len = 0;
				bystander_line(by.line);
			} else if (c[i] != '\r') {
				by.line[by.len++] = c[i];
			}
		}
	}
}

static void bystander_stop(void)
{
	int status;

	if (!by.pid)
		return;
	kill(by.pid, SIGKILL);
	waitpid(by.pid, &status, 0);
	close(by.fd);
	by.pid = 0;
}

static bool bystander_look(void)
{
	if (!by.pid)
		return false;
	if (bystander_read())
		return true;
	complain("the guest beside it has died: %s", by.last_words);
	bystander_stop();
	bystander_launch();
	return false;
}

/* Two more lines: one may be from before. */
static void bystander_examine(void)
{
	struct pollfd p = { .fd = by.fd, .events = POLLIN };
	double deadline = now() + 10 * patience();
	unsigned long until;

	if (!bystander_look())
		return;
	until = by.lines + 2;
	while (by.lines < until) {
		if (now() > deadline) {
			complain("the guest beside it makes no progress");
			return;
		}
		poll(&p, 1, 100);
		if (!bystander_look())
			return;
	}
}

/* ---- each CPU ---- */

static const unsigned int msrs[] = {
	0x174, 0x175, 0x176,		/* SYSENTER */
	0x1d9,				/* DEBUGCTL */
	0x277,				/* PAT */
	0xc0000080,			/* EFER */
	0xc0000081, 0xc0000082, 0xc0000083,	/* SYSCALL */
};

static cpu_set_t all_cpus;
static __u64 msr_was[CPUS][ARRAY_SIZE(msrs)];

/* The value of a word with a colon in /proc/interrupts, of one CPU. */
static long irqs_of(const char *name, int cpu)
{
	static char line[4096];
	long value = -1;
	int column = -1, n;
	char *p, *save;
	FILE *f;

	f = fopen("/proc/interrupts", "re");
	if (!f || !fgets(line, sizeof(line), f))
		ksft_exit_fail_perror("/proc/interrupts");
	for (n = 0, p = strtok_r(line, "\n ", &save); p; p = strtok_r(NULL, "\n ", &save), n++)
		if (!strncmp(p, "CPU", 3) && atoi(p + 3) == cpu)
			column = n;
	while (column >= 0 && fgets(line, sizeof(line), f)) {
		p = strtok_r(line, "\n ", &save);
		if (!p || strcmp(p, name))
			continue;
		for (n = 0; p && n <= column; n++)
			p = strtok_r(NULL, "\n ", &save);
		if (p)
			value = atol(p);
	}
	fclose(f);
	return value;
}

/* The local timer, or, on a machine that has none, that of the board. */
static long timer_count(int cpu)
{
	return irqs_of("LOC:", cpu) + irqs_of("0:", cpu);
}

/*
 * An NMI on the CPU that this runs on, by $NMI, a file to which the number of the CPU is
 * written, or by a counter of cycles that overflows.
 */
static enum { NMI_NONE, NMI_FILE, NMI_COUNTER } nmi_way;

static bool nmi_by_file(int cpu)
{
	int fd = open(getenv("NMI"), O_WRONLY | O_CLOEXEC), len;
	char text[16];
	bool ok;

	len = snprintf(text, sizeof(text), "%d", cpu);
	ok = fd >= 0 && write(fd, text, len) == len;
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool nmi_by_counter(int cpu, long before)
{
	struct perf_event_attr attr = {
		.type		= PERF_TYPE_HARDWARE,
		.size		= sizeof(attr),
		.config		= PERF_COUNT_HW_CPU_CYCLES,
		.sample_period	= 100000,
	};
	int fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	double deadline = now() + patience();

	if (fd < 0)
		return false;
	while (irqs_of("NMI:", cpu) == before && now() < deadline)
		;
	close(fd);
	return true;
}

/* False: it could not be sent. Whether it was handled, says how many there were. */
static bool nmi_came(int cpu, bool *came)
{
	long before = irqs_of("NMI:", cpu);
	bool sent = nmi_way == NMI_FILE ? nmi_by_file(cpu) : nmi_by_counter(cpu, before);

	*came = irqs_of("NMI:", cpu) > before;
	return sent;
}

static void nmi_start(int cpu)
{
	bool came;

	nmi_way = getenv("NMI") ? NMI_FILE : NMI_COUNTER;
	if (nmi_came(cpu, &came) && came)
		return;
	if (nmi_way == NMI_FILE)
		ksft_exit_fail_msg("$NMI (%s) makes no NMI\n", getenv("NMI"));
	nmi_way = NMI_NONE;
	ksft_print_msg("host: neither $NMI nor a counter makes NMIs: they are not looked at\n");
}

static void nmi_examine(int cpu)
{
	bool came;

	if (nmi_way != NMI_NONE && (!nmi_came(cpu, &came) || !came))
		complain("an NMI does not come through on CPU %d", cpu);
}

static void go_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		complain("cannot run on CPU %d", cpu);
}

/* SYSENTER_CS belongs to the task that runs: so it is read on its own CPU. */
static __u64 read_msr(int cpu, unsigned int msr)
{
	__u64 value = ~0ull;
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "/dev/cpu/%d/msr", cpu);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return value;
	if (pread(fd, &value, sizeof(value), msr) != sizeof(value))
		value = ~0ull;
	close(fd);
	return value;
}

static void cpu_start(void)
{
	unsigned int i;
	int cpu, first_cpu = -1;

	sched_getaffinity(0, sizeof(all_cpus), &all_cpus);
	for (cpu = 0; cpu < CPUS; cpu++) {
		if (!CPU_ISSET(cpu, &all_cpus))
			continue;
		go_to(cpu);
		if (first_cpu < 0) {
			first_cpu = cpu;
			nmi_start(cpu);
		}
		for (i = 0; i < ARRAY_SIZE(msrs); i++)
			msr_was[cpu][i] = read_msr(cpu, msrs[i]);
	}
	sched_setaffinity(0, sizeof(all_cpus), &all_cpus);
	if (access("/dev/cpu/0/msr", R_OK))
		ksft_print_msg("host: no /dev/cpu/*/msr: such registers are not looked at\n");
}

static void cpu_examine(void)
{
	unsigned int i;
	int cpu;

	for (cpu = 0; cpu < CPUS; cpu++) {
		double deadline = now() + 5 * patience();
		long before;

		if (!CPU_ISSET(cpu, &all_cpus))
			continue;
		go_to(cpu);
		before = timer_count(cpu);
		do {
			usleep(3000);
		} while (timer_count(cpu) == before && now() < deadline);
		if (timer_count(cpu) == before)
			complain("the timer of CPU %d does not tick", cpu);
		nmi_examine(cpu);
		for (i = 0; i < ARRAY_SIZE(msrs); i++) {
			__u64 value = read_msr(cpu, msrs[i]);

			if (value != msr_was[cpu][i])
				complain("MSR %#x of CPU %d is %#llx, not %#llx", msrs[i], cpu,
					 (unsigned long long)value,
					 (unsigned long long)msr_was[cpu][i]);
		}
	}
	sched_setaffinity(0, sizeof(all_cpus), &all_cpus);
}

/* ---- watchpoints on all CPUs ---- */

/* The last one is on a word of this program, to see that they work. */
static int watches[ORACLE_WATCHES + 1][CPUS];
static unsigned int watch_count;
static __u32 watched_word;

static int watch_open(unsigned long address, int cpu)
{
	struct perf_event_attr attr = {
		.type		= PERF_TYPE_BREAKPOINT,
		.size		= sizeof(attr),
		.bp_type	= HW_BREAKPOINT_RW,
		.bp_len		= HW_BREAKPOINT_LEN_4,
		.bp_addr	= address,
		.pinned		= 1,
	};

	return syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

static void watch_close(void)
{
	unsigned int i;
	int cpu;

	for (i = 0; i < watch_count; i++)
		for (cpu = 0; cpu < CPUS; cpu++)
			if (CPU_ISSET(cpu, &all_cpus) && watches[i][cpu] >= 0)
				close(watches[i][cpu]);
	watch_count = 0;
}

/* They last until oracle_examine(). */
bool oracle_watch(const unsigned long *address, unsigned int count)
{
	bool good = true;
	unsigned int i;
	int cpu;

	watch_count = count + 1;
	for (i = 0; i < watch_count; i++) {
		for (cpu = 0; cpu < CPUS; cpu++) {
			if (!CPU_ISSET(cpu, &all_cpus))
				continue;
			watches[i][cpu] = watch_open(i < count ? address[i] :
						     (unsigned long)&watched_word, cpu);
			if (watches[i][cpu] < 0) {
				ksft_print_msg("host: watchpoint: %s\n", strerror(errno));
				good = false;
			}
		}
	}
	if (!good)
		watch_close();
	return good;
}

static long watch_hits(unsigned int i, int cpu)
{
	__u64 count;

	/* An event that lost its breakpoint register gives nothing. */
	if (read(watches[i][cpu], &count, sizeof(count)) != sizeof(count)) {
		complain("a watchpoint cannot be read");
		return 0;
	}
	return count;
}

static void watch_look(void)
{
	unsigned int i;
	long hits;
	int cpu;

	for (i = 0; i + 1 < watch_count; i++) {
		for (cpu = 0; cpu < CPUS; cpu++) {
			hits = CPU_ISSET(cpu, &all_cpus) ? watch_hits(i, cpu) : 0;
			if (hits)
				complain("watchpoint %u of CPU %d was hit %ld times", i, cpu, hits);
		}
	}
}

/* Are they still armed on each CPU? */
static void watch_examine(void)
{
	long before;
	int cpu;

	if (!watch_count)
		return;
	for (cpu = 0; cpu < CPUS; cpu++) {
		if (!CPU_ISSET(cpu, &all_cpus))
			continue;
		go_to(cpu);
		before = watch_hits(watch_count - 1, cpu);
		asm volatile("movl $1, %0" : "=m" (watched_word));
		if (watch_hits(watch_count - 1, cpu) == before)
			complain("the watchpoints of CPU %d do not work any more", cpu);
	}
	sched_setaffinity(0, sizeof(all_cpus), &all_cpus);
	watch_close();
}

/* ---- what must not pile up ---- */

struct sizes {
	long memory;
	long slab;
	long files;
};

static struct sizes first, base;

/* The number behind @name, in all lines of a file summed up; -1: there is none. */
static long number(const char *file, const char *name)
{
	long value = -1;
	char line[512];
	size_t len = strlen(name);
	FILE *f;

	f = fopen(file, "re");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		char *p = line + strspn(line, " \t");

		if (!strncmp(p, name, len))
			value = (value < 0 ? 0 : value) + atol(p + len);
	}
	fclose(f);
	return value;
}

/*
 * Free pages that each CPU keeps for itself are free, too. What it gives back while this
 * looks would be counted twice. What this program has for itself, and what is in files of
 * a tmpfs, is not lost.
 */
static void measure(struct sizes *s)
{
	long cpus, then;
	int tries = 0;

	then = number("/proc/zoneinfo", "count:");
	do {
		cpus = then;
		s->memory = number("/proc/meminfo", "MemAvailable:") + (cpus < 0 ? 0 : cpus * 4) +
			    number("/proc/meminfo", "Shmem:") +
			    number("/proc/self/status", "RssAnon:");
		then = number("/proc/zoneinfo", "count:");
	} while (labs(then - cpus) > 16 && ++tries < 20);
	s->slab = number("/proc/meminfo", "SUnreclaim:");
	s->files = number("/proc/sys/fs/file-nr", "");
}

/* Empty slabs that a cache, or each CPU for it, keeps. */
static void shrink_slabs(void)
{
	glob_t files;
	size_t i;
	int fd;

	if (glob("/sys/kernel/slab/*/shrink", GLOB_NOSORT, NULL, &files))
		return;
	for (i = 0; i < files.gl_pathc; i++) {
		fd = open(files.gl_pathv[i], O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (write(fd, "1", 1) != 1)
			ksft_print_msg("host: %s: %s\n", files.gl_pathv[i], strerror(errno));
		close(fd);
	}
	globfree(&files);
}

static void measure_settled(struct sizes *s)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);

	sync();
	shrink_slabs();
	if (fd >= 0) {
		/* 4: and do not say so in the log each time. */
		if (write(fd, "4", 1) != 1 || write(fd, "3", 1) != 1)
			ksft_print_msg("host: caches cannot be dropped\n");
		close(fd);
	}
	usleep(300000);
	measure(s);
}

/* ---- what each guest has, and gives back ---- */

/* The function of a guest's timer, as /proc/timer_list has it. */
#define TIMER		"timer_fired"

/* -1: that cannot be seen */
struct held {
	long users;			/* of the module */
	long pins;			/* of pages, by all of the kernel */
	long timers;
};

/* Before there was a guest of ours; what was complained of is added. */
static struct held before;
static unsigned int elsewhere;		/* guests of processes that a test has */

static long users_now(void)
{
	return number("/sys/module/lg/refcnt", "");
}

/* Each CPU counts for itself until somebody asks for it. */
static long pins_now(void)
{
	int fd = open("/proc/sys/vm/stat_refresh", O_WRONLY | O_CLOEXEC);
	long pins, unpins;

	if (fd < 0)
		return -1;
	pins = write(fd, "1", 1) == 1 ? number("/proc/vmstat", "nr_foll_pin_acquired ") : -1;
	close(fd);
	unpins = number("/proc/vmstat", "nr_foll_pin_released ");
	return pins < 0 || unpins < 0 ? -1 : pins - unpins;
}

static long timers_now(void)
{
	char line[256];
	long n = 0;
	FILE *f;

	f = fopen("/proc/timer_list", "re");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f))
		n += !!strstr(line, ", " TIMER);
	fclose(f);
	return n;
}

/* This process's, by its descriptors. */
static long own_guests(void)
{
	DIR *d = opendir("/proc/self/fd");
	char to[sizeof(DEVICE) + 1];
	struct dirent *e;
	long n = 0;

	if (!d)
		ksft_exit_fail_perror("/proc/self/fd");
	while ((e = readdir(d))) {
		ssize_t len = readlinkat(dirfd(d), e->d_name, to, sizeof(to));

		n += len == sizeof(DEVICE) - 1 && !memcmp(to, DEVICE, len);
	}
	closedir(d);
	return n;
}

static void held_start(void)
{
	before = (struct held){ users_now(), pins_now(), timers_now() };
	if (before.users < 0)
		ksft_print_msg("host: no use count of lg: what is left of it is not seen\n");
	if (before.pins < 0)
		ksft_print_msg("host: no count of pinned pages, or not root: not looked at\n");
	if (before.timers < 0)
		ksft_print_msg("host: no /proc/timer_list, or not root: not looked at\n");
}

/*
 * A guest has one file, and at most one page that stays pinned and one timer that runs:
 * that of the shared page, and that it has set.
 */
static void held_look(void)
{
	long guests = own_guests() + elsewhere + !!by.pid;
	double deadline = now() + 2 * patience();
	struct held h;
	bool good;

	for (;;) {
		h = (struct held){ users_now(), pins_now(), timers_now() };
		h.users -= before.users < 0 ? h.users : before.users + guests;
		h.pins -= before.pins + guests;
		h.timers -= before.timers + guests;
		good = !h.users && h.pins <= 0 && h.timers <= 0;
		if (good || now() > deadline)
			break;
		usleep(2000);
	}
	if (good)
		return;
	if (h.users)
		complain("the module has %ld guests more than there are", h.users);
	if (h.pins > 0)
		complain("%ld pages are still pinned", h.pins);
	if (h.timers > 0)
		complain("%ld timers of guests still run", h.timers);
	before.users += h.users;
	before.pins += h.pins > 0 ? h.pins : 0;
	before.timers += h.timers > 0 ? h.timers : 0;
}

static void sizes_look(void)
{
	struct sizes s;

	measure(&s);
	if (s.slab > first.slab + COARSE_SLAB)
		complain("slab has grown from %ld to %ld kB", first.slab, s.slab);
	if (s.files > first.files + COARSE_FILES)
		complain("open files have grown from %ld to %ld", first.files, s.files);
}

/* ---- all of it ---- */

static void bystander_end(void)
{
	if (by.owner == getpid())
		bystander_stop();
}

static bool bystander_start(void)
{
	if (!find_launcher() || !find_guest(by.image, BYSTANDER)) {
		ksft_print_msg("host: no launcher, or no micro-guest: there is no guest beside\n");
		return false;
	}
	by.owner = getpid();
	by.sum = bystander_sum();
	atexit(bystander_end);
	return true;
}

/*
 * The first guests on a CPU, and the first watchpoint, leave things behind that the next
 * ones use again.
 */
static void warm_up(void)
{
	const unsigned long own = (unsigned long)&base;
	int cpu, i;

	for (cpu = 0; cpu < CPUS; cpu++) {
		if (!CPU_ISSET(cpu, &all_cpus))
			continue;
		go_to(cpu);
		for (i = 0; i < 2 && *by.image; i++) {
			bystander_launch();
			bystander_examine();
			bystander_stop();
		}
	}
	sched_setaffinity(0, sizeof(all_cpus), &all_cpus);
	if (oracle_watch(&own, 1))
		watch_close();
}

void oracle_start(void)
{
	bool beside;

	log_start();
	memory_start();
	held_start();
	cpu_start();
	beside = bystander_start();
	warm_up();
	if (beside)
		bystander_launch();
	bystander_examine();
	measure_settled(&base);
	measure(&first);
	if (!content())
		ksft_exit_fail_msg("nothing can be tested like this\n");
}

bool oracle_look(void)
{
	log_look();
	memory_look();
	fpu_look();
	watch_look();
	bystander_look();
	held_look();
	return content();
}

bool oracle_examine(void)
{
	watch_examine();
	bystander_examine();
	cpu_examine();
	sizes_look();
	log_look();
	return content();
}

bool oracle_judge(bool ok)
{
	bool good = oracle_look();

	good &= oracle_examine();
	if (!good)
		ksft_print_msg("the host is not as it was\n");
	return ok && good;
}

void oracle_expect(unsigned int guests)
{
	elsewhere = guests;
}

void oracle_alone(const char *why)
{
	if (!by.owner)
		return;
	if (why) {
		ksft_print_msg("host: %s: no guest runs beside for now\n", why);
		bystander_stop();
	} else {
		bystander_launch();
	}
}

long oracle_guests(void)
{
	long users = users_now() - !!by.pid;

	return users < 0 ? -1 : users;
}

bool oracle_finish(long slack)
{
	struct sizes end;
	int i;

	for (i = 0; i < 5; i++) {
		measure_settled(&end);
		if (end.memory + slack >= base.memory && end.slab <= base.slab + SLACK_SLAB)
			break;
		sleep(1);
	}
	ksft_print_msg("host: memory %ld kB, then %ld kB (tolerance %ld)\n", base.memory,
		       end.memory, slack);
	ksft_print_msg("host: slab %ld kB, then %ld kB (tolerance %d); files %ld, then %ld\n",
		       base.slab, end.slab, SLACK_SLAB, base.files, end.files);
	if (end.memory + slack < base.memory)
		complain("%ld kB of memory are gone", base.memory - end.memory);
	if (end.slab > base.slab + SLACK_SLAB)
		complain("%ld kB of slab are gone", end.slab - base.slab);
	if (end.files > base.files + SLACK_FILES)
		complain("%ld files are open", end.files - base.files);
	bystander_stop();
	held_look();
	log_look();
	return content();
}
