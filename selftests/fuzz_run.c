// SPDX-License-Identifier: GPL-2.0
/*
 * Runs hostile guests (fuzz_guest.c), one after the other, each with a seed of
 * its own: four at a time, which share a page, beside one that is harmless and
 * must not notice, and with a thread that gives commands for them.
 *
 *   fuzz_run [-t SECONDS] [-s SEED] [-1] [-v] IMAGE
 *   fuzz_run -r SEED [-a ACTIONS] IMAGE	one guest again
 *
 * -1: one guest at a time, and no commands; -v: names each guest before it runs.
 *
 * A guest that is killed, hangs or powers off is replaced by the next one. What
 * fails is a run that says what its header does not allow, or a wrong result of
 * the harmless guest. What becomes of the host shows elsewhere, in its log.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "../kselftest.h"
#include "../../../../include/uapi/linux/lguest.h"
#include "../../../../arch/x86/include/uapi/asm/lguest.h"
#include "fuzz.h"

#define DEVICE		"/dev/lguest"
#define HOSTILE		4
#define GUESTS		(HOSTILE + 1)	/* and the harmless one */
#define REASONS		64
#define TICK_US		20000
#define STUCK_TICKS	25		/* without a hypercall, that many */
#define WATCH_TICKS	3000		/* the harmless one, without a result: a minute */

/**
 * struct guest - one that runs
 * @lock: held while @fd is used by another thread than that which runs it
 * @fd: control file; -1: there is none now
 * @calls: hypercalls when the watchdog looked last; results of the harmless one
 * @ticks: how often it has found no more
 * @stuck: it was given up
 */
struct guest {
	pthread_mutex_t lock;
	int fd;
	__u8 *ram;
	__u64 calls;
	unsigned int ticks;
	atomic_bool stuck;
};

static struct guest guests[GUESTS];

/* How guests ended: the text without its numbers, and the first that did so. */
static struct reason {
	char text[LGUEST_EXIT_TEXT];
	char example[LGUEST_EXIT_TEXT];
	unsigned int count;
	__u32 seed;
} reasons[REASONS];
static pthread_mutex_t reasons_lock = PTHREAD_MUTEX_INITIALIZER;

static int shared_file;
static __u32 first_seed = 1, one_seed, fixed_actions;
static bool alone, verbose, is_tcg;
static time_t end_time;
static atomic_uint next_run, runs, wrong_exits, right_sums, wrong_sums;
static atomic_bool ending, ended;
static __u64 totals[LGUEST_STATS];

static time_t seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/*
 * QEMU's own processor lets an IRET of any ring go to virtual 8086 mode, which no
 * real one does. What comes then shows nothing.
 */
static bool cpu_is_tcg(void)
{
	__u32 a, b, c, d;

	__cpuid(1, a, b, c, d);
	if (!(c & 1u << 31))
		return false;
	__cpuid(0x40000000, a, b, c, d);
	return b == 0x54474354 && c == 0x43544743 && d == 0x47435447;
}

static void create(struct guest *g, const char *cmdline)
{
	struct lguest_initialise init = {
		.command	= LGUEST_INITIALISE,
		.ram_size	= FUZZ_RAM,
		.boot_params	= FUZZ_PARAMS_GPA,
	};
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		ksft_exit_fail_msg(DEVICE ": %s\n", strerror(errno));
	g->ram = mmap(NULL, FUZZ_RAM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		      -1, 0);
	if (g->ram == MAP_FAILED ||
	    mmap(g->ram + FUZZ_SHARED_GPA, 4096, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED, shared_file, 0) == MAP_FAILED)
		ksft_exit_fail_msg("no memory: %s\n", strerror(errno));
	init.entry = fuzz_image_load(g->ram, cmdline);
	init.ram_base = (uintptr_t)g->ram;
	if (write(fd, &init, sizeof(init)) != sizeof(init))
		ksft_exit_fail_msg("initialise: %s\n", strerror(errno));

	pthread_mutex_lock(&g->lock);
	g->fd = fd;
	g->calls = 0;
	g->ticks = 0;
	g->stuck = false;
	pthread_mutex_unlock(&g->lock);
}

static void destroy(struct guest *g)
{
	struct lguest_stats stats = {};
	int fd = g->fd;
	unsigned int i;

	pthread_mutex_lock(&g->lock);
	g->fd = -1;
	pthread_mutex_unlock(&g->lock);
	if (pread(fd, &stats, sizeof(stats), LGUEST_STATS_POS) != sizeof(stats) ||
	    stats.count != LGUEST_STATS)
		ksft_exit_fail_msg("statistics: %s\n", strerror(errno));
	pthread_mutex_lock(&reasons_lock);
	for (i = 0; i < LGUEST_STATS; i++)
		totals[i] += stats.value[i];
	pthread_mutex_unlock(&reasons_lock);
	close(fd);
	munmap(g->ram, FUZZ_RAM);
}

