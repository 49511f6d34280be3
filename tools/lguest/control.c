// SPDX-License-Identifier: GPL-2.0
/*
 * The control socket of a named guest, and the thread that serves it.
 *
 * A client sends one line and gets one line, "ok" or "error" and why, then the
 * answer, then the end. A client that is slow, or talks nonsense, is of no
 * account to the others, nor to the guest.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include "control.h"

#define CLIENTS		8
#define CLIENT_SECONDS	5
#define BACKLOG		8
#define REQUEST_MAX	128

/* How long "pause" waits until the guest really stands. */
#define PAUSE_MS	2000

/**
 * struct client - who is connected
 * @fd: -1: nobody
 * @until: end of patience
 * @in: request, so far
 * @in_len: bytes
 * @out: answer; once there is one, no more is read
 * @out_len: bytes
 * @out_sent: of which have been sent
 * @cut: there was no room for all of it
 * @force: the launcher ends when the answer has been sent
 */
struct client {
	int fd;
	time_t until;
	char in[REQUEST_MAX];
	size_t in_len;
	char out[ANSWER_MAX];
	size_t out_len;
	size_t out_sent;
	bool cut;
	bool force;
};

static struct {
	int fd;
	struct guest *g;
	const struct options *opt;
	time_t started;
	struct client client[CLIENTS];
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
} control = { .fd = -1 };

time_t seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Where the sockets are; with the right to be there, or not at all. */
void control_dir(char *buf, size_t size)
{
	const char *env = getenv("LGUEST_RUN_DIR");
	const char *xdg = getenv("XDG_RUNTIME_DIR");
	int n;

	if (env && *env)
		n = snprintf(buf, size, "%s", env);
	else if (!geteuid())
		n = snprintf(buf, size, "/run/lguest");
	else if (xdg && *xdg)
		n = snprintf(buf, size, "%s/lguest", xdg);
	else
		die("XDG_RUNTIME_DIR is not set: no place for control sockets");
	if (n < 0 || (size_t)n >= size)
		die("the path of the control sockets is too long");
}

static void control_make_dir(const char *dir)
{
	struct stat st;

	if (mkdir(dir, 0700) && errno != EEXIST)
		die("%s: %s", dir, strerror(errno));
	if (lstat(dir, &st))
		die("%s: %s", dir, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		die("%s: not a directory", dir);
	/*
	 * Who can write there could be taken for a guest, and who can only read
	 * could hold the lock.
	 */
	if (st.st_uid != geteuid() || st.st_mode & 077)
		die("%s: belongs to somebody else, or others have rights there",
		    dir);
}

bool control_name_ok(const char *name)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

	return *name && *name != '.' && !name[strspn(name, allowed)];
}

void control_check_name(const char *name)
{
	if (!control_name_ok(name))
		die("name '%s': only letters, digits and . _ - are allowed, and no . as the first",
		    name);
}

void control_address(struct sockaddr_un *sun, const char *dir,
		     const char *name)
{
	int n;

	memset(sun, 0, sizeof(*sun));
	sun->sun_family = AF_UNIX;
	n = snprintf(sun->sun_path, sizeof(sun->sun_path), "%s/%s" SUFFIX, dir,
		     name);
	if (n < 0 || (size_t)n >= sizeof(sun->sun_path))
		die("name '%s': too long", name);
}

/*
 * A connected socket, or -1 and errno: ECONNREFUSED: nobody listens there,
 * EAGAIN: somebody does, who has let others wait for @seconds.
 */
int control_connect(const struct sockaddr_un *sun, unsigned int seconds)
{
	const struct timeval timeout = { .tv_sec = seconds };
	int type = SOCK_STREAM | SOCK_CLOEXEC | (seconds ? 0 : SOCK_NONBLOCK);
	int err, fd = socket(AF_UNIX, type, 0);

	/* For connect(), too. */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout,
				 sizeof(timeout)))
		die("socket: %s", strerror(errno));
	if (!connect(fd, (const struct sockaddr *)sun, sizeof(*sun)))
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

/* A file that is none refuses connections, too. Keeps errno. */
bool control_is_socket(const struct sockaddr_un *sun)
{
	int err = errno;
	struct stat st;
	bool is = !lstat(sun->sun_path, &st) && S_ISSOCK(st.st_mode);

	errno = err;
	return is;
}

/* --name: from now on nobody else can have it. */
void control_setup(struct guest *g, const struct options *opt)
{
	char dir[sizeof(control.path)];
	struct sockaddr_un sun;
	int lock, fd, err;
	mode_t mask;

	control_check_name(opt->name);
	control_dir(dir, sizeof(dir));
	control_make_dir(dir);
	control_address(&sun, dir, opt->name);

	/* Between the look and the bind nobody must come; it takes no time. */
	lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0 || flock(lock, LOCK_EX))
		die("%s: %s", dir, strerror(errno));
	fd = control_connect(&sun, 0);
	if (fd >= 0 || errno == EAGAIN)
		die("name '%s': a guest of this name is running", opt->name);
	if (errno == ECONNREFUSED && !control_is_socket(&sun))
		die("%s: not a socket", sun.sun_path);
	if (errno == ECONNREFUSED && unlink(sun.sun_path))
		die("%s: %s", sun.sun_path, strerror(errno));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		die("socket: %s", strerror(errno));
	/* Whoever may write to it may stop the guest. */
	mask = umask(0177);
	err = bind(fd, (struct sockaddr *)&sun, sizeof(sun));
	umask(mask);
	if (err || listen(fd, BACKLOG))
		die("%s: %s", sun.sun_path, strerror(errno));
	close(lock);

	memcpy(control.path, sun.sun_path, sizeof(control.path));
	control.fd = fd;
	control.g = g;
	control.opt = opt;
	g->button = platform_add(g, LGUEST_DEVICE_BUTTON, "power");
}

