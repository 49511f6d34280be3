// SPDX-License-Identifier: GPL-2.0
/*
 * Consoles of the guest, and the terminal behind them. Output is written where
 * the guest runs; a thread of its own waits for input and for signals, since
 * the one that runs the guest may be inside it for ever.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>
#include "launcher.h"

#define KEY_ESCAPE	0x1d		/* Ctrl-] */
#define KEY_EOF		0x04		/* Ctrl-D */

/* One transfer from the guest takes at most this much. */
#define OUTPUT_MAX	0x100000u

/* The guest does not say when it has a free buffer again: ask every 10 ms. */
#define RETRY_MS	10

/* Input that waits for the guest to take it. */
static struct {
	struct console *console;
	uint8_t buf[4096];
	size_t len;
	bool escape;			/* Ctrl-] was the last key */
	bool send_eof;			/* the guest wants to know of the end */
	bool line_open;			/* the last byte was not a newline */
	/*
	 * The program's console still echoes: lguest-init sends a NUL when it
	 * does not any more, and nothing is handed over before that.
	 */
	atomic_bool held;
} input;

static struct termios saved_termios;
static atomic_bool terminal_is_raw;

/* Safe in a signal handler, and more than once. */
void terminal_restore(void)
{
	if (!terminal_is_raw)
		return;
	/* In this order: another thread may be at the end already. */
	tcsetattr(STDIN_FILENO, TCSANOW, &saved_termios);
	terminal_is_raw = false;
}

static void restore_and_die(int sig)
{
	/* SA_RESETHAND: the second time it ends the launcher. */
	terminal_restore();
	raise(sig);
}

static void terminal_make_raw(void)
{
	static const int fatal[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT,
				     SIGSYS };
	struct sigaction sa = {
		.sa_handler = restore_and_die,
		.sa_flags = SA_RESETHAND,
	};
	struct termios t;
	size_t i;

	if (tcgetattr(STDIN_FILENO, &saved_termios))
		return;
	for (i = 0; i < ARRAY_SIZE(fatal); i++)
		sigaction(fatal[i], &sa, NULL);
	t = saved_termios;
	cfmakeraw(&t);
	terminal_is_raw = true;
	tcsetattr(STDIN_FILENO, TCSANOW, &t);
}

static bool is_terminal(const struct console *c)
{
	return c->in >= 0 && isatty(c->in) && isatty(c->out);
}

static int output_of(const char *name, int normally)
{
	int fd;

	if (!name)
		return normally;
	if (!strcmp(name, "none"))
		return -1;
	if (!strcmp(name, "stdio"))
		return STDOUT_FILENO;
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		die("console file %s: %s", name, strerror(errno));
	return fd;
}

/*
 * The kernel's console is on stdin and stdout. With --run these are the
 * program's, on a console of its own, and the kernel's goes to stderr.
 */
bool console_setup(struct guest *g, const struct options *opt)
{
	struct console *kernel = &g->console[0], *program = &g->console[1];

	kernel->in = -1;
	kernel->out = output_of(opt->console,
				opt->run ? STDERR_FILENO : STDOUT_FILENO);
	kernel->is_log = kernel->out > STDERR_FILENO;
	kernel->device = platform_add(g, LGUEST_DEVICE_CONSOLE, "kernel");
	if (!opt->run) {
		if (!opt->console || !strcmp(opt->console, "stdio"))
			kernel->in = STDIN_FILENO;
		input.console = kernel;
		return is_terminal(kernel);
	}
	program->in = STDIN_FILENO;
	program->out = STDOUT_FILENO;
	program->device = platform_add(g, LGUEST_DEVICE_CONSOLE, "program");
	input.console = program;
	input.send_eof = !is_terminal(program);
	input.held = true;
	return is_terminal(program);
}

