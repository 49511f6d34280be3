/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The same with %esp 8: two words of the frame fit at the bottom of memory, and the
 * third wraps into the window, or with an error code two do.
 */
#include "micro.h"

EXPECT "killed=double fault: stack at 0xfffffff8 not writable for vector 13 "

BEGIN
	movl	$8, %esp
	movl	$0x1f8, %eax
	movl	%eax, %ds		/* #GP, four words */
