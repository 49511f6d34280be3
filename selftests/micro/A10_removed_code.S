/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The code segment that ring 1 runs in is taken out of the GDT, entry by entry. A
 * processor would go on until the next load; the host enters with an IRET that
 * faults in ring 0, in the switcher, and says what is wrong.
 */
#include "micro.h"

EXPECT "killed=is no longer valid in ring 1"

BEGIN
	HC	LGUEST_HC_LOAD_GDT_ENTRY, $(KCS / 8), $0, $0
	FAIL	"still alive"
