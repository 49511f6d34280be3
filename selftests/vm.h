/* SPDX-License-Identifier: GPL-2.0 */
/* Guests without a kernel, for tests: they make hypercalls as they are told. */
#ifndef _VM_H
#define _VM_H

#define VM_RAM		0x400000
#define VM_CODE_GPA	0x1000
#define MAILBOX_GPA	0x2000		/* number, four arguments, result */

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <linux/types.h>
#include "../kselftest.h"
#include "../../../../include/uapi/linux/lguest.h"
#include "../../../../arch/x86/include/uapi/asm/lguest.h"
#include "launcher.h"

#define VM_DEVICE	"/dev/lguest"

/**
 * struct vm - a guest
 * @fd: control file
 * @ram: guest physical 0
 * @exit: why its run returned last, other than that a call was done
 * @asked: a call went to the launcher: @exit is LGUEST_EXIT_DMA
 */
struct vm {
	int fd;
	__u8 *ram;
	struct lguest_exit exit;
	int asked;
};

/*
 * A guest of VM_RAM bytes. @shared: a file whose first page is the guest's page
 * at @gpa; -1: none. It ends the test if it cannot be made.
 */
void vm_create(struct vm *vm, int shared, __u32 gpa);
void vm_destroy(struct vm *vm);
/* Have it make a hypercall; the result. It ends the test if the guest died. */
long vm_call(struct vm *vm, __u32 nr, __u32 a, __u32 b, __u32 c, __u32 d);
/* 0, or -errno. */
int vm_command(struct vm *vm, const void *command, size_t size);

/* A child, in which nothing here ends the test, but that process only. */
pid_t vm_fork(void);
/* The child ends within @seconds; if not, false, and @status is that of no end. */
bool vm_wait(pid_t pid, int *status, double seconds);
/* End the test, or the child. */
__noreturn __printf(1, 2) void vm_fail(const char *fmt, ...);
/* A setting of the host's, such as /proc/sys/...; false: not all of it was written. */
bool write_file(const char *name, const char *text);
#endif

#endif /* _VM_H */
