/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The last words lie outside of RAM: there are none. A host that reads them from the
 * launcher's memory behind, or from its own, prints that.
 */
#include "micro.h"

	EXPECT	"status=11 lguest: guest panic: \r\n"

BEGIN
	HC	LGUEST_HC_SHUTDOWN, $LGUEST_SHUTDOWN_PANIC, $RAM_SIZE
	FAIL	"still alive"
