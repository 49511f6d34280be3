/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The test programs of the lguest test bed: one binary, one function a test.
 *
 * A test prints "RESULT name value" for what every correct machine computes
 * alike, "INFO ..." for what may differ, and "WRONG ..." for what no machine
 * may do; its status is 0 only if nothing was wrong.
 */
#ifndef LGTEST_H
#define LGTEST_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct lgtest {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
};

int tag_main(int argc, char **argv);
int drain_main(int argc, char **argv);
int nobody_main(int argc, char **argv);
int kexec_main(int argc, char **argv);
int terminal_main(int argc, char **argv);
int tap_main(int argc, char **argv);
int forkexec_main(int argc, char **argv);
int child_main(int argc, char **argv);
int futex_main(int argc, char **argv);
int signals_main(int argc, char **argv);
int mm_main(int argc, char **argv);
int ipc_main(int argc, char **argv);
int fpu_main(int argc, char **argv);
int clock_main(int argc, char **argv);
int latency_main(int argc, char **argv);
int spin_main(int argc, char **argv);
int hop_main(int argc, char **argv);
int coherence_main(int argc, char **argv);
int control_main(int argc, char **argv);
int bench_main(int argc, char **argv);
int marks_main(int argc, char **argv);
int oom_main(int argc, char **argv);
int blocks_main(int argc, char **argv);
int xfer_main(int argc, char **argv);
int frame_main(int argc, char **argv);

/* wrong: counts and reports; wrong_count() is what main() returns by. */
void wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int wrong_count(void);

/* need: for what the test itself needs; ends the program when it fails. */
#define need(cond)							\
	do {								\
		if (!(cond)) {						\
			perror(#cond);					\
			printf("WRONG %s:%d: %s failed\n", __FILE__,	\
			       __LINE__, #cond);			\
			exit(1);					\
		}							\
	} while (0)

/* A small generator with a state of the caller's: repeatable everywhere. */
static inline uint32_t rnd(uint32_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 17;
	*s ^= *s << 5;
	return *s;
}

uint64_t now_ns(int clock);
uint32_t hash(const void *data, size_t len, uint32_t seed);

#endif
