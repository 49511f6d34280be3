// SPDX-License-Identifier: GPL-2.0
/* The device /dev/lguest, and running the guest by reading from it. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include "launcher.h"

/* The first word of what the guest's init says as it reboots: see --run. */
#define RUN_STATUS	"lguest-init: exit "

static struct lguest_info info;

void device_open(struct guest *g, const char *name)
{
	g->fd = open(name, O_RDWR | O_CLOEXEC);
	if (g->fd < 0 && (errno == ENOENT || errno == ENXIO || errno == ENODEV))
		die("%s: %s; is the module loaded (modprobe lg)?", name,
		    strerror(errno));
	if (g->fd < 0 && (errno == EACCES || errno == EPERM))
		die("%s: %s; you need the right to read and write it", name,
		    strerror(errno));
	if (g->fd < 0)
		die("%s: %s", name, strerror(errno));
	if (pread(g->fd, &info, sizeof(info), LGUEST_INFO_POS) != sizeof(info))
		die("%s: not the device of the module lg", name);
	if (info.version != LGUEST_API_VERSION)
		die("%s: the module has API version %u, this launcher needs %u",
		    name, info.version, LGUEST_API_VERSION);
}

void device_check_ram(uint32_t size)
{
	if (size > info.max_ram)
		die("memory size %u MB is too large: the module takes at most %llu MB",
		    size >> 20, (unsigned long long)info.max_ram >> 20);
}

bool device_has(uint64_t feature)
{
	return info.features & feature;
}

void guest_start(struct guest *g)
{
	struct lguest_initialise init = {
		.command	= LGUEST_INITIALISE,
		.ram_base	= (uintptr_t)g->ram,
		.ram_size	= g->ram_size,
		.entry		= g->entry,
		.boot_params	= BOOT_PARAMS_GPA,
	};

	if (write(g->fd, &init, sizeof(init)) != sizeof(init))
		die("the module refuses to make the guest: %s",
		    strerror(errno));
}

/* 0, or an errno. */
int guest_get_dma(struct guest *g, uint32_t key, struct lguest_dma_buffer *buf)
{
	struct lguest_get_dma get = {
		.command	= LGUEST_GET_DMA,
		.key		= key,
		.result		= (uintptr_t)buf,
	};

	return write(g->fd, &get, sizeof(get)) == sizeof(get) ? 0 : errno;
}

void guest_interrupt(struct guest *g, uint32_t irq)
{
	struct lguest_interrupt i = {
		.command	= LGUEST_INTERRUPT,
		.irq		= irq,
	};
	ssize_t n;

	/* It fails only when the guest is dead, which the run tells, too. */
	n = write(g->fd, &i, sizeof(i));
	(void)n;
}

/* Have what is sent to @key wait for a thread; returns the eventfd that tells. */
int guest_listen(struct guest *g, uint32_t key)
{
	struct lguest_listen listen = {
		.command	= LGUEST_LISTEN,
		.key		= key,
		.eventfd	= eventfd(0, EFD_CLOEXEC),
	};

	if (listen.eventfd < 0)
		die("eventfd: %s", strerror(errno));
	if (write(g->fd, &listen, sizeof(listen)) != sizeof(listen))
		die("the module cannot serve a device by a thread: %s",
		    strerror(errno));
	return listen.eventfd;
}

/* What was sent to @key; false if nothing was, or the guest is dead. */
bool guest_take_dma(struct guest *g, uint32_t key, struct lguest_sent *sent)
{
	struct lguest_take_dma take = {
		.command	= LGUEST_TAKE_DMA,
		.key		= key,
		.result		= (uintptr_t)sent,
	};

	return write(g->fd, &take, sizeof(take)) == sizeof(take) && sent->count;
}

/* The guest sent a buffer where no thread listens. */
static void serve_dma(struct guest *g, uint32_t key, uint32_t gpa)
{
	static bool told;
	struct dma dma;

	if (console_send(g, key, gpa))
		return;
	/* The module looks at this, too. */
	if (!dma_open(g, &dma, gpa))
		die("the guest sent a buffer at 0x%x, which is no memory", gpa);
	if (!net_is_peer(g, key) && !told) {
		note("the guest sends to 0x%x, where no device is", key);
		told = true;
	}
	dma_done(&dma, 0);
}

static void serve_console(struct guest *g, uint32_t addr, uint32_t len)
{
	len = gpa_clamp(g, addr, len);
	if (len)
		console_text(g, g->ram + addr, len);
}

static int status_of_shutdown(const struct lguest_exit *e,
			      const struct options *opt)
{
	unsigned int status;

	switch (e->shutdown.kind) {
	case LGUEST_SHUTDOWN_POWEROFF:
		if (opt->run)
			die("the guest powered off and did not say how the command ended");
		return STATUS_POWEROFF;
	case LGUEST_SHUTDOWN_REBOOT:
		if (!opt->run)
			return STATUS_REBOOT;
		if (sscanf(e->text, RUN_STATUS "%3u", &status) == 1)
			return status & 0xff;
		if (!strncmp(e->text, "lguest-init: ", 13))
			die("%s", e->text);
		die("the guest rebooted and did not say how the command ended");
	case LGUEST_SHUTDOWN_PANIC:
		note("guest panic: %s", e->text);
		return STATUS_PANIC;
	}
	die("the guest ended in an unknown way (%u)", e->shutdown.kind);
}

