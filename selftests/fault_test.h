/* SPDX-License-Identifier: GPL-2.0 */
/* Where things are in the memory of fault_guest.S. */
#ifndef _FAULT_TEST_H
#define _FAULT_TEST_H

#define SHARED_GPA	0x3000
#define DIR_GPA		0x4000		/* two page directories */
#define PTE_GPA		0x6000		/* and the table that both name */
#define TABLE_GPA	0x7000		/* an IDT of nothing */
#define BOUND_GPA	0x8000		/* a key with the buffer at */
#define BUFFER_GPA	0x8100
#define LISTEN_GPA	0x8800		/* a key of the launcher's */
#define SENT_GPA	0x8900
#define STACK_GPA	0xa000
#define TOUCH_GPA	0x100000
#define TOUCH_PAGES	48

#endif /* _FAULT_TEST_H */
