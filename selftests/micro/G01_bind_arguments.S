/* SPDX-License-Identifier: GPL-2.0 */
/*
 * LGUEST_HC_BIND_DMA with arguments at and behind every edge: a key that is no RAM,
 * an array that ends one byte behind RAM or that is not aligned, a count whose
 * product with the size of a structure (136) overflows 32 bits and becomes small,
 * an interrupt number that would be a shift by more than 31. All are -EINVAL, and
 * the last good value next to each is taken.
 *
 * A host that multiplies first, or that adds without care, takes the bad ones, and
 * reads or marks memory behind the guest's when somebody sends there.
 */
#include "micro.h"

#define EINVAL		(-22)
#define DMA_SIZE	136
#define KEY		0x130000
#define DMAS		0x140000

.macro BIND key:req, dmas:req, count:req, irq:req, want:req, text:req
	HC	LGUEST_HC_BIND_DMA, $(\key), $(\dmas), $(\count), $(\irq)
	CHECK	%eax, \want, "\text"
	.if \want == 0
	HC	LGUEST_HC_BIND_DMA, $(\key), $0, $0, $0
	CHECK	%eax, 0, "\text, and taken back"
	.endif
.endm

BEGIN
	BIND	KEY, DMAS, 1, 1, 0, "good"
	BIND	(RAM_SIZE - 1), DMAS, 1, 1, 0, "key in the last byte"
	BIND	RAM_SIZE, DMAS, 1, 1, EINVAL, "key behind RAM"
	BIND	0x80000000, DMAS, 1, 1, EINVAL, "key at 2 GB"
	BIND	0xffffffff, DMAS, 1, 1, EINVAL, "key -1"

	BIND	KEY, (DMAS + 1), 1, 1, EINVAL, "array at an address + 1"
	BIND	KEY, (DMAS + 2), 1, 1, EINVAL, "array at an address + 2"
	BIND	KEY, (DMAS + 3), 1, 1, EINVAL, "array at an address + 3"
	BIND	KEY, (DMAS + 4), 1, 1, 0, "array at an address + 4"
	BIND	KEY, (RAM_SIZE - DMA_SIZE), 1, 1, 0, "array at the end of RAM"
	BIND	KEY, (RAM_SIZE - DMA_SIZE + 4), 1, 1, EINVAL, "array a word too far"
	BIND	KEY, (RAM_SIZE - 4), 1, 1, EINVAL, "array in the last word"
	BIND	KEY, 0xfffffffc, 1, 1, EINVAL, "array that wraps"
	BIND	KEY, 0xffffff78, 1, 1, EINVAL, "array that ends at 4 GB"

	BIND	KEY, (RAM_SIZE - 256 * DMA_SIZE), 256, 1, 0, "256 buffers to the end"
	BIND	KEY, (RAM_SIZE - 255 * DMA_SIZE), 256, 1, EINVAL, "256 buffers, too far"
	BIND	KEY, DMAS, 257, 1, EINVAL, "257 buffers"
	/* 136 times these is 2^32 + 152, a multiple of 2^32, and 136 short of one */
	BIND	KEY, DMAS, 0x01e1e1e3, 1, EINVAL, "a product that overflows"
	BIND	KEY, DMAS, 0x80000000, 1, EINVAL, "a product that is 0"
	BIND	KEY, DMAS, 0xffffffff, 1, EINVAL, "-1 buffers"

	BIND	KEY, DMAS, 1, 0, 0, "interrupt of the timer"
	BIND	KEY, DMAS, 1, 31, 0, "interrupt 31"
	BIND	KEY, DMAS, 1, 32, EINVAL, "interrupt 32"
	BIND	KEY, DMAS, 1, 64, EINVAL, "interrupt 64"
	BIND	KEY, DMAS, 1, 0xffffffff, EINVAL, "interrupt -1"
	/* Not even with a count of 0 is a bad key looked up anywhere. */
	HC	LGUEST_HC_BIND_DMA, $0xffffffff, $0xffffffff, $0, $0xffffffff
	CHECK	%eax, (-2), "take back what cannot be"
	PASS
