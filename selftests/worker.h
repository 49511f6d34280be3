/* SPDX-License-Identifier: GPL-2.0 */
/* A guest that uses its memory for ever, and the thread that runs it. */
#ifndef _WORKER_H
#define _WORKER_H

#define WORKER_ROUNDS_GPA	0x2000	/* how often it has been round */
#define WORKER_WRITE_GPA	0x2004	/* it writes, too */
#define WORKER_RESULT_GPA	0x4000	/* a word for each page */
#define WORKER_DATA_GPA		0x100000
#define WORKER_PAGES		512

#ifndef __ASSEMBLER__
#include <pthread.h>
#include <stdbool.h>
#include "vm.h"

extern const __u8 worker_guest[], worker_guest_end[];

/**
 * struct worker - such a guest
 * @vm: its memory, and why its run returned last
 * @thread: that runs it
 * @running: and is to be joined
 * @error: errno that ended the thread, or 0
 * @interrupted: how often a signal has ended a run, and the next one began
 */
struct worker {
	struct vm vm;
	pthread_t thread;
	bool running;
	int error;
	__u32 interrupted;
};

/* Until worker_stop(). Either ends the test if something does not work. */
void worker_create(struct worker *w);
void worker_start(struct worker *w);
void worker_stop(struct worker *w);
void worker_destroy(struct worker *w);
/* It ends by itself, within some seconds, and not by an error. */
bool worker_ends(struct worker *w);
/* Run it in this thread until something happens: what pread() returns. */
int worker_run(struct worker *w);
/*
 * The first word of page @i, as the guest sees it after a round that begins now; false if
 * it makes none within some seconds.
 */
bool worker_sees(struct worker *w, unsigned int i, __u32 *word);
/* Wait for @n rounds; false if they do not come within some seconds. */
bool worker_rounds(struct worker *w, unsigned int n);
__u32 *worker_word(struct worker *w, unsigned int page, unsigned int word);
/* Words that the guest reads and writes meanwhile. */
static inline __u32 look(const __u32 *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

void worker_set_write(struct worker *w, bool on);
#endif

#endif /* _WORKER_H */
