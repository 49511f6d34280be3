// SPDX-License-Identifier: GPL-2.0
/*
 * blocks: changes a disk at random places, in pieces of 512 bytes to 8 KB, some
 * over each other, and reads all of it back past the page cache.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lgtest.h"

#define PIECE	512
#define PIECES	16			/* in one write, at most */

/* blocks FILE N SEED */
int blocks_main(int argc, char **argv)
{
	uint32_t seed, n, i, k, at, len, pieces;
	static uint32_t word[PIECES][PIECE / 4] __attribute__((aligned(4096)));
	uint32_t *want;
	off_t size;
	int fd;

	need(argc == 4);
	n = atoi(argv[2]);
	seed = atoi(argv[3]) * 2654435761u + 1;
	fd = open(argv[1], O_RDWR);
	need(fd >= 0);
	size = lseek(fd, 0, SEEK_END);
	pieces = size / PIECE;
	need(pieces > PIECES);
	/* What each piece begins with; 0: not written. */
	want = calloc(pieces, sizeof(*want));
	need(want);

	for (i = 0; i < n; i++) {
		at = rnd(&seed) % (pieces - PIECES);
		len = 1 + rnd(&seed) % PIECES;
		for (k = 0; k < len; k++) {
			want[at + k] = rnd(&seed) | 1;
			memset(word[k], want[at + k] >> 8, PIECE);
			word[k][0] = want[at + k];
			word[k][1] = at + k;
		}
		need(pwrite(fd, word, len * PIECE, (off_t)at * PIECE) == (ssize_t)len * PIECE);
	}
	need(!fsync(fd));
	close(fd);

	fd = open(argv[1], O_RDONLY | O_DIRECT);
	need(fd >= 0);
	for (at = 0; at + PIECES <= pieces; at += PIECES) {
		need(pread(fd, word, sizeof(word), (off_t)at * PIECE) == sizeof(word));
		for (k = 0; k < PIECES; k++)
			if (want[at + k] &&
			    (word[k][0] != want[at + k] || word[k][1] != at + k ||
			     word[k][PIECE / 4 - 1] >> 24 != (want[at + k] >> 8 & 0xff)))
				wrong("blocks: piece %u is not what was written", at + k);
	}
	printf("INFO blocks: %u writes to %u pieces are there\n", n, pieces);
	return 0;
}
