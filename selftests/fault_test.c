// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that the host does not get, and copies that fail: with fault injection
 * (CONFIG_FAULT_INJECTION, /proc/thread-self/fail-nth) the first, the second,
 * the third ... allocation or copy of a guest's whole life fails, until there
 * are no more. Each time the step must fail with an error and work when it is
 * done again, or the guest must be dead and say why; and the next guest, without
 * a fault, must do all of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../kselftest.h"
#include "vm.h"
#include "fault_test.h"

extern const __u8 fault_guest[], fault_guest_end[];

/* More than there are: something is wrong when it is reached. */
#define MOST	5000

enum { REACHED_ERROR = 1, REACHED_KILLED, REACHED_UNSEEN, NOT_REACHED, BROKEN };

static int fail_nth;
static int device = -1, event = -1;
static __u8 *ram;
static struct lguest_exit left;
static char step[64];

static void set_word(__u32 gpa, __u32 value)
{
	*(__u32 *)(ram + gpa) = value;
}

static void make_ram(void)
{
	struct lguest_dma dma = { .sections = 1, .section[0] = { TOUCH_GPA, 64 } };
	unsigned int i;

	memset(ram, 0, TOUCH_GPA);
	memcpy(ram + VM_CODE_GPA, fault_guest, fault_guest_end - fault_guest);
	set_word(DIR_GPA, PTE_GPA | 7);
	set_word(DIR_GPA + 0x1000, PTE_GPA | 7);
	for (i = 0; i < 1024; i++)
		set_word(PTE_GPA + i * 4, i << 12 | 7);
	memcpy(ram + BUFFER_GPA, &dma, sizeof(dma));
	memcpy(ram + SENT_GPA, &dma, sizeof(dma));
	memcpy(ram + SENT_GPA + 0x100, &dma, sizeof(dma));
}

static int do_open(void)
{
	device = open(VM_DEVICE, O_RDWR | O_CLOEXEC);
	return device < 0 ? -errno : 0;
}

static int command(const void *data, size_t size)
{
	return write(device, data, size) < 0 ? -errno : 0;
}

static int do_initialise(void)
{
	struct lguest_initialise init = {
		.command	= LGUEST_INITIALISE,
		.ram_size	= VM_RAM,
		.ram_base	= (uintptr_t)ram,
		.entry		= VM_CODE_GPA,
	};

	return command(&init, sizeof(init));
}

static int do_listen(void)
{
	struct lguest_listen listen = {
		.command	= LGUEST_LISTEN,
		.key		= LISTEN_GPA,
		.eventfd	= event,
	};

	return command(&listen, sizeof(listen));
}

static int do_run(void)
{
	return pread(device, &left, sizeof(left), 0) < 0 ? -errno : 0;
}

static int do_take(void)
{
	static struct lguest_sent sent;
	struct lguest_take_dma take = {
		.command	= LGUEST_TAKE_DMA,
		.key		= LISTEN_GPA,
		.result		= (uintptr_t)&sent,
	};

	return command(&take, sizeof(take));
}

static int do_get(void)
{
	static struct lguest_dma_buffer buffer;
	struct lguest_get_dma get = {
		.command	= LGUEST_GET_DMA,
		.key		= BOUND_GPA,
		.result		= (uintptr_t)&buffer,
	};

	return command(&get, sizeof(get));
}

static int do_stats(void)
{
	struct lguest_stats stats;

	return pread(device, &stats, sizeof(stats), LGUEST_STATS_POS) < 0 ? -errno : 0;
}

static int do_close(void)
{
	return close(device) ? -errno : 0;
}

/* What is still to come of the count; 0: the fault was made. */
static long left_of_count(void)
{
	char text[16] = "";

	if (pread(fail_nth, text, sizeof(text) - 1, 0) <= 0)
		return -1;
	return strtol(text, NULL, 10);
}

static void arm(unsigned int n)
{
	char text[16];
	int len = sprintf(text, "%u", n);

	if (pwrite(fail_nth, text, len, 0) != len) {
		ksft_print_msg("fail-nth: %s\n", strerror(errno));
		fflush(stdout);
		_exit(BROKEN);
	}
}

