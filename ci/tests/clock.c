// SPDX-License-Identifier: GPL-2.0
/* Time: clocks that agree and never step back, timers that are not late. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lgtest.h"

static volatile int stop;

static void *watch(void *arg)
{
	static const int clocks[] = { CLOCK_MONOTONIC, CLOCK_REALTIME,
				      CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME };
	uint64_t last[4] = { 0 };
	unsigned long n = 0;
	int i;

	while (!stop) {
		for (i = 0; i < 4; i++) {
			uint64_t t = now_ns(clocks[i]);

			if (t < last[i]) {
				wrong("clock %d went back by %llu ns", clocks[i],
				      (unsigned long long)(last[i] - t));
				stop = 1;
			}
			last[i] = t;
		}
		if (++n % 1000 == 0)
			usleep(100);
	}
	return NULL;
}

/*
 * clock SECONDS: prints CLOCK lines, which whoever reads them stamps with a
 * clock of its own, and watches four clocks on the way.
 */
int clock_main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 30, i;
	uint64_t start, slept = 0;
	pthread_t t;

	need(!pthread_create(&t, NULL, watch, NULL));
	start = now_ns(CLOCK_MONOTONIC);
	for (i = 0; i <= seconds && !stop; i++) {
		uint64_t before = now_ns(CLOCK_MONOTONIC), now;
		struct timespec ts = { 1, 0 };

		if (i == 0 || i == seconds) {
			printf("CLOCK %d %llu %llu\n", i,
			       (unsigned long long)now_ns(CLOCK_MONOTONIC),
			       (unsigned long long)now_ns(CLOCK_REALTIME));
			if (i == seconds)
				break;
		}
		nanosleep(&ts, NULL);
		now = now_ns(CLOCK_MONOTONIC);
		if (now - before < 1000000000ULL)
			wrong("a sleep of 1 s took %llu ns", (unsigned long long)(now - before));
		slept += now - before;
	}
	stop = 1;
	pthread_join(t, NULL);
	printf("INFO clock %d sleeps of 1 s took %llu us, all %llu us\n", i,
	       (unsigned long long)slept / 1000,
	       (unsigned long long)(now_ns(CLOCK_MONOTONIC) - start) / 1000);
	printf("RESULT clock monotonic\n");
	return 0;
}

#define BUCKETS 24
static unsigned int histogram[BUCKETS];
static uint64_t first, worst;
static volatile unsigned int expired;

static void on_timer(int sig, siginfo_t *si, void *ctx)
{
	uint64_t now = now_ns(CLOCK_MONOTONIC), late;
	unsigned int b = 0;

	/* The expiry that this is for; overruns were due before it. */
	expired += 1 + (si->si_overrun > 0 ? si->si_overrun : 0);
	late = now - (first + (expired - 1 - (si->si_overrun > 0 ? si->si_overrun : 0)) * 1000000ULL);
	while (b < BUCKETS - 1 && late >> (b + 10))
		b++;
	histogram[b]++;
	if (late > worst)
		worst = late;
}

/*
 * latency SECONDS LIMIT: user code that spins, and a timer of 1 ms; how late
 * did each expiry reach its handler? WRONG if any came later than LIMIT us.
 */
int latency_main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 5, i;
	unsigned long limit = argc > 2 ? strtoul(argv[2], NULL, 0) : 4000;
	struct sigaction sa = { .sa_sigaction = on_timer, .sa_flags = SA_SIGINFO | SA_RESTART };
	struct sigevent se = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
	struct itimerspec it = { { 0, 1000000 }, { 0, 0 } };
	volatile unsigned long spins = 0;
	timer_t timer;

	need(!sigaction(SIGRTMIN, &sa, NULL));
	need(!timer_create(CLOCK_MONOTONIC, &se, &timer));
	first = now_ns(CLOCK_MONOTONIC) + 2000000;
	it.it_value.tv_sec = first / 1000000000;
	it.it_value.tv_nsec = first % 1000000000;
	need(!timer_settime(timer, TIMER_ABSTIME, &it, NULL));
	while (expired < (unsigned int)seconds * 1000)
		spins++;
	timer_delete(timer);
	for (i = 0; i < BUCKETS; i++)
		if (histogram[i])
			printf("INFO latency below %u us: %u\n", 1u << i, histogram[i]);
	printf("INFO latency worst %llu us of %u\n", (unsigned long long)worst / 1000, expired);
	if (worst / 1000 > limit)
		wrong("a timer was %llu us late, more than %lu",
		      (unsigned long long)worst / 1000, limit);
	printf("RESULT latency done\n");
	return 0;
}

/* spin: load on a CPU, until killed */
int spin_main(int argc, char **argv)
{
	volatile unsigned long n = 0;

	for (;;)
		n++;
}

/* hop PID SECONDS: moves a process from CPU to CPU */
int hop_main(int argc, char **argv)
{
	int pid = argc > 1 ? atoi(argv[1]) : 0, ms = (argc > 2 ? atoi(argv[2]) : 10) * 1000;
	int n = sysconf(_SC_NPROCESSORS_ONLN), i;

	for (i = 0; i < ms / 7; i++) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(i % n, &set);
		if (sched_setaffinity(pid, sizeof(set), &set))
			break;
		usleep(7000);
	}
	printf("INFO hop moved %d times\n", i);
	return i == 0;
}
