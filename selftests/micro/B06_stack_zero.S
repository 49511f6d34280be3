/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fault in ring 1 with %esp 0: the frame would wrap to the top of the address
 * space, where the window is. On a processor: a double fault, then a shutdown. The
 * host must find that out before it writes, and kill the guest.
 */
#include "micro.h"

EXPECT "killed=double fault: stack at 0xfffffff4 not writable for vector 6 "

BEGIN
	xorl	%esp, %esp
	ud2
