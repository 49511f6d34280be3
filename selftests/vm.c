// SPDX-License-Identifier: GPL-2.0
/* Guests without a kernel, for tests: vm.h, and calls.S that runs in them. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../kselftest.h"
#include "vm.h"

extern const __u8 calls_guest[], calls_guest_end[];

static bool is_child;

void vm_fail(const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!is_child)
		ksft_exit_fail_msg("%s", text);
	/* The totals are the parent's to tell, and what is put back at its exit is, too. */
	ksft_print_msg("a child: %s", text);
	fflush(stdout);
	_exit(KSFT_FAIL);
}

bool write_file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

pid_t vm_fork(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		vm_fail("fork: %s\n", strerror(errno));
	if (!pid)
		is_child = true;
	return pid;
}

bool vm_wait(pid_t pid, int *status, double seconds)
{
	double deadline = now() + seconds;

	while (waitpid(pid, status, WNOHANG) != pid) {
		if (now() > deadline) {
			*status = -1;
			return false;
		}
		usleep(200);
	}
	return true;
}

int vm_command(struct vm *vm, const void *command, size_t size)
{
	return write(vm->fd, command, size) < 0 ? -errno : 0;
}

void vm_create(struct vm *vm, int shared, __u32 gpa)
{
	struct lguest_initialise init = {
		.command	= LGUEST_INITIALISE,
		.ram_size	= VM_RAM,
		.entry		= VM_CODE_GPA,
	};
	int err;

	memset(vm, 0, sizeof(*vm));
	vm->fd = open(VM_DEVICE, O_RDWR | O_CLOEXEC);
	if (vm->fd < 0)
		vm_fail(VM_DEVICE ": %s\n", strerror(errno));
	vm->ram = mmap(NULL, VM_RAM, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (vm->ram == MAP_FAILED)
		vm_fail("no memory\n");
	if (shared >= 0 &&
	    mmap(vm->ram + gpa, 4096, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED, shared, 0) == MAP_FAILED)
		vm_fail("mapping a file: %s\n", strerror(errno));
	memcpy(vm->ram + VM_CODE_GPA, calls_guest,
	       calls_guest_end - calls_guest);
	init.ram_base = (uintptr_t)vm->ram;
	err = vm_command(vm, &init, sizeof(init));
	if (err)
		vm_fail("initialise: %s\n", strerror(-err));
}

void vm_destroy(struct vm *vm)
{
	close(vm->fd);
	munmap(vm->ram, VM_RAM);
}

long vm_call(struct vm *vm, __u32 nr, __u32 a, __u32 b, __u32 c, __u32 d)
{
	__s32 *mailbox = (__s32 *)(vm->ram + MAILBOX_GPA);
	struct lguest_exit e = {};

	mailbox[0] = nr;
	mailbox[1] = a;
	mailbox[2] = b;
	mailbox[3] = c;
	mailbox[4] = d;
	vm->asked = 0;
	do {
		if (pread(vm->fd, &e, sizeof(e), 0) < 0) {
			if (errno == EINTR)
				continue;
			vm_fail("run: %s\n", strerror(errno));
		}
		if (e.reason == LGUEST_EXIT_CONSOLE)
			return mailbox[5];
		vm->exit = e;
		vm->asked = e.reason == LGUEST_EXIT_DMA;
	} while (e.reason < LGUEST_EXIT_HALTED);
	vm_fail("the guest died: %s\n", e.text);
}
