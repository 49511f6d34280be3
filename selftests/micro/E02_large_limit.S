/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A page of 4M of which only the first half is RAM (of 6M). What is RAM works, up
 * to the last page. To use what is behind kills the guest. A broken host checks
 * the page's first frame only.
 */
#include "micro.h"

EXPECT	"memory=6"
EXPECT	"killed=address 0xa00000 is mapped to frame 0x600, which is not RAM"

BEGIN
	PAGING_4M
	movl	$(0x400000 + (P_PRESENT | P_WRITE | P_LARGE)), micro_page_dir + (0x800000 >> 22) * 4
	movl	$0x600d, 0x800000
	CHECK	0x800000, 0x600d, "the first word"
	movl	$0x600d, 0x9ffffc
	CHECK	0x9ffffc, 0x600d, "the last word that is RAM"
	TRY	movl 0xa00000, %eax
	FAIL	"still alive behind the end of RAM"
