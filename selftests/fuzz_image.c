// SPDX-License-Identifier: GPL-2.0
/* Loads fuzz_guest as the launcher would: an ELF image, boot parameters. */
#include <errno.h>
#include <fcntl.h>
#include <linux/elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../kselftest.h"
#include "fuzz.h"

#define SEGMENTS_MAX	16
#define E820_RAM	1

static __u8 *image;
static size_t image_size;

void fuzz_image_read(const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	const struct elf32_hdr *h;

	image = malloc(size + 1);
	if (fd < 0 || !image || pread(fd, image, size, 0) != size)
		ksft_exit_fail_msg("%s: %s\n", name, strerror(errno));
	close(fd);
	image_size = size;
	h = (const struct elf32_hdr *)image;
	if (image_size < sizeof(*h) || memcmp(h->e_ident, ELFMAG, SELFMAG) ||
	    h->e_phoff > image_size || h->e_phnum > SEGMENTS_MAX ||
	    h->e_phnum * sizeof(struct elf32_phdr) > image_size - h->e_phoff)
		ksft_exit_fail_msg("%s: not an ELF image\n", name);
}

static void load_segment(__u8 *ram, const struct elf32_phdr *p)
{
	if (p->p_type != PT_LOAD)
		return;
	if (p->p_offset > image_size || p->p_filesz > image_size - p->p_offset ||
	    p->p_paddr > FUZZ_RAM || p->p_filesz > FUZZ_RAM - p->p_paddr)
		ksft_exit_fail_msg("the image does not fit\n");
	memcpy(ram + p->p_paddr, image + p->p_offset, p->p_filesz);
}

__u32 fuzz_image_load(__u8 *ram, const char *cmdline)
{
	const struct elf32_hdr *h = (const struct elf32_hdr *)image;
	const struct elf32_phdr *p = (const struct elf32_phdr *)(image + h->e_phoff);
	__u8 *params = ram + FUZZ_PARAMS_GPA;
	int i;

	for (i = 0; i < h->e_phnum; i++)
		load_segment(ram, p + i);
	memcpy(ram + FUZZ_CMDLINE_GPA, cmdline, strlen(cmdline) + 1);
	*(__u32 *)(params + BP_CMDLINE) = FUZZ_CMDLINE_GPA;
	/* One piece of memory: 64 bits of address, of size, and the type. */
	params[BP_E820_ENTRIES] = 1;
	*(__u32 *)(params + BP_E820 + 8) = FUZZ_RAM;
	*(__u32 *)(params + BP_E820 + 16) = E820_RAM;
	return h->e_entry;
}
