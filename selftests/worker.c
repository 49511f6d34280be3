// SPDX-License-Identifier: GPL-2.0
/* A guest that uses its memory for ever: worker.h, and worker.S that runs in it. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "../kselftest.h"
#include "worker.h"

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
		__atomic_add_fetch(&w->interrupted, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

void worker_start(struct worker *w)
{
	if (pthread_create(&w->thread, NULL, worker_thread, w))
		vm_fail("no thread\n");
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
		vm_fail("break: %s\n", strerror(-err));
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

bool worker_sees(struct worker *w, unsigned int i, __u32 *word)
{
	/* The first of these may have begun before now. */
	if (!worker_rounds(w, 2)) {
		ksft_print_msg("the guest makes no progress\n");
		return false;
	}
	*word = look((__u32 *)(w->vm.ram + WORKER_RESULT_GPA) + i);
	return true;
}
