// SPDX-License-Identifier: GPL-2.0
/*
 * Floating point registers of several tasks at once: each task keeps patterns
 * of its own in x87 and SSE registers and in both control words, does sums in
 * between, and looks again. A register of another task, or of the host, is seen
 * at once.
 */
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lgtest.h"

static volatile sig_atomic_t ticks;

/* A handler that uses the registers itself. */
static void on_alarm(int sig)
{
	volatile double x = ticks;

	ticks++;
	x = x * 1.5 + sqrt(x);
	if (__builtin_cpu_supports("sse"))
		__asm__ volatile("xorps %%xmm0, %%xmm0; xorps %%xmm7, %%xmm7" ::: "memory");
}

/* Holds a pattern in the eight SSE registers over n turns of a loop. */
static int hold_sse(uint32_t seed, unsigned int n)
{
	uint32_t in[32] __attribute__((aligned(16))), out[32] __attribute__((aligned(16)));
	uint32_t mxcsr = 0x1f80 | (seed % 4) << 13, mxcsr_out;
	int i;

	for (i = 0; i < 32; i++)
		in[i] = rnd(&seed);
	__asm__ volatile(
		"ldmxcsr %[m]\n"
		"movaps (%[in]), %%xmm0\n movaps 16(%[in]), %%xmm1\n"
		"movaps 32(%[in]), %%xmm2\n movaps 48(%[in]), %%xmm3\n"
		"movaps 64(%[in]), %%xmm4\n movaps 80(%[in]), %%xmm5\n"
		"movaps 96(%[in]), %%xmm6\n movaps 112(%[in]), %%xmm7\n"
		"1: pause\n decl %[n]\n jnz 1b\n"
		"movaps %%xmm0, (%[out])\n movaps %%xmm1, 16(%[out])\n"
		"movaps %%xmm2, 32(%[out])\n movaps %%xmm3, 48(%[out])\n"
		"movaps %%xmm4, 64(%[out])\n movaps %%xmm5, 80(%[out])\n"
		"movaps %%xmm6, 96(%[out])\n movaps %%xmm7, 112(%[out])\n"
		"stmxcsr %[mo]\n"
		: [n] "+r"(n), [mo] "=m"(mxcsr_out)
		: [in] "r"(in), [out] "r"(out), [m] "m"(mxcsr)
		: "memory", "cc");
	return memcmp(in, out, sizeof(in)) || (mxcsr_out & ~0x3fu) != (mxcsr & ~0x3fu);
}

static int hold_x87(uint32_t seed, unsigned int n)
{
	double in[6], out[6];
	uint16_t cw = 0x037f | (seed % 4) << 10, cw_out;
	int i;

	for (i = 0; i < 6; i++)
		in[i] = (double)rnd(&seed) / 3.0;
	__asm__ volatile(
		"fninit\n fldcw %[cw]\n"
		"fldl (%[in])\n fldl 8(%[in])\n fldl 16(%[in])\n"
		"fldl 24(%[in])\n fldl 32(%[in])\n fldl 40(%[in])\n"
		"1: pause\n decl %[n]\n jnz 1b\n"
		"fstpl 40(%[out])\n fstpl 32(%[out])\n fstpl 24(%[out])\n"
		"fstpl 16(%[out])\n fstpl 8(%[out])\n fstpl (%[out])\n"
		"fnstcw %[co]\n fninit\n"
		: [n] "+r"(n), [co] "=m"(cw_out)
		: [in] "r"(in), [out] "r"(out), [cw] "m"(cw)
		: "memory", "cc");
	return memcmp(in, out, sizeof(in)) || cw_out != cw;
}

static uint32_t sums(uint32_t seed)
{
	double x = 1.0 + (seed & 0xffff) / 65536.0, y = 0;
	float f = (float)x;
	int i;

	for (i = 1; i < 2000; i++) {
		y += sqrt(x) / i;
		x = x * 1.000001 + y * 1e-7;
		f = f * 0.999f + (float)y;
	}
	return hash(&y, sizeof(y), 0) ^ hash(&f, sizeof(f), 1);
}

/* fpu [TASKS [ROUNDS]] */
int fpu_main(int argc, char **argv)
{
	int tasks = argc > 1 ? atoi(argv[1]) : 4;
	unsigned int rounds = argc > 2 ? atoi(argv[2]) : 60;
	int sse = !!__builtin_cpu_supports("sse"), t, bad = 0;
	uint32_t sum = 0;

	printf("INFO fpu sse %d\n", sse);
	fflush(stdout);
	for (t = 0; t < tasks; t++) {
		pid_t pid = fork();

		need(pid >= 0);
		if (!pid) {
			struct itimerval it = { { 0, 1500 }, { 0, 1500 } };
			uint32_t want = sums(t);
			unsigned int i, err = 0;

			signal(SIGALRM, on_alarm);
			setitimer(ITIMER_REAL, &it, NULL);
			for (i = 0; i < rounds; i++) {
				uint32_t seed = t * 1000003 + i * 7919 + 1;

				if (sse)
					err += hold_sse(seed, 20000);
				err += hold_x87(seed, 20000);
				err += sums(t) != want;
				if (i % 3 == 0)
					sched_yield();
			}
			if (err)
				printf("WRONG fpu: task %d saw %u wrong states\n", t, err);
			fflush(stdout);
			_exit(err != 0);
		}
	}
	for (t = 0; t < tasks; t++) {
		int status;

		need(wait(&status) > 0);
		bad += status != 0;
		sum = sum * 31 + sums(t);
	}
	if (bad)
		wrong("fpu: %d of %d tasks", bad, tasks);
	printf("RESULT fpu %d tasks %08x\n", tasks, sum);
	return 0;
}
