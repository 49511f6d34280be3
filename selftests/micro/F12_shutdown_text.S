/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A panic whose text is nowhere: at the last address. It is left out, and the guest
 * has panicked nevertheless. A broken host adds a length to the address.
 */
#include "micro.h"

EXPECT	"status=11"

BEGIN
	HC	LGUEST_HC_SHUTDOWN, $LGUEST_SHUTDOWN_PANIC, $-1
	FAIL	"still alive after a panic"
