// SPDX-License-Identifier: GPL-2.0
/* The other end of control.c: lguest list, stop, pause, resume, status. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include "control.h"

/* How long an answer may take. */
#define ANSWER_SECONDS	10

#define LINE_MAX	256

/* Send @request; a stream that begins behind the line "ok", or NULL and @error. */
static FILE *ask(int fd, const char *request, char *error)
{
	const struct timeval timeout = { .tv_sec = ANSWER_SECONDS };
	char line[LINE_MAX];
	FILE *f;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	snprintf(line, sizeof(line), "%s\n", request);
	*error = '\0';
	if (send(fd, line, strlen(line), MSG_NOSIGNAL) != (ssize_t)strlen(line))
		snprintf(error, LINE_MAX, "it does not listen");
	f = fdopen(fd, "r");
	if (!f)
		die("out of memory");
	if (!*error && !fgets(line, sizeof(line), f))
		snprintf(error, LINE_MAX, "it does not answer");
	if (!*error && strcmp(line, "ok\n")) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(error, LINE_MAX, "%s", strncmp(line, "error ", 6) ?
			 "it answers something unknown" : line + 6);
	}
	if (!*error)
		return f;
	fclose(f);
	return NULL;
}

/* One request to one guest; prints the answer. */
static int request(const char *name, const char *text)
{
	struct sockaddr_un sun;
	char dir[sizeof(sun.sun_path)], error[LINE_MAX];
	FILE *f;
	int c, fd;

	control_check_name(name);
	control_dir(dir, sizeof(dir));
	control_address(&sun, dir, name);
	fd = control_connect(&sun);
	if (fd < 0 && (errno == ENOENT || errno == ECONNREFUSED))
		die("no guest of the name '%s' is running", name);
	if (fd < 0)
		die("%s: %s", sun.sun_path, strerror(errno));
	f = ask(fd, text, error);
	if (!f)
		die("guest '%s': %s", name, error);
	while ((c = getc(f)) != EOF)
		putchar(c);
	fclose(f);
	return 0;
}

/* Print a line on one guest; false if its launcher is gone. */
static bool list_one(const char *dir, const char *name)
{
	char error[LINE_MAX], state[16];
	unsigned int memory;
	struct sockaddr_un sun;
	long long uptime;
	int fd, pid;
	FILE *f;

	control_address(&sun, dir, name);
	fd = control_connect(&sun);
	if (fd < 0)
		return errno != ECONNREFUSED;
	f = ask(fd, REQUEST_BRIEF, error);
	if (f && fscanf(f, "%15s %d %u %lld", state, &pid, &memory,
			&uptime) == 4)
		printf("%-20s %-8s %8d %5u MB %8lld s\n", name, state, pid,
		       memory, uptime);
	else
		printf("%-20s %-8s\n", name, "silent");
	if (f)
		fclose(f);
	return true;
}

static int list_all(void)
{
	char dir[sizeof(((struct sockaddr_un *)0)->sun_path)];
	char name[256], *suffix;
	struct dirent **entry;
	int i, count, lock;

	control_dir(dir, sizeof(dir));
	lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0 && errno == ENOENT)
		return 0;
	/* No launcher replaces a stale socket while it is removed here. */
	if (lock < 0 || flock(lock, LOCK_EX))
		die("%s: %s", dir, strerror(errno));
	count = scandir(dir, &entry, NULL, alphasort);
	if (count < 0)
		die("%s: %s", dir, strerror(errno));
	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s", entry[i]->d_name);
		suffix = strrchr(name, '.');
		if (!suffix || strcmp(suffix, SUFFIX) || suffix == name)
			continue;
		*suffix = '\0';
		if (!list_one(dir, name))
			unlinkat(lock, entry[i]->d_name, 0);
	}
	return 0;
}

static int run_list(int argc, char **argv)
{
	if (argc > 1)
		die("'%s' after list; see lguest --help", argv[1]);
	return list_all();
}

/* The one NAME among the arguments, which may have this @option. */
static const char *name_of(int argc, char **argv, const char *option,
			   bool *given)
{
	const char *name = NULL;
	int i;

	for (i = 1; i < argc; i++) {
		if (option && !strcmp(argv[i], option))
			*given = true;
		else if (name || *argv[i] == '-')
			die("'%s' after %s; see lguest --help", argv[i],
			    argv[0]);
		else
			name = argv[i];
	}
	if (!name)
		die("%s: which guest? See lguest --help", argv[0]);
	return name;
}

static int run_stop(int argc, char **argv)
{
	bool force = false;
	const char *name = name_of(argc, argv, "--force", &force);

	return request(name, force ? REQUEST_FORCE : REQUEST_STOP);
}

static int run_pause(int argc, char **argv)
{
	return request(name_of(argc, argv, NULL, NULL), REQUEST_PAUSE);
}

static int run_resume(int argc, char **argv)
{
	return request(name_of(argc, argv, NULL, NULL), REQUEST_RESUME);
}

static int run_status(int argc, char **argv)
{
	bool json = false;
	const char *name = name_of(argc, argv, "--json", &json);

	return request(name, json ? REQUEST_JSON : REQUEST_STATUS);
}

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "list",	run_list },
	{ "pause",	run_pause },
	{ "resume",	run_resume },
	{ "status",	run_status },
	{ "stop",	run_stop },
};

/* Does not return if the first argument is the name of a command. */
void client_run(int argc, char **argv)
{
	size_t i;
	int status;

	for (i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		status = commands[i].run(argc - 1, argv + 1);
		if (fflush(stdout) || ferror(stdout))
			die("standard output: %s", strerror(errno));
		exit(status);
	}
}
