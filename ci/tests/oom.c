// SPDX-License-Identifier: GPL-2.0
/* oom: a child takes all memory; it dies of it, and nobody else does. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lgtest.h"

int oom_main(int argc, char **argv)
{
	uint32_t *keep = malloc(1 << 20), seed = 5, h;
	int status, i;
	pid_t pid;

	for (i = 0; i < 1 << 18; i++)
		keep[i] = rnd(&seed);
	h = hash(keep, 1 << 20, 0);
	fflush(stdout);
	pid = fork();
	need(pid >= 0);
	if (!pid) {
		int fd = open("/proc/self/oom_score_adj", O_WRONLY);

		need(fd >= 0 && write(fd, "1000", 4) == 4);
		for (;;) {
			char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

			if (p == MAP_FAILED)
				_exit(3);
			memset(p, 1, 1 << 20);
		}
	}
	need(waitpid(pid, &status, 0) == pid);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		wrong("oom: the child ended with %#x, not by SIGKILL", status);
	if (hash(keep, 1 << 20, 0) != h)
		wrong("oom: the parent's memory changed");
	printf("RESULT oom killed\n");
	return 0;
}
