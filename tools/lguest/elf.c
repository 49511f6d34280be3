// SPDX-License-Identifier: GPL-2.0
/*
 * ELF images: a vmlinux, or any program that is linked for physical addresses.
 * Segments go to their physical addresses; the entry point is physical, too.
 */
#include <linux/elf.h>
#include <string.h>
#include "launcher.h"

/* More segments than any image has that makes sense. */
#define ELF_MAX_SEGMENTS	64

static void elf_check(const struct image *img, const struct elf32_hdr *eh)
{
	if (eh->e_ident[EI_CLASS] == ELFCLASS64)
		die("kernel %s: a 64-bit kernel; lguest runs 32-bit kernels",
		    img->name);
	if (eh->e_ident[EI_CLASS] != ELFCLASS32 ||
	    eh->e_ident[EI_DATA] != ELFDATA2LSB || eh->e_machine != EM_386)
		die("kernel %s: an ELF image, but not for 32-bit x86",
		    img->name);
	if (eh->e_type != ET_EXEC)
		die("kernel %s: an ELF image, but not linked to be executed",
		    img->name);
	if (!eh->e_phnum || eh->e_phnum > ELF_MAX_SEGMENTS ||
	    eh->e_phentsize != sizeof(struct elf32_phdr))
		die("kernel %s: its ELF program headers make no sense",
		    img->name);
}

static void elf_load_segment(struct guest *g, const struct image *img,
			     const struct elf32_phdr *ph)
{
	uint64_t end = (uint64_t)ph->p_paddr + ph->p_memsz;

	if (ph->p_filesz > ph->p_memsz)
		die("kernel %s: its ELF program headers make no sense",
		    img->name);
	if (end > g->ram_size)
		die("kernel %s: does not fit in %u MB of memory: needs 0x%x to 0x%llx",
		    img->name, g->ram_size >> 20, ph->p_paddr,
		    (unsigned long long)end);
	/* What the launcher itself puts into low memory. */
	if ((ph->p_paddr < BOOT_DATA_END && end > BOOT_PARAMS_GPA) ||
	    (ph->p_paddr < HIGH_START && end > LOW_END))
		die("kernel %s: 0x%x to 0x%llx is not free for it: see lguest(1)",
		    img->name, ph->p_paddr, (unsigned long long)end);
	/* The memory is fresh: what is not in the file is zero already. */
	image_load(g, img, ph->p_offset, ph->p_paddr, ph->p_filesz);
	if (end > g->image_end)
		g->image_end = end;
}

/* Linux has notes that say so. */
static bool elf_is_linux(const struct image *img, const struct elf32_phdr *ph)
{
	static const char name[] = "Linux";
	char notes[1024];
	size_t size = ph->p_filesz < sizeof(notes) ? ph->p_filesz : sizeof(notes);

	image_read(img, ph->p_offset, notes, size);
	return memmem(notes, size, name, sizeof(name));
}

bool elf_load(struct guest *g, const struct image *img)
{
	struct elf32_hdr eh;
	struct elf32_phdr ph;
	bool any = false;
	int i;

	if (img->size < SELFMAG)
		return false;
	image_read(img, 0, eh.e_ident, SELFMAG);
	if (memcmp(eh.e_ident, ELFMAG, SELFMAG))
		return false;
	image_read(img, 0, &eh, sizeof(eh));
	elf_check(img, &eh);
	for (i = 0; i < eh.e_phnum; i++) {
		image_read(img, eh.e_phoff + (uint64_t)i * sizeof(ph), &ph,
			   sizeof(ph));
		if (ph.p_type == PT_NOTE)
			g->is_linux |= elf_is_linux(img, &ph);
		if (ph.p_type != PT_LOAD || !ph.p_memsz)
			continue;
		elf_load_segment(g, img, &ph);
		any = true;
	}
	if (!any)
		die("kernel %s: nothing in it to load", img->name);
	g->entry = eh.e_entry;
	g->initrd_max = 0x37ffffff;	/* what Linux itself puts in a bzImage */
	boot_set_header(g, NULL);
	return true;
}
