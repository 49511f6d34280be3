// SPDX-License-Identifier: GPL-2.0
/* The launcher and images of guests for it, and how long a test may wait. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "../kselftest.h"
#include "launcher.h"

char launcher[PATH_MAX];

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

static bool join(char path[PATH_MAX], const char *folder, const char *name)
{
	return snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX;
}

static bool beside(char path[PATH_MAX], const char *name)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return false;
	self[n] = '\0';
	return join(path, dirname(self), name);
}

bool find_launcher(void)
{
	char *path, *folder, *rest;

	if (getenv("LGUEST")) {
		snprintf(launcher, sizeof(launcher), "%s", getenv("LGUEST"));
		return !access(launcher, X_OK);
	}
	if (beside(launcher, "lguest") && !access(launcher, X_OK))
		return true;
	path = strdup(getenv("PATH") ?: "/usr/local/bin:/usr/bin:/bin");
	if (!path)
		ksft_exit_fail_perror("strdup");
	for (folder = strtok_r(path, ":", &rest); folder; folder = strtok_r(NULL, ":", &rest))
		if (join(launcher, folder, "lguest") && !access(launcher, X_OK))
			break;
	free(path);
	return folder;
}

bool find_guest(char path[PATH_MAX], const char *name)
{
	char folder[PATH_MAX];

	if (getenv("MICRO"))
		snprintf(folder, sizeof(folder), "%s", getenv("MICRO"));
	else if (!beside(folder, "micro-guests"))
		return false;
	return join(path, folder, name) && !access(path, R_OK);
}

pid_t launch(const char *image, unsigned int memory, const char *args, int *output)
{
	char size[16], words[512] = "", *argv[24], *save, *word;
	const struct rlimit no_core = {};
	int pipes[2], null, n = 0;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC))
		ksft_exit_fail_perror("pipe");
	snprintf(size, sizeof(size), "%u", memory);
	if (args)
		snprintf(words, sizeof(words), "%s", args);
	argv[n++] = launcher;
	argv[n++] = (char *)"--memory";
	argv[n++] = size;
	for (word = strtok_r(words, " ", &save); word && n < (int)ARRAY_SIZE(argv) - 2;
	     word = strtok_r(NULL, " ", &save))
		argv[n++] = word;
	argv[n++] = (char *)image;
	argv[n] = NULL;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		ksft_exit_fail_perror("fork");
	if (pid) {
		close(pipes[1]);
		*output = pipes[0];
		return pid;
	}
	setpgid(0, 0);
	setrlimit(RLIMIT_CORE, &no_core);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	dup2(null, STDIN_FILENO);
	dup2(pipes[1], STDOUT_FILENO);
	dup2(pipes[1], STDERR_FILENO);
	execv(launcher, argv);
	dprintf(STDERR_FILENO, "%s: %s\n", launcher, strerror(errno));
	_exit(127);
}
