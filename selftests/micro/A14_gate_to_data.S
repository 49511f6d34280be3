/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Gates that do not lead to code of ring 1 when a fault wants to use them: the guest
 * has no handler then and is killed. This one names a data segment; what the host
 * checks are present, kind, ring, and the table's size. The handlers of others:
 * A02 (task gate), A07 (conforming), A12 and A13 (int 0x80).
 */
#include "micro.h"

EXPECT "killed=triple fault: no handler for vector 6 "

BEGIN
	GATE	6, handler, cs=(KDS & ~3)
	ud2
handler:
	FAIL	"still alive"
