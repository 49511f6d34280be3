// SPDX-License-Identifier: GPL-2.0
/* lgtest: picks the test by its name; helpers that all tests share. */
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "lgtest.h"

static const struct lgtest tests[] = {
	{ "tag", tag_main, "NAME [FILE]: puts NAME| in front of each line of stdin" },
	{ "drain", drain_main, "waits until the terminal has printed everything" },
	{ "kexec", kexec_main, "loads a kernel to be executed: must be refused" },
	{ "nobody", nobody_main, "PROGRAM ARGS: runs it without rights" },
	{ "tap", tap_main, "NAME PROGRAM ARGS: so, with a TAP device as descriptor 3" },
	{ "forkexec", forkexec_main, "[N]: children that exec, with checked statuses" },
	{ "child", child_main, "what forkexec executes" },
	{ "futex", futex_main, "threads on mutex, condition and raw futexes" },
	{ "signals", signals_main, "timers, faults, queues" },
	{ "mm", mm_main, "copy on write, sharing, mprotect, mremap" },
	{ "ipc", ipc_main, "pipes, sockets, descriptors passed, epoll" },
	{ "fpu", fpu_main, "[TASKS [ROUNDS]]: x87 and SSE registers of several tasks" },
	{ "clock", clock_main, "[SECONDS]: clocks never go back; prints what they say" },
	{ "latency", latency_main, "[SECONDS [LIMIT]]: how late a 1 ms timer is in us" },
	{ "spin", spin_main, "load" },
	{ "hop", hop_main, "PID SECONDS: moves a process from CPU to CPU" },
	{ "coherence", coherence_main, "[SECONDS [SEED]]: page tables that change unloaded" },
	{ "control", control_main, "what /dev/lguest must refuse" },
	{ "blocks", blocks_main, "FILE N SEED: changes a disk, reads it back" },
	{ "xfer", xfer_main, "PORT [HOST MB]: megabytes over TCP, both ways, checked" },
	{ "bench", bench_main, "[-m] [-r ROUNDS] [NAME...]: what operations cost" },
	{ "marks", marks_main, "FIFO FILE: reads a guest's counters at its bench's marks" },
	{ "frame", frame_main, "PID: address in the host's memory of a page of a guest's" },
	{ "terminal", terminal_main, "start|end COMMAND...: a job of a terminal, in the background" },
	{ "oom", oom_main, "a child takes all memory" },
};

static atomic_int wrongs;

void wrong(const char *fmt, ...)
{
	va_list ap;

	wrongs++;
	va_start(ap, fmt);
	printf("WRONG ");
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
	fflush(stdout);
}

int wrong_count(void)
{
	return wrongs;
}

uint64_t now_ns(int clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* FNV-1a */
uint32_t hash(const void *data, size_t len, uint32_t seed)
{
	const unsigned char *p = data;
	uint32_t h = 2166136261u ^ seed;

	while (len--)
		h = (h ^ *p++) * 16777619u;
	return h;
}

int main(int argc, char **argv)
{
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; argc > 1 && i < sizeof(tests) / sizeof(tests[0]); i++) {
		if (strcmp(argv[1], tests[i].name))
			continue;
		int rc = tests[i].run(argc - 1, argv + 1);

		return rc ? rc : wrong_count() != 0;
	}
	printf("usage: lgtest TEST [ARGUMENTS]\n");
	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		printf("  %-10s %s\n", tests[i].name, tests[i].help);
	return 2;
}
