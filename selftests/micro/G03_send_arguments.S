/* SPDX-License-Identifier: GPL-2.0 */
/*
 * LGUEST_HC_SEND_DMA: the key must be RAM, the structure must be RAM as a whole and
 * aligned; otherwise -EINVAL, and its words are as they were. A good one goes to the
 * launcher, who finds no device at the key and says so with LGUEST_DMA_USED | 0.
 *
 * A host that looks at the first byte only has the launcher write behind the guest's
 * memory, which is the launcher's own (the program lies above).
 */
#include "micro.h"

#define EINVAL		(-22)
#define DMA_SIZE	136
#define KEY		0x130000
#define DMA		0x140000
#define USED		0x80000000

.macro SEND key:req, dma:req, want:req, text:req
	HC	LGUEST_HC_SEND_DMA, $(\key), $(\dma)
	CHECK	%eax, \want, "\text"
.endm

BEGIN
	SEND	KEY, DMA, 0, "good"
	CHECK	DMA, USED, "its word"
	SEND	(RAM_SIZE - 1), DMA, 0, "key in the last byte"
	SEND	RAM_SIZE, DMA, EINVAL, "key behind RAM"
	SEND	0xffffffff, DMA, EINVAL, "key -1"
	SEND	KEY, (DMA + 0x101), EINVAL, "buffer at an address + 1"
	SEND	KEY, (DMA + 0x102), EINVAL, "buffer at an address + 2"
	SEND	KEY, (DMA + 0x103), EINVAL, "buffer at an address + 3"
	CHECK	DMA+0x100, 0, "a word before"
	CHECK	DMA+0x104, 0, "a word after"
	SEND	KEY, (RAM_SIZE - DMA_SIZE + 4), EINVAL, "buffer a word too far"
	SEND	KEY, (RAM_SIZE - 4), EINVAL, "buffer in the last word"
	CHECK	(RAM_SIZE - DMA_SIZE + 4), 0, "its word"
	CHECK	(RAM_SIZE - 4), 0, "the last word"
	SEND	KEY, RAM_SIZE, EINVAL, "buffer behind RAM"
	SEND	KEY, 0xfffffffc, EINVAL, "buffer that wraps"
	SEND	KEY, 0x80000000, EINVAL, "buffer at 2 GB"
	SEND	KEY, (RAM_SIZE - DMA_SIZE), 0, "buffer at the end of RAM"
	CHECK	(RAM_SIZE - DMA_SIZE), USED, "its word"
	/* Across a page, which is nothing special. */
	SEND	KEY, (DMA + PAGE_SIZE - 4), 0, "buffer across a page"
	CHECK	(DMA + PAGE_SIZE - 4), USED, "its word"
	PASS