/* "lguest pause": the thread that runs the guest waits here. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool wanted;
	bool stands;
} hold = {
	.lock		= PTHREAD_MUTEX_INITIALIZER,
	.changed	= PTHREAD_COND_INITIALIZER,
};

static void hold_if_wanted(void)
{
	pthread_mutex_lock(&hold.lock);
	while (hold.wanted) {
		hold.stands = true;
		pthread_cond_broadcast(&hold.changed);
		pthread_cond_wait(&hold.changed, &hold.lock);
	}
	hold.stands = false;
	pthread_mutex_unlock(&hold.lock);
}

/*
 * Returns whether it stands within @ms; if not it will, when it comes back. Who asks
 * again is told at once: those who wait behind it are to wait for one of them only.
 */
bool guest_pause(struct guest *g, unsigned int ms)
{
	const struct lguest_break brk = { .command = LGUEST_BREAK };
	struct timespec until;
	bool again, stands;
	int err = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	pthread_mutex_lock(&hold.lock);
	again = hold.wanted;
	hold.wanted = true;
	/*
	 * The run that goes on, or the next one, returns for this: nothing is
	 * lost if the guest is not in a run just now.
	 */
	if (!hold.stands && write(g->fd, &brk, sizeof(brk)) != sizeof(brk))
		err = errno;
	while (!hold.stands && !err && !again)
		err = pthread_cond_clockwait(&hold.changed, &hold.lock,
					     CLOCK_MONOTONIC, &until);
	stands = hold.stands;
	pthread_mutex_unlock(&hold.lock);
	return stands;
}

void guest_resume(void)
{
	pthread_mutex_lock(&hold.lock);
	hold.wanted = false;
	pthread_cond_broadcast(&hold.changed);
	pthread_mutex_unlock(&hold.lock);
}

bool guest_is_paused(void)
{
	bool wanted;

	pthread_mutex_lock(&hold.lock);
	wanted = hold.wanted;
	pthread_mutex_unlock(&hold.lock);
	return wanted;
}

/*
 * A Linux kernel that does not know lguest may not do anything that ends it: its first
 * fault, in the window or at hardware that is not there, makes it panic, and it waits for
 * ever with nothing to say that on. One that does makes a hypercall before any fault.
 */
#define WATCH_SECONDS	30
#define LOST_SECONDS	3

static void *watch_thread(void *arg)
{
	const struct lguest_break brk = { .command = LGUEST_BREAK };
	struct guest *g = arg;
	struct lguest_stats stats;
	int second, lost = 0;

	for (second = 0; second < WATCH_SECONDS && lost < LOST_SECONDS; second++) {
		sleep(1);
		if (pread(g->fd, &stats, sizeof(stats), LGUEST_STATS_POS) != sizeof(stats) ||
		    stats.value[LGUEST_STAT_HYPERCALL])
			return NULL;
		if (stats.value[LGUEST_STAT_INJECT_TRAP])
			lost++;
	}
	if (lost < LOST_SECONDS)
		return NULL;
	__atomic_store_n(&g->is_lost, true, __ATOMIC_RELEASE);
	if (write(g->fd, &brk, sizeof(brk)) != sizeof(brk))
		note("the guest cannot be stopped: %s", strerror(errno));
	return NULL;
}

void guest_watch(struct guest *g)
{
	if (g->is_linux)
		thread_start(watch_thread, g);
}

/* Run the guest to its end; returns the launcher's exit status. */
int guest_run(struct guest *g, const struct options *opt)
{
	struct lguest_exit e;
	ssize_t n;

	for (;;) {
		memset(&e, 0, sizeof(e));
		n = pread(g->fd, &e, sizeof(e), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die("running the guest: %s", strerror(errno));
		e.text[sizeof(e.text) - 1] = '\0';
		switch (e.reason) {
		case LGUEST_EXIT_DMA:
			serve_dma(g, e.dma.key, e.dma.dma);
			break;
		case LGUEST_EXIT_CONSOLE:
			serve_console(g, e.console.addr, e.console.len);
			break;
		case LGUEST_EXIT_BREAK:
			if (__atomic_load_n(&g->is_lost, __ATOMIC_ACQUIRE)) {
				note("the kernel has met a fault and has not found lguest");
				note("is it a kernel with CONFIG_LGUEST_GUEST=y?");
				return STATUS_KILLED;
			}
			hold_if_wanted();
			break;
		case LGUEST_EXIT_SHUTDOWN:
			return status_of_shutdown(&e, opt);
		case LGUEST_EXIT_HALTED:
			note("the guest has halted for ever");
			return STATUS_HALTED;
		case LGUEST_EXIT_KILLED:
			note("the guest was killed: %s", e.text);
			if (!g->said_something)
				note("is it a kernel with CONFIG_LGUEST_GUEST=y?");
			return STATUS_KILLED;
		default:
			die("the module says something unknown (%u)", e.reason);
		}
	}
}