static void note_end(const char *text, __u32 seed)
{
	const char *whole = text;
	char key[LGUEST_EXIT_TEXT];
	size_t n = 0;
	int i;

	/* "frame 0x12 of 7" becomes "frame # of #". */
	while (*text && n < sizeof(key) - 1) {
		if (!isdigit(*text)) {
			key[n++] = *text++;
			continue;
		}
		key[n++] = '#';
		while (isxdigit(*text) || *text == 'x')
			text++;
	}
	key[n] = '\0';

	pthread_mutex_lock(&reasons_lock);
	for (i = 0; i < REASONS - 1; i++)
		if (!reasons[i].count || !strcmp(reasons[i].text, key))
			break;
	if (!reasons[i].count) {
		memcpy(reasons[i].text, key, n + 1);
		snprintf(reasons[i].example, sizeof(reasons[i].example), "%s", whole);
		reasons[i].seed = seed;
	}
	reasons[i].count++;
	pthread_mutex_unlock(&reasons_lock);
}

static bool in_ram(__u32 gpa, __u32 len)
{
	return gpa <= FUZZ_RAM && len <= FUZZ_RAM - gpa;
}

/*
 * Wild code may find an IRET and a frame with EFLAGS.VM by itself. What the
 * emulated processor does in that mode can look like a trap of the switcher's,
 * though not at an address in the window.
 */
static bool was_vm86(const char *text)
{
	const char *at = strstr(text, " at 0x");

	return is_tcg && at && strtoul(at + 4, NULL, 16) < 0xffc00000;
}

static void bad_exit(const char *what, const struct lguest_exit *e, __u32 seed)
{
	ksft_print_msg("seed %u: %s: reason %u, %x %x\n", seed, what, e->reason,
		       e->words[0], e->words[1]);
	wrong_exits++;
}

/* Serve one exit; false: it was the last one. */
static bool serve(struct guest *g, const struct lguest_exit *e, __u32 seed)
{
	switch (e->reason) {
	case LGUEST_EXIT_DMA:
		if (!in_ram(e->dma.key, 1) || !in_ram(e->dma.dma, sizeof(struct lguest_dma)))
			bad_exit("DMA outside of its memory", e, seed);
		else
			__atomic_store_n((__u32 *)(g->ram + e->dma.dma), LGUEST_DMA_USED,
					 __ATOMIC_RELEASE);
		return true;
	case LGUEST_EXIT_CONSOLE:
		if (!in_ram(e->console.addr, e->console.len))
			bad_exit("text outside of its memory", e, seed);
		return true;
	case LGUEST_EXIT_BREAK:
		return true;
	case LGUEST_EXIT_HALTED:
		note_end("halted for ever", seed);
		return false;
	case LGUEST_EXIT_SHUTDOWN:
		if (e->shutdown.kind < LGUEST_SHUTDOWN_POWEROFF ||
		    e->shutdown.kind > LGUEST_SHUTDOWN_PANIC)
			bad_exit("unknown end", e, seed);
		note_end("ended by itself", seed);
		return false;
	case LGUEST_EXIT_KILLED:
		if (!e->text[0] || !memchr(e->text, 0, sizeof(e->text)))
			bad_exit("killed without a reason", e, seed);
		/* That would be the host's mistake, not the guest's. */
		if (strstr(e->text, "inside the switcher") && !was_vm86(e->text))
			bad_exit(e->text, e, seed);
		if (one_seed)
			ksft_print_msg("killed: %s\n", e->text);
		note_end(e->text, seed);
		return false;
	}
	bad_exit("unknown reason", e, seed);
	return false;
}

static void run_guest(struct guest *g, __u32 seed)
{
	struct lguest_exit e = {};
	bool more = true;

	while (more && !g->stuck) {
		memset(&e, 0, sizeof(e));
		if (pread(g->fd, &e, sizeof(e), 0) < 0) {
			if (errno == EINTR)
				continue;
			ksft_print_msg("seed %u: read(): %s\n", seed, strerror(errno));
			wrong_exits++;
			return;
		}
		more = serve(g, &e, seed);
	}
	if (more)
		note_end(seconds_now() > end_time ? "not at its end when the time was over" :
			 "hung, without a call or an end", seed);
	else if (pread(g->fd, &e, sizeof(e), 0) >= 0 || errno != ESHUTDOWN)
		bad_exit("dead, but a read() succeeds", &e, seed);
}

