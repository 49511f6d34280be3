/* SPDX-License-Identifier: GPL-2.0 */
/* What dev_test.c and its guests, dev_guest.S, agree on. */
#ifndef _DEV_TEST_H
#define _DEV_TEST_H

#define RAM_SIZE	0x400000
#define CODE_GPA	0x1000
#define DMA_GPA		0x2000		/* two buffers ... */
#define KEY_GPA		0x3000		/* ... bound here ... */
#define DMA_IRQ		7		/* ... with this interrupt */
#define TEXT_GPA	0x4000
#define TEXT		"hello"
#define TEXT_LEN	5

#ifndef __ASSEMBLER__
extern const __u8 guest_talk[], guest_spin[], guest_end[];
#endif

#endif /* _DEV_TEST_H */
