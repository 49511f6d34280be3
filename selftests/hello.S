/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The smallest guest: it prints two lines and powers off.
 *
 *   gcc -m32 -nostdlib -static -no-pie -Wl,-n,-Ttext=0x100000,--build-id=none \
 *	-I ../../../../arch/x86/include/uapi -o hello FILE
 *   lguest hello
 *
 * A guest begins in ring 1 at its entry point, with paging and interrupts off,
 * flat segments, %esi pointing to the boot parameters, and no stack.
 */
#include <asm/lguest.h>

	.text
	.globl _start
_start:
	movl $LGUEST_HC_CONSOLE, %eax
	movl $message, %ebx
	movl $message_end - message, %ecx
	int $LGUEST_HYPERCALL

	movl $LGUEST_HC_SHUTDOWN, %eax
	movl $LGUEST_SHUTDOWN_POWEROFF, %ebx
	xorl %ecx, %ecx
	int $LGUEST_HYPERCALL
1:	jmp 1b			/* a host that gets here is broken */

message:
	.ascii "Hello from ring 1.\n"
	.ascii "Test result: SUCCESS\n"
message_end:
	.section .note.GNU-stack, "", @progbits
