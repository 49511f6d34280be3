/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzzers share: numbers that follow from a seed. All that a fuzzer
 * decides comes from here, so a run is repeated by its seed.
 */
#ifndef _FUZZ_H
#define _FUZZ_H

#include <linux/types.h>

/* __thread, where each thread has numbers of its own. */
#ifndef FUZZ_THREAD
#define FUZZ_THREAD
#endif

#ifdef FUZZ_IN_GUEST
extern __u32 rnd_state;
#else
static FUZZ_THREAD __u32 rnd_state;
#endif

/* A good hash of 32 bits: neighbouring seeds have nothing in common. */
static inline __u32 fuzz_hash(__u32 x)
{
	x ^= x >> 16;
	x *= 0x7feb352d;
	x ^= x >> 15;
	x *= 0x846ca68b;
	x ^= x >> 16;
	return x;
}

static inline void rnd_seed(__u32 a, __u32 b)
{
	/* Never 0: xorshift stays there. */
	rnd_state = fuzz_hash(a ^ fuzz_hash(b + 0x9e3779b9)) | 1;
}

static inline __u32 rnd(void)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 17;
	rnd_state ^= rnd_state << 5;
	return rnd_state * 0x9e3779b1;
}

/* Below @n; the low bits of such a product are not random. */
static inline __u32 below(__u32 n)
{
	return ((__u64)rnd() * n) >> 32;
}

/* True once in @n. */
static inline int one_in(__u32 n)
{
	return !below(n);
}

#define PICK(list)	((list)[below(sizeof(list) / sizeof((list)[0]))])

/*
 * Where the runner puts what a guest finds at its start; as the launcher does.
 * The offsets are those of struct boot_params.
 */
#define FUZZ_PARAMS_GPA	0x7000
#define FUZZ_CMDLINE_GPA 0x8000
#define FUZZ_CODE_GPA	0x100000
#define FUZZ_RAM	0x400000
#define FUZZ_SHARED_GPA	0x3ff000	/* a page that two guests share */
#define BP_E820_ENTRIES	0x1e8
#define BP_CMDLINE	0x228
#define BP_E820		0x2d0

#ifndef FUZZ_IN_GUEST
#include <stddef.h>
/* fuzz_image.c: the image of fuzz_guest. These end the test if it is bad. */
void fuzz_image_read(const char *name);
/* Put it and its command line into memory of FUZZ_RAM bytes; its entry point. */
__u32 fuzz_image_load(__u8 *ram, const char *cmdline);
#endif

#endif /* _FUZZ_H */