static void *hostile(void *arg)
{
	static const __u32 lengths[] = { 1, 30, 100, 500, 2000 };
	struct guest *g = arg;
	char cmdline[80];
	__u32 seed, actions;

	while (!ending && seconds_now() < end_time) {
		seed = one_seed ?: fuzz_hash(first_seed + fuzz_hash(next_run++));
		actions = fixed_actions ?: lengths[seed % 5];
		snprintf(cmdline, sizeof(cmdline), "seed=%u actions=%u key=%u%s", seed,
			 actions, FUZZ_SHARED_GPA, is_tcg ? " novm" : "");
		if (verbose)
			ksft_print_msg("guest %u: %s\n", (unsigned int)(g - guests), cmdline);
		create(g, cmdline);
		run_guest(g, seed);
		destroy(g);
		runs++;
		if (one_seed)
			break;
	}
	return NULL;
}

static void *watch_thread(void *arg)
{
	struct guest *g = arg;
	struct lguest_exit e;

	create(g, "seed=1 watch");
	while (!ending) {
		memset(&e, 0, sizeof(e));
		if (pread(g->fd, &e, sizeof(e), 0) < 0) {
			if (errno == EINTR)
				continue;
			ksft_exit_fail_msg("harmless guest: %s\n", strerror(errno));
		}
		if (e.reason == LGUEST_EXIT_BREAK && !g->stuck)
			continue;
		if (e.reason == LGUEST_EXIT_CONSOLE && in_ram(e.console.addr, 5) &&
		    !memcmp(g->ram + e.console.addr, "right", 5)) {
			right_sums++;
		} else {
			ksft_print_msg("the harmless guest: exit %u %.80s\n", e.reason,
				       g->stuck ? "as it computes no more" : e.text);
			wrong_sums++;
			break;
		}
		/* The others need the processor more. */
		usleep(100000);
	}
	destroy(g);
	return NULL;
}

static void command(struct guest *g, const void *data, size_t size)
{
	ssize_t n = write(g->fd, data, size);

	/* It may fail in many ways, the guest being what it is. */
	(void)n;
}

/* A command of the launcher's, at a time that the guest cannot know. */
static void disturb(struct guest *g)
{
	struct lguest_interrupt irq = { .command = LGUEST_INTERRUPT };
	struct lguest_listen listen = { .command = LGUEST_LISTEN };
	struct lguest_get_dma get = { .command = LGUEST_GET_DMA };
	struct lguest_take_dma take = { .command = LGUEST_TAKE_DMA };
	struct lguest_dma_buffer buf;
	struct lguest_sent sent;
	struct lguest_exit e;
	__u32 key = FUZZ_SHARED_GPA + 4 * below(8);

	switch (below(8)) {
	case 0:
		listen.key = key;
		listen.eventfd = one_in(2) ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		command(g, &listen, sizeof(listen));
		if (listen.eventfd >= 0)
			close(listen.eventfd);
		break;
	case 1:
		get.key = key;
		get.result = (uintptr_t)&buf;
		command(g, &get, sizeof(get));
		break;
	case 2:
		take.key = key;
		take.result = (uintptr_t)&sent;
		command(g, &take, sizeof(take));
		break;
	case 3:
		/* Somebody else runs it, if it does: EBUSY. */
		if (pread(g->fd, &e, sizeof(e) - 1, 0) >= 0)
			wrong_exits++;
		break;
	default:
		irq.irq = below(LGUEST_IRQS);
		command(g, &irq, sizeof(irq));
	}
}

/* Give up a guest that makes no calls any more. */
static void watchdog(struct guest *g)
{
	const struct lguest_break brk = { .command = LGUEST_BREAK };
	struct lguest_stats stats;

	if (pread(g->fd, &stats, sizeof(stats), LGUEST_STATS_POS) != sizeof(stats))
		return;
	if (seconds_now() > end_time && !one_seed) {
		g->stuck = true;
		command(g, &brk, sizeof(brk));
	} else if (stats.value[LGUEST_STAT_HYPERCALL] != g->calls) {
		g->calls = stats.value[LGUEST_STAT_HYPERCALL];
		g->ticks = 0;
	} else if (++g->ticks >= STUCK_TICKS) {
		g->stuck = true;
		command(g, &brk, sizeof(brk));
	}
}