/* The sandbox has no right to remove it: then it is stale, and replaced. */
void control_end(void)
{
	if (control.fd >= 0 && !sandbox_is_on())
		unlink(control.path);
}

__printf(2, 3) void answer(struct client *c, const char *fmt, ...)
{
	size_t room = sizeof(c->out) - c->out_len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(c->out + c->out_len, room, fmt, ap);
	va_end(ap);
	if (n > 0)
		c->out_len += (size_t)n < room ? (size_t)n : room - 1;
	if (n < 0 || (size_t)n >= room)
		c->cut = true;
}

static void request_pause(struct client *c)
{
	if (guest_pause(control.g, PAUSE_MS))
		answer(c, "ok\n");
	else
		answer(c, "error it is busy with output, and will stop after that\n");
}

static void request_stop(struct client *c)
{
	if (guest_is_paused()) {
		answer(c, "error it is paused: resume it first, or use --force\n");
		return;
	}
	guest_interrupt(control.g, control.g->button->irq);
	answer(c, "ok\n");
}

static void serve_request(struct client *c, const char *line)
{
	struct report report = {
		.g	= control.g,
		.opt	= control.opt,
		.uptime	= seconds_now() - control.started,
	};

	if (!strcmp(line, REQUEST_BRIEF)) {
		answer(c, "ok\n");
		status_brief(c, &report);
	} else if (!strcmp(line, REQUEST_STATUS)) {
		answer(c, "ok\n");
		status_text(c, &report);
	} else if (!strcmp(line, REQUEST_JSON)) {
		answer(c, "ok\n");
		status_json(c, &report);
	} else if (!strcmp(line, REQUEST_PAUSE)) {
		request_pause(c);
	} else if (!strcmp(line, REQUEST_RESUME)) {
		guest_resume();
		answer(c, "ok\n");
	} else if (!strcmp(line, REQUEST_STOP)) {
		request_stop(c);
	} else if (!strcmp(line, REQUEST_FORCE)) {
		c->force = true;
		answer(c, "ok\n");
	} else {
		answer(c, "error it does not know this request\n");
	}
	/* A part of it looks like all to who reads it. */
	if (c->cut) {
		c->out_len = 0;
		answer(c, "error its answer is too long\n");
	}
}

static void client_close(struct client *c)
{
	bool force = c->force;

	close(c->fd);
	c->fd = -1;
	if (force) {
		terminal_restore();
		note("ended by lguest stop --force");
		launcher_end(STATUS_SIGNAL + SIGTERM);
	}
}

/* The socket does not block. */
static void client_read(struct client *c)
{
	ssize_t n = read(c->fd, c->in + c->in_len,
			 sizeof(c->in) - 1 - c->in_len);
	char *end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		client_close(c);
		return;
	}
	c->in_len += n;
	end = memchr(c->in, '\n', c->in_len);
	if (end) {
		*end = '\0';
		serve_request(c, c->in);
	} else if (c->in_len == sizeof(c->in) - 1) {
		answer(c, "error the request is too long\n");
	}
}

/* If the client is gone this is just an error: threads block SIGPIPE. */
static void client_write(struct client *c)
{
	ssize_t n = write(c->fd, c->out + c->out_sent,
			  c->out_len - c->out_sent);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		c->out_sent += n;
	if (n <= 0 || c->out_sent == c->out_len)
		client_close(c);
}

static void client_accept(void)
{
	struct client *c;
	int fd = accept4(control.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0) {
		/* Who waits is still there: not at once again. */
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
			usleep(100000);
		return;
	}
	for (c = control.client; c->fd >= 0; c++)
		;
	c->fd = fd;
	c->until = seconds_now() + CLIENT_SECONDS;
	c->in_len = 0;
	c->out_len = 0;
	c->out_sent = 0;
	c->cut = false;
	c->force = false;
}

/* Serve who has something to say, or to hear; returns whether there is room. */
static bool clients_serve(const struct pollfd *p)
{
	time_t now = seconds_now();
	struct client *c;
	bool room = false;
	unsigned int i;

	for (i = 0; i < CLIENTS; i++) {
		c = &control.client[i];
		if (c->fd >= 0 && p[i].fd == c->fd && p[i].revents) {
			if (c->out_len)
				client_write(c);
			else
				client_read(c);
		}
		if (c->fd >= 0 && now >= c->until)
			client_close(c);
		if (c->fd < 0)
			room = true;
	}
	return room;
}

static void *control_thread(void *arg)
{
	struct pollfd p[CLIENTS + 1];
	bool room = true, any;
	struct client *c;
	unsigned int i;

	for (;;) {
		any = false;
		for (i = 0; i < CLIENTS; i++) {
			c = &control.client[i];
			p[i].fd = c->fd;
			p[i].events = c->out_len ? POLLOUT : POLLIN;
			p[i].revents = 0;
			any |= c->fd >= 0;
		}
		p[CLIENTS].fd = room ? control.fd : -1;
		p[CLIENTS].events = POLLIN;
		p[CLIENTS].revents = 0;
		if (poll(p, CLIENTS + 1, any ? 1000 : -1) < 0)
			continue;
		room = clients_serve(p);
		if (room && p[CLIENTS].revents) {
			client_accept();
			room = false;
			for (i = 0; i < CLIENTS; i++)
				room |= control.client[i].fd < 0;
		}
	}
	return arg;
}

void control_start(void)
{
	unsigned int i;

	if (control.fd < 0)
		return;
	for (i = 0; i < CLIENTS; i++)
		control.client[i].fd = -1;
	control.started = seconds_now();
	thread_start(control_thread, NULL);
}