static void write_all(struct console *c, const uint8_t *p, size_t len)
{
	struct pollfd pfd = { .fd = c->out, .events = POLLOUT };
	ssize_t n;

	while (len) {
		n = write(c->out, p, len);
		if (n < 0 && errno == EAGAIN) {
			poll(&pfd, 1, -1);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		/* A log is not worth the guest: later there may be room again. */
		if (n < 0 && c->is_log &&
		    (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)) {
			if (!c->lost)
				note("console file: %s: output is lost",
				     strerror(errno));
			c->lost = true;
			return;
		}
		if (n < 0)
			die("console output: %s", strerror(errno));
		p += n;
		len -= n;
	}
}

static void console_write(struct guest *g, struct console *c,
			  const uint8_t *p, size_t len)
{
	if (len && c == input.console && input.held) {
		input.held = false;
		if (!*p) {
			p++;
			len--;
		}
	}
	if (len)
		g->said_something = true;
	if (c->out >= 0)
		write_all(c, p, len);
}

/* Early output is plain text, and a raw terminal wants a CR for each LF. */
void console_text(struct guest *g, const uint8_t *text, size_t len)
{
	struct console *c = &g->console[0];
	const uint8_t *lf;

	while (terminal_is_raw && (lf = memchr(text, '\n', len))) {
		console_write(g, c, text, lf - text);
		console_write(g, c, (const uint8_t *)"\r\n", 2);
		len -= lf + 1 - text;
		text = lf + 1;
	}
	console_write(g, c, text, len);
}

/* The guest sent the buffer at @gpa to @key: is that a console? */
bool console_send(struct guest *g, uint32_t key, uint32_t gpa)
{
	struct console *c = NULL;
	uint32_t i, len, used = 0;
	struct dma dma;

	for (i = 0; i < CONSOLES; i++)
		if (g->console[i].device &&
		    g->console[i].device->key + sizeof(uint32_t) == key)
			c = &g->console[i];
	if (!c || !dma_open(g, &dma, gpa))
		return false;

	for (i = 0; i < dma.end; i++) {
		len = dma.iov[i].iov_len;
		if (len > OUTPUT_MAX - used)
			len = OUTPUT_MAX - used;
		console_write(g, c, dma.iov[i].iov_base, len);
		used += len;
	}
	dma_done(&dma, used);
	return true;
}

/* Give the guest what it takes of the input. */
static void input_push(struct guest *g)
{
	struct lguest_dma_buffer buf;
	struct dma dma;
	uint32_t used;
	int err;

	err = guest_get_dma(g, input.console->device->key, &buf);
	if (err == ENOENT || err == ENOBUFS || err == ENOMEM)
		return;
	if (err || !dma_open(g, &dma, buf.dma)) {
		/* The guest is dead, or lies about its buffers. */
		input.len = 0;
		return;
	}
	used = dma_fill(&dma, input.buf, input.len);
	dma_done(&dma, used);
	guest_interrupt(g, buf.irq);
	input.len -= used;
	memmove(input.buf, input.buf + used, input.len);
}

static void input_add(uint8_t byte)
{
	/* A terminal's input goes on for Ctrl-]; what nobody reads is lost. */
	if (input.len < sizeof(input.buf))
		input.buf[input.len++] = byte;
	input.line_open = byte != '\n';
}

static void input_key(uint8_t key)
{
	if (!input.escape && key == KEY_ESCAPE) {
		input.escape = true;
		return;
	}
	if (!input.escape) {
		input_add(key);
		return;
	}
	input.escape = false;
	switch (key) {
	case KEY_ESCAPE:
		input_add(key);
		break;
	case 'x':
		terminal_restore();
		note("ended from the terminal");
		launcher_end(STATUS_SIGNAL + SIGINT);
	default:
		note("Ctrl-] x ends the guest, Ctrl-] Ctrl-] sends Ctrl-]");
	}
}

/* Read what there is; false at the end. */
static bool input_read(bool hangup)
{
	uint8_t buf[256];
	size_t room = sizeof(input.buf) - input.len;
	ssize_t n, i;

	if (terminal_is_raw || room > sizeof(buf))
		room = sizeof(buf);
	n = read(input.console->in, buf, room);
	/* In the background it belongs to others, but may be ours again. */
	if (n < 0 && errno == EIO && terminal_is_raw && !hangup) {
		poll(NULL, 0, RETRY_MS);
		return true;
	}
	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	for (i = 0; i < n; i++) {
		if (terminal_is_raw)
			input_key(buf[i]);
		else
			input_add(buf[i]);
	}
	return n;
}

/* Room for the end of input is always left: two keys. */
static bool input_has_room(void)
{
	return terminal_is_raw || input.len < sizeof(input.buf) - 2;
}

static void input_end(void)
{
	if (!input.send_eof)
		return;
	/* In an open line the first one only ends the line. */
	if (input.line_open)
		input.buf[input.len++] = KEY_EOF;
	input.buf[input.len++] = KEY_EOF;
}

/* All that would end the process by default, but for what it does to itself. */
static int open_signals(void)
{
	static const int sigs[] = {
		SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM,
		SIGVTALRM, SIGPROF, SIGXCPU, SIGPWR, SIGIO, SIGTRAP, SIGSTKFLT,
	};
	struct sigaction old;
	sigset_t set, ttou;
	size_t i;
	int sig;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(sigs); i++)
		sigaddset(&set, sigs[i]);
	for (sig = SIGRTMIN; sig <= SIGRTMAX; sig++)
		sigaddset(&set, sig);
	/* What our parent wants ignored (nohup, background) stays ignored. */
	for (sig = 1; sig <= SIGRTMAX; sig++)
		if (sigismember(&set, sig) == 1 && !sigaction(sig, NULL, &old) &&
		    old.sa_handler == SIG_IGN)
			sigdelset(&set, sig);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	/* The end must not be stopped where it restores the terminal. */
	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &ttou, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int signals;

static void *input_thread(void *arg)
{
	struct guest *g = arg;
	struct signalfd_siginfo si;
	struct pollfd p[2] = {
		{ .fd = signals, .events = POLLIN },
		{ .events = POLLIN },
	};
	bool end = input.console->in < 0;

	for (;;) {
		p[1].fd = end || !input_has_room() ? -1 : input.console->in;
		if (poll(p, 2, input.len || input.held ? RETRY_MS : -1) < 0)
			continue;
		if (p[0].revents && read(signals, &si, sizeof(si)) > 0)
			launcher_end(STATUS_SIGNAL + si.ssi_signo);
		if (p[1].fd >= 0 && p[1].revents &&
		    !input_read(p[1].revents & POLLHUP)) {
			end = true;
			input_end();
		}
		if (input.len && !input.held)
			input_push(g);
	}
	return NULL;
}

/* The guest is made: from now on input and signals are looked after. */
void console_start(struct guest *g)
{
	struct termios t;

	/* In the background it stops here, as long as signals can end it. */
	if (is_terminal(input.console) && !tcgetattr(STDIN_FILENO, &t))
		tcsetattr(STDIN_FILENO, TCSANOW, &t);
	signals = open_signals();
	if (signals < 0)
		die("signalfd: %s", strerror(errno));
	if (is_terminal(input.console))
		terminal_make_raw();
	thread_start(input_thread, g);
}