/* And the harmless one, if it has no result for a long time. */
static void watch_watchdog(struct guest *g)
{
	const struct lguest_break brk = { .command = LGUEST_BREAK };

	pthread_mutex_lock(&g->lock);
	if (g->fd >= 0 && right_sums != g->calls) {
		g->calls = right_sums;
		g->ticks = 0;
	} else if (g->fd >= 0 && ++g->ticks >= WATCH_TICKS) {
		g->stuck = true;
		command(g, &brk, sizeof(brk));
	}
	pthread_mutex_unlock(&g->lock);
}

static void *overseer(void *arg)
{
	unsigned int tick, i;

	(void)arg;
	for (tick = 0; !ended; tick++) {
		usleep(TICK_US);
		for (i = 0; i < HOSTILE; i++) {
			struct guest *g = &guests[i];

			pthread_mutex_lock(&g->lock);
			if (g->fd >= 0) {
				watchdog(g);
				if (!alone && tick & 64)
					disturb(g);
			}
			pthread_mutex_unlock(&g->lock);
		}
		watch_watchdog(&guests[HOSTILE]);
	}
	return NULL;
}

static void report(void)
{
	int i;

	ksft_print_msg("%u guests, %llu hypercalls, %llu page faults, %llu instructions emulated\n",
		       runs, totals[LGUEST_STAT_HYPERCALL], totals[LGUEST_STAT_PAGE_FAULT],
		       totals[LGUEST_STAT_EMULATE]);
	ksft_print_msg("%llu entries, %llu interrupts, %llu traps, %llu buffers to other guests\n",
		       totals[LGUEST_STAT_ENTRY], totals[LGUEST_STAT_INJECT_IRQ],
		       totals[LGUEST_STAT_INJECT_TRAP], totals[LGUEST_STAT_DMA_COPIED]);
	for (i = 0; i < REASONS && reasons[i].count; i++)
		ksft_print_msg("%7u %s (seed %u)\n", reasons[i].count,
			       reasons[i].example, reasons[i].seed);
}

static pthread_t start_thread(void *(*function)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, function, arg))
		ksft_exit_fail_msg("no thread\n");
	return thread;
}

int main(int argc, char **argv)
{
	pthread_t hostiles[HOSTILE], watch, boss;
	unsigned int i, seconds = 60;
	int c;

	while ((c = getopt(argc, argv, "t:s:r:a:1v")) >= 0) {
		switch (c) {
		case 't':
			seconds = strtoul(optarg, NULL, 0);
			break;
		case 's':
			first_seed = strtoul(optarg, NULL, 0);
			break;
		case 'r':
			one_seed = strtoul(optarg, NULL, 0);
			alone = true;
			break;
		case 'a':
			fixed_actions = strtoul(optarg, NULL, 0);
			break;
		case '1':
			alone = true;
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
		ksft_exit_fail_msg("fuzz_run [-t SECONDS] [-s SEED] [-r SEED] [-1v] IMAGE\n");
	if (access(DEVICE, R_OK | W_OK))
		ksft_exit_skip("no " DEVICE ", or no right to use it\n");
	ksft_set_plan(3);
	fuzz_image_read(argv[optind]);
	ksft_print_msg("seed %u, %u seconds\n", one_seed ?: first_seed, seconds);
	rnd_seed(first_seed, 0);
	is_tcg = cpu_is_tcg();
	if (is_tcg)
		ksft_print_msg("QEMU's processor: no frames with EFLAGS.VM\n");

	shared_file = memfd_create("fuzz", MFD_CLOEXEC);
	if (shared_file < 0 || ftruncate(shared_file, 4096))
		ksft_exit_fail_msg("memfd: %s\n", strerror(errno));
	for (i = 0; i < GUESTS; i++) {
		pthread_mutex_init(&guests[i].lock, NULL);
		guests[i].fd = -1;
	}
	end_time = seconds_now() + seconds;
	watch = start_thread(watch_thread, &guests[HOSTILE]);
	boss = start_thread(overseer, NULL);
	for (i = 0; i < (alone ? 1 : HOSTILE); i++)
		hostiles[i] = start_thread(hostile, &guests[i]);
	for (i = 0; i < (alone ? 1 : HOSTILE); i++)
		pthread_join(hostiles[i], NULL);
	/* At least one sum, however short the rest was. */
	while (!right_sums && !wrong_sums)
		usleep(TICK_US);
	ending = true;
	pthread_join(watch, NULL);
	ended = true;
	pthread_join(boss, NULL);
	report();
	ksft_test_result(runs && totals[LGUEST_STAT_HYPERCALL], "hostile guests\n");
	ksft_test_result(!wrong_exits, "every exit makes sense\n");
	ksft_test_result(right_sums && !wrong_sums, "the harmless guest got %u results right\n",
			 right_sums);
	ksft_finished();
}
