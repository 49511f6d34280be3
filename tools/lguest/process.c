// SPDX-License-Identifier: GPL-2.0
/* The launcher as a process: messages, threads, whose rights it has, the end. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "launcher.h"

/* Threads do little; many devices must not use up the address space. */
#define THREAD_STACK	(256 * 1024)

/* A message: what a pipe takes at once, and how long it may be in the way. */
#define MESSAGE_MAX	4096
#define MESSAGE_MS	500

static struct guest *guest;

/* From now on there is something to be looked after at the end. */
void launcher_set_guest(struct guest *g)
{
	guest = g;
}

/*
 * The one place where the launcher ends. Any thread may come here, and others
 * may be anywhere: the first one does it all, and there are no exit handlers.
 */
void launcher_end(int status)
{
	static atomic_flag ending = ATOMIC_FLAG_INIT;
	static pthread_t who;

	if (atomic_flag_test_and_set(&ending)) {
		/* Something below failed: no second attempt. */
		if (pthread_equal(who, pthread_self()))
			_exit(status);
		for (;;)
			pause();
	}
	who = pthread_self();
	terminal_restore();
	if (guest && !disk_end(guest) && !status)
		status = STATUS_ERROR;
	control_end();
	_exit(status);
}

/*
 * In one piece, and only if there is room: who reads standard error, which may be
 * full of the guest's output, must not keep the launcher from its end.
 */
__printf(2, 0)
static void message(const char *end, const char *fmt, va_list ap)
{
	struct pollfd pfd = { .fd = STDERR_FILENO, .events = POLLOUT };
	char text[MESSAGE_MAX];
	size_t len, room = sizeof(text) - strlen(end);

	len = snprintf(text, room, "lguest: ");
	len += vsnprintf(text + len, room - len, fmt, ap);
	if (len >= room)
		len = room - 1;
	memcpy(text + len, end, strlen(end));
	len += strlen(end);
	if (poll(&pfd, 1, MESSAGE_MS) > 0 && write(STDERR_FILENO, text, len) < 0)
		return;			/* there is nobody to tell */
}

void die(const char *fmt, ...)
{
	va_list ap;

	terminal_restore();
	va_start(ap, fmt);
	message("\n", fmt, ap);
	va_end(ap);
	launcher_end(STATUS_ERROR);
}

void note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	/* The terminal may be raw. */
	message("\r\n", fmt, ap);
	va_end(ap);
}

/* For those who make no guest: all that they had to say has been written, or it failed. */
void process_exit(int status)
{
	if (fflush(stdout) || ferror(stdout))
		die("standard output: %s", strerror(errno));
	exit(status);
}

/*
 * What ends a process by default must not bypass the end: a pipe that nobody reads,
 * and a file that must not grow, are errors of the calls. See also console.c.
 */
void process_ignore_signals(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

/*
 * Signals are for console.c, so no other thread gets any; but what a thread
 * does to itself it must not block, or the terminal stays raw.
 */
void thread_start(void *(*function)(void *), void *arg)
{
	static const int own[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT,
				   SIGSYS };
	sigset_t all, old;
	pthread_attr_t attr;
	pthread_t thread;
	size_t i;
	int err;

	sigfillset(&all);
	for (i = 0; i < ARRAY_SIZE(own); i++)
		sigdelset(&all, own[i]);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&thread, &attr, function, arg);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	if (err)
		die("cannot make a thread: %s", strerror(err));
}

/* Else a file that is opened would become standard output, or the like. */
void process_check_stdio(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			die("/dev/null: %s", strerror(errno));
}

/* Before any file is opened: later that number could be one of ours. */
static void check_inherited(const struct options *opt, unsigned int nr)
{
	unsigned int fd = net_inherited(opt->net[nr]), i;

	if (fd == UINT_MAX)
		return;
	for (i = 0; i < nr; i++)
		if (net_inherited(opt->net[i]) == fd)
			die("--net %s: given twice", opt->net[nr]);
	if (fcntl(fd, F_GETFD) < 0)
		die("--net %s: no such descriptor is open", opt->net[nr]);
}

/*
 * Close what was inherited by chance: a guest that has taken over its launcher
 * could use it. What --net fd=N names is there on purpose.
 */
void process_close_others(const struct options *opt)
{
	unsigned int from = STDERR_FILENO + 1, keep, fd, i;

	for (i = 0; i < opt->nets; i++)
		check_inherited(opt, i);
	do {
		keep = UINT_MAX;
		for (i = 0; i < opt->nets; i++) {
			fd = net_inherited(opt->net[i]);
			if (fd >= from && fd < keep)
				keep = fd;
		}
		if (from < keep && close_range(from, keep - 1, 0))
			die("close_range: %s", strerror(errno));
		from = keep + 1;
	} while (keep != UINT_MAX);
}

/* A number, or false. */
static bool parse_id(const char *text, unsigned int *id)
{
	unsigned long n;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	n = strtoul(text, &end, 10);
	/* The last number of all means "leave it" in setresuid(). */
	if (*end || errno || n >= UINT32_MAX)
		return false;
	*id = n;
	return true;
}

/*
 * Only the files are looked at: a static program has none of the other sources
 * of getpwnam().
 */
static const struct passwd *find_user(const char *name)
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *pw = NULL;
	unsigned int id;
	bool number = parse_id(name, &id);

	while (f && (pw = fgetpwent(f)))
		if (number ? pw->pw_uid == id : !strcmp(pw->pw_name, name))
			break;
	if (f)
		fclose(f);
	return pw;
}

static bool find_group(const char *name, unsigned int *id)
{
	FILE *f = fopen("/etc/group", "re");
	const struct group *gr;
	bool found = false;

	while (f && !found && (gr = fgetgrent(f))) {
		found = !strcmp(gr->gr_name, name);
		if (found)
			*id = gr->gr_gid;
	}
	if (f)
		fclose(f);
	return found || parse_id(name, id);
}

/* --user USER[:GROUP], looked up before the guest starts. */
void process_parse_user(struct user *u, const char *text)
{
	char *name = strdup(text), *group;
	const struct passwd *pw;

	if (!name)
		die("out of memory");
	group = strchr(name, ':');
	if (group)
		*group++ = '\0';
	pw = find_user(name);
	if (pw) {
		u->uid = pw->pw_uid;
		u->gid = pw->pw_gid;
	} else if (!parse_id(name, &u->uid)) {
		die("--user %s: there is no user '%s'", text, name);
	} else if (!group) {
		die("--user %s: no such user; with a number give a group, too",
		    text);
	}
	if (group && !find_group(group, &u->gid))
		die("--user %s: there is no group '%s'", text, group);
	free(name);
}

/* Become that user, with no way back. */
void process_set_user(const struct user *u)
{
	if (setgroups(0, NULL) || setresgid(u->gid, u->gid, u->gid) ||
	    setresuid(u->uid, u->uid, u->uid))
		die("--user: %s; only root may become somebody else",
		    strerror(errno));
	if (u->uid && !setuid(0))
		die("--user: root can be had back");
}

/*
 * Give up all capabilities, so that root is no more than the owner of its files,
 * and every way to have them again. Threads inherit this: there is none yet.
 * The ambient set goes with the inheritable one.
 */
void process_drop_rights(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		die("PR_SET_NO_NEW_PRIVS: %s", strerror(errno));
	if (syscall(SYS_capset, &head, none))
		die("cannot give up capabilities: %s", strerror(errno));
}
