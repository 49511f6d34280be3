// SPDX-License-Identifier: GPL-2.0
/* The device /dev/lguest, and running the guest by reading from it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
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

/* The guest sent a buffer to a device. */
static void serve_dma(struct guest *g, uint32_t key, uint32_t gpa)
{
	struct lguest_dma *dma = gpa_ptr(g, gpa, sizeof(*dma));
	static bool told;

	/* The module looks at this, too. */
	if (!dma || gpa % sizeof(uint32_t))
		die("the guest sent a buffer at 0x%x, which is no memory", gpa);
	if (console_send(g, key, dma))
		return;
	if (!told)
		note("the guest sends to 0x%x, where no device is", key);
	told = true;
	__atomic_store_n(&dma->used, LGUEST_DMA_USED, __ATOMIC_RELEASE);
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