/* The life of a guest, with one fault at most. */
static int live(unsigned int nth)
{
	static const struct {
		const char *name;
		int (*does)(void);
		int again;	/* what it may say if it is done again */
	} life[] = {
		{ .name = "open", .does = do_open },
		{ .name = "initialise", .does = do_initialise },
		{ .name = "listen", .does = do_listen },
		{ .name = "run", .does = do_run },
		{ .name = "take", .does = do_take },
		/* The place for the answer was good; then it was not: it is lost. */
		{ .name = "get", .does = do_get, .again = -ENOBUFS },
		{ .name = "statistics", .does = do_stats },
		{ .name = "run", .does = do_run },
		{ .name = "run", .does = do_run },
		{ .name = "close", .does = do_close },
	};
	bool error = false, off;
	unsigned int i;
	int r;

	make_ram();
	arm(nth);
	for (i = 0; i < ARRAY_SIZE(life); i++) {
		snprintf(step, sizeof(step), "%s", life[i].name);
		r = life[i].does();
		if (r && !(error && r == life[i].again)) {
			/* Only a fault may do this, and only once. */
			if (left_of_count() || error) {
				snprintf(step, sizeof(step), "%s: %s",
					 life[i].name, strerror(-r));
				return BROKEN;
			}
			error = true;
			i--;
			continue;
		}
		if (left.reason >= LGUEST_EXIT_HALTED)
			break;
	}
	r = left_of_count();
	arm(0);
	off = left.shutdown.kind == LGUEST_SHUTDOWN_POWEROFF;
	if (left.reason == LGUEST_EXIT_SHUTDOWN) {
		/* Either it was told of a failure, or all went well. */
		if (r)
			return off ? NOT_REACHED : BROKEN;
		if (!off)
			return REACHED_ERROR;
		return error ? REACHED_ERROR : REACHED_UNSEEN;
	}
	snprintf(step, sizeof(step), "%.60s", left.text);
	return !r && left.reason == LGUEST_EXIT_KILLED && left.text[0] ? REACHED_KILLED : BROKEN;
}

/* In a process of its own, which is gone afterwards with all it had. */
static int child(unsigned int nth)
{
	int status, pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		ksft_exit_fail_msg("fork: %s\n", strerror(errno));
	if (!pid) {
		fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
		ram = mmap(NULL, VM_RAM, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		event = eventfd(0, EFD_CLOEXEC);
		if (fail_nth < 0 || ram == MAP_FAILED || event < 0)
			_exit(BROKEN);
		status = live(nth);
		if (status == BROKEN)
			ksft_print_msg("fault %u: %s\n", nth, step);
		fflush(stdout);
		_exit(status);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) {
		ksft_print_msg("fault %u: status %#x\n", nth, status);
		return BROKEN;
	}
	return WEXITSTATUS(status);
}

/* What was set before. */
static struct {
	char path[100];
	char value[32];
} settings[16];

static unsigned int count_settings;

static bool set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, value, strlen(value)) >= 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static void restore_settings(void)
{
	while (count_settings--)
		set(settings[count_settings].path, settings[count_settings].value);
}

/* Faults happen only where these say so. */
static void setting(const char *what, const char *name, const char *value)
{
	char *path = settings[count_settings].path, *was = settings[count_settings].value;
	int fd;

	snprintf(path, sizeof(settings->path), "/sys/kernel/debug/%s/%s", what, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, was, sizeof(settings->value) - 1) < 0)
		ksft_exit_skip("%s: %s\n", path, strerror(errno));
	close(fd);
	count_settings++;
	if (!set(path, value))
		ksft_exit_skip("%s: %s\n", path, strerror(errno));
}

int main(void)
{
	unsigned int n, count[BROKEN + 1] = { };
	int r = 0;

	ksft_print_header();
	if (access("/proc/thread-self/fail-nth", W_OK))
		ksft_exit_skip("no fault injection in this kernel\n");
	if (access(VM_DEVICE, R_OK | W_OK))
		ksft_exit_skip(VM_DEVICE ": %s\n", strerror(errno));
	atexit(restore_settings);
	setting("failslab", "ignore-gfp-wait", "N");
	setting("failslab", "verbose", "0");
	setting("fail_page_alloc", "ignore-gfp-wait", "N");
	setting("fail_page_alloc", "ignore-gfp-highmem", "N");
	setting("fail_page_alloc", "min-order", "0");
	setting("fail_page_alloc", "verbose", "0");
	setting("fail_usercopy", "verbose", "0");
	ksft_set_plan(2);

	for (n = 1; n < MOST && r != NOT_REACHED; n++) {
		r = child(n);
		count[r]++;
		if (r == BROKEN)
			break;
		if (n % 50 == 0)
			ksft_print_msg("%u faults\n", n);
		/* And one without. */
		if (n % 10 == 0 && child(0) != REACHED_UNSEEN) {
			ksft_print_msg("after fault %u a guest does not work\n", n);
			count[BROKEN]++;
			break;
		}
	}
	ksft_print_msg("%u faults: %u errors, %u guests killed, %u without effect\n",
		       n - 1, count[REACHED_ERROR], count[REACHED_KILLED],
		       count[REACHED_UNSEEN]);
	ksft_test_result(r == NOT_REACHED && !count[BROKEN],
			 "each fault ends in an error or a dead guest\n");
	ksft_test_result(count[REACHED_ERROR] > 10 && count[REACHED_KILLED] > 10,
			 "there were faults of both kinds\n");
	ksft_finished();
}
