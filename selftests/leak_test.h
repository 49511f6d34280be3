/* SPDX-License-Identifier: GPL-2.0 */
/* What leak_test.c and its guest, leak_guest.S, agree on. */
#ifndef _LEAK_TEST_H
#define _LEAK_TEST_H

#define STATE_GPA	0x3000		/* 18 words: registers as they were found */
#define FPU_GPA		0x3200		/* and an FXSAVE area */
#define OWN_GPA		0x3600		/* another one: what the guest loads */
#define STACK_GPA	0x5000

#ifndef __ASSEMBLER__
extern const __u8 leak_guest[], leak_guest_end[];
#endif

#endif /* _LEAK_TEST_H */
