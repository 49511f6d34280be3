// SPDX-License-Identifier: GPL-2.0
/* Guests without a kernel, for tests: vm.h, and calls.S that runs in them. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "../kselftest.h"
#include "vm.h"

extern const __u8 calls_guest[], calls_guest_end[];

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
		ksft_exit_fail_msg(VM_DEVICE ": %s\n", strerror(errno));
	vm->ram = mmap(NULL, VM_RAM, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (vm->ram == MAP_FAILED)
		ksft_exit_fail_msg("no memory\n");
	if (shared >= 0 &&
	    mmap(vm->ram + gpa, 4096, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED, shared, 0) == MAP_FAILED)
		ksft_exit_fail_msg("mapping a file: %s\n", strerror(errno));
	memcpy(vm->ram + VM_CODE_GPA, calls_guest,
	       calls_guest_end - calls_guest);
	init.ram_base = (uintptr_t)vm->ram;
	err = vm_command(vm, &init, sizeof(init));
	if (err)
		ksft_exit_fail_msg("initialise: %s\n", strerror(-err));
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
			ksft_exit_fail_msg("run: %s\n", strerror(errno));
		}
		if (e.reason == LGUEST_EXIT_CONSOLE)
			return mailbox[5];
		vm->exit = e;
		vm->asked = e.reason == LGUEST_EXIT_DMA;
	} while (e.reason < LGUEST_EXIT_HALTED);
	ksft_exit_fail_msg("the guest died: %s\n", e.text);
	return 0;
}
