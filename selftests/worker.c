// SPDX-License-Identifier: GPL-2.0
/* A guest that uses its memory for ever: worker.h, and worker.S that runs in it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "../kselftest.h"
#include "worker.h"

double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* $SLOW, for a machine that is slow, or busy otherwise. */
double patience(void)
{
	const char *slow = getenv("SLOW");

	return slow && atof(slow) > 1 ? atof(slow) : 1;
}

void worker_create(struct worker *w)
{
	memset(w, 0, sizeof(*w));
	vm_create(&w->vm, -1, 0);
	memcpy(w->vm.ram + VM_CODE_GPA, worker_guest, worker_guest_end - worker_guest);
}

int worker_run(struct worker *w)
{
	return pread(w->vm.fd, &w->vm.exit, sizeof(w->vm.exit), 0);
}

static void *worker_thread(void *arg)
{
	struct worker *w = arg;

	while (worker_run(w) < 0) {
		if (errno != EINTR) {
			w->error = errno;
			break;
		}
	}
	return NULL;
}

void worker_start(struct worker *w)
{
	if (pthread_create(&w->thread, NULL, worker_thread, w))
		ksft_exit_fail_msg("no thread\n");
	w->running = true;
}

/* Also if it has ended by itself. */
void worker_stop(struct worker *w)
{
	const struct lguest_break brk = { .command = LGUEST_BREAK };
	int err;

	if (!w->running)
		return;
	err = vm_command(&w->vm, &brk, sizeof(brk));
	if (err && err != -ESHUTDOWN)
		ksft_exit_fail_msg("break: %s\n", strerror(-err));
	pthread_join(w->thread, NULL);
	w->running = false;
}

bool worker_ends(struct worker *w)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 10 * patience();
	if (pthread_timedjoin_np(w->thread, NULL, &until)) {
		worker_stop(w);
		return false;
	}
	w->running = false;
	return !w->error;
}

void worker_destroy(struct worker *w)
{
	worker_stop(w);
	vm_destroy(&w->vm);
}

void worker_set_write(struct worker *w, bool on)
{
	__atomic_store_n((__u32 *)(w->vm.ram + WORKER_WRITE_GPA), on, __ATOMIC_RELEASE);
}

__u32 *worker_word(struct worker *w, unsigned int page, unsigned int word)
{
	return (__u32 *)(w->vm.ram + WORKER_DATA_GPA + 4096 * page) + word;
}

bool worker_rounds(struct worker *w, unsigned int n)
{
	const __u32 *rounds = (__u32 *)(w->vm.ram + WORKER_ROUNDS_GPA);
	double deadline = now() + 10 * patience();
	__u32 from = look(rounds);

	while (look(rounds) - from < n) {
		if (now() > deadline)
			return false;
		usleep(500);
	}
	return true;
}

__u32 worker_sees(struct worker *w, unsigned int i)
{
	/* The first of these may have begun before now. */
	if (!worker_rounds(w, 2))
		ksft_print_msg("the guest makes no progress\n");
	return look((__u32 *)(w->vm.ram + WORKER_RESULT_GPA) + i);
}
