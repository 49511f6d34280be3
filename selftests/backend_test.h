/* SPDX-License-Identifier: GPL-2.0 */
/* What backend_test.c and its guest, micro/puppet.S, agree on. */
#ifndef _BACKEND_TEST_H
#define _BACKEND_TEST_H

#define PUPPET_WRITE	1
#define PUPPET_READ	2
#define PUPPET_CALL	3
#define PUPPET_WAIT	4

#define PUPPET_HEADER	32		/* bytes of a command */
#define PUPPET_DATA	4096		/* that may follow it */

#endif /* _BACKEND_TEST_H */
