// SPDX-License-Identifier: GPL-2.0
/* The other end of control.c: lguest list, stop, pause, resume, status. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "control.h"

/* How long an answer may take, from the first attempt to its last byte. */
#define ANSWER_SECONDS	10

/* Nothing that a terminal would obey. Names of files may well be UTF-8. */
static void make_printable(char *text, size_t len)
{
	bool ok = len >= 3 && !memcmp(text, "ok\n", 3);	/* else it goes to stderr */
	unsigned char last = ok && !isatty(STDOUT_FILENO) ? 0xff : '~';

	for (; len--; text++)
		if (((unsigned char)*text < ' ' && *text != '\n') ||
		    *text == '\177' || (unsigned char)*text > last)
			*text = '?';
}

/* All that comes until the end, at @buf[ANSWER_MAX]; NULL, or what is wrong. */
static const char *receive(int fd, char *buf, time_t until)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	time_t left;
	ssize_t n;

	while ((left = until - seconds_now()) > 0) {
		if (poll(&p, 1, left * 1000) <= 0)
			continue;
		n = recv(fd, buf + len, ANSWER_MAX - len, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n < 0 || (!n && !len))
			break;
		len += n;
		if (len == ANSWER_MAX)
			return "its answer is too long";
		if (!n) {
			make_printable(buf, len);
			buf[len] = '\0';
			return NULL;
		}
	}
	return "it does not answer";
}

/*
 * Send @request; returns the answer behind the line "ok", until the next call.
 * Or NULL and in @wrong what is wrong, which is NULL with errno if there is no
 * connection.
 */
static const char *ask(const struct sockaddr_un *sun, const char *request,
		       const char **wrong)
{
	time_t until = seconds_now() + ANSWER_SECONDS;
	static char buf[ANSWER_MAX];
	int fd;

	*wrong = NULL;
	fd = control_connect(sun, ANSWER_SECONDS);
	if (fd < 0 && errno != EAGAIN)
		return NULL;
	snprintf(buf, sizeof(buf), "%s\n", request);
	if (fd < 0 || send(fd, buf, strlen(buf), MSG_NOSIGNAL) !=
	    (ssize_t)strlen(buf))
		*wrong = "it does not listen";
	else
		*wrong = receive(fd, buf, until);
	if (fd >= 0)
		close(fd);
	if (*wrong)
		return NULL;
	if (!strncmp(buf, "ok\n", 3))
		return buf + 3;
	buf[strcspn(buf, "\n")] = '\0';
	*wrong = strncmp(buf, "error ", 6) ? "it answers something unknown" :
					     buf + 6;
	return NULL;
}

/* One request to one guest; prints the answer. */
static int request(const char *name, const char *text)
{
	struct sockaddr_un sun;
	char dir[sizeof(sun.sun_path)];
	const char *reply, *wrong;

	control_check_name(name);
	control_dir(dir, sizeof(dir));
	control_address(&sun, dir, name);
	reply = ask(&sun, text, &wrong);
	if (wrong)
		die("guest '%s': %.200s", name, wrong);
	if (!reply && (errno == ENOENT || errno == ECONNREFUSED))
		die("no guest of the name '%s' is running", name);
	if (!reply)
		die("%s: %s", sun.sun_path, strerror(errno));
	fputs(reply, stdout);
	return 0;
}

/* Print a line on one guest; false if its launcher is gone. */
static bool list_one(const struct sockaddr_un *sun, const char *name)
{
	const char *reply, *wrong;
	unsigned int memory;
	char state[16];
	long long uptime;
	int pid;

	reply = ask(sun, REQUEST_BRIEF, &wrong);
	if (!reply && !wrong)
		return errno != ECONNREFUSED;
	if (reply && sscanf(reply, "%15s %d %u %lld", state, &pid, &memory,
			    &uptime) == 4)
		printf("%-20s %-8s %8d %5u MB %8lld s\n", name, state, pid,
		       memory, uptime);
	else
		printf("%-20s %-8s\n", name, "silent");
	return true;
}

/*
 * Nobody seemed to listen. Look again where no launcher can be between bind()
 * and listen(), nor replace the socket; others wait for this, so it is brief. If
 * another has the lock the next list does it: not all who have it need be friends.
 */
static void remove_stale(int dir, const struct sockaddr_un *sun)
{
	int fd;

	if (flock(dir, LOCK_EX | LOCK_NB))
		return;
	fd = control_connect(sun, 0);
	if (fd >= 0)
		close(fd);
	else if (errno == ECONNREFUSED && control_is_socket(sun))
		unlink(sun->sun_path);
	flock(dir, LOCK_UN);
}

static int list_all(void)
{
	struct sockaddr_un sun;
	char dir[sizeof(sun.sun_path)];
	struct dirent **entry;
	char name[256], *suffix;
	int i, count, fd;

	control_dir(dir, sizeof(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		die("%s: %s", dir, strerror(errno));
	count = scandir(dir, &entry, NULL, alphasort);
	if (count < 0)
		die("%s: %s", dir, strerror(errno));
	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s", entry[i]->d_name);
		suffix = strrchr(name, '.');
		if (!suffix || strcmp(suffix, SUFFIX))
			continue;
		*suffix = '\0';
		if (!control_name_ok(name) ||
		    strlen(dir) + strlen(entry[i]->d_name) + 2 > sizeof(sun.sun_path))
			continue;
		control_address(&sun, dir, name);
		if (!list_one(&sun, name))
			remove_stale(fd, &sun);
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
		process_exit(status);
	}
}
